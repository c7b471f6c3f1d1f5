// Goal: a connector that queues and lacks something can pass the suite, and says what it lacks.
// Method: the parts about documents and doubt, with an ERP in memory that works off a queue.
import { describe } from 'vitest';
import type { Erp, Outcome, Posting } from '../../central/erp/erp.ts';
import type { Ability, Bench, Booked, Connector } from './bench.ts';
import { documentTests, newKey } from './documents.ts';
import { doubtTests } from './outcomes.ts';

const kinds = new Set<Posting['kind']>(['confirmation', 'goodsIssue']);

/** Why it cannot be expressed: whole pieces are all that this ERP knows. */
function unfit({ kind, yield: good, quantity, lot = '' }: Posting): string | undefined {
  if (!kinds.has(kind)) return `kind: ${kind} has no document here`;
  if (!/^[1-9]\d{0,6}$/.test(good ?? quantity ?? '')) return 'quantity: 1 to 9999999 pieces';
  return lot.length > 10 ? 'lot: at most 10 characters' : undefined;
}

async function open(): Promise<Bench> {
  const queue: Posting[] = [];
  const books: Booked[] = [];
  const numbers = new Map<string, string>(); // by key, which its documents do not have
  let isLost = false;
  function workOff(): void {
    for (const { key, ...posting } of queue.splice(0)) {
      numbers.set(key, `D${books.length + 1}`);
      books.push({ ...posting, document: `D${books.length + 1}` });
    }
  }
  const queued: Outcome = { kind: 'queued', ticket: '1', reason: 'queued' };
  const erp: Erp = {
    ...{ name: 'queue', maxInFlightMs: 10, unfit },
    async post(posting, isSafe = () => true) {
      const reason = unfit(posting);
      if (reason !== undefined) return { kind: 'refused', code: 'UNFIT', reason };
      if (!isSafe()) return { kind: 'busy', reason: 'the lease is over' };
      queue.push(posting);
      return isLost ? { kind: 'unknown', reason: 'no answer' } : queued;
    },
    lookup: async () => undefined,
  };
  const none = async () => undefined;
  return {
    ...{ erp, elsewhere: () => erp, renewals: () => 0, books: async () => [...books] },
    posting: async (kind, name) => ({
      ...{ key: newKey(`${kind} ${name}`), kind, eventId: newKey('event'), atMs: 0, order: '4711' },
      ...(kind === 'confirmation' ? { yield: '9' } : { material: 'NUT', lot: 'N1', quantity: '9' }),
    }),
    refusable: () => Promise.reject(new Error('it refuses nothing')),
    async befall(trouble) {
      isLost = trouble === 'lost';
    },
    async conclude({ key }, outcome) {
      workOff();
      return outcome === queued ? { kind: 'posted', document: numbers.get(key)! } : outcome;
    },
    ...{ heal: none, close: none },
  };
}

const lacking = (
  [
    ...(['goodsReceipt', 'blockStock', 'unblockStock', 'scrapStock', 'usageDecision'] as const),
    ...(['cancelConfirmation', 'cancelIssue', 'cancelReceipt'] as const),
    ...(['supplierClaim', 'accrual', 'cancelAccrual', 'returnDelivery'] as const),
  ] satisfies Ability[]
).map((kind) => [kind, 'it has no such document']);

const connector: Connector = {
  ...{ name: 'a queue in memory', open, timeoutMs: 10, requestsMax: 1, timeStepMs: 1 },
  secrets: ['none'],
  cannot: { ...Object.fromEntries(lacking), lookup: 'its documents have no room for a key' },
};

describe(connector.name, () => {
  documentTests(connector);
  doubtTests(connector);
});
