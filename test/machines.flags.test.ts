// Goal: what befell a counter is told by a report, even if it rose by nothing when it befell it.
import { expect, test } from 'vitest';
import { machineTables } from '../edge/machine/tables.ts';
import { migrations } from '../edge/store/schema.ts';
import { openDatabase } from '../shared/database.ts';
import { testFolder } from './helpers/folder.ts';
import { openMachineBox, running } from './helpers/machinebox.ts';
import { shop } from './helpers/shop.ts';

test('a reset that is heard only as 0 is told by the next report', () => {
  const box = running();
  box.say('counter good', 0n);
  box.pass(1_000);
  expect(box.reports()).toEqual([]);
  box.say('counter good', 3n);
  box.pass(1_000);
  box.say('counter good', 4n);
  box.pass(1_000);
  expect(box.reports()).toEqual(['R1 3/0 reset', 'R1 1/0']);
});

test('a server that started anew while its counter stood still: told by the next report', () => {
  const box = running();
  box.lose();
  box.pass(1_000);
  box.restartServer('B');
  box.say('counter good', 100n);
  box.live();
  box.pass(3_000);
  box.say('counter good', 103n);
  box.pass(1_000);
  box.say('counter good', 104n);
  box.pass(1_000);
  expect(box.reports()).toEqual(['R1 3/0 newEpoch', 'R1 1/0']);
});

test('S1: it is told over a restart of the edge as well', () => {
  const path = `${testFolder()}/edge.db`;
  const before = running({ path });
  before.say('counter good', 0n);
  before.pass(1_000);
  before.db.close();
  const box = openMachineBox({ path });
  box.time.nowMs = before.time.nowMs + 1_000;
  box.say('mode', 1n);
  box.say('counter good', 2n);
  box.live();
  box.pass(3_000);
  expect(box.reports()).toEqual(['R1 2/0 reset catchUp']);
});

test('pieces of no job have no report: the next one tells it', () => {
  const box = running();
  box.say('counter good', 0n);
  box.decide(shop.end('R1'));
  box.pass(1_000);
  box.say('counter good', 2n);
  box.pass(1_000);
  expect(box.loose()).toEqual(['noRun good 2']);
  box.decide(shop.phase('R2'));
  box.say('counter good', 5n);
  box.pass(1_000);
  expect(box.reports()).toEqual(['R2 3/0 reset']);
});

test('a store from before keeps what waits for a person, and its guards', () => {
  const path = `${testFolder()}/old.db`;
  const old = openDatabase(path, migrations.slice(0, migrations.indexOf(machineTables) + 1));
  old.exec(`INSERT INTO line (path, epoch) VALUES ('acme/lyon/turning/M01', 1);
    INSERT INTO counter VALUES (1, 'press', 'good', '9', 4, 'A', 1, 1, 'R1', 1, NULL, NULL, NULL);
    INSERT INTO machine VALUES (1, 'press', 'execute', 0, '{}', '{}', '{}');
    INSERT INTO unattributed VALUES
      (7, 1, 'press', 'good', 'noRun', '4', 1, 2, '', NULL, NULL),
      (8, 1, 'press', 'scrap', 'mode', '1', 1, 2, 'R1', 'none: test', 'person:1')`);
  old.close();
  const box = openMachineBox({ path });
  expect(box.machines.ledger.loose()).toMatchObject([
    { id: 7, kind: 'good', pieces: '4', job: '', material: '', lot: '', measure: '' },
  ]);
  const kept = box.machines.ledger.read('acme/lyon/turning/M01').get('press')!;
  expect(kept.counters.get('good')).toMatchObject({ mark: { last: 9n }, run: 'R1', unnamed: [] });
  expect(() => box.db.exec('DELETE FROM unattributed')).toThrow('never forgotten');
  const again = "UPDATE unattributed SET became = 'x' WHERE id = 8";
  expect(() => box.db.exec(again)).toThrow('decided already');
  const odd = "UPDATE unattributed SET kind = 'consumed' WHERE id = 7";
  expect(() => box.db.exec(odd)).toThrow('CHECK');
});
