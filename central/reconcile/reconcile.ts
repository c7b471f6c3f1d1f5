import { readContent } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import type { Content } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { nextTurn } from '../../shared/loop.ts';
import { quantityText } from '../../shared/quantity.ts';
import { centralLine } from '../../shared/subject.ts';
import { emptyTally } from '../../statecharts/tally.ts';
import type { Dossier } from '../ledger/dossier.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Totals } from '../ledger/totals.ts';
import type { Postings } from '../posting/postings.ts';
import type { Explained } from '../story/explain.ts';
import { type Account, type Accounted, accountOf, differs, movedBy } from './accounts.ts';
import { type Grouped, openGroups } from './groups.ts';
import type { ErpTold, Inquire } from './inquiry.ts';
import { openTouched } from './touched.ts';

/** Facts that are looked at before anything else has its turn. */
const pageMax = 50;
/** Most gaps that are told; all are counted. */
const gapsMax = 200;

/** Of which facts the books are closed: all of them without any. Times are of arrival here. */
export type Scope = Readonly<{ line?: string; order?: string; fromMs?: number; untilMs?: number }>;

export type Gap = Readonly<{
  eventId: string;
  line: string;
  epoch: number;
  sequence: number;
  type: string;
  why: string;
}>;
/** The end of a line's chain, and what all its facts are counted to. */
export type Chain = Readonly<{ line: string; epoch: number; sequence: number; hash: string }> &
  Readonly<Record<'good' | 'scrap' | 'rework' | 'held', string>>;
export type Reconcile = ReturnType<typeof openReconcile>;
export type Reconciled = Readonly<{
  scope: Scope;
  upTo: number; // last position of the ledger that was looked at
  facts: number;
  chains: readonly Chain[];
  groups: Grouped;
  groupsLeftOut: number; // facts of groups beyond the first 5,000 of a sort
  reasons: readonly Readonly<{ account: Account; why: string; facts: number }>[];
  gaps: readonly Gap[];
  gapsFound: number;
  /** What central has counted as it went: as many as there are facts. Of all facts only. */
  kept: Readonly<{ documents: number; without: number }> | null;
  /** The ERP's own figures beside central's; null where nobody wanted it asked. */
  erp: ErpTold | null;
}>;

type Row = Readonly<{
  position: number;
  path: string;
  epoch: number;
  sequence: number;
  isAgain: 0 | 1;
  bytes: Buffer;
}>;
type Parts = {
  db: Database;
  dossier: Dossier;
  ledger: Ledger;
  explain: (eventId: string) => Explained;
  counts: Postings['counts'];
  totals: Totals;
};

const again: Accounted = { account: 'again', why: null };
const unread: Accounted = { account: 'parked', why: 'cannot be read by this version' };

/**
 * Closes central's books against its own ledger: every fact is looked at by itself, its rule is
 * asked again, and what became of it is found in the postings; no sum that was kept is believed.
 * Reads page by page, other work between: what moves meanwhile is told as it stood when it was
 * looked at. With `inquire` the ERP is asked at the end for all that the facts are about. Throws
 * Fault CONFLICT while another one runs.
 */
export function openReconcile({ db, dossier, ledger, ...parts }: Parts) {
  const { explain, counts, totals } = parts;
  const page = db.prepare<[number, number], Row>(
    `SELECT position, path, fact.epoch, fact.sequence, event_id IS NULL AS isAgain, bytes
     FROM fact JOIN line ON line.id = fact.line WHERE position > ? ORDER BY position LIMIT ?`,
  );
  const received = db
    .prepare<[number], number>('SELECT received_ms FROM fact WHERE position = ?')
    .pluck();
  const turned = db
    .prepare<[string, string], 1>(
      `SELECT 1 FROM correction WHERE order_number = ? AND event_id = ? AND state <> 'counted'`,
    )
    .pluck();
  let busy = false;

  /** The first position of a fact that came at this time or later; they come in this order. */
  function firstSince(atMs: number, last: number): number {
    let [low, high] = [1, last + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((received.get(middle) ?? 0) < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  const materialOf = ({ order, body }: Content): string | undefined => {
    if ('material' in body && typeof body.material === 'string') return body.material;
    return order === undefined ? undefined : dossier.order(order)?.material || undefined;
  };

  /** Null where some facts are left out, or others have come meanwhile. */
  function keptOf(scope: Scope, upTo: number): Reconciled['kept'] {
    if (Object.keys(scope).length > 0 || ledger.last() !== upTo) return null;
    const { postings, unposted, beside } = counts();
    const sum = (of: readonly number[]) => of.reduce((total, count) => total + count, 0);
    return {
      documents: sum(postings.map(({ postings: count }) => count)) - beside,
      without: sum(unposted.map(({ facts }) => facts)),
    };
  }

  function chainsOf(scope: Scope): Chain[] {
    const tallies = new Map(totals.all('line'));
    const lines = ledger.lines().filter(({ path }) => (scope.line ?? path) === path);
    return lines.map(({ path: line, epoch, sequence, hash }) => {
      const { good, scrap, rework, held } = tallies.get(line) ?? emptyTally();
      const counted = Object.entries({ good, scrap, rework, held });
      const texts = Object.fromEntries(counted.map(([name, sum]) => [name, quantityText(sum)]));
      const place = { line, epoch, sequence, hash: hash.toString('hex') };
      return { ...place, ...(texts as Record<keyof typeof texts, string>) } as Chain;
    });
  }

  function open(scope: Scope) {
    const groups = openGroups();
    const touched = openTouched();
    const reasons = new Map<string, number>();
    const gaps: Gap[] = [];
    let [facts, gapsFound] = [0, 0];

    function count(account: Account, why: string | null): void {
      const key = `${account}\n${why ?? ''}`;
      reasons.set(key, (reasons.get(key) ?? 0) + 1);
    }

    function take(row: Row): void {
      const { path: line, epoch, sequence, isAgain } = row;
      if (line === centralLine) return; // what was done at the desk is no production
      if (scope.line !== undefined && scope.line !== line) return;
      const fact = readContent(row.bytes);
      if (scope.order !== undefined && scope.order !== fact?.order) return;
      facts += 1;
      const known = fact && !isAgain ? explain(fact.eventId) : undefined;
      const isTurned = fact?.order !== undefined && turned.get(fact.order, fact.eventId) === 1;
      const { account, why } = known ? accountOf(known, isTurned) : fact ? again : unread;
      count(account, why);
      if (!fact) return;
      touched.take(fact);
      const wrong = account === 'gap' ? why : known && differs(fact, known);
      if (wrong) {
        gapsFound += 1;
        const place = { line, epoch, sequence, type: fact.type };
        if (gaps.length < gapsMax) gaps.push({ eventId: fact.eventId, ...place, why: wrong });
      }
      const { productionDay = 'no day', shift = 'no shift', order } = fact;
      const material = materialOf(fact);
      const moved = known ? movedBy(fact, account, known) : [];
      groups.add('line', line, account, moved);
      groups.add('shift', `${line} ${productionDay} ${shift}`, account, moved);
      if (order !== undefined) groups.add('order', order, account, moved);
      if (material !== undefined) groups.add('material', material, account, moved);
    }

    const result = (upTo: number): Omit<Reconciled, 'erp'> => ({
      ...{ scope, upTo, facts },
      chains: chainsOf(scope),
      ...{ groups: groups.told(), groupsLeftOut: groups.leftOut() },
      reasons: [...reasons].sort().map(([key, count]) => {
        const [account = '', why = ''] = key.split('\n');
        return { account: account as Account, why, facts: count };
      }),
      ...{ gaps, gapsFound, kept: keptOf(scope, upTo) },
    });
    return { take, result, touched: touched.told };
  }

  return async (scope: Scope, inquire?: Inquire): Promise<Reconciled> => {
    if (busy) throw new Fault('CONFLICT', 'the books are being closed already: ask again later');
    busy = true;
    try {
      const last = ledger.last();
      const { take, result, touched } = open(scope);
      const end = scope.untilMs === undefined ? last : firstSince(scope.untilMs, last) - 1;
      let at = scope.fromMs === undefined ? 0 : firstSince(scope.fromMs, last) - 1;
      while (at < end) {
        const rows = page.all(at, Math.min(pageMax, end - at));
        if (rows.length === 0) break;
        for (const row of rows) if (row.position <= end) take(row);
        at = rows.at(-1)!.position;
        await nextTurn();
      }
      const books = result(end);
      return { ...books, erp: inquire ? await inquire(touched()) : null };
    } finally {
      busy = false;
    }
  };
}
