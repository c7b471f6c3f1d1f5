// Goal: standard times and base quantities are kept at central with the version that says them, are
// refused by field and limit, and reach no edge; what a dry run saw decides nothing.
// Method: central's real tables, asked over HTTP; entities as SAP has them.
import { expect, test } from 'vitest';
import { streams } from '../central/sap/streams.ts';
import { digestOf } from '../edge/reference/shelf.ts';
import {
  bom,
  center,
  item,
  line,
  opened,
  order,
  routing,
  said,
  site,
  withSent,
} from './helpers/changesets.ts';

test('a dry run leaves nothing behind by which an order would be made', async () => {
  const { post, receive, draft, approve, sent } = withSent();
  await receive(item('A'), center(), bom(), bom('B-2'));
  await post('/orders', { site, ...said, orders: [order()] });
  const names = (record: string) => [
    ...[named(item('A')), named(center()), { kind: 'bom', record, version: 'C' }],
  ];
  const { draft: first } = await draft({ records: names('B-1') });
  await approve(first, { dryRun: true });
  await approve((await draft({ records: names('B-2') })).draft);
  expect(sent()).toMatchObject([{ body: { versions: [{}, { kind: 'bom', record: 'B-2' }] } }]);
});

const named = ({ kind, record, version }: Record<'kind' | 'record' | 'version', string>) => ({
  ...{ kind, record, version },
});
const timed = (machineMinutes: string) => ({
  ...routing,
  content: {
    ...routing.content,
    operations: [{ ...routing.content.operations[0], machineMinutes, baseQuantity: '10' }],
  },
});

test('standard times are kept here, not told to edges; what stood without stands', async () => {
  const { active, receive, sentTo, downlink, db } = opened();
  const based = { ...bom(), content: { ...bom().content, baseQuantity: '10' } };
  await active(routing, bom('B-0'), based);
  const told = sentTo();
  expect(told.references).toMatchObject([bom('B-0'), bom(), routing]);
  expect(JSON.stringify(told)).not.toMatch(/baseQuantity|Minutes/);
  expect(told.set!.digest).toBe(digestOf(told.references)); // as an edge makes it
  expect(await receive(timed('2'))).toMatchObject({ taken: 0, known: 1, refused: [] });
  expect(await receive({ ...timed('2'), version: '2' })).toMatchObject({ taken: 1 });
  const { refused } = await receive({ ...timed('3'), version: '2' }, { ...routing, version: '2' });
  expect(refused.map(({ reason }: { reason: string }) => reason)).toEqual(
    Array(2).fill(expect.stringContaining('says something else')),
  );
  const kept = db.prepare<[], string>(
    "SELECT content FROM reference_record WHERE kind = 'routing' ORDER BY version",
  );
  expect(
    kept
      .pluck()
      .all()
      .map((text) => text.includes('machineMinutes')),
  ).toEqual([false, true]);
  expect(downlink.answer(line, { after: 1, from: 0 })).toMatchObject({ references: [] });
});

test('what a time or a base is, is said by field and limit', async () => {
  const { receive } = opened();
  const { refused } = await receive(
    ...[timed('0'), timed('2 HR')].map((one, at) => ({ ...one, version: `${at}` })),
    { ...bom(), content: { ...bom().content, baseQuantity: '-1', baseUnit: 'KILOGRAM' } },
  );
  expect(refused.map(({ reason }: { reason: string }) => reason)).toEqual([
    'references[0].content.operations[0].machineMinutes: must be more than 0',
    expect.stringMatching(/operations\[0\]\.machineMinutes: must be a decimal/),
    expect.stringMatching(/baseQuantity: must .*; .*baseUnit: must be 1 to 6 characters/),
  ]);
});

/** What is made of a routing of SAP's whose operation says this. */
function readAs(said: object, more: object = {}) {
  const options = { revisionField: 'R', lineField: 'L', setupActivity: 1, machineActivity: 2 };
  const { given } = streams['routings']!.read(
    { to_Operation: { results: [{ Operation: '0010', WorkCenter: 'SAW1', ...said }] } },
    { ...options, ...more },
  );
  return (given as { content: { operations: object[] } }).content.operations[0];
}

test('standard values of SAP are minutes, whatever their unit, or are refused as they are', () => {
  const value = (at: number, amount: string, unit: string) => ({
    ...{ [`StandardWorkQuantity${at}`]: amount, [`StandardWorkQuantityUnit${at}`]: unit },
  });
  const base = { OperationReferenceQuantity: '100.000', OperationUnit: 'KG' };
  const own = { operation: '0010', workCenter: 'SAW1' };
  const values = {
    ...value(1, '0.500', 'H'),
    ...value(2, '10.000', 'S'),
    ...value(3, '2.5', 'MIN'),
  };
  const times = { setupMinutes: '30', machineMinutes: '0.166667' };
  const based = { baseQuantity: '100', baseUnit: 'KG' };
  expect(readAs({ ...values, ...base })).toEqual({ ...own, ...times, ...based });
  expect(readAs({ ...values, ...base }, { labourActivity: 3 })).toMatchObject({
    labourMinutes: '2.5',
  });
  expect(readAs({ ...value(1, '0.000', 'MIN'), ...value(2, '', ''), ...base })).toEqual(own);
  expect(readAs({ ...value(2, '2.000', 'MIN'), OperationReferenceQuantity: '0.000' })).toEqual({
    ...{ ...own, machineMinutes: '2' },
  });
  for (const wrong of [value(2, '2', 'FORTNIGHT'), value(2, '-2', 'MIN'), value(2, '2e9', 'H')]) {
    const { machineMinutes } = readAs(wrong) as { machineMinutes: string };
    expect(machineMinutes).toMatch(/^(2|-2|2e9) (FORTNIGHT|MIN|H)$/);
  }
});
