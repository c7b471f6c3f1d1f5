// A child of scale.ts: many edges in one process, each with a connection and lines of its own. Of
// an edge they are the wire alone: what a line states accrues by the clock, and is sent by the
// edge's own forwarder, in its own turns and behind its own window. No disk, no panel.
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import type { Outbox } from '../../edge/store/outbox.ts';
import { type Entry, forward, type LinkState } from '../../edge/uplink/forwarder.ts';
import { inTurns } from '../../edge/uplink/turns.ts';
import { openUplink } from '../../edge/uplink/uplink.ts';
import { systemClock } from '../../shared/clock.ts';
import { encodeContent, genesis, link } from '../../shared/codec.ts';
import type { Content } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { eventIds, systemRandom } from '../../shared/identity.ts';
import { decodeKept } from '../../shared/kept.ts';
import { openLog } from '../../shared/log.ts';
import { type Bell, openBell } from '../../shared/loop.ts';
import { plantPace } from '../../shared/pace.ts';
import { lastOf, type Segment, segmentBytesMax, segmentFactsMax } from '../../shared/segment.ts';
import { enrolSubject, keptSubject } from '../../shared/subject.ts';
import { type Accrual, openAccrual, phaseOf } from '../scale/accrual.ts';
import { contents } from './contents.ts';

export type Task = {
  urls: readonly string[];
  /** Number of the first edge, and how many there are. */
  from: number;
  edges: number;
  lines: number;
  /** Facts of one line in a second, and how many of them are stated together. */
  rate: number;
  burst: number;
};
export type Told = {
  entered: number;
  stated: number;
  sent: number;
  kept: number;
  /** Ages of facts when central's word on them came, ms, since this was asked last. */
  agesMs: readonly number[];
  /** Segments that the stream has taken. */
  segments: number;
  /** Refusals and times without an answer. */
  doubts: number;
};

const askMs = 20_000;
const agesMax = 20_000;
const nowMs = () => Date.now();
const log = openLog('swarm', 'silent');

/** One line as the wire sees it. */
type Wire = {
  path: string;
  index: number;
  edge: number;
  store: string;
  sent: number;
  kept: number;
  /** The chain's link behind what the stream has taken. */
  link: Uint8Array;
  accrual: Accrual;
  read: Bell;
  /** Made, and not known to be taken. */
  pending?: Segment | undefined;
};

async function swarm({ urls, from, edges, lines, rate, burst }: Task) {
  const { first, report } = await contents();
  const id = eventIds(nowMs, systemRandom);
  let [entered, doubts, segments] = [0, 0, 0];
  let agesMs: number[] = [];
  const clock = systemClock;
  const all: Wire[][] = Array.from({ length: edges }, (_, edge) =>
    Array.from({ length: lines }, (_, index) => {
      const path = `acme/s${from + edge}/hall/L${index + 1}`;
      const pace = { rate, burst, opening: first[index]!.length, phase: phaseOf(path), clock };
      const own = { path, index, edge: from + edge, sent: 0, kept: 0, store: randomUUID() };
      return { ...own, link: genesis(path, 1), accrual: openAccrual(pace), read: openBell() };
    }),
  );
  const flat = all.flat();

  function fact(wire: Wire, sequence: number): Buffer {
    const content: Content = first[wire.index]![sequence - 1] ?? report[wire.index]!;
    const commandId = `${wire.path}/${sequence}`;
    const order = `${content.order}-${wire.edge}`;
    const when = { eventId: id(), atMs: nowMs(), recordedMs: nowMs() };
    return encodeContent({ ...content, ...when, order, commandId, correlationId: commandId });
  }

  /** The line's next segment; until it is taken, the same. */
  function next(wire: Wire): Segment | undefined {
    if (wire.pending) return wire.pending;
    const last = Math.min(wire.accrual.head(), wire.sent + segmentFactsMax);
    const facts: Buffer[] = [];
    let [after, bytes] = [wire.link, 0];
    for (let at = wire.sent + 1; at <= last; at++) {
      const one = fact(wire, at);
      bytes += one.length + 5;
      if (bytes > segmentBytesMax) break;
      after = link(after, one);
      facts.push(one);
    }
    if (facts.length === 0) return undefined;
    const place = { line: wire.path, epoch: 1, first: wire.sent + 1 };
    wire.pending = { ...place, before: wire.link, after, facts };
    return wire.pending;
  }

  const byPath = new Map(flat.map((wire) => [wire.path, wire]));
  const outbox = {
    marks(path: string) {
      const { sent, kept, accrual } = byPath.get(path)!;
      return { epoch: 1, sent, kept, head: accrual.head() };
    },
    next: (path: string) => next(byPath.get(path)!),
    setSent(path: string, _: number, sequence: number): void {
      const wire = byPath.get(path)!;
      const { pending } = wire;
      if (!pending || sequence !== lastOf(pending)) return;
      [wire.sent, wire.link, wire.pending] = [sequence, pending.after!, undefined];
      segments += 1;
    },
    linkAt(path: string, sequence: number): Buffer | undefined {
      const { sent, link, pending } = byPath.get(path)!;
      if (sequence === sent) return Buffer.from(link);
      return pending && sequence === lastOf(pending) ? Buffer.from(pending.after!) : undefined;
    },
  } as unknown as Outbox;

  async function enter({ path, store }: Wire, connection: NatsConnection): Promise<Entry> {
    const hash = Buffer.from(genesis(path, 1)).toString('hex');
    const place = { epoch: 1, sequence: 0, hash, stream: 0 };
    const ask = JSON.stringify({ want: 'enter', store, ...place });
    try {
      await connection.request(enrolSubject(path), ask, { timeout: askMs });
    } catch (cause) {
      throw new Fault('UNREACHABLE', `central: ${(cause as Error).message}`, { cause });
    }
    entered += 1;
    return { kind: 'entered' };
  }

  function hear(wire: Wire, bytes: Uint8Array): void {
    const { sequence } = decodeKept(bytes);
    if (sequence <= wire.kept) return;
    wire.kept = sequence;
    if (agesMs.length < agesMax) {
      agesMs.push(clock.monotonicMs() - wire.accrual.atOf(sequence));
    }
    wire.read.ring();
  }

  /** One edge, connected until it is cut; resolves then. */
  async function live(wires: readonly Wire[], signal: AbortSignal): Promise<void> {
    const connection = await connect({
      ...{ servers: [...urls], maxReconnectAttempts: -1, timeout: 20_000 },
      ...{ reconnectTimeWait: 250, reconnectJitter: 250, inboxPrefix: `_INBOX_s${wires[0]!.edge}` },
    });
    const uplink = await openUplink(connection, askMs);
    for (const wire of wires) {
      connection.subscribe(keptSubject(wire.path), {
        callback: (error, message) => {
          if (!error) hear(wire, message.data);
        },
      });
    }
    const publish = inTurns(uplink.publish);
    const report = (state: LinkState) => {
      if (state === 'down') doubts += 1;
    };
    const common = { outbox, publish, last: uplink.last, clock, log, report, signal };
    await Promise.all(
      wires.map((wire) => {
        const { path: line, accrual, read } = wire;
        const own = { line, bell: accrual.bell, read, enter: () => enter(wire, connection) };
        return forward({ ...common, ...own, idleMs: plantPace.resyncMs });
      }),
    );
    await connection.close();
  }

  let cut = new AbortController();
  let living: Promise<unknown> = Promise.resolve();
  const connectAll = () => {
    cut = new AbortController();
    setMaxListeners(0, cut.signal);
    entered = 0;
    living = Promise.all(all.map((wires) => live(wires, cut.signal)));
    living.catch((error) => {
      process.stderr.write(`${error.stack}\n`);
      process.exit(1);
    });
  };
  return {
    connect: connectAll,
    begin: () => flat.forEach(({ accrual }) => void accrual.begin()),
    /** All connections at once, as a region's network; what is stated meanwhile waits. */
    async cut(): Promise<void> {
      cut.abort();
      await living;
    },
    /** Nothing more is stated; what waits is still sent. */
    freeze: () => flat.forEach(({ accrual }) => void accrual.freeze()),
    async stop(): Promise<void> {
      cut.abort();
      await living;
    },
    told(): Told {
      const sum = (of: (wire: Wire) => number) => flat.reduce((total, wire) => total + of(wire), 0);
      const told = {
        entered,
        doubts,
        segments,
        agesMs,
        stated: sum(({ accrual }) => accrual.head()),
      };
      agesMs = [];
      return { ...told, sent: sum(({ sent }) => sent), kept: sum(({ kept }) => kept) };
    },
  };
}

export type Order = 'connect' | 'begin' | 'cut' | 'freeze' | 'stop' | 'told';

// Told what to be by its first message; each that follows is an order, and is answered.
let made: ReturnType<typeof swarm> | undefined;
process.on('message', async (message: Task | Order) => {
  if (typeof message !== 'string') {
    made = swarm(message);
    await made;
    process.send!('ready');
    return;
  }
  const answer = await (await made!)[message]();
  process.send!(answer ?? message);
  if (message === 'stop') process.disconnect();
});
process.once('disconnect', () => process.exit(0));
