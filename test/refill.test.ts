// D5: what is missing is asked of its edge, again and again; that it is still missing is told.
import { expect, test } from 'vitest';
import { openLedger } from '../central/ledger/ledger.ts';
import { fillGaps } from '../central/ledger/refill.ts';
import { ledgerMigrations } from '../central/ledger/shelf.ts';
import type { Clock } from '../shared/clock.ts';
import { openDatabase } from '../shared/database.ts';
import { openBell } from '../shared/loop.ts';
import { encodeSegment } from '../shared/segment.ts';
import { refillSubject } from '../shared/subject.ts';
import { history, report } from './helpers/facts.ts';

const line = 'acme/lyon/turning/M03';
const log = history(
  line,
  Array.from({ length: 14 }, (_, index) => report(`piece ${index + 1}`, '1')),
);

/** A ledger without 12 and 13, and an edge that answers its questions in turn; then it ends. */
async function fill(...answers: (Uint8Array | 'no answer')[]) {
  const db = openDatabase(':memory:', ledgerMigrations);
  const ledger = openLedger({ db, nowMs: () => 0, note: () => {}, undone: () => {} });
  for (const [first, last] of [
    [1, 11],
    [14, 14],
  ] as const) {
    ledger.accept([{ segment: log.segment(first, last) }]);
  }
  const stop = new AbortController();
  const [asked, told]: [unknown[], string[]] = [[], []];
  const tell = (level: string) => (_: object, words: string) => void told.push(`${level} ${words}`);
  const say = { warn: tell('warn'), error: tell('error'), info: tell('info') };
  let committed = 0;
  let nowMs = 0;
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    async sleep(ms) {
      nowMs += ms;
    },
  };
  await fillGaps({
    ...{ ledger, signal: stop.signal, log: say as never, idleMs: 60_000 },
    committed() {
      committed += 1;
    },
    connection: {
      async request(subject: string, question: string) {
        asked.push([nowMs, subject, JSON.parse(question)]);
        const answer = answers.shift()!;
        if (answers.length === 0) stop.abort();
        if (answer === 'no answer') throw new Error('timeout');
        return { data: answer };
      },
    } as never,
    ...{ clock, bell: openBell(clock) },
  });
  return { asked, told, committed, ledger };
}

const question = [refillSubject(line), { epoch: 1, from: 12, to: 13 }];

test('D5: a gap that stays is asked of its edge, and closes in order', async () => {
  const { asked, told, committed, ledger } = await fill(encodeSegment(log.segment(12, 13)));
  expect(asked).toEqual([[3_000, ...question]]);
  expect(told).toEqual(['info a gap was filled']);
  expect([committed, ledger.head(line).sequence, ledger.gaps()]).toEqual([1, 14, []]);
});

test('D5: while nobody answers it is told each time, and asked for again', async () => {
  const { asked, told, ledger } = await fill('no answer', 'no answer', new Uint8Array());
  expect(asked.map((each) => (each as unknown[])[0])).toEqual([3_000, 6_000, 12_000]);
  expect(told).toEqual([
    ...['warn a gap is still open', 'warn a gap is still open'],
    'error known loss: the edge no longer has these facts',
  ]);
  expect(ledger.gaps()).toEqual([{ line, epoch: 1, from: 12, to: 13 }]);
  expect(ledger.head(line).sequence).toBe(11);
});

test('a gap that nobody fills is asked about once a minute at last', async () => {
  const { asked } = await fill(...Array.from({ length: 9 }, () => 'no answer' as const));
  const times = asked.map((each) => (each as number[])[0]!);
  const pauses = times.slice(1).map((at, index) => at - times[index]!);
  expect(pauses).toEqual([3_000, 6_000, 12_000, 24_000, 48_000, 60_000, 60_000, 60_000]);
});

test('D5: an answer of another line fills nothing', async () => {
  const other = history('acme/lyon/turning/M04', [report('x', '1'), report('y', '1')]);
  const { told, committed, ledger } = await fill(encodeSegment(other.segment(1, 2)));
  expect([told, committed]).toEqual([['warn a gap is still open'], 0]);
  expect(ledger.lines().map(({ path }) => path)).toEqual([line]);
});
