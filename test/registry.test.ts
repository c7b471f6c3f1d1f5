// Goal: every line has one writer, and an epoch that is over stays over (D7, D8).
import { expect, onTestFinished, test } from 'vitest';
import { permitMs } from '../central/ledger/registry.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { genesis } from '../shared/codec.ts';
import { decodeEpochs, decodeLink, type EnrolAsk } from '../shared/enrol.ts';
import { decodeSegment, segmentBytesMax } from '../shared/segment.ts';
import { history, report } from './helpers/facts.ts';
import { openMedium } from './helpers/medium.ts';

const line = 'acme/lyon/turning/M03';
const [a, b, c] = ['a', 'b', 'c'].map((name) => `${name.repeat(8)}-0000-4000-8000-000000000000`);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Central's memory on a fresh disk. */
function central() {
  const db = openMedium(':memory:', migrations);
  onTestFinished(() => void db.close());
  const time = { nowMs: 1_000 };
  const memory = openMemory({
    db,
    nowMs: () => time.nowMs,
    waitMs: () => time.nowMs,
    maxInFlightMs: 1,
  });
  const { registry, ledger } = memory;
  const ask = (given: Partial<EnrolAsk>) =>
    registry.answer(line, {
      ...{
        want: 'enter',
        store: a!,
        epoch: 1,
        sequence: 0,
        hash: hex(genesis(line, 1)),
        stream: 0,
      },
      ...given,
    });
  return {
    ...memory,
    db,
    time,
    ask,
    take: (...s: Parameters<typeof ledger.accept>) => ledger.accept(...s),
  };
}
const made = (count: number, from = 1, epoch = 1) =>
  history(
    line,
    Array.from({ length: count }, (_, index) => report(`piece ${index + from}`, '1')),
    epoch,
  );
const good = ({ totals }: ReturnType<typeof central>) => totals.all('line')[0]?.[1].good;
const reasons = ({ ledger }: ReturnType<typeof central>) =>
  ledger.parked(9).map(({ epoch, sequence, reason }) => [epoch, sequence, reason]);

test('a line that was never seen belongs to the store that asks first, and to no other', () => {
  const plant = central();
  expect(plant.ask({})).toMatchObject({ answer: 'entered', epoch: 1, sequence: 0 });
  plant.take([{ segment: made(3).segment(1, 3) }]);
  expect(plant.ask({})).toMatchObject({
    answer: 'entered',
    sequence: 3,
    hash: hex(made(3).links[3]!),
  });
  expect(plant.ask({ store: b! })).toMatchObject({
    answer: 'owned',
    reason: `epoch 1 is written by store ${a} since 1970-01-01T00:00:01.000Z`,
  });
  plant.ask({ store: b! });
  expect(plant.registry.shown().refused).toMatchObject([
    { line, store: b, answer: 'owned', times: 2 },
  ]);
  expect(plant.ask({ epoch: 2 }).answer).toBe('owned');
});

test('D7: a new epoch begins at 1 again, and nothing of it is taken for the old one', () => {
  const plant = central();
  plant.ask({});
  plant.take([{ segment: made(5).segment(1, 3) }, { segment: made(5).segment(5, 5) }]);
  const begun = plant.ask({ want: 'begin', next: b!, reason: 'behind' });
  expect(begun).toEqual({
    ...{ answer: 'begun', epoch: 2, sequence: 0, ended: 3, hash: hex(genesis(line, 2)) },
  });
  const late = 'stale epoch: epoch 1 ended at sequence 3, and this waited for what is missing';
  expect(reasons(plant)).toEqual([[1, 5, late]]);
  expect(plant.ledger.gaps()).toEqual([]);
  plant.take([{ segment: made(2, 11, 2).segment(1, 2) }]);
  expect(plant.ledger.head(line)).toMatchObject({ epoch: 2, sequence: 2, repeats: 0 });
  expect(good(plant)).toBe(5_000_000n);
  expect(plant.registry.shown().epochs).toMatchObject([
    { line, epoch: 2, store: b, ended: 3, reason: 'behind' },
    { line, epoch: 1, store: a, ended: null, reason: 'new' },
  ]);
});

test('a beginning that was answered is answered the same, and begins nothing more', () => {
  const plant = central();
  plant.ask({});
  plant.take([{ segment: made(3).segment(1, 3) }]);
  const first = plant.ask({ want: 'begin', next: b!, reason: 'behind' });
  expect(plant.ask({ want: 'begin', next: b!, reason: 'behind' })).toEqual(first);
  expect(plant.ledger.head(line).epoch).toBe(2);
});

test('D8: the store of an epoch that is over is stale; what it sends is parked once', () => {
  const plant = central();
  plant.ask({});
  plant.take([{ segment: made(5).segment(1, 3) }]);
  plant.ask({ want: 'begin', next: b!, reason: 'forked' });
  expect(plant.ask({}).answer).toBe('stale');
  expect(plant.ask({ want: 'begin', next: c!, reason: 'forked' }).answer).toBe('stale');
  plant.take([{ segment: made(5).segment(3, 5) }]);
  expect(reasons(plant).map(([, sequence]) => sequence)).toEqual([5, 4]);
  plant.ask({ store: b!, epoch: 2, want: 'begin', next: c! });
  plant.take([{ segment: made(5).segment(3, 5) }]);
  expect(plant.ledger.strays(made(5).segment(2, 5), 'stray')).toBe(0);
  expect(plant.ledger.parkedCount()).toBe(2);
  expect(good(plant)).toBe(3_000_000n);
});

test('a stray that was stated anew in the next epoch is known, by its event id', () => {
  const plant = central();
  plant.ask({});
  plant.take([{ segment: made(3).segment(1, 3) }]);
  plant.ask({ want: 'begin', next: b!, reason: 'forked' });
  plant.take([{ segment: made(1, 4, 2).segment(1, 1) }]);
  expect(plant.ledger.strays(made(5).segment(4, 5), 'stray')).toBe(1);
  expect(reasons(plant)).toEqual([[1, 5, 'stray']]);
  expect(good(plant)).toBe(4_000_000n);
});

test('a fact that was parked and is stated again in the next epoch is parked no more', () => {
  const plant = central();
  plant.ask({});
  plant.take([{ segment: made(5).segment(1, 2) }, { segment: made(5).segment(4, 4) }]);
  plant.ask({ want: 'begin', next: b!, reason: 'forked' });
  plant.take([{ segment: made(5).segment(5, 5) }]);
  plant.ledger.strays(made(3).segment(3, 3), 'stray');
  expect(reasons(plant).map(([, sequence]) => sequence)).toEqual([3, 5, 4]);
  plant.take([{ segment: made(2, 3, 2).segment(1, 2) }]);
  expect(reasons(plant).map(([, sequence]) => sequence)).toEqual([5]);
  expect(plant.ledger.strays(made(5).segment(3, 5), 'stray')).toBe(0);
  expect(good(plant)).toBe(4_000_000n);
});

test('another store takes over with a permit, once and within its hour', () => {
  const plant = central();
  plant.ask({});
  plant.registry.permit(line, 'person:17');
  plant.time.nowMs += permitMs;
  expect(plant.ask({ store: b! }).answer).toBe('owned');
  plant.registry.permit(line, 'person:17');
  expect(plant.registry.shown().permits).toMatchObject([{ line, by: 'person:17' }]);
  expect(plant.ask({ store: b! }).answer).toBe('permitted');
  expect(plant.ask({ store: b!, want: 'begin', next: c! })).toMatchObject({
    answer: 'begun',
    epoch: 2,
  });
  expect(plant.registry.shown()).toMatchObject({
    permits: [],
    epochs: [{ reason: 'swapped' }, {}],
  });
  expect(plant.ask({}).answer).toBe('stale');
  expect(plant.ask({ store: b!, epoch: 2 }).answer).toBe('owned');
  expect(plant.ask({ store: c!, epoch: 2 }).answer).toBe('entered');
});

test('a line that central has never heard of gets no permit', () => {
  const plant = central();
  const permit = (name: string) => plant.registry.permit(name, 'person:17');
  expect(() => permit(line)).toThrow(`line: ${line}: central has never heard of it`);
  expect(plant.registry.shown().permits).toEqual([]);
  plant.take([{ segment: made(1).segment(1, 1) }]);
  expect(permit(line)).toBe(1_000 + permitMs);
  expect(() => permit(`${line}0`)).toThrow('never heard of it');
});

test('no epoch ends before central has read what the store knows to be in the stream', () => {
  const plant = central();
  plant.ask({});
  const asking = { want: 'begin', next: b!, reason: 'behind', stream: 7 } as const;
  expect(plant.ask(asking).answer).toBe('wait');
  plant.take([{ segment: made(3).segment(1, 3) }], { streamSequence: 7, digest: Buffer.from('x') });
  expect(plant.ask(asking)).toMatchObject({ answer: 'begun', ended: 3 });
});

test('a ledger of before is entered by the store that has its facts, and by no blank one', () => {
  const plant = central();
  plant.take([{ segment: made(3).segment(1, 3) }]);
  expect(plant.ask({ store: b! }).answer).toBe('owned');
  expect(plant.ask({ sequence: 2, hash: hex(made(3).links[2]!) }).answer).toBe('entered');
  expect(plant.ask({ store: b!, sequence: 2 }).answer).toBe('owned');
});

test('a central that lost its disk goes on in the epoch of the store that asks', () => {
  const plant = central();
  expect(plant.ask({ epoch: 4 })).toMatchObject({ answer: 'entered', epoch: 4, sequence: 0 });
  plant.take([{ segment: made(2, 1, 4).segment(1, 2) }]);
  expect(plant.ledger.head(line)).toMatchObject({ epoch: 4, sequence: 2 });
});

test('a beginning that the disk does not take changes nothing', () => {
  const plant = central();
  plant.ask({});
  plant.take([{ segment: made(3).segment(1, 3) }]);
  plant.db.exec(
    "CREATE TRIGGER disk_full BEFORE INSERT ON epoch BEGIN SELECT raise(ABORT, 'full'); END",
  );
  expect(() => plant.ask({ want: 'begin', next: b!, reason: 'behind' })).toThrow('full');
  expect(plant.ledger.head(line)).toMatchObject({ epoch: 1, sequence: 3 });
});

test('what the ledger holds is told by epoch, link and page', () => {
  const plant = central();
  plant.ask({});
  plant.take([{ segment: made(3).segment(1, 3) }]);
  plant.ask({ want: 'begin', next: b! });
  plant.take([{ segment: made(1_500, 11, 2).segment(1, 900) }]);
  plant.take([{ segment: made(1_500, 11, 2).segment(901, 1_500) }]);
  const told = (asked: Parameters<typeof plant.archive.answer>[1]) =>
    Buffer.from(plant.archive.answer(line, asked));
  expect(decodeEpochs(told({ want: 'epochs' }))).toEqual([
    { epoch: 1, last: 3 },
    { epoch: 2, last: 1_500 },
  ]);
  expect(decodeLink(told({ want: 'link', epoch: 1, sequence: 2 }))).toBe(hex(made(3).links[2]!));
  expect(decodeLink(told({ want: 'link', epoch: 1, sequence: 0 }))).toBe(hex(genesis(line, 1)));
  expect(decodeLink(told({ want: 'link', epoch: 1, sequence: 4 }))).toBeUndefined();
  const page = decodeSegment(told({ want: 'facts', epoch: 2, sequence: 10 }));
  expect(page).toMatchObject({ line, epoch: 2, first: 11 });
  expect(page.facts).toHaveLength(1_000);
  expect(page.facts.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(segmentBytesMax);
  expect(told({ want: 'facts', epoch: 2, sequence: 1_500 })).toHaveLength(0);
  expect(told({ want: 'facts', epoch: 3 })).toHaveLength(0);
});
