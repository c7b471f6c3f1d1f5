import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../central/sandbox/server.ts';
import type { openSummary } from '../../central/sandbox/summary.ts';
import type { Clock } from '../../shared/clock.ts';

const services = '/sap/opu/odata/sap';
export const confirmationPath = `${services}/API_PROD_ORDER_CONFIRMATION_2_SRV/ProdnOrdConf2`;
export const documentPath = `${services}/API_MATERIAL_DOCUMENT_SRV/A_MaterialDocumentHeader`;
export const orderPath = `${services}/API_PRODUCTION_ORDER_2_SRV`;
export const rootPath = `${services}/API_MATERIAL_DOCUMENT_SRV/`;

type Entity = Record<string, unknown>;
type Message = { code: string; message: string; severity: string };
/** An OData V2 body; empty if the answer is none. */
export type Body = {
  d?: Entity & { results?: Entity[] };
  error?: {
    code: string;
    message: { value: string };
    innererror: { errordetails: Message[] };
  };
};
export type Reply = { status: number; headers: Headers; text: string; body: Body };
export type Summary = ReturnType<ReturnType<typeof openSummary>>;
export type Bench = Awaited<ReturnType<typeof startBench>>;

/** A sandbox on a file of its own: one order of 100 KG at 10 % tolerance, one component lot. */
export async function startBench(given: Record<string, unknown> = {}, clock?: Clock) {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-sandbox-'));
  const path = join(directory, 'erp.sqlite');
  const sandbox: Sandbox = await startSandbox({ path, logLevel: 'error', ...given }, clock);

  async function call(method: string, at: string, body?: unknown, headers = {}): Promise<Reply> {
    const response = await fetch(sandbox.url + at, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json =
      text !== '' && response.headers.get('content-type')?.startsWith('application/json');
    const { status, headers: received } = response;
    return { status, headers: received, text, body: json ? JSON.parse(text) : {} };
  }

  async function admin(at: string, body: unknown = {}): Promise<unknown> {
    const reply = await call('POST', `/sandbox${at}`, body);
    if (reply.status !== 200) throw new Error(reply.text);
    return reply.body;
  }

  /** A live token and its cookies, as headers. */
  async function token(): Promise<Record<string, string>> {
    const { headers } = await call('GET', rootPath, undefined, { 'X-CSRF-Token': 'Fetch' });
    const cookie = headers.getSetCookie().map((given) => given.split(';')[0]);
    return { 'x-csrf-token': headers.get('x-csrf-token') ?? '', cookie: cookie.join('; ') };
  }

  const material = (name: string, price: string) => ({ material: name, unit: 'KG', price });
  await admin('/materials', [material('STEEL', '2.50'), material('BOLT', '10')]);
  await admin('/orders', {
    ...{ order: '4711', material: 'BOLT', quantity: '100', unit: 'KG', tolerancePercent: 10 },
    operations: [{ operation: '0010', workCenter: 'SAW1' }, { operation: '0020' }],
  });
  await admin('/stock', { material: 'STEEL', lot: 'HEAT7', quantity: '500.125' });

  return {
    ...{ url: sandbox.url, path, call, admin, token },
    post: async (at: string, body: unknown) => call('POST', at, body, await token()),
    summary: async (): Promise<Summary> => JSON.parse((await call('GET', '/sandbox/summary')).text),
    stop: sandbox.close,
    async close() {
      await sandbox.close();
      rmSync(directory, { recursive: true });
    },
  };
}

export const key = '0190a0b0-0000-5000-8000-00000000000a';

export const day = '/Date(1504051200000)/';

export const confirmation = {
  ...{ OrderID: '4711', OrderOperation: '0010', Plant: '1000', PostingDate: day },
  ExternalSystemConfirmation: key,
  APIConfHasNoGoodsMovements: true,
  ConfirmationUnit: 'KG',
  ConfirmationYieldQuantity: '10.000',
};

const place = { Plant: '1000', StorageLocation: '0001', EntryUnit: 'KG' };

const forOrder = { GoodsMovementRefDocType: 'F', ManufacturingOrder: '4711' };

export const issueItem = {
  ...{ ...place, ...forOrder, Material: 'STEEL', Batch: 'HEAT7', GoodsMovementType: '261' },
  QuantityInEntryUnit: '10.000',
};

export const receiptItem = {
  ...{ ...place, ...forOrder, Material: 'BOLT', Batch: 'B1', GoodsMovementType: '101' },
  ...{ QuantityInEntryUnit: '10', InventoryStockType: '01', InventoryUsabilityCode: '' },
};

export const stockItem = (type: string, quantity: string) => ({
  ...{ ...place, Material: 'BOLT', Batch: 'B1', GoodsMovementType: type },
  QuantityInEntryUnit: quantity,
});

export const document = (code: string, items: object[], more = {}) => ({
  ...{ GoodsMovementCode: code, PostingDate: day, DocumentDate: day, ReferenceDocument: 'K1' },
  to_MaterialDocumentItem: items,
  ...more,
});

export const complaint = ({ status, body }: Reply) => [
  status,
  body.error?.code,
  body.error?.message?.value,
];
