import type { JetStreamManager } from '@nats-io/jetstream';
import type { Last } from '../../edge/uplink/resync.ts';
import { Fault } from '../../shared/fault.ts';
import { lastOf, type Segment } from '../../shared/segment.ts';
import type { Program } from './machine.ts';
import type { Measured } from './measured.ts';
import type { Time } from './time.ts';

/** A segment in the stream: whose, which facts, and how large. */
export type Stored = Readonly<{ seq: number; line: string; last: number; facts: number }>;
/** What a message has in headers and names beside its facts, bytes. */
const headBytes = 500;
/** Most that it works on together. */
const roundMax = 64;

type Parts = {
  time: Time;
  measured: Measured;
  /** The stream's leader, and whoever else writes what it writes. */
  leader: Program;
  followers: readonly Program[];
  bytesMax: number;
  /** Way of a message between an edge and the hub, ms. */
  wayMs: number;
  /** So long an edge waits for an answer, ms. */
  ackMs: number;
};
export type Hub = ReturnType<typeof openHub>;

const unreachable = (why: string) => new Fault('UNREACHABLE', `hub: ${why}`);

/** The stream of a hub of three: what it takes of processors, and that it compares and appends. */
export function openHub({ time, measured, leader, followers, bytesMax, wayMs, ackMs }: Parts) {
  const { turnUs, segmentUs, factUs, askUs, leaderShare } = measured.hub;
  const lasts = new Map<string, { seq: number; last: number }>();
  const kept: { seq: number; bytes: number }[] = []; // oldest first, from `from` on
  let [from, seq, bytes, mostBytes, taken, refused, late] = [0, 0, 0, 0, 0, 0, 0];
  let isUp = true;
  let stored: (message: Stored) => void = () => undefined;

  const share = followers.length === 0 ? 1 : leaderShare;
  let waiting: { us: number; done: () => void }[] = [];
  let isBusy = false;

  /** What has come by now is worked on together: by the leader, and by the others beside it. */
  function turn(): void {
    const round = waiting.slice(0, roundMax);
    waiting = waiting.slice(roundMax);
    isBusy = round.length > 0;
    if (!isBusy) return;
    const us = round.reduce((sum, one) => sum + one.us, turnUs);
    for (const one of followers) {
      one.run((us * (1 - share)) / followers.length / 1_000, () => undefined);
    }
    leader.run((us * share) / 1_000, () => {
      for (const { done } of round) done();
      turn();
    });
  }
  function work(us: number, done: () => void): void {
    waiting.push({ us, done });
    if (!isBusy) turn();
  }

  /** Rejects after `ackMs` if nobody has answered by then, whatever becomes of the work. */
  function answered<T>(begin: (give: (value: T) => void, fail: (e: Fault) => void) => void) {
    return new Promise<T>((resolve, reject) => {
      const over = time.after(ackMs, () => {
        late += 1;
        reject(unreachable('no answer in time'));
      });
      const end = (act: () => void) => {
        over.off = true;
        time.after(wayMs, act);
      };
      const fail = (fault: Fault) => end(() => reject(fault));
      time.after(wayMs, () => {
        if (!isUp) fail(unreachable('no responders'));
        else begin((value) => end(() => resolve(value)), fail);
      });
    });
  }

  function append(segment: Segment, expected: number): number | Fault {
    const size = segment.facts.length * (measured.factBytes + 5) + headBytes;
    const known = lasts.get(segment.line)?.seq ?? 0;
    if (known !== expected) {
      refused += 1;
      return new Fault('CONFLICT', `hub: wrong last sequence: ${known}`);
    }
    if (bytes + size > bytesMax) {
      refused += 1;
      return unreachable('maximum bytes exceeded');
    }
    seq += 1;
    taken += segment.facts.length;
    lasts.set(segment.line, { seq, last: lastOf(segment) });
    kept.push({ seq, bytes: size });
    bytes += size;
    mostBytes = Math.max(mostBytes, bytes);
    const { line, facts } = segment;
    stored({ seq, line, last: lastOf(segment), facts: facts.length });
    return seq;
  }

  function drop(below: number): number {
    let purged = 0;
    while (from < kept.length && kept[from]!.seq < below) {
      bytes -= kept[from++]!.bytes;
      purged += 1;
    }
    kept.splice(0, from);
    from = 0;
    return purged;
  }

  const state = () => ({ bytes, first_seq: kept[0]?.seq ?? seq + 1, last_seq: seq });
  return {
    publish: (segment: Segment, expected: number): Promise<number> =>
      answered<number>((give, fail) =>
        work(segmentUs + factUs * segment.facts.length, () => {
          if (!isUp) return; // it died with it: nobody answers
          const end = append(segment, expected);
          time.after(measured.publishMs, () => (end instanceof Fault ? fail(end) : give(end)));
        }),
      ),
    last: (line: string): Promise<Last | undefined> =>
      answered<Last | undefined>((give) =>
        work(askUs, () => {
          const known = lasts.get(line);
          const at = known && { streamSequence: known.seq, epoch: 1, sequence: known.last };
          give(at && { ...at, hash: `${known.last}` });
        }),
      ),
    /** A question to somebody behind the hub, who answers by calling back. */
    ask: <T>(serve: (give: (value: T) => void) => void): Promise<T> =>
      answered<T>((give) => work(askUs, () => serve(give))),
    /** Word to an edge. */
    tell: (heard: () => void): void => work(askUs / 4, () => time.after(wayMs, heard)),
    /** Told of each segment that is taken. */
    listen(told: typeof stored): void {
      stored = told;
    },
    /** As central's trimmer sees it. */
    manager: {
      streams: {
        info: async () => ({ state: state(), config: { max_bytes: bytesMax } }),
        purge: async (_: string, { seq: below }: { seq: number }) => ({ purged: drop(below) }),
      },
      direct: { getMessage: async () => ({ data: new Uint8Array() }) },
    } as unknown as JetStreamManager,
    setUp(up: boolean): void {
      isUp = up;
    },
    isUp: () => isUp,
    figures: () => ({ bytes, mostBytes, taken, refused, late, segments: seq }),
  };
}
