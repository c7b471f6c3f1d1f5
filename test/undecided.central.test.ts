// Goal: what the ERP cannot tell waits for a person, whose word counts once (E2).
// Method: central's real tables; the test is the ERP and the clock.
import { expect, test } from 'vitest';
import { migrations } from '../central/memory.ts';
import { docketMigrations } from '../central/posting/docket.ts';
import { openDatabase } from '../shared/database.ts';
import {
  answer,
  graceMs,
  m1,
  only,
  openSide,
  refused,
  stated,
  told,
  unknown,
} from './helpers/central.ts';
import { testFolder } from './helpers/folder.ts';
import { ask, queued } from './helpers/waiting.ts';

const { release, report } = stated;
const dayMs = 86_400_000;

test('E2: where only a person can tell, nothing is sent again but after their word', () => {
  const side = told(release(), report('1'));
  const { posting } = answer(side, unknown);
  const undecided = { kind: 'undecided', reason: 'it cannot be found by a key' } as const;
  ask(side, undecided);
  expect(side.rows()[0]).toMatchObject({ state: 'parked', reason: 'it cannot be found by a key' });
  side.time.nowMs += dayMs;
  expect(side.next()).toEqual([]);
  side.postings.decide(posting.key, 'Retry', {});
  ask(side, undecided);
  answer(side, unknown); // sent again, and lost again: the word was for one time
  ask(side, undecided);
  expect(side.rows()[0]!.state).toBe('parked');
});

test('a person’s "again" is for what was not sent since: a restart in flight ends it', () => {
  const path = `${testFolder()}/central.db`;
  const undecided = { kind: 'undecided', reason: 'it cannot be found by a key' } as const;
  const before = openSide(path, graceMs);
  before.note(m1, release(), report('1'));
  const { posting } = answer(before, refused);
  before.postings.decide(posting.key, 'Retry', {});
  ask(before, undecided);
  expect(only(before.next()).do).toBe('post');
  before.db.close();
  const side = openSide(path, graceMs);
  ask(side, undecided);
  expect(side.rows()[0]!.state).toBe('parked');
});

test('a ledger of before goes on: what was unknown there may be queued now', () => {
  const path = `${testFolder()}/central.db`;
  const old = openDatabase(path, migrations.slice(0, migrations.indexOf(docketMigrations[0]!)));
  const add = old.prepare(
    `INSERT INTO posting (key, event_id, line, sequence, at_ms, lane, kind, state, order_number,
       operation, yield, final, unsure) VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, '0010', '5', 0, 1)`,
  );
  add.run('k1', 'e1', m1, 1, 'WO-1', 'confirmation', 'unknown', 'WO-1');
  add.run('k2', 'e2', m1, 2, 'WO-1', 'confirmation', 'intended', 'WO-1');
  old.exec("INSERT INTO lane VALUES ('WO-1', 0)");
  old.exec("INSERT INTO census VALUES ('confirmation', 'unknown', 1)");
  expect(() => old.exec("UPDATE posting SET state = 'queued'")).toThrow('CHECK');
  old.close();
  const side = openSide(path, graceMs);
  side.time.nowMs = graceMs;
  ask(side, queued);
  expect(side.rows()).toMatchObject([{ state: 'queued' }, { state: 'intended' }]);
  expect(() => side.db.exec("UPDATE posting SET ticket = NULL WHERE key = 'k1'")).toThrow('CHECK');
  ask(side, ['D1']);
  expect(side.rows()[0]!.state).toBe('posted');
  const again = () => side.db.exec("UPDATE posting SET state = 'queued' WHERE key = 'k1'");
  expect(again).toThrow('what is posted stays posted');
});
