// Goal: what was stated stands, whatever the plant allows today and whatever befell another line.
// Method: real stores in files, opened anew, under other policies, damaged and mended.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { type Policy, templates } from '../statecharts/policy.ts';
import { contentsOf, openBox, outcome } from './helpers/box.ts';
import { inspected, nonconforming, reviewed, reworked } from './helpers/decisions.ts';
import { testFolder } from './helpers/folder.ts';
import { lots, m01, m02, planning, shop } from './helpers/shop.ts';
import type { Step } from './helpers/story.ts';

const linesOf = (policy: Policy) => [{ line: m01, lanes: 3, policy }];
const { regulated, batch, discrete } = templates;

const lotDay: Step[] = [
  [shop.release()],
  [shop.start()],
  [shop.phase('R1')],
  [shop.consume('STEEL-1')],
  [shop.produce('L-1', { quantity: '100' })],
  [lots.hold('H1', 'STEEL-1', '10')],
  [lots.split('L-1', { 'L-2': '60', 'L-3': '40' })],
  [planning.change({ quantity: '50' })],
  [shop.report('R1', { good: '60' }), 'accepted'],
  [planning.change({ quantity: '55' }), 'accepted'],
  [planning.cancel()],
  [shop.end('R1')],
  [shop.free('H1')],
  [shop.close()],
  [shop.report('R1')],
  [planning.reopen()],
];

const days: [string, Policy, readonly Step[]][] = [
  ['reviews', regulated, reviewed],
  ['inspections', { ...regulated, holdOnFailure: false }, inspected],
  ['rework', regulated, reworked],
  ['nonconformances', regulated, nonconforming],
  ['lots', batch, lotDay],
  ['lots, nothing inspected', discrete, lotDay],
];
test.each(days)(
  'a day of %s is rebuilt as it was, also under a stricter policy',
  (_name, policy, steps) => {
    const path = join(testFolder(), 'edge.db');
    const box = openBox(path, linesOf(policy));
    const came = steps.map(([given]) => outcome(box.decide(given)).replace('REFUSED ', ''));
    expect(came).toEqual(steps.map(([, answer]) => answer ?? 'accepted'));
    const before = contentsOf(box);
    box.db.close();
    for (const other of [policy, regulated, { ...regulated, deciders: ['person:nobody'] }]) {
      const again = openBox(path, linesOf(other));
      expect(again.roster.actor(m01).failure()).toBeUndefined();
      expect(contentsOf(again)).toEqual(before);
      again.db.close();
    }
  },
);

test('S4: a line that went on beside a broken one still stands when that one is mended', () => {
  const path = join(testFolder(), 'edge.db');
  const next = { operation: '0020' };
  const box = openBox(path);
  for (const given of [shop.release(), shop.start(), shop.start(next)]) box.decide(given);
  box.decide(shop.phase('R2', {}, { ...next, line: m02 }));
  box.db.close();
  const change = (from: string, to: string) => {
    const knife = new Sqlite(path);
    knife.exec('DROP TRIGGER IF EXISTS event_is_history');
    const sql = 'UPDATE event SET bytes = CAST(replace(bytes, ?, ?) AS BLOB) WHERE position = 2';
    knife.prepare(sql).run(from, to);
    knife.close();
  };
  change('0010', '0011');
  const broken = openBox(path);
  expect(broken.roster.actors.map(({ failure }) => failure() !== undefined)).toEqual([true, false]);
  expect(outcome(broken.decide(shop.end('R2', { ...next, line: m02 })))).toBe('accepted');
  broken.db.close();
  change('0011', '0010');
  const mended = openBox(path);
  expect(mended.roster.actors.map(({ failure }) => failure())).toEqual([undefined, undefined]);
  expect(outcome(mended.decide(shop.complete({ ...next, line: m02 })))).toBe('accepted');
  mended.roster.rebuild();
  expect(mended.roster.actors.map(({ failure }) => failure())).toEqual([undefined, undefined]);
});
