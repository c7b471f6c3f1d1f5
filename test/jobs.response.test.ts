// Goal: of what a machine answers about a job no more is kept than is of that job, and fits.
// Method: a session that answers as a test wants, of real data types.
import { DataType, Variant, VariantArrayType } from 'node-opcua-client';
import { expect, test } from 'vitest';
import { openJobs } from '../edge/opcua/jobs.ts';

const uri = 'http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/';
const at = { uri: 'urn:x', id: 's=Jobs' };
const job = 'WO-1/0010';

/** What is made of a response with these fields and this ReturnStatus. */
function answer(fields: object | null, status: unknown = [0, 1], code = 0) {
  const session = {
    readNamespaceArray: async () => ['http://opcfoundation.org/UA/', 'urn:x', uri],
    translateBrowsePath: async (paths: unknown[]) =>
      paths.map(() => ({ targets: [{ targetId: 'ns=2;i=1' }] })),
    call: async () => ({
      statusCode: { value: code, name: 'BadSomething' },
      outputArguments: [{ value: fields }, { value: status }],
    }),
  };
  const { response } = openJobs(session as never);
  return response({ object: at, results: at }, job);
}
const ended = {
  ...{ jobResponseID: 'R', jobOrderID: job, jobState: [{ stateNumber: 5 }, { stateNumber: 1 }] },
  ...{ startTime: new Date(1_000), endTime: new Date(2_000) },
};
const variant = (dataType: DataType, value: unknown) =>
  new Variant({ dataType, arrayType: VariantArrayType.Scalar, value });

test('state, times, data and materials are taken over', async () => {
  const jobResponseData = [
    { ID: 'Good', value: variant(DataType.UInt32, 5) },
    { ID: 'Mass', value: variant(DataType.Double, 1 / 3), engineeringUnits: { displayName: {} } },
    { ID: 'Long', value: variant(DataType.UInt64, [1, 0]) },
    { ID: 'Ok', value: variant(DataType.Boolean, true) },
    { ID: 'Odd', value: variant(DataType.Double, Number.NaN) },
    { ID: 'None', value: null },
    { ID: 'Bell', value: variant(DataType.String, 'a\u0007b') },
  ];
  const materialActuals = [
    {
      ...{ materialDefinitionID: 'BOLT', materialUse: 'Produced', quantity: '5' },
      ...{ materialLotID: 'L1', engineeringUnits: { displayName: { text: 'EA' } } },
    },
  ];
  const given = { ...ended, jobResponseData, materialActuals };
  const told = await answer(given);
  expect(told).toMatchObject({ id: 'R', state: 'Ended', startMs: 1_000, endMs: 2_000 });
  expect(told!.data.map(({ value }) => value)).toEqual([
    ...['5', '0.333333', '4294967296', 'true', '', '', 'a b'],
  ]);
  expect(told!.materials).toEqual([
    { material: 'BOLT', use: 'Produced', quantity: '5', unit: 'EA', lot: 'L1' },
  ]);
});

test('what is not there is not made up', async () => {
  expect(await answer({ jobResponseID: 'R', jobOrderID: job })).toEqual({
    ...{ id: 'R', state: null, startMs: null, endMs: null, data: [], materials: [] },
  });
  const never = { ...ended, startTime: new Date(-11_644_473_600_000), endTime: new Date(0) };
  expect(await answer(never)).toMatchObject({ startMs: null, endMs: null });
});

test('unknown to the machine, of another job, of none, or bad', async () => {
  expect(await answer({ jobOrderID: '' }, [0, 2])).toBeUndefined();
  expect(await answer({ jobOrderID: job }, 2)).toBeUndefined();
  const other = 'it is of no job, or of another';
  await expect(answer({ ...ended, jobOrderID: 'WO-2/0010' })).rejects.toThrow(other);
  await expect(answer(null)).rejects.toThrow(other);
  await expect(answer(ended, [0, 1], 0x80000000)).rejects.toThrow('result: BadSomething');
});

test('fifty entries of 200 characters are kept', async () => {
  const material = { materialDefinitionID: 'M'.repeat(300), quantity: '1' };
  const data = { ID: 'x'.repeat(300), value: variant(DataType.String, 'y'.repeat(300)) };
  const told = await answer({
    ...ended,
    materialActuals: Array.from({ length: 60 }, () => material),
    jobResponseData: Array.from({ length: 60 }, () => data),
  });
  expect([told!.materials.length, told!.data.length]).toEqual([50, 50]);
  expect(told!.materials[0]!.material).toHaveLength(200);
  expect(told!.data[0]).toMatchObject({ id: 'x'.repeat(200), value: 'y'.repeat(200) });
});
