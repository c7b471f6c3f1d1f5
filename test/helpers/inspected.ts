import assert from 'node:assert/strict';
import type { Posting } from '../../central/erp/erp.ts';
import type { PostingRow } from '../../central/posting/queue.ts';
import type { Content } from '../../shared/event.ts';
import { quantity, zero } from '../../shared/quantity.ts';
import { type Depot, shelfOf } from './depot.ts';
import { barred, madeOf, openOn, reaching } from './quality.ts';

type Heard = readonly (Content & { line: string })[];

/** A lot is decided once: not while a hold is open on it, and free only if quality says so. */
export function checkDecided(heard: Heard, posting: Posting): void {
  const lot = posting.lot!;
  assert.deepEqual(openOn(heard, lot), [], 'decided under a hold');
  const micros = (text: string | undefined) => quantity(text ?? '0', 'amount');
  const free = micros(posting.quantity) - micros(posting.blocked) - micros(posting.scrap);
  assert(free === zero || isReleased(heard, lot), `${lot} is free, and was not released`);
}

/** What is not decided is being inspected; of a lot that is not released nothing is free. */
export function checkUndecided(
  heard: Heard,
  depot: Depot,
  lot: string,
  rows: readonly PostingRow[],
): void {
  const { unrestricted, blocked, scrapped: gone, inspected = zero } = shelfOf(depot, lot);
  const issues = rows.filter((row) => row.lot === lot && row.kind === 'goodsIssue');
  const issued = issues
    .filter(({ state }) => state === 'posted')
    .reduce((sum, { quantity: amount }) => sum + quantity(amount, 'issued'), zero);
  const all = unrestricted + inspected + blocked + gone + issued;
  assert.equal(all, madeOf(heard, lot), `all of ${lot}`);
  if (isReleased(heard, lot)) return;
  assert.equal(unrestricted, zero, `${lot} is available, and was not released`);
  const isHeld = openOn(heard, lot).length > 0 || reaching(heard, lot).length > 0;
  const isKept = rows.some(
    (row) => row.lot === lot && row.kind === 'unblockStock' && row.state === 'held',
  );
  assert(
    isHeld || isKept || blocked + gone <= barred(heard, lot),
    `${lot}: more is blocked than shall be`,
  );
}

const isInspected = (heard: Heard, lot: string): boolean =>
  heard.some((fact) => fact.type === 'LotProduced' && fact.lot === lot && fact.body.inspect);
const isReleased = (heard: Heard, lot: string): boolean =>
  heard.some((fact) => fact.type === 'LotReleased' && fact.lot === lot);

/** Whether some of an inspected lot rightly waits for quality. */
export function isUndecided(heard: Heard, depot: Depot, lot: string): boolean {
  const { inspected = zero, blocked } = shelfOf(depot, lot);
  if (inspected === zero) {
    // It came into blocked stock as a whole, and its hold is over: that releases no lot.
    return isInspected(heard, lot) && !isReleased(heard, lot) && blocked > barred(heard, lot);
  }
  if (openOn(heard, lot).length > 0 || reaching(heard, lot).length > 0) return true;
  return !isReleased(heard, lot) && barred(heard, lot) < madeOf(heard, lot);
}

/** Of an inspected lot nothing is available before its release. */
export function checkReleased(heard: Heard, lot: string, unrestricted: bigint): void {
  if (!isInspected(heard, lot) || isReleased(heard, lot)) return;
  assert.equal(unrestricted, zero, `${lot} is available, and was not released`);
}
