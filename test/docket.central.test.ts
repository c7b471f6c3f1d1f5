// Goal: the table of postings is cheap to write, and whoever reads it finds what it looks for.
// Method: SQLite says how it would run each statement; a file of the version before is opened.
import { expect, test } from 'vitest';
import { type Accepted, openLedger } from '../central/ledger/ledger.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { queueMigrations4 } from '../central/posting/former.ts';
import { openDatabase } from '../shared/database.ts';
import { again, answer, m1, openSide, refused, stated, told, yields } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { testFolder } from './helpers/folder.ts';
import { plansOf } from './helpers/plans.ts';

const { release, report, close, complete } = stated;
const times = { nowMs: () => 0, waitMs: () => 0, maxInFlightMs: 0 };

/** How SQLite runs each statement about postings that central prepares, by statement. */
function plans(): Map<string, string> {
  const db = openDatabase(':memory:', migrations);
  const all = plansOf(db, 'posting', () => openMemory({ db, ...times }));
  db.close();
  return all;
}

test('every index of the postings serves a statement, and none reads all of them', () => {
  const all = plans();
  const db = openDatabase(':memory:', migrations);
  const indexes = db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql > ''")
    .pluck()
    .all()
    .filter((name) => name.startsWith('posting_'));
  db.close();
  const used = [...all.values()].join('; ');
  expect(indexes.length).toBeGreaterThan(5);
  expect(indexes.filter((name) => !new RegExp(`\\b${name}\\b`).test(used))).toEqual([]);
  const few = 'beside|flying|held|intended|parked|pausing'; // indexes of what stands out
  const whole = [...all].filter(([, plan]) =>
    new RegExp(`SCAN posting(?! USING (COVERING )?INDEX posting_(${few})\\b)`).test(plan),
  );
  const listed = whole.map(
    ([sql]) => /state = '\w+' ORDER BY lane, id LIMIT/.exec(sql)?.[0] ?? sql,
  );
  expect(listed).toEqual(["state = 'deferred' ORDER BY lane, id LIMIT"]); // most of what waits
});

test('keys of what is stated later are higher, so that an index grows at its end', () => {
  const side = told(release(), ...[1, 2, 3, 4, 5].map((index) => report(`${index}`)));
  const rows = side.rows().map(({ key, eventId }) => ({ key, eventId }));
  expect(rows).toHaveLength(5);
  for (const { key, eventId } of rows) expect(key.slice(0, 13)).toBe(eventId.slice(0, 13));
});

test('a ledger with postings of the version before goes on: same rows, same rules', () => {
  const path = `${testFolder()}/central.db`;
  const old = openDatabase(path, migrations.slice(0, migrations.indexOf(queueMigrations4[0]!)));
  const add = old.prepare(
    `INSERT INTO posting (key, event_id, line, sequence, at_ms, lane, kind, state, order_number,
       operation, yield, final, reason, document)
     VALUES (?, ?, ?, ?, 0, 'WO-1', 'confirmation', ?, 'WO-1', '0010', ?, 0, ?, ?)`,
  );
  add.run('k1', 'e1', m1, 2, 'posted', '30', null, 'D1');
  add.run('k2', 'e2', m1, 3, 'parked', '40', 'M7/021: deficit', null);
  add.run('k3', 'e3', m1, 4, 'deferred', '5', 'behind the parked posting k2', null);
  old.exec("INSERT INTO lane VALUES ('WO-1', NULL)");
  old.exec(`INSERT INTO production_order (order_number, released, quantity, unit, facts)
    VALUES ('WO-1', 1, '100', 'EA', 4)`);
  const before = old.prepare('SELECT * FROM posting ORDER BY id').all();
  old.close();

  const side = openSide(path);
  const money = { inbound: null, amount: null, currency: null };
  const later = { inspection: 0, inspection_lot: null, ...money };
  const added = { cancels: null, ticket: null, asked: 0, ...later };
  const after = side.db.prepare<[], object>('SELECT * FROM posting ORDER BY id').all();
  expect(after).toEqual(before.map((row) => ({ ...(row as object), ...added })));
  expect(side.postings.counts().postings).toEqual([
    { kind: 'confirmation', state: 'deferred', postings: 1 },
    { kind: 'confirmation', state: 'parked', postings: 1 },
    { kind: 'confirmation', state: 'posted', postings: 1 },
  ]);
  expect(side.postings.settled(m1, 4)).toEqual({ settled: 4, waiting: [3, 4] });
  side.note(m1, report('6'));
  expect(side.rows().at(-1)).toMatchObject({ state: 'deferred', reason: 'behind the parked one' });
  again(side.postings, 'k2');
  expect(yields(side.drain())).toEqual(['40', '5', '6']);
  side.note(m1, report('20'));
  expect(side.drain()).toEqual([]); // 30 that the old row confirmed count: 101 of 100
  expect(side.rows().at(-1)).toMatchObject({ state: 'parked' });
  const edit = (sql: string) => () => side.db.exec(sql);
  expect(edit("UPDATE posting SET state = 'intended' WHERE key = 'k1'")).toThrow('stays posted');
  expect(edit('DELETE FROM posting')).toThrow('no posting is forgotten');
  const last = side.rows().at(-1)!.key;
  expect(edit(`UPDATE posting SET state = 'held' WHERE key = '${last}'`)).not.toThrow();
  expect(edit(`UPDATE posting SET state = 'posted', document = 'D' WHERE key = '${last}'`)).toThrow(
    'nothing is posted without an intent',
  );
  const wrongs = [
    'inspection = 1',
    "kind = 'gift'",
    "kind = 'cancelIssue'",
    "state = 'lost'",
    'final = 2',
  ];
  for (const wrong of [...wrongs, 'beside = 2']) {
    expect(edit(`UPDATE posting SET ${wrong} WHERE key = 'k3'`), wrong).toThrow();
  }
});

test('that a lane is stopped is known until one of its postings moves, or that is undone', () => {
  const side = told(release(), report('1'));
  const { posting } = answer(side, refused);
  side.note(m1, report('2'));
  const undone = () => {
    again(side.postings, posting.key);
    side.note(m1, report('3'));
    expect(side.rows().at(-1)).toMatchObject({ state: 'intended' });
    throw new Error('the disk is full');
  };
  expect(() => side.postings.together(undone)).toThrow('the disk is full');
  side.dossier.undone();
  side.note(m1, report('4'));
  expect(side.states()).toEqual([
    'confirmation parked',
    'confirmation deferred',
    'confirmation deferred',
  ]);
  again(side.postings, posting.key);
  expect(yields(side.drain())).toEqual(['1', '2', '4']);
  side.note(m1, report('5'));
  expect(yields(side.drain())).toEqual(['5']);
});

test('facts of an order are counted once, whatever fails, and its last one ends the wait', () => {
  const db = openDatabase(':memory:', migrations);
  const memory = openMemory({ db, ...times });
  const facts = [release(), report('1'), complete(), close(4), report('2')];
  const { segment } = history(m1, facts);
  const counted = () =>
    db.prepare('SELECT facts FROM production_order').pluck().get() as number | undefined;
  const cursor = { streamSequence: 1, digest: Buffer.alloc(32) };
  for (const place of ['INSERT ON posting', 'UPDATE ON cursor']) {
    db.exec(`CREATE TRIGGER full BEFORE ${place}
      BEGIN SELECT raise(ABORT, 'the disk is full'); END`);
    const failing = () => memory.ledger.accept([{ segment: segment(1, 4) }], cursor);
    expect(failing).toThrow('the disk is full');
    expect(memory.dossier.orders()).toEqual([]);
    db.exec('DROP TRIGGER full');
  }
  memory.ledger.accept([{ segment: segment(1, 4) }]);
  expect(counted()).toBe(4);
  expect(memory.dossier.order('WO-1')).toMatchObject({ closed: 1, complete: 0 });
  expect(memory.dossier.isComplete('WO-1')).toBe(false);
  memory.ledger.accept([{ segment: segment(5, 5) }]);
  expect(counted()).toBe(5);
  expect(memory.dossier.isComplete('WO-1')).toBe(true);
  db.close();
});

test('a fact whose id is there keeps its place, and takes no position of another', () => {
  const db = openDatabase(':memory:', migrations);
  const noted: Accepted[] = [];
  const note = (facts: readonly Accepted[]) => void noted.push(...facts);
  const ledger = openLedger({ db, nowMs: () => 0, note, undone: () => undefined });
  const [one, two] = [report('1'), report('2')];
  const { segment } = history(m1, [one, one, { ...one, ...{ order: 'WO-9' } }, two]);
  ledger.accept([{ segment: segment(1, 4) }]);
  expect(noted.map(({ position, sequence }) => [position, sequence])).toEqual([
    [1, 1],
    [4, 4],
  ]);
  expect(ledger.head(m1)).toMatchObject({ sequence: 4, repeats: 1 });
  expect(ledger.parked(10).map(({ sequence }) => sequence)).toEqual([3]);
  db.close();
});
