// Goal: results of tests in B2MML are recorded as everybody else's, in the name of their sender;
// what is not said or not known is refused by its field, and nobody guesses.
// Method: files of B2MML as rows; one of them also through the ledger, beside the same as JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { operationsOf } from '../central/desk/operations.ts';
import { readB2mml } from '../central/drop/b2mml.ts';
import { openTaking } from '../central/drop/taking.ts';
import { stated } from './helpers/central.ts';
import { m01 } from './helpers/shop.ts';
import { openPlant } from './helpers/wardbox.ts';

const sample = readFileSync(join(import.meta.dirname, 'data/b2mml-test-result.xml'), 'utf8');
const characteristics = [
  { name: 'assay', value: '99.50', unit: '%', passed: true },
  { name: 'colour', value: 'white & clear', passed: true },
];
const passed = {
  ...{ operation: 'inspection', line: m01, inspection: 'I-1', lot: 'P-1', result: 'passed' },
  ...{ characteristics, by: 'system:LIMS1', reason: 'test result Pass' },
};

test('a result is an inspection, word for word as JSON asks for it', () => {
  expect(readB2mml(sample)).toEqual([passed]);
  const { hear, board, wards, db, dispatch } = openPlant();
  hear(m01, stated.release(), stated.produce('P-1', '5'));
  const openOn = (lot: string) => wards.openOn('lot', lot);
  const take = openTaking({ db, operations: operationsOf(board), openOn, nowMs: () => 1_000 });
  const accepted = [{ row: 1, operation: 'inspection', is: { line: m01, number: 1 } }];
  expect(take('r.xml', Buffer.from(sample))).toMatchObject({ refused: [], accepted });
  expect(take('r.json', Buffer.from(JSON.stringify(passed)))).toMatchObject({ accepted });
  const other = Buffer.from(JSON.stringify({ ...passed, result: 'failed' }));
  expect(take('o.json', other)).toMatchObject({ refused: [{ code: 'CONFLICT' }] });
  expect(dispatch.ofLine(m01, 9, 9)).toMatchObject([
    { type: 'RecordInspection', by: 'system:LIMS1', state: 'pending' },
  ]);
});

test('of a failed result the one measurement has failed; of several nobody knows which', () => {
  const failed = sample.replace('>Pass<', '>fail<');
  const reason = 'test result fail: assay 99.50 %; colour white & clear';
  const { characteristics: _, ...rest } = passed;
  expect(readB2mml(failed)).toEqual([{ ...rest, result: 'failed', reason }]);
  const one = failed.replace(/<b:PropertyMeasurement>\s*<b:ID>colour.*?<\/b:Prop\w+>/s, '');
  expect(readB2mml(one)).toMatchObject([
    { result: 'failed', characteristics: [{ ...characteristics[0], passed: false }] },
  ]);
  const none = sample.replace(/<b:PropertyMeasurement>.*<\/b:PropertyMeasurement>/s, '');
  expect(readB2mml(none)).toEqual([{ ...rest }]);
});

const scope = `<HierarchyScope><EquipmentID>${m01}</EquipmentID></HierarchyScope>`;
const result = (id: string) =>
  `<TestResult><ID>${id}</ID>${scope}<EvaluatedCriterionResult>pass</EvaluatedCriterionResult>
   </TestResult>`;

test('a result stands in what it judges; a lot with results alone says nothing of itself', () => {
  const rows = readB2mml(`<M>
    <MaterialActual><MaterialLotID>L-1</MaterialLotID>${result('I-1')}</MaterialActual>
    <MaterialLot><ID>L-2</ID><P>${result('I-2')}</P></MaterialLot>
    <MaterialLot><ID>L-3</ID><Status>Quarantined</Status>${result('I-3')}</MaterialLot>
    ${result('I-4')}</M>`);
  expect(rows.map((row) => [row['operation'], row['inspection'], row['lot']])).toEqual([
    ['inspection', 'I-1', 'L-1'],
    ['inspection', 'I-2', 'L-2'],
    ['hold', undefined, 'L-3'],
    ['inspection', 'I-3', 'L-3'],
    ['inspection', 'I-4', undefined],
  ]);
});

test.each([
  ['TestResult 1.HierarchyScope: must name', '<b:EquipmentID>\\w*', '<b:EquipmentID>'],
  ['TestResult 1.EvaluatedCriterionResult: "warn" is none of pass,', '>Pass<', '>warn<'],
  ['TestResult 1.EvaluatedCriterionResult: "constructor"', '>Pass<', '>constructor<'],
  ['TestResult 1.OperationsTestRequirementID: must', '>(?:I-1|R-4711)<', '><'],
  ['TestResult 2: stands within another', '<b:ID>colour</b:ID>', '<TestResult></TestResult>'],
])('what is not said or known is told: %s', (says, from, to) => {
  const broken = readB2mml(sample.replaceAll(new RegExp(from, 'g'), to)).at(-1)!['broken'];
  expect(broken).toContain(says);
});
