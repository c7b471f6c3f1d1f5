import type { PostingKind } from '../../central/erp/erp.ts';
import { isCancel } from '../../central/erp/erp.ts';
import { keyOf } from '../../central/posting/rules.ts';
import { decodeContent } from '../../shared/codec.ts';
import type { Content } from '../../shared/event.ts';
import { hasFlag } from '../../statecharts/tables.ts';
import { factsOf, type PostingRow, postingsOf, reversedOf, standInsOf } from './rows.ts';
import type { Scene } from './scene.ts';

type Parts = Pick<Scene, 'central'> & { failed: (invariant: string, detail: string) => void };

const kinds: Readonly<Partial<Record<Content['type'], PostingKind>>> = {
  QuantityReported: 'confirmation',
  QuantityCorrected: 'confirmation',
  MaterialConsumed: 'goodsIssue',
  LotProduced: 'goodsReceipt',
};
/** What a person says who leaves a document as it is. */
export const leftAlone = 'left as it is';

/** Postings of one document: itself, what took it back, what took its place again, and so on. */
function chainsOf(rows: readonly PostingRow[]): Map<string, PostingRow[]> {
  const chains = new Map<string, PostingRow[]>();
  for (const row of rows) {
    const chain = row.cancels === null ? [] : chains.get(row.cancels)!;
    chain.push(row);
    chains.set(row.key, chain);
  }
  return chains;
}

/**
 * The books, net of what was taken back: what counts at the floor is there once, or still waits,
 * and what does not count is not there, unless a person has left it.
 */
export function checkNet({ central, failed }: Parts): void {
  const db = central.disk.real();
  const reversed = reversedOf(db);
  const chains = chainsOf(postingsOf(db));
  const standIns = standInsOf(db);
  const facts = factsOf(db, 'fact').map(({ bytes }) => decodeContent(bytes));
  const late = new Set(facts.filter((fact) => hasFlag(fact, 'late')).map(({ eventId }) => eventId));
  for (const { eventId, type } of facts) {
    const kind = kinds[type];
    if (!kind || late.has(eventId)) continue;
    const keys = [keyOf(eventId, kind), standIns.get(eventId) ?? ''];
    const found = keys.flatMap((key) => chains.get(key) ?? []);
    const rows = [...new Set(found)];
    // What was said after the closing counts nowhere; what a person did of it is theirs.
    if (rows.some((row) => late.has(row.eventId) || row.reason?.startsWith(leftAlone))) continue;
    const posted = rows.filter(({ state }) => state === 'posted');
    const net = posted.reduce((sum, row) => sum + (isCancel(row.kind) ? -1 : 1), 0);
    const isOpen = rows.some(({ state }) => state !== 'posted' && state !== 'void');
    const told = `${type} ${eventId}: ${rows.map((row) => `${row.kind} ${row.state}`).join(', ')}`;
    if (reversed.has(eventId)) {
      if (net !== 0 || isOpen) failed('what does not count is in the books', told);
    } else if (net > 1 || net < 0 || (net === 0 && rows.length > 0 && !isOpen)) {
      failed('what counts is not in the books once', told);
    }
  }
}
