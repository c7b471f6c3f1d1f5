// Goal: whatever a client writes to a machine, or calls, is done as a controller does it, and is in
// the machine's truth: so a test can say that nothing was written. Method: a plain client.
import { AttributeIds, coerceNodeId, DataType, Variant, VariantArrayType } from 'node-opcua';
import { afterEach, expect, test } from 'vitest';
import { closer, openPair } from './machine/pair.ts';
import { until, type Watcher } from './machine/watcher.ts';

const closing = closer();
afterEach(closing.run);

const write = async (
  { session, nodeId }: Watcher,
  id: string,
  dataType: DataType,
  value: unknown,
) =>
  (
    await session.write({
      ...{ nodeId: nodeId(id), attributeId: AttributeIds.Value },
      value: { value: new Variant({ dataType, value }) },
    })
  ).name;

test('generic: the job is written and read back; what is told only is not written', async () => {
  const { machine, watcher } = await openPair(closing, { profile: 'generic' });
  expect(machine.truth().written).toEqual({ count: 0, last: [] });
  expect(await write(watcher, 's=Filler.JobOrder', DataType.String, '1000731')).toBe('Good');
  expect(await watcher.read('s=Filler.JobInHand')).toBe('1000731');
  const refused = await write(watcher, 's=Filler.Total', DataType.Int32, 5);
  expect(refused).toMatch(/^Bad(NotWritable|UserAccessDenied)$/);
  const last = [{ name: 'JobOrder', value: '1000731' }];
  expect(machine.truth().written).toEqual({ count: 1, last });
  await machine.perform('deaf', { on: true });
  expect(await write(watcher, 's=Filler.JobOrder', DataType.String, '1000732')).toBe('Good');
  expect(await watcher.read('s=Filler.JobInHand')).toBe('1000731');
});

test('packml-tags: a command waits for its change request, parameters come back', async () => {
  const { machine, watcher } = await openPair(closing, { profile: 'packml-tags', actingMs: 20 });
  const set = (tag: string, type: DataType, value: unknown) =>
    write(watcher, `s=Filler.Command.${tag}`, type, value);
  expect(await set('CntrlCmd', DataType.Int32, 4)).toBe('Good');
  expect(await set('CmdChangeRequest', DataType.Boolean, false)).toBe('Good');
  expect(machine.truth().state).toBe('execute');
  expect(await set('CmdChangeRequest', DataType.Boolean, true)).toBe('Good');
  await until('it is held', () => machine.truth().state === 'held');
  expect(await watcher.read('s=Filler.Command.CmdChangeRequest')).toBe(false);
  // Hold is not for held: nothing happens, and the machine goes on.
  expect(await set('CmdChangeRequest', DataType.Boolean, true)).toBe('Good');
  expect(machine.truth().state).toBe('held');
  await set('Parameter[0].Value', DataType.Float, 1.5);
  await set('Parameter[1].Value', DataType.Float, 2.5);
  expect(await watcher.read('s=Filler.Status.Parameter[1].Value')).toBe(2.5);
  await set('Product[0].ProductID', DataType.Int32, 77);
  expect(await watcher.read('s=Filler.Status.Parameter[0].Value')).toBe(1.5);
  expect(await watcher.read('s=Filler.Status.Product[0].ProductID')).toBe(77);
  expect(machine.truth().written.count).toBe(7);
});

test('packml-opc30050: mode, product and parameter by their methods', async () => {
  const { machine, watcher } = await openPair(closing, { profile: 'packml-opc30050' });
  const { session, nodeId, namespaces } = watcher;
  const call = async (name: string, value: Variant): Promise<string> => {
    const [objectId, methodId] = [nodeId('s=Filler'), nodeId(`s=Filler-${name}`)];
    const called = await session.call({ objectId, methodId, inputArguments: [value] });
    return called.statusCode.name;
  };
  const packml = namespaces.indexOf('http://opcfoundation.org/UA/PackML/');
  const made = async (id: number, fields: Record<string, unknown>): Promise<Variant> => {
    const type = coerceNodeId(`ns=${packml};i=${id}`);
    return new Variant({
      ...{ dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array },
      value: [await session.constructExtensionObject(type, fields)],
    });
  };
  expect(await call('SetUnitMode', new Variant({ dataType: DataType.Int32, value: 2 }))).toBe(
    'Good',
  );
  expect(await watcher.read('s=Filler-Status-UnitModeCurrent')).toBe(2);
  expect(await call('SetProduct', await made(18, { productID: 77 }))).toBe('Good');
  expect(await call('SetParameter', await made(16, { ID: 1, value: 2.5 }))).toBe('Good');
  expect(machine.truth().asked).toMatchObject({ product: 77, parameters: { '1': 2.5 } });
  expect(await watcher.read('s=Filler-Status-Product')).toMatchObject([{ productID: 77 }]);
  expect(await watcher.read('s=Filler-Status-Parameter')).toMatchObject([
    { ID: 0, value: 0 },
    { ID: 1, value: 2.5 },
  ]);
  expect(machine.truth().written.count).toBe(3);
});
