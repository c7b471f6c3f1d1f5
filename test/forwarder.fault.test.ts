// Goal: whatever link, stream and edge do, central's ledger ends with every fact once and in order,
// and the cursors never say what is not so. A stream that loses nothing ends the same way.
// Method: a stream that compares and appends, behind a link that at random loses requests, loses
// answers, delivers long after the time-out and reads from a follower that lags; a hub that loses
// the stream's tail and gives its numbers again, so that a late request may double facts or skip
// some; a central that drops the double and asks for the gap; an edge that restarts.
import pino from 'pino';
import { expect, test } from 'vitest';
import { openOutbox } from '../edge/store/outbox.ts';
import { forward, type LinkState, type Publish, type ReadLast } from '../edge/uplink/forwarder.ts';
import type { Last } from '../edge/uplink/resync.ts';
import { Fault } from '../shared/fault.ts';
import { type Bell, openBell } from '../shared/loop.ts';
import { lastOf, type Segment } from '../shared/segment.ts';
import { fakeClock } from './helpers/clock.ts';
import { openOwing } from './helpers/owing.ts';
import { random, seeds } from './helpers/random.ts';
import { m01 } from './helpers/shop.ts';

const log = pino({ level: 'silent' });
const lost = (what: string): never => {
  throw new Fault('UNREACHABLE', `${what} lost`);
};

type Message = { streamSequence: number; segment: Segment };

/** One line's subject in a stream that other lines write to as well. */
function openStream(below: (limit: number) => number) {
  let messages: Message[] = [];
  let end = 0;
  return {
    messages: () => messages,
    append(segment: Segment, expected: number): number {
      if ((messages.at(-1)?.streamSequence ?? 0) !== expected)
        throw new Fault('CONFLICT', 'wrong last');
      end += 1 + below(3);
      messages.push({ streamSequence: end, segment });
      return end;
    },
    /** As its last message looked `behind` messages ago. */
    last(behind: number): Last | undefined {
      const message = messages.at(-1 - behind);
      if (!message) return undefined;
      const { streamSequence, segment } = message;
      const hash = Buffer.from(segment.after!).toString('hex');
      return { streamSequence, epoch: segment.epoch, sequence: lastOf(segment), hash };
    },
    loseTail(count: number): void {
      messages = messages.slice(0, Math.max(0, messages.length - count));
      end = messages.at(-1)?.streamSequence ?? 0;
    },
  };
}

/** Central: reads whatever the stream holds, drops repeats, and asks for what a gap lacks. */
function openLedger(refill: (after: number, last: number) => Segment) {
  const facts: string[] = [];
  function accept(segment: Segment): void {
    while (segment.first > facts.length + 1) accept(refill(facts.length, segment.first - 1));
    segment.facts.forEach((bytes, index) => {
      const place = segment.first + index - 1;
      const text = Buffer.from(bytes).toString();
      if (place === facts.length) facts.push(text);
      else expect(facts[place]).toBe(text);
    });
  }
  return { facts, accept };
}

/** An edge, its link, the stream and central, in one world with one seed. */
function openWorld(seed: number) {
  const { below, chance } = random(seed);
  const edge = openOwing(m01);
  const stream = openStream(below);
  const ledger = openLedger((after, last) => edge.outbox.segment(m01, after, last)!);
  const read = () => {
    for (const { segment } of stream.messages()) ledger.accept(segment);
  };
  const loses = chance(0.6);
  let late: (() => void)[] = []; // requests on their way after their time-out
  let stop = new AbortController();
  let quiet = false;
  let idle = 0;
  const kills = chance(0.5); // else the edge has to find its way without ever starting anew
  const total = 200 + below(3_000);

  function happen(): void {
    const { sent, kept, head } = openOutbox(edge.db).marks(m01);
    expect(kept).toBeLessThanOrEqual(sent);
    expect(sent).toBeLessThanOrEqual(head);
    expect(kept).toBeLessThanOrEqual(ledger.facts.length);
    if (head < total) edge.state(Math.min(total - head, below(60)));
    quiet = head >= total && chance(0.05);
    if (chance(0.3)) read();
    if (chance(0.3)) edge.outbox.keep(m01, 1, below(ledger.facts.length + 1));
    if (loses && chance(0.04)) {
      stream.loseTail(1 + below(6));
    }
    late = late.filter((arrive) => {
      if (chance(0.6)) return true;
      arrive();
      return false;
    });
    if (kills && chance(0.05)) stop.abort();
  }

  const publish: Publish = async (segment, expected) => {
    happen();
    if (quiet) return stream.append(segment, expected);
    if (chance(0.1)) lost('request');
    if (chance(0.1)) {
      late.push(() => {
        try {
          stream.append(segment, expected);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CONFLICT' });
        }
      });
      lost('time');
    }
    const streamSequence = stream.append(segment, expected);
    if (chance(0.1)) lost('answer');
    return streamSequence;
  };
  const last: ReadLast = async () => {
    happen();
    if (!quiet && chance(0.1)) lost('answer');
    return stream.last(!quiet && chance(0.1) ? 1 + below(2) : 0);
  };
  const done = () => ledger.facts.length === total && stream.last(0)?.sequence === total;
  /** Nothing to send: time passes, and at the end of it the world looks whether all is there. */
  const bell = {
    ...openBell(),
    wait: async () => {
      expect(++idle, 'still idle').toBeLessThan(5_000);
      happen();
      read();
      if (done()) stop.abort();
    },
  };
  return {
    ...{ edge, stream, ledger, total, done, loses },
    /** Runs the edge until it is killed, or everything is where it belongs. */
    async run(): Promise<void> {
      stop = new AbortController();
      const report = (state: LinkState) => expect(state).not.toBe('forked');
      const enter = async () => ({ kind: 'alone' }) as const;
      const clock = fakeClock();
      const read: Bell = {
        ...openBell(),
        async wait(_, ms, signal) {
          happen();
          await clock.sleep(ms, signal);
        },
      };
      const often = { bell, read, idleMs: 60_000, clock };
      const parts = { publish, last, enter, log, report, ...often };
      await forward({ line: m01, outbox: openOutbox(edge.db), signal: stop.signal, ...parts });
    },
  };
}

test.each(seeds(25))('N2: nothing is lost, doubled or out of order (SEED=%i)', async (seed) => {
  const { edge, stream, ledger, total, done, loses, run } = openWorld(seed);
  for (let boots = 0; !done(); boots++) {
    expect(boots, 'still not done').toBeLessThan(2_000);
    await run();
  }
  const stated = [...edge.store.history()].map(({ bytes }) => bytes.toString());
  expect(stated).toHaveLength(total);
  expect(ledger.facts).toEqual(stated);

  if (loses) return;
  const streamed = stream.messages().flatMap(({ segment }) => segment.facts);
  expect(streamed.map((bytes) => Buffer.from(bytes).toString())).toEqual(stated);
});
