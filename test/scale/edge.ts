import type { Outbox, Stored } from '../../edge/store/outbox.ts';
import { openExpress } from '../../edge/uplink/express.ts';
import { forward, type LinkState } from '../../edge/uplink/forwarder.ts';
import { beat } from '../../edge/uplink/heartbeat.ts';
import { inTurns } from '../../edge/uplink/turns.ts';
import { backoff, scattered } from '../../shared/backoff.ts';
import { Fault } from '../../shared/fault.ts';
import { decodeLive } from '../../shared/live.ts';
import { openLog } from '../../shared/log.ts';
import { type Bell, openBell } from '../../shared/loop.ts';
import { plantPace } from '../../shared/pace.ts';
import { type Segment, segmentBytesMax, segmentFactsMax } from '../../shared/segment.ts';
import { lineOf as lineOfSubject } from '../../shared/subject.ts';
import { openAccrual } from './accrual.ts';
import type { Central } from './central.ts';
import type { Hub } from './hub.ts';
import type { Program } from './machine.ts';
import type { Measured } from './measured.ts';
import type { Time } from './time.ts';

type Parts = {
  time: Time;
  measured: Measured;
  hub: Hub;
  central: () => Central;
  /** Where all edges share a processor, as in the bench; none in a plant. */
  program: Program | undefined;
  lines: readonly string[];
  rate: number;
  /** One fact as it is stored, so large. */
  fact: Buffer;
  /** From 0 to 1: of each line, where between two facts it begins. */
  phase: (line: string) => number;
  /** Central has the fact, ahead of its segment. */
  ahead: (line: string, sequence: number) => void;
  /** Whether it tells ahead of its segments what is new. */
  express: boolean;
};
export type Edge = ReturnType<typeof openEdge>;

const log = openLog('model', 'silent');
const store = 'aaaaaaaa-0000-4000-8000-000000000000';
const hash = Buffer.alloc(32);
const arrays = new Map<string, readonly Buffer[]>();

/** The same fact so many times; one array for all who ask for as many. */
function facts(fact: Buffer, count: number): readonly Buffer[] {
  const key = `${fact.length} ${count}`;
  const made = arrays.get(key) ?? Array.from({ length: count }, () => fact);
  arrays.set(key, made);
  return made;
}

/** An edge from its outbox to its link: all of that is the edge's own code. */
export function openEdge(parts: Parts) {
  const { time, measured, hub, central, program, lines, rate, fact, phase } = parts;
  const { clock } = time;
  const segmentMax = Math.min(segmentFactsMax, Math.floor(segmentBytesMax / (fact.length + 5)));
  const reached = openBell(clock);
  const own = new Map(
    lines.map((line) => {
      const accrual = openAccrual({ rate, opening: 0, phase: phase(line), clock });
      const read = openBell(clock);
      return [line, { accrual, read, sent: 0, kept: 0, state: 'down' as LinkState }];
    }),
  );
  let stop = new AbortController();
  let entered = 0;

  const outbox = {
    marks(line: string) {
      const { accrual, sent, kept } = own.get(line)!;
      return { epoch: 1, sent, kept, head: accrual.head() };
    },
    next(line: string): Segment | undefined {
      const { accrual, sent } = own.get(line)!;
      const count = Math.min(segmentMax, accrual.head() - sent);
      if (count <= 0) return undefined;
      const chain = { before: hash, after: hash, facts: facts(fact, count) };
      return { line, epoch: 1, first: sent + 1, ...chain };
    },
    setSent(line: string, _: number, sequence: number): void {
      const one = own.get(line)!;
      one.sent = Math.max(one.kept, sequence);
    },
    // The chain is not what is asked about here: every place has the link that the stream tells.
    linkAt: (_: string, sequence: number) => ({ toString: () => `${sequence}` }),
    newest(line: string, after: number, limit: number): Stored[] {
      const head = own.get(line)!.accrual.head();
      const count = Math.max(0, Math.min(limit, head - after));
      return Array.from({ length: count }, (_, at) => ({ sequence: head - at, bytes: fact, hash }));
    },
    naming: (): Stored[] => [],
  } as unknown as Outbox;

  const spent = program
    ? (segment: Segment) =>
        new Promise<void>((done) => {
          const { segmentUs, factUs } = measured.edges;
          program.run((segmentUs + factUs * segment.facts.length) / 1_000, done);
        })
    : undefined;
  const publish = inTurns(async (segment, at) => {
    if (spent) await spent(segment);
    return hub.publish(segment, at);
  });

  /** The line's commands, asked for as its own loop does: now and then, and at a ring. */
  async function poll(line: string, bell: Bell, signal: AbortSignal): Promise<void> {
    for (let failures = 0, asked = 1; !signal.aborted; asked++) {
      const seen = bell.rings();
      try {
        await central().ask(0, () => undefined);
        failures = 0;
        await bell.wait(seen, scattered(plantPace.commandsMs, line, asked), signal);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        const pauseMs = Math.max(1_000, backoff(++failures, plantPace.commandsMs));
        await bell.wait(seen, scattered(pauseMs, line, asked), signal);
      }
    }
  }

  async function takeAhead(subject: string, bytes: Uint8Array | string): Promise<Uint8Array> {
    const line = lineOfSubject(subject);
    const { facts: told } = decodeLive(Buffer.from(bytes));
    const answer = await central().take(told.length, () => {
      for (const { sequence } of told) parts.ahead(line, sequence);
    });
    return Buffer.from(JSON.stringify({ answer }));
  }

  function go(): void {
    const { signal } = stop;
    for (const line of lines) {
      const one = own.get(line)!;
      const commands = openBell(clock);
      const report = (state: LinkState) => {
        if (one.state === 'down' && state !== 'down') {
          reached.ring();
          commands.ring();
        }
        one.state = state;
      };
      void poll(line, commands, signal);
      const { downMs, resyncMs: idleMs } = plantPace;
      const enter = async () => {
        await central().ask(measured.central.enrolUs, () => undefined);
        entered += 1;
        return { kind: 'entered' } as const;
      };
      const common = { outbox, publish, last: hub.last, enter, clock, log, report, downMs, idleMs };
      void forward({ line, ...common, bell: one.accrual.bell, read: one.read, signal });
    }
    const ask = async () =>
      central().ask(0, () => Buffer.from(`{"nowMs":${Math.floor(time.nowMs())}}`));
    const unplaced = () => ({ entries: 0, sinceMs: null });
    const asking = { line: lines[0]!, ask, unsent: () => 0, unplaced, heard: () => undefined };
    void beat({ ...asking, everyMs: plantPace.beatMs, clock, signal });
    if (!parts.express) return;
    const writer = (line: string) => (own.get(line)!.state === 'down' ? undefined : store);
    const bell = {
      ...reached,
      wait: (_: number, ms: number) => clock.sleep(Math.min(ms, 250), signal),
    };
    const lane = { lines, outbox, ask: takeAhead, writer, bell, reached, report: () => undefined };
    void openExpress({ ...lane, clock, log, signal }).run();
  }

  return {
    lines,
    go,
    /** Its network is gone: it sends nothing, and states on. */
    cut(): void {
      stop.abort();
      stop = new AbortController();
      for (const one of own.values()) one.state = 'down';
    },
    begin(agoMs = 0): void {
      for (const { accrual } of own.values()) accrual.begin(agoMs);
    },
    freeze(): void {
      for (const { accrual } of own.values()) accrual.freeze();
    },
    /** Central's word. */
    hear(line: string, sequence: number): void {
      const one = own.get(line)!;
      one.kept = Math.max(one.kept, sequence);
      one.sent = Math.max(one.sent, sequence);
      one.read.ring();
    },
    atOf: (line: string, sequence: number): number => own.get(line)!.accrual.atOf(sequence),
    stated: (): number => [...own.values()].reduce((sum, { accrual }) => sum + accrual.head(), 0),
    sent: (): number => [...own.values()].reduce((sum, { sent }) => sum + sent, 0),
    isWhole: (): boolean => [...own.values()].every(({ kept, accrual }) => kept === accrual.head()),
    entered: () => entered,
  };
}
