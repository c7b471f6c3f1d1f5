import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { decodeContent } from '../shared/codec.ts';
import { contentsOf, openBox, outcome } from './helpers/box.ts';
import { testFolder } from './helpers/folder.ts';
import { command, m01, m02, quantityHold, shop } from './helpers/shop.ts';

const file = () => join(testFolder(), 'edge.db');
const history = (box: ReturnType<typeof openBox>) =>
  [...box.store.history()].map(({ line, sequence, bytes }) => [
    line,
    sequence,
    decodeContent(bytes).type,
  ]);

const day = [
  ...[shop.release(), shop.start(), shop.phase('R1'), shop.report('R1', { good: '31.5' })],
  ...[shop.phase('R2', {}, { line: m02 }), shop.report('R2', { scrap: '2' }, { line: m02 })],
  ...[shop.phase('R1'), shop.consume('L-1'), shop.produce('L-2'), quantityHold('H1', '7')],
  ...[shop.hold('H2', 'lot', { lot: 'L-2' }, { quantity: '7', unit: 'EA' })],
  ...[shop.dispose('H1', '2'), shop.end('R1')],
  ...[shop.end('R2', { line: m02 }), shop.complete()],
  command('StartShift', { shift: 'early' }, { people: ['4445'] }),
];

test('an accepted command becomes the next fact of its line', () => {
  const box = openBox();
  const [release, other] = [box.decide(shop.release()), box.decide(shop.start({ line: m02 }))];
  expect(release).toMatchObject({
    status: 'accepted',
    facts: [{ line: m01, epoch: 1, sequence: 1, type: 'OrderReleased' }],
  });
  expect(other).toMatchObject({ facts: [{ line: m02, sequence: 1, type: 'OperationStarted' }] });
});

test('a fact carries both clocks, and says whose time it is', () => {
  const box = openBox();
  box.decide(shop.release());
  box.decide({ ...shop.start(), atMs: undefined });
  const facts = [...box.store.history()].map(({ bytes }) => decodeContent(bytes));
  const recordedMs = 1_700_000_000_000;
  expect(facts).toMatchObject([
    { atMs: 1_000, recordedMs, clock: 'source' },
    { atMs: recordedMs, recordedMs, clock: 'edge' },
  ]);
});

test('S2, D1: the same command twice is answered the same, also by a box opened anew', () => {
  const path = file();
  const box = openBox(path);
  const asked = [...day, shop.start(), shop.report('R9'), shop.free('H9')];
  const answers = asked.map(box.decide);
  expect(answers.filter(({ status }) => status === 'refused')).toHaveLength(4);
  const before = history(box);
  expect(asked.map(box.decide)).toEqual(answers);
  box.db.close();
  const again = openBox(path);
  expect(asked.map(again.decide)).toEqual(answers);
  expect(history(again)).toEqual(before);
});

test('a refusal is remembered, also when the same would be allowed now', () => {
  const box = openBox();
  const start = shop.start();
  expect(outcome(box.decide(start))).toBe('REFUSED order WO-1 is unknown: no OperationStarted');
  box.decide(shop.release());
  expect(outcome(box.decide(start))).toBe('REFUSED order WO-1 is unknown: no OperationStarted');
  expect(outcome(box.decide(shop.start()))).toBe('accepted');
});

test('a close says how many facts about its order were stated before, whatever it was told', () => {
  const box = openBox();
  const given = [shop.release(), shop.start(), shop.start(), shop.hold('H1', 'line'), shop.pause()];
  for (const one of [
    ...given,
    shop.release({}, 'WO-2'),
    shop.hold('H2', 'order', { order: 'WO-1' }),
  ]) {
    box.decide(one);
  }
  box.decide(shop.free('H2'));
  box.decide({ ...shop.close(), body: { facts: 99 } });
  const last = [...box.store.history()].at(-1)!;
  expect(decodeContent(last.bytes)).toMatchObject({ type: 'OrderClosed', body: { facts: 5 } });
});

test('what is stated about a hold or a held lot names its order', () => {
  const box = openBox();
  const held = shop.hold('H1', 'lot', { lot: 'L-1' }, { quantity: '7', unit: 'EA' });
  const given = [shop.release(), shop.start(), shop.produce('L-1'), held];
  for (const one of [...given, shop.dispose('H1', '2'), shop.free('H1')]) box.decide(one);
  const facts = [...box.store.history()].slice(-3).map(({ bytes }) => decodeContent(bytes));
  expect(facts.map(({ order, lot }) => [order, lot])).toEqual(Array(3).fill(['WO-1', 'L-1']));
});

const report = { ...shop.report('R1'), commandId: 'c-1' };
const others: [string, object][] = [
  ['another quantity', { body: { ...report.body, good: '2' } }],
  ['another line', { line: m02 }],
  ['another time', { atMs: 1_001 }],
  ['another person', { actor: 'person:2' }],
];
test.each(others)('D3: the same id with %s is a conflict, and stores nothing', (_name, changed) => {
  const box = openBox();
  for (const given of [shop.release(), shop.start(), shop.phase('R1')]) box.decide(given);
  const first = box.decide(report);
  const conflict = 'CONFLICT command.commandId: c-1 was used for another command';
  expect(outcome(box.decide({ ...report, ...changed }))).toBe(conflict);
  expect(box.decide({ ...report, body: { ...report.body, good: '1.0' } })).toEqual(first);
  expect(box.book.tally('line', m01)).toMatchObject({ good: 1_000_000n, reports: 1 });
  expect(history(box)).toHaveLength(4);
});

test('D4: two reports of the same content are two', () => {
  const box = openBox();
  for (const given of [shop.release(), shop.start(), shop.phase('R1')]) box.decide(given);
  box.decide(shop.report('R1'));
  box.decide(shop.report('R1'));
  expect(box.book.tally('order', 'WO-1')).toMatchObject({ good: 2_000_000n, reports: 2 });
});

test('what is too big to be stored is refused by name, and disturbs nobody', () => {
  const box = openBox();
  const operations = Array(100).fill({ operation: '0010', name: '🔩'.repeat(200) });
  expect(() => box.decide(shop.release({ operations }))).toThrow(
    'fact: must be at most 65536 bytes',
  );
  expect(history(box)).toEqual([]);
  expect(box.book.look('order', 'WO-1')).toBeUndefined();
});

test('an edge that was opened anew stands where the old one stood', () => {
  const path = file();
  const box = openBox(path);
  expect(day.map(box.decide).map(outcome)).toEqual(
    day.map((_, i) => (i === 6 ? expect.any(String) : 'accepted')),
  );
  const before = contentsOf(box);
  box.roster.rebuild();
  expect(contentsOf(box)).toEqual(before);
  box.db.close();
  const again = openBox(path);
  expect(contentsOf(again)).toEqual(before);
  expect(again.decide(shop.resume()).status).toBe('refused');
  expect(again.roster.actor(m01).head()).toEqual(box.roster.actor(m01).head());
});

test('history stands when the line has fewer lanes than it had', () => {
  const path = file();
  const box = openBox(path);
  const given = [shop.release(), shop.start(), shop.phase('R1'), shop.phase('R2', { lane: 2 })];
  expect(given.map(box.decide).map(outcome)).toEqual(given.map(() => 'accepted'));
  box.db.close();
  const again = openBox(path, [{ line: m01, lanes: 1 }]);
  expect(again.roster.actor(m01).failure()).toBeUndefined();
  expect(outcome(again.decide(shop.end('R2')))).toBe('accepted');
  expect(outcome(again.decide(shop.phase('R3', { lane: 2 })))).toContain('capacity of 1');
});

test('what a line stated stands when the edge has that line no more', () => {
  const path = file();
  const box = openBox(path);
  box.decide(shop.release());
  box.decide(shop.start({ line: m02 }));
  box.db.close();
  const again = openBox(path, [{ line: m02, lanes: 1 }]);
  expect(again.roster.actor(m02).failure()).toBeUndefined();
  expect(outcome(again.decide(shop.complete({ line: m02 })))).toBe('accepted');
  expect(() => again.decide(shop.complete())).toThrow(
    `command.line: ${m01} is no line of this edge; known: ${m02}`,
  );
});

test('a line of a new epoch begins a new chain', () => {
  const path = file();
  const box = openBox(path);
  box.decide(shop.release());
  box.db.exec('UPDATE line SET epoch = 2');
  box.roster.rebuild();
  expect(box.decide(shop.start())).toMatchObject({ facts: [{ epoch: 2, sequence: 1 }] });
  box.roster.rebuild();
  expect(box.roster.actor(m01).failure()).toBeUndefined();
});

/** Changes a closed store behind the schema's back. */
function tamper(path: string, sql: string): void {
  const knife = new Sqlite(path);
  knife.exec('DROP TRIGGER event_is_history');
  knife.exec(sql);
  knife.close();
}

const tampering: [string, string][] = [
  [
    'another quantity',
    "UPDATE event SET bytes = CAST(replace(bytes, '31.5', '99.5') AS BLOB) WHERE position = 4",
  ],
  ['another hash', 'UPDATE event SET hash = zeroblob(32) WHERE position = 4'],
  ['bytes that are none', "UPDATE event SET bytes = x'07' WHERE position = 4"],
];
test.each(tampering)(
  'S4: a line with %s in its past stops there; the other goes on',
  (_name, sql) => {
    const path = file();
    const box = openBox(path);
    for (const given of day.slice(0, 10)) box.decide(given);
    box.db.close();
    tamper(path, sql);

    const again = openBox(path);
    const reason = again.roster.actor(m01).failure();
    expect(reason).toMatch(new RegExp(`^${m01} stopped at epoch 1, sequence 4: `));
    expect(outcome(again.decide(shop.start({ operation: '0020' })))).toBe(`CORRUPT ${reason}`);
    expect(again.status().lines).toMatchObject([
      { state: 'failed', failure: reason },
      { state: 'idle' },
    ]);
    expect(again.roster.actor(m02).failure()).toBeUndefined();
    expect(outcome(again.decide(shop.report('R2', {}, { line: m02 })))).toBe('accepted');
    const before = contentsOf(again);
    again.roster.rebuild();
    expect(contentsOf(again)).toEqual(before);
  },
);

test('S4: what other lines have gone on from still stands after the row that does not', () => {
  const path = file();
  const box = openBox(path);
  const next = { operation: '0020' };
  for (const given of [...day.slice(0, 4), shop.start(next)]) box.decide(given);
  box.decide(shop.phase('R2', {}, { ...next, line: m02 }));
  box.db.close();
  tamper(path, tampering[0]![1]);
  const again = openBox(path);
  expect(again.roster.actor(m01).failure()).toContain('sequence 4');
  expect(outcome(again.decide(shop.end('R2', { ...next, line: m02 })))).toBe('accepted');
});
