// Goal: Dynamics 365 is posted to by its message processor, and read back: queued is not posted.
// Method: the connector against a message processor on this machine: the real messages, its batch
// job, and a person there.
import pino from 'pino';
import { afterEach, expect, test } from 'vitest';
import { readCentralConfig } from '../central/config.ts';
import { openErp } from '../central/erp/connectors.ts';
import type { Posting } from '../central/erp/erp.ts';
import { bench, blocked, closeAll, dynamicsAt, keyField } from './helpers/d365.ts';
import { confirmation as base, issue as issued, key, receipt as received } from './helpers/sap.ts';

afterEach(closeAll);
const log = pino({ level: 'silent' });

const confirmation: Posting = { ...base, rework: '0', final: true };
const issue: Posting = { ...issued, operation: '0010' };
const receipt: Posting = { ...received };
const _one: Posting = { ...issue, key: key('one'), quantity: '0.1' };

const queued = (ticket: string) => ({
  ...{ kind: 'queued', ticket, reason: 'in the queue of Dynamics 365' },
});

test('each kind of posting goes out as its message, with exact numbers and our key', async () => {
  const { erp, messages } = await bench();
  for (const [at, posting] of [confirmation, issue, receipt].entries()) {
    expect(await erp.post(posting)).toEqual(queued(`${at + 1}`));
  }
  expect(messages.map(({ type }) => type)).toEqual([
    ...['ProdProductionOrderRouteCard', 'ProdProductionOrderPickingList'],
    'ProdProductionOrderReportFinished',
  ]);
  expect(messages.map(({ content }) => JSON.parse(content))).toEqual([
    {
      ProductionOrderNumber: '4711',
      RouteCardLines: [
        {
          ...{ OperationNumber: 10, ConsumptionDate: '2026-11-23', TaskType: 'Setup' },
          ...{ Hours: 0.025, ReportAsFinished: 'No' },
        },
        {
          ...{ OperationNumber: 10, ConsumptionDate: '2026-11-23', TaskType: 'Process' },
          ...{ Hours: 0.500008, GoodQuantity: 90, ErrorQuantity: 2.125 },
          ...{ OperationCompleted: 'Yes', ReportAsFinished: 'No' },
        },
      ],
      [keyField]: confirmation.key,
    },
    {
      ProductionOrderNumber: '4711',
      PickingListLines: [
        {
          ...{ ItemNumber: 'STEEL', ConsumptionBOMQuantity: 100.001, BOMUnitSymbol: 'KG' },
          ...{ ConsumptionDate: '2026-11-23', OperationNumber: 10, ItemBatchNumber: 'HEAT7' },
        },
      ],
      [keyField]: issue.key,
    },
    {
      ProductionOrderNumber: '4711',
      ReportFinishedLines: [
        { ...finished, ReportedGoodQuantity: 80.5 },
        { ...finished, ReportedGoodQuantity: 9.5, InventoryStatusId: 'BLOCKED' },
      ],
      [keyField]: receipt.key,
    },
  ]);
});
const finished = {
  ...{ ItemNumber: 'BOLT', ItemBatchNumber: 'B1', ReportAsFinishedDate: '2026-11-23' },
  ...{ ExecutedDateTime: '2026-11-23T12:00:00.000Z', ProductionWarehouseId: '51' },
  ...{ AutomaticBOMConsumptionRule: 'Never', AutomaticRouteConsumptionRule: 'Never' },
};

test('a number is written digit for digit, also where a float would round it', async () => {
  const { erp, messages } = await bench();
  await erp.post({ ...issue, quantity: '123456789012.123456' });
  expect(messages[0]!.content).toContain('"ConsumptionBOMQuantity":123456789012.123456,');
  await erp.post({ ...issue, key: key('b'), quantity: '0.100000' });
  expect(messages[1]!.content).toContain('"ConsumptionBOMQuantity":0.1,');
});

test('what would be sent is what is sent', async () => {
  const { erp, messages } = await bench();
  const { to, body } = erp.preview!(issue);
  expect(to).toBe('/api/services/SysMessageServices/SysMessageService/SendMessage');
  await erp.post(issue);
  expect(body).toEqual({
    ...{ _companyId: 'USMF', _messageQueue: 'JmgMES3P' },
    ...{ _messageType: messages[0]!.type, _messageContent: messages[0]!.content },
  });
});

test('queued, executed by the batch job, and posted only then', async () => {
  const { erp, work, booked } = await bench();
  expect(await erp.lookup(issue)).toEqual([]);
  expect(await erp.post(issue)).toEqual(queued('1'));
  expect(await erp.lookup(issue)).toEqual(queued('1'));
  work();
  expect(await erp.lookup({ ...issue, ticket: '1' })).toEqual(['1']);
  expect(booked).toHaveLength(1);
});

test('E4: tried three times, then Failed: read back with the words of Dynamics 365', async () => {
  const { erp, work, closed, messages, cancel, requeue } = await bench();
  closed.add('4711');
  await erp.post(issue);
  for (let tries = 1; tries <= 2; tries++) {
    work();
    expect(await erp.lookup(issue)).toEqual(queued('1'));
  }
  work();
  expect(messages[0]).toMatchObject({ state: 'Failed', tries: 3 });
  expect(await erp.lookup(issue)).toEqual({
    ...{ kind: 'refused', code: 'Failed' },
    reason: expect.stringMatching(/^message 1: Production order 4711 is ended\. \(there it can/),
  });
  requeue(1);
  expect(await erp.lookup(issue)).toEqual(queued('1'));
  closed.clear();
  work();
  expect(await erp.lookup(issue)).toEqual(['1']);
  await erp.post({ ...issue, quantity: '7' });
  cancel(2);
  expect(await erp.lookup(issue)).toEqual(['1']); // what was cancelled is no second document
});

test('what a person there has cancelled is for a person here', async () => {
  const { erp, cancel } = await bench();
  await erp.post(issue);
  cancel(1);
  expect(await erp.lookup(issue)).toEqual({
    ...{ kind: 'undecided', reason: 'message 1 was cancelled there: "retry" sends another one' },
  });
  await erp.post(issue);
  expect(await erp.lookup(issue)).toEqual(queued('2'));
});

test('E1: a message under our key that says something else is never taken for ours', async () => {
  const { erp, work } = await bench();
  await erp.post({ ...issue, quantity: '7' });
  const reason = expect.stringMatching(/^PickingListLines is .*:7,.* and not .*:100.001,/);
  expect(await erp.lookup(issue)).toEqual({ kind: 'differs', document: '1', reason });
  work();
  expect(await erp.lookup(issue)).toEqual({ kind: 'differs', document: '1', reason });
});

test('two messages under one key are told as two, waiting or booked', async () => {
  const { erp, work } = await bench();
  await erp.post(issue);
  work();
  await erp.post(issue);
  expect(await erp.lookup(issue)).toEqual(['1', '2']);
});

test('a state that nobody has told of is for a person', async () => {
  const { erp, messages } = await bench();
  await erp.post(issue);
  messages[0]!.state = 'OnHold' as never;
  expect(await erp.lookup(issue)).toEqual({ kind: 'undecided', reason: 'message 1 is "OnHold"' });
});

test('a batch is blocked as a whole by a custom message, where one is configured', async () => {
  const { erp, messages, work } = await bench();
  expect(await erp.post(blocked)).toEqual(queued('1'));
  expect(messages[0]!.type).toBe('TSIUpdateBatchDisposition');
  expect(JSON.parse(messages[0]!.content)).toEqual({
    ...{ ItemNumber: 'BOLT', BatchNumber: 'B1', DispositionCode: 'QUARANTINE' },
    [keyField]: blocked.key,
  });
  work();
  expect(await erp.lookup(blocked)).toEqual(['1']);
});

const noMessage = /no message that takes one back/;
test.each<[string, Partial<Posting>, RegExp]>([
  ['blocking without a message', { ...blocked }, /no message that blocks a batch is configured/],
  ['unblocking', { ...blocked, kind: 'unblockStock' }, /holds a batch as a whole/],
  ['scrap from stock', { ...blocked, kind: 'scrapStock' }, /no message for it/],
  ['a usage decision', { kind: 'usageDecision', receipt: '1' }, /quality orders are decided/],
  [
    'a receipt to be inspected',
    { kind: 'goodsReceipt', inspection: true },
    /no message receives into quality/,
  ],
  ['a cancelled issue', { kind: 'cancelIssue', cancels: '1' }, noMessage],
  ['a cancelled receipt', { kind: 'cancelReceipt', cancels: '1' }, noMessage],
  ['a cancelled confirmation', { kind: 'cancelConfirmation', cancels: '1' }, noMessage],
  ['rework', { ...confirmation, rework: '1' }, /rework: a route card has no place/],
  ['an operation in letters', { ...confirmation, operation: 'SAW' }, /operation: must be a number/],
  ['goods without a lot', { lot: '' }, /lot: must be given/],
  ['no number', { quantity: 'many' }, /^quantity: .* does not fit 12 digits and 6 decimals$/],
  ['less than nothing', { quantity: '-1' }, /^quantity: .* does not fit 12 digits and 6 decimals$/],
  ['a time that is none', { ...confirmation, setupMs: -1 }, /setupMs: must be whole/],
  ['nothing of it', { quantity: '0' }, /quantity: must be more than 0/],
  ['blocked without a status', { ...receipt }, /no inventory status/],
  ['blocked more than made', { ...receipt, blocked: '91' }, /blocked: is more/],
])('%s is unfit, in words, and nothing is sent', async (_, given, words) => {
  const { erp, counts } = await bench({ disposition: undefined, blockedStatus: undefined });
  const posting = { ...issue, ...given };
  expect(erp.unfit(posting)).toMatch(words);
  expect(await erp.post(posting)).toMatchObject({ kind: 'refused', code: 'UNFIT' });
  expect(counts.sent).toBe(0);
});

test('the connector is chosen by its kind in the config, and SAP is what says none', () => {
  const sap = { url: 'http://127.0.0.1:1', plant: 'HF01', storageLocation: '0001' };
  const dynamics = {
    ...{ kind: 'dynamics', url: 'http://127.0.0.1:1', tokenUrl: 'http://127.0.0.1:1/token' },
    ...{ clientId: 'holdfast', clientSecretPath: '/run/secret', company: 'USMF' },
  };
  const common = { storePath: 'x', natsUrl: 'nats://x', hubMonitorUrl: 'http://x' };
  const named = (erp: object) => openErp(readCentralConfig({ ...common, erp }).erp, log).name;
  expect(named(sap)).toBe('sap');
  expect(named({ ...sap, kind: 'sap' })).toBe('sap');
  expect(named(dynamics)).toBe('dynamics');
  expect(() => named({ ...sap, kind: 'oracle' })).toThrow('erp.kind: must be one of sap, dyn');
  expect(() => named({ ...dynamics, plant: 'HF01' })).toThrow('config.erp.plant: unknown');
  expect(() => named({ ...sap, company: 'USMF' })).toThrow('config.erp.company: unknown');
});

test('bad options are named, with their limit', () => {
  const build = (more: object) => () => dynamicsAt('http://127.0.0.1:1', more);
  expect(build({ company: 'USMFX' })).toThrow(/dynamics.company: must be 1 to 4/);
  expect(build({ tokenUrl: 'login' })).toThrow(/dynamics.tokenUrl: must be an http/);
  expect(build({ keyField: 'our key' })).toThrow(/dynamics.keyField: must be 1 to 80 letters/);
  expect(build({ messages: { keyFilter: 'x' } })).toThrow(/keyFilter: must name {key}/);
  expect(build({ clientSecret: 'x' })).toThrow(/clientSecret: unknown/);
});
