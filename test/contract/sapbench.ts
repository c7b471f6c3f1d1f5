import type { Posting } from '../../central/erp/erp.ts';
import { sapErp } from '../../central/sap/connector.ts';
import { quantity, quantityText } from '../../shared/quantity.ts';
import { startBench } from '../helpers/sandbox.ts';
import type { Answer, Bench, Booked, Connector, Trouble } from './bench.ts';
import { newKey } from './documents.ts';
import { isProxyTrouble, openProxy } from './proxy.ts';
import {
  type Admin,
  addComplaint,
  addEntry,
  bought,
  delivered,
  prepareSupplier,
  type Row,
  supplier,
} from './sapsupplier.ts';

/** Long enough for a busy machine; only what is silent takes as long. */
const timeoutMs = 5_000;
const maxInFlightMs = 1_500;
const password = 'c2FwOm5vdC1mb3ItbG9ncw';
const usageDecision = {
  ...{ selectedSet: 'HF01', selectedSetPlant: '1000' },
  accept: { codeGroup: 'HF', code: 'A' },
  reject: { codeGroup: 'HF', code: 'R' },
};
const place = { plant: '1000', storageLocation: '0001' };

const atMs = Date.UTC(2026, 10, 23, 12);
const order = '4700';
const component = { material: 'STEEL', lot: 'MELT1' };

/** SAP's services, as the sandbox offers them, and the connector to them through a proxy. */
async function open(category: 'production' | 'process'): Promise<Bench> {
  const sandbox = await startBench({ path: ':memory:', maxInFlightMs: 60_000 });
  const proxy = await openProxy({
    target: sandbox.url,
    carries: ({ method, body }) => method === 'POST' && isLast(body),
    renews: ({ headers }) => headers['x-csrf-token'] === 'Fetch',
    ...{ slowMs: 300, lateMs: timeoutMs + maxInFlightMs / 3 },
  });
  const connect = (url: string) =>
    sapErp(
      {
        ...{ url, ...place, clientTimeoutMs: timeoutMs, maxInFlightMs, knownCodes: ['HF/020'] },
        ...{ processOrders: category === 'process' ? ['47*'] : [], usageDecision, supplier },
      },
      { credential: { header: () => `Basic ${password}`, renew: () => false } },
    );
  const { admin } = sandbox;
  await admin('/orders', {
    ...{
      order,
      category,
      material: 'BOLT',
      quantity: '5000000000',
      unit: 'KG',
      tolerancePercent: 100,
    },
    operations: [{ operation: '0010' }],
  });
  await admin('/stock', { ...component, quantity: '9999999999.999' });
  await prepareSupplier(admin);

  /** The decision on what was received into quality inspection before. */
  async function received(name: string): Promise<Posting> {
    const receipt = await prepared(admin, 'goodsReceipt', `of ${name}`);
    const { blocked: _, ...all } = receipt;
    const outcome = await connect(sandbox.url).post({ ...all, inspection: true });
    if (outcome.kind !== 'posted') throw new Error(JSON.stringify(outcome));
    const key = newKey(`usageDecision ${name}`);
    const parts = { blocked: '9.5', scrap: '3.25', receipt: outcome.document };
    return { ...all, key, kind: 'usageDecision', ...parts };
  }

  async function heal(): Promise<void> {
    proxy.befall(undefined);
    await admin('/faults');
    await admin(`/orders/${order}/unlock`);
  }
  return {
    erp: connect(proxy.url),
    elsewhere: connect,
    posting: (kind, name) =>
      kind === 'usageDecision' ? received(name) : prepared(admin, kind, name),
    async refusable() {
      const posting = await prepared(admin, 'confirmation', 'refused');
      const words = 'Operation 0099 of order 4700 does not exist';
      return { posting: { ...posting, operation: '0099' }, code: 'HF/003', words };
    },
    async befall(trouble: Trouble | Answer): Promise<void> {
      await heal();
      if (isProxyTrouble(trouble)) proxy.befall(trouble);
      if (trouble === 'unread' || trouble === 'bare') await admin('/faults', { barePercent: 100 });
      if (trouble === 'altered') await admin('/faults', { alteredPercent: 100 });
      if (trouble === 'known') await admin('/faults', { uniqueKeys: true });
      if (trouble === 'locked') await admin(`/orders/${order}/lock`);
      if (trouble === 'expired') await admin('/tokens/expire');
      if (trouble === 'shutOut') proxy.befall(refusedToken);
    },
    heal,
    carried: () => {
      const { body } = proxy.carried()!;
      return body === '' ? null : JSON.parse(body);
    },
    books: async () => booked(JSON.parse((await sandbox.call('GET', '/sandbox/listing')).text)),
    renewals: proxy.renewals,
    async close() {
      await proxy.close();
      await sandbox.close();
    },
  };
}

const refusedToken: Answer = {
  ...{ status: 403, headers: { 'x-csrf-token': 'Required' }, committed: false },
  text: 'CSRF token validation failed',
};

/** Whether it commits a posting: of a usage decision the last document, by which goods are free. */
const isLast = (body: string): boolean => !/"InspLotUsageDecisionLevel"|"VMENGE0[24]"/.test(body);

let lots = 0;

async function prepared(admin: Admin, kind: Posting['kind'], name: string): Promise<Posting> {
  const common = {
    key: newKey(`${kind} ${name}`),
    kind,
    eventId: newKey('event'),
    atMs,
    unit: 'KG',
  };
  if (kind === 'confirmation') {
    return {
      ...{ ...common, order, operation: '0010', yield: '90', scrap: '2.125', rework: '0.5' },
      ...{ setupMs: 90_000, machineMs: 1_800_029 },
    };
  }
  if (kind === 'goodsIssue') return { ...common, order, ...component, quantity: '100.001' };
  const made = { ...common, material: 'BOLT', lot: `L${++lots}` };
  if (kind === 'goodsReceipt') return { ...made, order, quantity: '90', blocked: '9.5' };
  if (kind === 'accrual') {
    const { unit: _, ...money } = common;
    return { ...money, amount: '75.5', currency: 'EUR', claim: '200000000' };
  }
  if (kind === 'supplierClaim' || kind === 'returnDelivery') return delivered(admin, made);
  const stock = kind === 'blockStock' ? 'unrestricted' : 'blocked';
  await admin('/stock', { material: 'BOLT', lot: made.lot, quantity: '50', kind: stock });
  return { ...made, quantity: '4.003' };
}

function booked(listing: Record<string, Row[]>): Booked[] {
  const { confirmations, items, inspections, complaints, entries } = listing;
  const all = new Map<string, Booked>();
  const number = (group: unknown, count: unknown): string =>
    `${`${group}`.padStart(10, '0')}/${`${count}`.padStart(8, '0')}`;
  for (const row of confirmations!) {
    const document = number(row['groupNumber'], row['count']);
    const { order, operation, unit, yield: good, scrap, rework, setup, machine, reverses } = row;
    all.set(document, {
      ...{ document, kind: reverses === null ? 'confirmation' : 'cancelConfirmation' },
      ...({ order, operation, unit, yield: good, scrap, rework } as Partial<Posting>),
      ...{ setupMs: Number(setup) * 60_000, machineMs: Number(machine) * 60_000 },
      final: row['final'] === 1,
      ...(reverses === null ? {} : { cancels: number(row['groupNumber'], reverses) }),
    });
  }
  for (const row of items!) addItem(all, row);
  for (const row of inspections!) addDecision(all, row);
  for (const row of complaints!) addComplaint(all, row);
  for (const row of entries!) addEntry(all, row);
  return [...all.values()];
}

/** Adds up the items of a document; of a receipt what went into blocked stock, or came from it. */
function addItem(all: Map<string, Booked>, row: Row): void {
  if (['opening', 'inspection', 'purchaseReceipt'].includes(`${row['kind']}`)) return;
  const document = `${row['number']}/${row['year']}`;
  const { material, lot, unit, order, reverses, reversedYear } = row;
  const before = all.get(document);
  const plus = (sum = '0') =>
    quantityText(quantity(sum, 'sum') + quantity(row['quantity'], 'quantity'));
  const isBlocked = row['toStock'] === 'blocked' || row['fromStock'] === 'blocked';
  const isReceipt = row['movement'] === '101' || row['movement'] === '102';
  all.set(document, {
    ...{ document, kind: row['kind'] as Booked['kind'] },
    ...({ material, lot, unit, order } as Partial<Posting>),
    quantity: plus(before?.quantity),
    blocked: isReceipt && isBlocked ? plus(before?.blocked) : (before?.blocked ?? '0'),
    ...(reverses === null ? {} : { cancels: `${reverses}/${reversedYear}` }),
    ...(row['kind'] === 'returnDelivery'
      ? { blocked: '0', supplier: bought.supplier, purchaseOrder: `${row['purchaseOrder']}` }
      : {}),
  });
}

/** A decision that is carried out: all of its goods have left quality inspection. */
function addDecision(all: Map<string, Booked>, row: Row): void {
  const amount = (name: string) => quantity(row[name], name);
  const gone = amount('free') + amount('blocked') + amount('scrap');
  if (row['code'] === null || gone < amount('quantity')) return;
  const document = `${row['number']}`.padStart(12, '0');
  const { order, material, lot, unit, quantity: total, blocked, scrap } = row;
  const said = { order, material, lot, unit, quantity: total, blocked, scrap } as Partial<Posting>;
  all.set(document, { document, kind: 'usageDecision', ...said });
}

const common: Omit<Connector, 'name' | 'open'> = {
  ...{ timeoutMs, timeStepMs: 60 },
  // Of a usage decision, see docs/connectors.md; any other has six at most.
  requestsMax: 18,
  secrets: [password],
  softError: JSON.stringify({
    error: { code: 'M7/021', message: { lang: 'en', value: 'Deficit' } },
  }),
  cannot: {},
};

export const sapConnector: Connector = { ...common, name: 'SAP', open: () => open('production') };
export const processConnector: Connector = {
  ...{ ...common, name: 'SAP, process orders' },
  open: () => open('process'),
};
