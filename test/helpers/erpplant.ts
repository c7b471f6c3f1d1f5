import { expect } from 'vitest';
import type { Erp } from '../../central/erp/erp.ts';
import type { Reconciled } from '../../central/reconcile/reconcile.ts';
import type { Content } from '../../shared/event.ts';
import { openAsked } from './board.ts';
import { openBooks } from './erpbooks.ts';
import { history } from './facts.ts';
import { m01 } from './shop.ts';

/** Central that has posted what these facts call for, into an ERP with books in memory. */
export async function plantWith(facts: readonly Content[], sumsOnly = false) {
  const books = openBooks();
  return { ...(await plantAt(sumsOnly ? books.sumsOnly() : books.erp, facts)), books };
}

/** The same, into any ERP. */
export async function plantAt(erp: Erp, facts: readonly Content[]) {
  const standing = { state: 'up' as 'up' | 'down', sinceMs: null, reason: null as string | null };
  const central = openAsked([], { erp, erpStanding: () => standing });
  const all: Content[] = [];
  function hear(...more: readonly Content[]): void {
    const first = all.push(...more) - more.length + 1;
    central.ledger.accept([{ segment: history(m01, all).segment(first, all.length) }]);
  }
  async function postAll(): Promise<void> {
    const { postings } = central;
    for (let idle = 0; idle < 3; central.time.nowMs += 1_000) {
      const tasks = postings.next(new Set(), 50);
      idle = tasks.length > 0 ? 0 : idle + 1;
      for (const { do: what, posting } of tasks) {
        if (what === 'lookUp') postings.found(posting.key, await erp.lookup(posting));
        else postings.settle(posting.key, await erp.post(posting));
      }
    }
  }
  async function close(query = '?erp=ask'): Promise<Reconciled> {
    const reply = await central.app.inject(`/v1/reconcile${query}`);
    expect(reply.statusCode).toBe(200);
    return reply.json();
  }
  const keyOf = (fact: Content, at = 0): string => {
    const rows = central.db
      .prepare<[string], string>('SELECT key FROM posting WHERE event_id = ? ORDER BY id')
      .pluck()
      .all(fact.eventId);
    return rows[at]!;
  };
  /** What a person says at the desk. */
  async function say(act: string, key: string, by = 'person:17') {
    const payload = { by, reason: 'the ERP was restored' };
    const reply = await central.app.inject({
      method: 'POST',
      url: `/v1/desk/${key}/${act}`,
      payload,
    });
    return [reply.statusCode, reply.json()] as const;
  }
  hear(...facts);
  await postAll();
  return { ...central, standing, hear, postAll, close, keyOf, say };
}
