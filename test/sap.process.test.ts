// Goal: process orders are confirmed by their own service, which a setting tells by the number.
// Method: the sandbox with an order of each category; it refuses the one at the other's service.
import { afterEach, expect, test } from 'vitest';
import type { Posting } from '../central/erp/erp.ts';
import { sapErp } from '../central/sap/connector.ts';
import { orderPath, confirmation as shape } from './helpers/sandbox.ts';
import { bench, closeAll, confirmation, erpAt, issue, key, rude } from './helpers/sap.ts';

afterEach(closeAll);

const blend = {
  ...{ order: '70001', category: 'process', material: 'BOLT', quantity: '100', unit: 'KG' },
  operations: [{ operation: '0010' }],
};
const mixed: Posting = { ...confirmation, order: '70001', key: key('mixed') };

test('orders of both categories are confirmed, found and taken back by their service', async () => {
  const { url, erp, admin, summary } = await bench({}, { processOrders: ['7*'] });
  await admin('/orders', blend);
  for (const posting of [confirmation, mixed]) {
    const outcome = await erp.post(posting);
    if (outcome.kind !== 'posted') throw new Error(JSON.stringify(outcome));
    expect(await erp.lookup(posting)).toEqual([outcome.document]);
    const { key: cancelsKey, kind: _kind, ...amounts } = posting;
    const back = { ...amounts, key: key(`back ${posting.order}`), cancels: outcome.document };
    const cancel: Posting = { ...back, kind: 'cancelConfirmation', cancelsKey };
    expect(await erp.post(cancel)).toMatchObject({ kind: 'posted' });
    expect(await erp.lookup(cancel)).toHaveLength(1);
  }
  expect((await summary()).documents).toMatchObject({ confirmation: 4 });
  const unaware = erpAt(url);
  expect(await unaware.lookup(mixed)).toEqual([]); // at the other service
  expect(await unaware.post(mixed)).toMatchObject({ kind: 'refused', code: 'HF/001' });
});

test('the sandbox shows a process order at no other service than its own', async () => {
  const { admin, call, post } = await bench();
  await admin('/orders', blend);
  const path = '/sap/opu/odata/sap/API_PROC_ORDER_CONFIRMATION_2_SRV/ProcOrdConf2';
  const reply = await post(path, { ...shape, OrderID: '70001' });
  expect([reply.status, reply.body.d?.['__metadata']]).toMatchObject([
    201,
    { type: 'API_PROC_ORDER_CONFIRMATION_2_SRV.ProcOrdConf2Type' },
  ]);
  const number = "(ConfirmationGroup='0000000003',ConfirmationCount='00000001')";
  expect((await call('GET', path + number)).status).toBe(200);
  const other = path.replace('PROC_', 'PROD_').replace('ProcOrd', 'ProdnOrd');
  expect((await call('GET', other + number)).status).toBe(404);
  expect((await call('GET', `${orderPath}/A_ProductionOrder_2('70001')`)).status).toBe(404);
  expect((await post(path, shape)).body.error?.code).toBe('HF/001');
});

test.each([
  [['*'], '4711', true],
  [['47*'], '4711', true],
  [['4711'], '4711', true],
  [['471'], '4711', false],
  [['7*', '8*'], '4711', false],
  [[], '4711', false],
])('with process orders %j, %s is one: %s', async (processOrders, order, isProcess) => {
  const paths: string[] = [];
  const { url } = await rude(({ url: path }, response) => {
    paths.push(path!);
    response.writeHead(400).end();
  });
  const place = { plant: '1000', storageLocation: '0001' };
  const erp = sapErp({ url, ...place, processOrders });
  await erp.post({ ...confirmation, order });
  expect(paths[0]).toContain(isProcess ? 'PROC_ORDER_CONFIRMATION_2_SRV' : 'PROD_ORDER');
  await erp.post({ ...issue, order });
  expect(paths[1]).toContain('API_MATERIAL_DOCUMENT_SRV');
});
