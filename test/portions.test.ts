// Goal: a backlog that is taken in by small turns is taken in as if at once.
// Method: the same segments to two ledgers, at once and in portions of every size.
import { expect, test } from 'vitest';
import { portionsOf } from '../central/ledger/inbox.ts';
import { type Arrival, openLedger } from '../central/ledger/ledger.ts';
import { ledgerMigrations } from '../central/ledger/shelf.ts';
import { openDatabase } from '../shared/database.ts';
import { decodeSegment, encodeSegment, partsOf } from '../shared/segment.ts';
import { history, report } from './helpers/facts.ts';

const line = 'acme/lyon/turning/M03';
const reports = (name: string, count: number) =>
  Array.from({ length: count }, (_, at) => report(`${name} ${at + 1}`, '1'));
const log = history(line, reports('piece', 30));
const other = history(line, [...reports('piece', 10), ...reports('other', 20)]);
const broken: Arrival = { line, broken: 'no segment', bytes: Buffer.of(1) };
const of = (segment: ReturnType<typeof log.segment>): Arrival => ({ segment });

function central() {
  const db = openDatabase(':memory:', ledgerMigrations);
  return openLedger({ db, nowMs: () => 7, note: () => undefined, undone: () => undefined });
}
/** All that the ledger says of the line. */
function says(ledger: ReturnType<typeof central>) {
  const { hash, ...head } = ledger.head(line);
  const parked = ledger.parked(100).map(({ sequence, reason }) => [sequence, reason]);
  return {
    ...head,
    hash: hash.toString('hex'),
    parked,
    gaps: ledger.gaps(),
    facts: ledger.facts(),
  };
}

test('the parts of a segment are segments whose chain holds', () => {
  const parts = partsOf(log.segment(3, 30), 9);
  expect(parts.map(({ facts }) => facts.length)).toEqual([9, 9, 9, 1]);
  for (const part of parts) expect(decodeSegment(encodeSegment(part))).toMatchObject(part);
  expect(parts.flatMap(({ facts }) => facts)).toEqual(log.segment(3, 30).facts);
  expect(partsOf(log.segment(1, 5, false), 2).map(({ before, after }) => [before, after])).toEqual(
    Array(3).fill([null, null]),
  );
});

const stories: [string, Arrival[]][] = [
  ['in order', [of(log.segment(1, 20)), broken, of(log.segment(21, 30))]],
  ['with repeats', [of(log.segment(1, 12)), of(log.segment(1, 20)), of(log.segment(5, 30))]],
  ['with a gap', [of(log.segment(1, 4)), of(log.segment(10, 30)), of(log.segment(5, 9))]],
  ['with a fork', [of(log.segment(1, 15)), of(other.segment(11, 30)), of(log.segment(16, 30))]],
  ['without a chain', [of(log.segment(1, 15, false)), of(log.segment(16, 30, false))]],
];
test.each(stories)('%s: portions of every size end as all at once', (_name, arrivals) => {
  const whole = central();
  whole.accept(arrivals);
  for (let max = 1; max <= 31; max++) {
    const ledger = central();
    let turns = 0;
    for (const portion of portionsOf(arrivals, max, ledger.head)) {
      ledger.accept(portion);
      turns += 1;
    }
    expect(says(ledger)).toEqual(says(whole));
    expect(turns).toBeGreaterThanOrEqual(max < 5 ? 2 : 1);
  }
});
