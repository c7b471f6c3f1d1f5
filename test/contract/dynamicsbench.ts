import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome, Posting } from '../../central/erp/erp.ts';
import { quantityText } from '../../shared/quantity.ts';
import { dynamicsAt } from '../helpers/d365.ts';
import { type Message, startDynamics } from '../helpers/dynamics.ts';
import type { Answer, Bench, Booked, Connector, Trouble } from './bench.ts';
import { newKey } from './documents.ts';
import { isProxyTrouble, openProxy } from './proxy.ts';

const timeoutMs = 5_000;
const maxInFlightMs = 1_500;
const jobMs = 20;
/** Looks at what is queued before it must have its last word. */
const looksMax = 200;
const atMs = Date.UTC(2026, 10, 23, 12);
const order = 'P000123';

/** The message processor, its batch job always running, and the connector through a proxy. */
async function open(): Promise<Bench> {
  const processor = await startDynamics();
  const job = setInterval(processor.work, jobMs);
  const proxy = await openProxy({
    target: processor.url,
    carries: ({ path }) => path.endsWith('/SendMessage'),
    renews: ({ path }) => path.endsWith('/token'),
    ...{ slowMs: 300, lateMs: timeoutMs + maxInFlightMs / 3 },
  });
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-dynamics-'));
  const clientSecretPath = join(folder, 'secret');
  writeFileSync(clientSecretPath, processor.secret);
  const waits = { clientTimeoutMs: timeoutMs, maxInFlightMs };
  const more = { ...waits, clientSecretPath, scope: `${processor.url}/.default` };
  const connect = (url: string) => dynamicsAt(url, { ...more, disposition: undefined });
  const erp = connect(proxy.url);

  async function heal(): Promise<void> {
    proxy.befall(undefined);
    processor.change();
  }
  return {
    ...{ erp, elsewhere: connect, heal, renewals: proxy.renewals },
    posting: async (kind, name) => posting(kind, name),
    carried: () => JSON.parse(proxy.carried()!.body),
    refusable: () => Promise.reject(new Error('what it refuses stays in its queue')),
    async befall(trouble: Trouble | Answer): Promise<void> {
      await heal();
      if (isProxyTrouble(trouble)) proxy.befall(trouble);
      if (trouble === 'altered') processor.change((content) => content.replace(/90|100\.001/, '7'));
      if (trouble === 'expired') processor.expire();
      if (trouble === 'shutOut') proxy.befall({ status: 401, text: '', committed: false });
    },
    books: async () => {
      await worked(processor.messages);
      return processor.messages.flatMap((message, at) => booked(message, `${at + 1}`));
    },
    async conclude(given, outcome): Promise<Outcome> {
      if (outcome.kind !== 'queued') return outcome;
      const { ticket } = outcome;
      for (let looks = 0; looks < looksMax; looks++) {
        const found = await erp.lookup({ ...given, ticket });
        if (found === undefined) return { kind: 'unknown', reason: 'nobody has answered' };
        if (!('kind' in found)) return { kind: 'posted', document: found.join(', ') };
        if (found.kind === 'undecided') throw new Error(found.reason);
        if (found.kind !== 'queued') return found;
        await new Promise((done) => setTimeout(done, jobMs));
      }
      throw new Error('queued for ever');
    },
    async close() {
      clearInterval(job);
      await proxy.close();
      await processor.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Waits until the batch job has nothing left. */
async function worked(messages: readonly Message[]): Promise<void> {
  for (let looks = 0; looks < looksMax; looks++) {
    if (messages.every(({ state }) => state !== 'Queued')) return;
    await new Promise((done) => setTimeout(done, jobMs));
  }
  throw new Error('queued for ever');
}

/** Route cards and finished goods have no unit: they are in that of the order. */
function posting(kind: Posting['kind'], name: string): Posting {
  const own = { key: newKey(`${kind} ${name}`), kind, eventId: newKey('event'), atMs, order };
  if (kind === 'confirmation') {
    const counts = { yield: '90', scrap: '2.125', setupMs: 90_000, machineMs: 1_800_029 };
    return { ...own, operation: '0010', ...counts, final: true };
  }
  const issued = { material: 'STEEL', lot: 'MELT1', unit: 'KG', quantity: '100.001' };
  if (kind === 'goodsIssue') return { ...own, ...issued };
  return { ...own, material: 'BOLT', lot: `L ${name}`, quantity: '90', blocked: '9.5' };
}

/** JSON whose numbers stay texts, digit for digit. */
const exact = (text: string): Record<string, string | Record<string, string>[]> =>
  JSON.parse(text, ((_: string, value: unknown, { source }: { source?: string }) =>
    typeof value === 'number' ? source : value) as (key: string, value: unknown) => unknown);

const micros = (text = '0'): bigint => {
  const [whole = '0', part = ''] = text.split('.');
  return BigInt(whole) * 1_000_000n + BigInt(part.padEnd(6, '0'));
};
const ms = (hours = '0'): number => Number(hours) * 3_600_000;

/** A message that was executed, in the words of the port. */
function booked({ state, type, content }: Message, document: string): Booked[] {
  if (state !== 'Processed') return [];
  const given = exact(content);
  const about = { document, order: `${given['ProductionOrderNumber']}` };
  const lines = (name: string) => given[name] as Record<string, string>[];
  if (type === 'ProdProductionOrderRouteCard') {
    const of = (task: string) => lines('RouteCardLines').find((line) => line['TaskType'] === task);
    const line = of('Process')!;
    return [
      {
        ...{ ...about, kind: 'confirmation' },
        operation: line['OperationNumber']!.padStart(4, '0'),
        ...{ yield: line['GoodQuantity']!, scrap: line['ErrorQuantity']! },
        ...{ setupMs: ms(of('Setup')?.['Hours']), machineMs: ms(line['Hours']) },
        final: line['OperationCompleted'] === 'Yes',
      },
    ];
  }
  if (type === 'ProdProductionOrderPickingList') {
    const line = lines('PickingListLines')[0]!;
    return [
      {
        ...{ ...about, kind: 'goodsIssue', material: line['ItemNumber']! },
        ...{ lot: line['ItemBatchNumber']!, unit: line['BOMUnitSymbol']! },
        quantity: line['ConsumptionBOMQuantity']!,
      },
    ];
  }
  const all = lines('ReportFinishedLines');
  const sum = (some: typeof all) =>
    quantityText(some.reduce((total, line) => total + micros(line['ReportedGoodQuantity']), 0n));
  return [
    {
      ...{ ...about, kind: 'goodsReceipt', material: all[0]!['ItemNumber']! },
      ...{ lot: all[0]!['ItemBatchNumber']!, quantity: sum(all) },
      blocked: sum(all.filter((line) => line['InventoryStatusId'] === 'BLOCKED')),
    },
  ];
}

const none = 'there is no message for it';
const whole = 'a disposition code holds a batch as a whole, and says no quantity';

export const dynamicsConnector: Connector = {
  ...{ name: 'Dynamics 365', open, timeoutMs, timeStepMs: 4 },
  // A look-up that finds nothing: it, any message, and that one by its key; each with a new token.
  requestsMax: 9,
  secrets: ['s3cret~of', 'of-the-application'],
  softError: JSON.stringify({ error: { code: '', message: 'The queue does not exist.' } }),
  cannot: {
    ...{ blockStock: whole, unblockStock: whole, scrapStock: none, usageDecision: none },
    ...{ cancelConfirmation: none, cancelIssue: none, cancelReceipt: none },
    ...{ supplierClaim: none, accrual: none, cancelAccrual: none, returnDelivery: none },
    refusal: 'what it refuses stays in its queue as failed, and is looked up as that',
    known: 'it knows no key: a second message is a second journal',
    locked: 'a lock fails a message in the queue, three times',
    bare: 'the number is all that an answer has',
  },
};
