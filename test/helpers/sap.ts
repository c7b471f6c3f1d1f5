import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Erp, Posting } from '../../central/erp/erp.ts';
import { type SapOptions, type SapParts, sapErp } from '../../central/sap/connector.ts';
import { referencesOf } from '../../central/sap/reference.ts';
import { nameId } from '../../shared/identity.ts';
import { startBench } from './sandbox.ts';

const space = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

export const key = (name: string) => nameId(space, name);

export const eventId = '01890000-0000-7000-8000-000000000001';

const atMs = Date.UTC(2026, 10, 23, 12);

export const confirmation: Posting = {
  ...{ key: key('confirmation'), kind: 'confirmation', eventId, atMs },
  ...{ order: '4711', operation: '0010', unit: 'KG', yield: '90', scrap: '2.125' },
  ...{ setupMs: 90_000, machineMs: 1_800_029 },
};

const goods = { eventId, atMs, order: '4711', unit: 'KG' };

export const bolts = { ...goods, material: 'BOLT', lot: 'B1' };

export const issue: Posting = {
  ...{ ...goods, key: key('issue'), kind: 'goodsIssue', material: 'STEEL', lot: 'HEAT7' },
  quantity: '100.001',
};

export const receipt: Posting = {
  ...{ ...bolts, key: key('receipt'), kind: 'goodsReceipt', quantity: '90', blocked: '9.5' },
};

const issued = {
  ...{ Material: 'STEEL', Batch: 'HEAT7', GoodsMovementType: '261', ManufacturingOrder: '4711' },
  ...{ QuantityInEntryUnit: '100.001', EntryUnit: 'KG' },
};

/** `issue` as SAP shows it; with other items, or properties of its header, where they are given. */
export const shownIssue = (items: object[] = [{}], more: object = {}) => ({
  ...{ MaterialDocumentYear: '2026', MaterialDocument: '49' },
  ReferenceDocument: referencesOf(issue.key).reference,
  to_MaterialDocumentItem: { results: items.map((item) => ({ ...issued, ...item })) },
  ...more,
});

/** Whatever else a test wants closed. */
export const closers: (() => Promise<unknown>)[] = [];

/** Stops, last first, what a test has started with the functions below. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

export const erpAt = (url: string, more: Partial<SapOptions> = {}, parts?: SapParts): Erp =>
  sapErp({ url, plant: '1000', storageLocation: '0001', ...more }, parts);

/** A sandbox, and the connector to it. */
export async function bench(given = {}, more: Partial<SapOptions> = {}) {
  const books = await startBench(given);
  closers.push(books.close);
  return { ...books, erp: erpAt(books.url, more) };
}

export type Script = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** An ERP's address where something else answers; tokens are given out as asked. */
export async function rude(script: Script, token: () => string = () => 'T') {
  let tokens = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.headers['x-csrf-token'] !== 'Fetch') return script(request, response, body);
    tokens += 1;
    response.writeHead(200, { 'x-csrf-token': token(), 'set-cookie': ['a=1; path=/', 'b=2'] });
    return response.end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, erp: erpAt(url), tokens: () => tokens };
}

export const answering = (
  status: number,
  text: string,
  headers: Record<string, string> = {},
): Script => {
  return (_request, response) => response.writeHead(status, headers).end(text);
};
