// Goal: an edge is told how far the ERP has what its line stated, and what waits for a person.
import { expect, onTestFinished, test } from 'vitest';
import { tellKept } from '../central/ledger/keeper.ts';
import type { Ledger } from '../central/ledger/ledger.ts';
import { openMovements } from '../central/ledger/movements.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { waitingMax } from '../shared/kept.ts';
import { openBell } from '../shared/loop.ts';
import { keptSubject } from '../shared/subject.ts';
import { again, answer, m1, qc, refused, stated, told, unknown } from './helpers/central.ts';
import { content, history, report as reportFact } from './helpers/facts.ts';
import { openMedium } from './helpers/medium.ts';
import { m01, m02 } from './helpers/shop.ts';

const { release, report, complete, close, produce, hold, free } = stated;

test('nothing is settled behind the first document that is on its way', () => {
  const side = told(release(), report('0'), report('1'), report('2'));
  const settled = () => side.postings.settled(m1, 4);
  expect(settled()).toEqual({ settled: 2, waiting: [] });
  answer(side, unknown);
  expect(settled()).toEqual({ settled: 2, waiting: [] });
  side.time.nowMs += 1_000;
  const [task] = side.next();
  side.postings.found(task!.posting.key, ['D']);
  expect(settled()).toEqual({ settled: 3, waiting: [] });
  side.next();
  expect(settled()).toEqual({ settled: 3, waiting: [] });
});

test('a line is settled to its head when nothing is on its way', () => {
  const side = told(release(), report('1'), report('0'));
  side.drain();
  expect(side.postings.settled(m1, 3)).toEqual({ settled: 3, waiting: [] });
  expect(side.postings.settled('acme/silent', 0)).toEqual({ settled: 0, waiting: [] });
});

test('what is parked, held or deferred is named and holds up nothing else', () => {
  const side = told(release(), hold('H1', 'order', { order: 'WO-1' }), produce('L', '5'));
  side.note(m1, complete(), report('200'), report('1'), release('WO-2'));
  side.note(m1, report('9', {}, { order: 'WO-2' }));
  side.drain();
  expect(side.postings.settled(m1, 8)).toEqual({ settled: 8, waiting: [3, 4, 5, 6] });
  for (const row of [2, 3]) {
    side.postings.decide(side.rows()[row]!.key, 'Settle', { document: '1', reason: 'approved' });
    side.drain();
  }
  expect(side.postings.settled(m1, 8)).toEqual({ settled: 8, waiting: [3, 4] });
  side.note(qc, free('H1'), close(6));
  expect(side.postings.settled(qc, 2)).toEqual({ settled: 2, waiting: [] });
  side.drain();
  expect(side.postings.settled(m1, 8)).toEqual({ settled: 8, waiting: [] });
});

test('a refused document waits until a person has spoken', () => {
  const side = told(release(), report('1'), report('2'));
  const { posting } = answer(side, refused);
  side.next();
  expect(side.postings.settled(m1, 3)).toEqual({ settled: 3, waiting: [2, 3] });
  again(side.postings, posting.key);
  expect(side.postings.settled(m1, 3)).toEqual({ settled: 1, waiting: [3] });
  side.drain();
  expect(side.postings.settled(m1, 3)).toEqual({ settled: 3, waiting: [] });
});

test(`at most ${waitingMax} that wait are named, the oldest first`, () => {
  const side = told(...Array.from({ length: waitingMax + 5 }, () => report('1')));
  side.next();
  const { waiting } = side.postings.settled(m1, waitingMax + 5);
  expect(waiting).toEqual(Array.from({ length: waitingMax }, (_, index) => index + 1));
});

/** What the keeper publishes while documents are posted in its pauses; it ends after so many. */
async function wordsOf(pauses: number): Promise<[string, object][]> {
  const side = told(release(), report('1'), report('2'));
  const stop = new AbortController();
  const bell = openBell();
  const head = { path: m1, epoch: 1, sequence: 3, hash: Buffer.alloc(32, 7) };
  const heads = [
    ...[head, { ...head, path: 'acme/silent', sequence: 0 }],
    { ...head, path: 'acme/anew', epoch: 2, sequence: 0 },
  ];
  const words: [string, object][] = [];
  const connection = {
    isClosed: () => false,
    publish: (subject: string, word: string) => void words.push([subject, JSON.parse(word)]),
  };
  let left = pauses;
  await tellKept({
    connection: connection as never,
    ledger: { lines: () => heads } as unknown as Ledger,
    settled: (line, at) => side.postings.settled(line, at),
    bell,
    movements: { take: () => undefined },
    repeatMs: 30_000,
    clock: {
      nowMs: () => 1_000_000,
      monotonicMs: () => 0,
      async sleep() {
        left -= 1;
        if (left === 0) stop.abort();
        if (left % 2 === 0) for (const task of side.next()) side.post(task);
        bell.ring();
      },
    },
    signal: stop.signal,
  });
  return words;
}

test('an edge is told that its new epoch is known, before anything is stated in it', async () => {
  const words = await wordsOf(9);
  expect(words.filter(([subject]) => subject === keptSubject('acme/anew'))).toMatchObject([
    ['hf.kept.acme.anew', { epoch: 2, sequence: 0, settled: 0 }],
  ]);
});

test('an edge is told each new state once, and nothing of a line that stated nothing', async () => {
  const words = (await wordsOf(9)).filter(([subject]) => subject !== keptSubject('acme/anew'));
  expect(words.map(([subject]) => subject)).toEqual(Array(3).fill(keptSubject(m1)));
  expect(words.map(([, word]) => word)).toMatchObject([
    { epoch: 1, sequence: 3, hash: '07'.repeat(32), settled: 1, waiting: [] },
    { settled: 2 },
    { settled: 3 },
  ]);
});

test('what is unchanged is said again and again, though the day is set back', async () => {
  const stop = new AbortController();
  let passedMs = 0;
  let said = 0;
  const clock = {
    nowMs: () => 1e12 - passedMs,
    monotonicMs: () => passedMs,
    async sleep(ms: number) {
      passedMs += ms;
      if (passedMs > 300_000) stop.abort();
    },
  };
  await tellKept({
    connection: { isClosed: () => false, publish: () => void said++ } as never,
    ledger: {
      lines: () => [{ path: m1, epoch: 1, sequence: 3, hash: Buffer.alloc(32, 7) }],
    } as unknown as Ledger,
    settled: () => ({ settled: 3, waiting: [] }),
    ...{ bell: openBell(clock), movements: { take: () => [] } },
    ...{ repeatMs: 30_000, clock, signal: stop.signal },
  });
  expect(said).toBe(10);
});

test('only lines that have moved are looked at, and all again when it may be any', async () => {
  const movements = openMovements();
  const stop = new AbortController();
  const heads = new Map(
    [m1, 'acme/a', 'acme/b'].map((path) => {
      return [path, { path, epoch: 1, sequence: 3, hash: Buffer.alloc(32, 7) }];
    }),
  );
  const looks: string[] = [];
  const said: string[] = [];
  const bell = openBell();
  const between = [
    () => {
      heads.get('acme/a')!.sequence = 4;
      movements.touch('acme/a');
      movements.touch('acme/a');
    },
    () => undefined,
    movements.any,
    () => stop.abort(),
  ];
  await tellKept({
    connection: {
      isClosed: () => false,
      publish: (subject: string) => void said.push(subject),
    } as never,
    ledger: {
      lines() {
        looks.push('all');
        return [...heads.values()];
      },
      head(path: string) {
        looks.push(path);
        return heads.get(path)!;
      },
    } as unknown as Ledger,
    settled: (_, at) => ({ settled: at, waiting: [] }),
    ...{ bell, movements, repeatMs: 30_000, signal: stop.signal },
    clock: {
      nowMs: () => 0,
      monotonicMs: () => 0,
      async sleep() {
        between.shift()!();
        bell.ring();
      },
    },
  });
  expect(looks).toEqual(['all', 'acme/a', 'all']);
  expect(said).toEqual([keptSubject(m1), 'hf.kept.acme.a', 'hf.kept.acme.b', 'hf.kept.acme.a']);
});

test('what the ledger takes, what the ERP has done and what was undone has moved a line', () => {
  const db = openMedium(':memory:', migrations);
  onTestFinished(() => void db.close());
  const nowMs = () => 1_325_458_800_000;
  const times = { nowMs, waitMs: () => 1, maxInFlightMs: 1 };
  const { ledger, postings, forget } = openMemory({ db, ...times });
  const { movements } = postings;
  expect(movements.take()).toBe(undefined);
  const released = { material: 'BOLT', unit: 'EA', quantity: '9', tolerancePercent: 10 };
  const order = content('order', 'OrderReleased', released, { order: 'WO-1' });
  const { segment } = history(m01, [order, reportFact('piece', '1')]);
  ledger.accept([{ segment: segment(1, 2) }]);
  expect(movements.take()).toEqual([m01]);
  expect(movements.take()).toEqual([]);
  ledger.begin(m02, 2, () => undefined);
  expect(movements.take()).toEqual([m02]); // nothing is posted of that
  const [task] = postings.next(new Set(), 1);
  movements.take();
  postings.settle(task!.posting.key, { kind: 'posted', document: 'D' });
  expect(movements.take()).toEqual([m01]);
  forget();
  expect(movements.take()).toBe(undefined);
});
