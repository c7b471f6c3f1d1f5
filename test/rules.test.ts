// Goal: which fact calls for which document is a table that can be read. Method: one case a row.
import { expect, test } from 'vitest';
import { callOf, type Known, keyOf, rules } from '../central/posting/rules.ts';
import { type BodyOf, factTypes } from '../shared/event.ts';
import { quantity, quantityText } from '../shared/quantity.ts';
import { mostOf } from '../statecharts/tolerance.ts';
import { factOf } from './helpers/central.ts';

const report: BodyOf<'QuantityReported'> = {
  ...({
    run: 'R1',
    phase: 'run',
    good: '0',
    scrap: '0',
    rework: '0',
    held: '0',
    unit: 'EA',
  } as const),
  inRework: false,
};
const steel = { material: 'STEEL', quantity: '2.5', unit: 'KG' };
const bolts = { material: 'BOLT', quantity: '10', unit: 'EA' };
const reason = 'crack';
const decision = { hold: 'H1', quantity: '4', unit: 'EA' };
const on = (holdScope: Known['holdScope']): Known => ({ holdScope });
const run = (phase: string, startedMs: number): Known => ({ run: { phase, startedMs } });
const none = (why: string) => ({ none: why });
const ended = (known: Known = {}) =>
  callOf(factOf('e', 'PhaseEnded', { run: 'R1' }, { atMs: 90_000 }), known);
const placed = (
  scope: 'quantity' | 'lot' | 'operation' | 'order' | 'line',
  measured: object = {},
) => callOf(factOf('h', 'HoldPlaced', { hold: 'H1', scope, reason, ...measured }), on(scope));
const decided = (
  disposition: 'useAsIs' | 'rework' | 'scrap' | 'return',
  scope: Known['holdScope'],
) => callOf(factOf('d', 'HoldDispositioned', { ...decision, disposition }), on(scope));
const released = (scope: Known['holdScope'], rest: object = {}) =>
  callOf(factOf('r', 'HoldReleased', { hold: 'H1', reason, ...rest }), on(scope));
const reported = (body: Partial<BodyOf<'QuantityReported'>>) =>
  callOf(factOf('q', 'QuantityReported', { ...report, ...body }), {});

const corrects = 'corrects what may be in a document already, after the order was closed';
const { run: _run, phase: _phase, inRework: _inRework, ...corrected } = report;
const { eventId: original } = factOf('original', 'QuantityReported', report);
const kind = 'confirmation';
const confirmed = { kind, unit: 'EA', yield: '0', scrap: '0', rework: '0' };
function correction(body: Partial<typeof corrected>, inRework = false, flags = 'timeStated') {
  const given = { ...corrected, ...body, original, reason };
  const origin = factOf('original', 'QuantityReported', { ...report, inRework });
  return callOf(factOf('a', 'QuantityCorrected', given, { flags }), {
    origin: origin as Known['origin'],
  });
}

const moves = none('moves no counted quantity');
const stays = none('stays blocked until it is reworked or returned');
const notInStock = none('holds what is not in stock');
const table: [string, unknown, unknown][] = [
  [
    'an order released',
    callOf(factOf('a', 'OrderReleased', bolts), {}),
    none('the ERP owns the order'),
  ],
  [
    'an order closed',
    callOf(factOf('a', 'OrderClosed', {}), {}),
    none('frees the final confirmations of the order'),
  ],
  ['an operation started', callOf(factOf('a', 'OperationStarted', {}), {}), none('has no value')],
  [
    'a run started',
    callOf(factOf('a', 'PhaseStarted', { run: 'R1', phase: 'run', lane: 1, rework: false }), {}),
    none('its end carries the time'),
  ],
  ['set-up ended', ended(run('setup', 30_000)), { kind: 'confirmation', setupMs: 60_000 }],
  ['a run ended', ended(run('run', 30_000)), { kind: 'confirmation', machineMs: 60_000 }],
  [
    'a breakdown ended',
    ended(run('breakdown', 30_000)),
    none('a breakdown is not charged to the order'),
  ],
  ['T6: a run of no time', ended(run('run', 90_000)), none('took no time')],
  [
    'T1: a run that ended before it began',
    ended(run('run', 95_000)),
    {
      park: 'the time of the run is not known: it ended 5 s before it began',
      kind: 'confirmation',
    },
  ],
  [
    'the end of a run that nobody began',
    ended(),
    { park: 'the start of this run is unknown', kind: 'confirmation' },
  ],
  [
    'good, scrap and rework reported',
    reported({ good: '3', scrap: '1', rework: '2', held: '9' }),
    { kind: 'confirmation', unit: 'EA', yield: '3', scrap: '1', rework: '2' },
  ],
  [
    'only scrap reported',
    reported({ scrap: '0.000001' }),
    { kind: 'confirmation', unit: 'EA', yield: '0', scrap: '0.000001', rework: '0' },
  ],
  ['Q7: a report of nothing', reported({}), none('reports no quantity to confirm')],
  ['a report of held pieces only', reported({ held: '5' }), none('reports no quantity to confirm')],
  [
    'H13: a report out of rework',
    reported({ good: '3', inRework: true }),
    none('came out of rework and was counted before'),
  ],
  [
    'H8: a report after the close',
    callOf(factOf('q', 'QuantityReported', report, { flags: 'late ambiguousTime' }), {}),
    { park: 'reported after the order was closed', kind: 'confirmation' },
  ],
  [
    'Q5: a reversal',
    callOf(factOf('a', 'FactReversed', { original, reason }), {}),
    { inverse: 'what takes back the document of what it reverses' },
  ],
  [
    'Q5: a reversal after the close',
    callOf(factOf('a', 'FactReversed', { original, reason }, { flags: 'late' }), {}),
    { park: corrects, kind: 'confirmation' },
  ],
  ['a correction', correction({ good: '3' }), { ...confirmed, yield: '3' }],
  ['Q7: a correction to nothing', correction({}), none('reports no quantity to confirm')],
  [
    'H13: a correction of what came out of rework',
    correction({ good: '3' }, true),
    none('came out of rework and was counted before'),
  ],
  ['a correction after the close', correction({}, false, 'late'), { park: corrects, kind }],
  ['a pause', callOf(factOf('a', 'OperationPaused', { reason }), {}), none('has no value')],
  ['a resumption', callOf(factOf('a', 'OperationResumed', {}), {}), none('has no value')],
  [
    'an operation completed',
    callOf(factOf('a', 'OperationCompleted', {}), {}),
    { kind: 'confirmation', final: true },
  ],
  [
    'material consumed',
    callOf(factOf('a', 'MaterialConsumed', steel), {}),
    { kind: 'goodsIssue', ...steel },
  ],
  [
    'a lot produced',
    callOf(factOf('a', 'LotProduced', bolts), {}),
    { kind: 'goodsReceipt', ...bolts },
  ],
  [
    'a hold on a lot',
    placed('lot', { quantity: '4', unit: 'EA' }),
    { kind: 'blockStock', quantity: '4', unit: 'EA' },
  ],
  ['a hold on pieces', placed('quantity', { quantity: '4', unit: 'EA' }), notInStock],
  ['a hold on an operation', placed('operation'), notInStock],
  ['a hold on an order', placed('order'), notInStock],
  ['a hold on a line', placed('line'), notInStock],
  [
    'a lot used as it is',
    decided('useAsIs', 'lot'),
    { kind: 'unblockStock', quantity: '4', unit: 'EA' },
  ],
  ['a lot scrapped', decided('scrap', 'lot'), { kind: 'scrapStock', quantity: '4', unit: 'EA' }],
  ['a lot to be reworked', decided('rework', 'lot'), stays],
  ['a lot to be returned', decided('return', 'lot'), stays],
  [
    'pieces used as they are',
    decided('useAsIs', 'quantity'),
    { kind: 'confirmation', unit: 'EA', yield: '4' },
  ],
  [
    'pieces scrapped',
    decided('scrap', 'quantity'),
    { kind: 'confirmation', unit: 'EA', scrap: '4' },
  ],
  [
    'pieces to be reworked',
    decided('rework', 'quantity'),
    { kind: 'confirmation', unit: 'EA', rework: '4' },
  ],
  ['pieces returned', decided('return', 'quantity'), none('goes back, and is in no count')],
  ['a decision on a held operation', decided('useAsIs', 'operation'), moves],
  ['a decision on a held order', decided('scrap', 'order'), moves],
  ['a decision on a held line', decided('rework', 'line'), moves],
  ['a lot released', released('lot'), { kind: 'unblockStock' }],
  [
    'a lot released with its rest',
    released('lot', { quantity: '3', unit: 'EA' }),
    { kind: 'unblockStock', quantity: '3', unit: 'EA' },
  ],
  [
    'pieces released with their rest',
    released('quantity', { quantity: '3', unit: 'EA' }),
    { kind: 'confirmation', unit: 'EA', yield: '3' },
  ],
  ['pieces released', released('quantity'), none('does not say how much it frees')],
  ['an operation released', released('operation'), moves],
  ['a held order released', released('order'), moves],
  ['a line released', released('line'), moves],
  [
    'a state of the line',
    callOf(factOf('a', 'EquipmentStateChanged', { state: 'execute', reason }), {}),
    none('has no value'),
  ],
  ['a shift', callOf(factOf('a', 'ShiftStarted', { people: [] }), {}), none('has no value')],
];

test.each(table)('%s', (_name, call, should) => {
  expect(call).toEqual(should);
});

test('every type of fact has its row', () => {
  expect(Object.keys(rules).toSorted()).toEqual(factTypes.toSorted());
});

test('a key is of the event and the kind alone', () => {
  const { eventId } = factOf('one', 'LotProduced', bolts);
  const elsewhere = factOf('one', 'LotProduced', bolts, {
    ...{ line: 'acme/m9', epoch: 3, sequence: 77, recordedMs: 5, atMs: 4, order: 'WO-9' },
  });
  const key = keyOf(eventId, 'goodsReceipt');
  expect(keyOf(elsewhere.eventId, 'goodsReceipt')).toBe(key);
  expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(keyOf(eventId, 'goodsIssue')).not.toBe(key);
  expect(keyOf(factOf('two', 'LotProduced', bolts).eventId, 'goodsReceipt')).not.toBe(key);
});

test('a key stays what it was when documents were posted under it', () => {
  expect(keyOf('018cc251-f400-7000-8000-000000000010', 'goodsReceipt')).toBe(
    '018cc251-f400-8cc5-bd90-3ac19c89936f',
  );
});

test.each([
  ['100', 10, '110'],
  ['3', 10, '3.3'],
  ['0.000009', 50, '0.000013'],
  ['999999999999.999999', 0, '999999999999.999999'],
])('of %s and %i %% at most %s', (ordered, percent, most) => {
  expect(quantityText(mostOf(quantity(ordered, 'ordered'), percent))).toBe(most);
});
