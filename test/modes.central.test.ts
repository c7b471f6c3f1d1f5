// Goal: what a rule does is said by the configuration, site by site; an order is never posted by
// half; what is not posted is counted, and a shadow is told in full.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fields } from '../central/config.ts';
import {
  modeBy,
  modeReasons,
  openModes,
  type Switch,
  unguarded,
} from '../central/posting/modes.ts';
import { callOf, rules } from '../central/posting/rules.ts';
import { isRule, phaseOf, rulesOfPhases, ruleTable } from '../central/posting/ruletable.ts';
import type { FactType } from '../shared/event.ts';
import { factOf, m1, openSide, stated } from './helpers/central.ts';
import { testFolder } from './helpers/folder.ts';

const { release, report, produce, consume, block, close } = stated;
const counted = ({ postings }: ReturnType<typeof openSide>) =>
  Object.fromEntries(postings.counts().unposted.map(({ reason, facts }) => [reason, facts]));
const kinds = (side: ReturnType<typeof openSide>) => side.rows().map(({ kind }) => kind);
const time = { nowMs: 0 };
const sideBy = (switches: readonly Switch[], path = ':memory:') =>
  openSide(path, 1_000, time, switches);

test('the last switch that fits a line and a rule counts; without one it is live', () => {
  const of = (...switches: Switch[]) => modeBy(switches, 'LotProduced', 'acme/lyon/hall/M1');
  expect(of()).toBe('live');
  expect(of({ mode: 'off' })).toBe('off');
  expect(of({ site: 'acme/lyon', mode: 'off' }, { rule: 'completion', mode: 'live' })).toBe('live');
  expect(of({ rule: 'LotProduced', mode: 'off' }, { rule: 'quality', mode: 'live' })).toBe('off');
  expect(of({ site: 'acme/lyon/hall/M1', mode: 'shadow' })).toBe('shadow');
  expect(of({ site: 'acme/ly', mode: 'off' })).toBe('live');
});

test('what is off is only counted, a shadow is kept beside, the rest is live', () => {
  const side = sideBy([
    { mode: 'off' },
    { rule: 'completion', mode: 'shadow' },
    { rule: 'MaterialConsumed', mode: 'live' },
  ]);
  const made = produce('L1', '5');
  side.note(m1, release(), consume('S1', '2'), report('5'), made, block('H1', 'L1', '3'));
  expect(kinds(side)).toEqual(['goodsIssue']);
  expect(counted(side)).toMatchObject({ [modeReasons.off]: 1, [modeReasons.shadow]: 2 });
  expect(side.postings.shadows(made.eventId)).toMatchObject([
    { kind: 'goodsReceipt', quantity: '5', lot: 'L1', order: 'WO-1', state: 'intended' },
  ]);
  side.note(m1, close());
  expect(side.postings.next(new Set(), 9)).toMatchObject([{ posting: { kind: 'goodsIssue' } }]);
});

test('an order goes on as it began, whatever the configuration says later', () => {
  const path = join(testFolder(), 'ledger.sqlite');
  const first = sideBy([{ rule: 'completion', mode: 'off' }], path);
  first.note(m1, release(), report('1'));
  first.db.close();
  const second = sideBy([], path);
  second.note(m1, report('2'), produce('L1', '3'), release('WO-2'));
  second.note(m1, report('4', {}, { order: 'WO-2' }), block('H1', 'L1', '1'));
  expect(kinds(second)).toEqual(['confirmation', 'blockStock']);
  expect(second.modes.editions()).toMatchObject([
    { id: 2, switches: [] },
    { id: 1, switches: [{ rule: 'completion', mode: 'off' }] },
  ]);
  openModes({ db: second.db, dossier: second.dossier, switches: [], nowMs: () => 0 });
  expect(second.modes.editions()).toHaveLength(2); // the same again is no other edition
});

test('an order from before any edition is live, and a lot goes with its order', () => {
  const path = join(testFolder(), 'ledger.sqlite');
  const first = sideBy([], path);
  first.note(m1, release(), produce('L1', '3'));
  first.db.close();
  const second = sideBy([{ mode: 'off' }], path);
  second.note(m1, report('1'), block('H1', 'L1', '1'), release('WO-2'), produce('L2', '1', on2));
  second.note(m1, block('H2', 'L2', '1'), block('H3', 'FOREIGN', '1'));
  expect(kinds(second)).toEqual(['goodsReceipt', 'confirmation', 'blockStock']);
  expect(counted(second)[modeReasons.off]).toBe(3);
});
const on2 = { order: 'WO-2' };

test('a configuration that names no rule, no mode or too much is refused by name', () => {
  const read = (switches: unknown) => () => fields.rules.read(switches, 'config.rules');
  expect(read(undefined)()).toEqual([]);
  expect(read([{ site: 'acme', rule: 'quality', mode: 'shadow' }])()).toHaveLength(1);
  expect(read([{ rule: 'LotMade', mode: 'live' }])).toThrow(
    /config\.rules\[0\]\.rule: must be one/,
  );
  expect(read([{ mode: 'on' }])).toThrow(/config\.rules\[0\]\.mode: must be one of off, shadow/);
  expect(read(Array(501).fill({ mode: 'off' }))).toThrow(
    /config\.rules: must be a list of at most/,
  );
});

test('where receipts are live and quality is not is named', () => {
  expect(unguarded([])).toEqual([]);
  expect(unguarded([{ mode: 'off' }])).toEqual([]);
  const { rule, ...quality } = { rule: 'quality', site: 'acme/lyon', mode: 'shadow' } as const;
  expect(
    unguarded([
      { ...quality, rule },
      { rule, mode: 'live', site: 'acme/bonn' },
    ]),
  ).toEqual(['acme/lyon']);
});

test('every rule that calls for a document is in the table, and the docs say the same', () => {
  const quiet = (type: FactType) => {
    const body = new Proxy({}, { get: () => '0' }) as never;
    try {
      return 'none' in callOf(factOf('x', type, body), { holdScope: 'lot' });
    } catch {
      return false;
    }
  };
  const calling = (Object.keys(rules) as FactType[]).filter((type) => !quiet(type));
  expect(calling.filter((type) => !isRule(type))).toEqual([]);
  expect(new Set(rulesOfPhases).size).toBe(rulesOfPhases.length);
  const cell = (text: string) => text || '–';
  const rows = rulesOfPhases.map((rule) => {
    const { calls, unless, needs } = ruleTable[rule];
    return `| ${[`\`${rule}\``, phaseOf(rule), calls, cell(unless), cell(needs)].join(' | ')} |`;
  });
  const doc = readFileSync('docs/rules.md', 'utf8').replaceAll(/ +/g, ' ');
  for (const row of rows) expect(doc).toContain(row);
});
