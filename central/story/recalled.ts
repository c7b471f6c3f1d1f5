import { readContent } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import type { Content } from '../../shared/event.ts';
import { amountOf, quantityText, zero } from '../../shared/quantity.ts';
import type { LotFigures, RecalledRow, There } from '../../shared/recalltext.ts';
import type { Dossier } from '../ledger/dossier.ts';
import { openSums } from '../posting/sums.ts';
import type { Holds } from '../quality/holds.ts';
import type { Genealogy } from './genealogy.ts';

/** Facts of one lot that are added up; of one with more it is not known what is left. */
const lotFactsMax = 5_000;
/** Lines that are told of one row. */
const linesMax = 20;

type Seen = Readonly<{ path: string; latest: number }>;
type Document = Readonly<{
  kind: string;
  state: string;
  document: string | null;
  key: string;
  order: string | null;
  lot: string | null;
  material: string | null;
  unit: string | null;
  quantity: string | null;
  line: string;
  atMs: number;
}>;
export type Parts = Readonly<{
  db: Database;
  dossier: Dossier;
  holds: Holds;
  reaching: Genealogy['reaching'];
  /** What is known of a lot by holds of central, in words. */
  heldStock: (lot: string) => Readonly<{ decided: string | null; erpStock: string | null }>;
}>;

const blank = {
  ...{ there: null, state: null, material: null, unit: null, line: null, lines: [], atMs: null },
  ...{ figures: null, document: null, key: null, quantity: null, order: null, lot: null },
  ...{ holds: [], decided: null, erpStock: null },
} as const;

function prepare(db: Database) {
  return {
    facts: db.prepare<[string, number], { bytes: Buffer }>(
      `SELECT bytes FROM thread JOIN fact ON fact.position = thread.position
       WHERE word = ? ORDER BY thread.position LIMIT ?`,
    ),
    bytes: db.prepare<[number], Buffer>('SELECT bytes FROM fact WHERE position = ?').pluck(),
    reversed: db
      .prepare<[string, string], 1>(
        `SELECT 1 FROM correction WHERE order_number = ? AND event_id = ? AND state = 'reversed'`,
      )
      .pluck(),
    seen: db.prepare<[string, number], Seen>(
      `SELECT path, latest FROM seen JOIN line ON line.id = seen.line
       WHERE node = ? ORDER BY latest DESC LIMIT ?`,
    ),
    posting: db.prepare<[number], Document>(
      `SELECT kind, state, document, key, order_number AS "order", lot, material, unit,
         coalesce(quantity, yield) AS quantity, line, at_ms AS atMs FROM posting WHERE id = ?`,
    ),
  };
}

type Amounts = { made: bigint; used: bigint; parted: bigint };

/** What a fact says of how much of a lot there is. */
function count(fact: Content, lot: string, amounts: Amounts): void {
  const isOwn = fact.lot === lot;
  const part = (parts: readonly { lot: string; quantity: string }[], all: boolean): bigint =>
    parts.reduce((sum, one) => (all || one.lot === lot ? sum + amountOf(one.quantity) : sum), zero);
  if (fact.type === 'LotProduced' && isOwn) amounts.made += amountOf(fact.body.quantity);
  if (fact.type === 'MaterialConsumed' && isOwn) amounts.used += amountOf(fact.body.quantity);
  if (fact.type === 'MaterialReturned' && isOwn) amounts.used -= amountOf(fact.body.quantity);
  if (fact.type === 'LotSplit') {
    if (isOwn) amounts.parted += part(fact.body.children, true);
    else amounts.made += part(fact.body.children, false);
  }
  if (fact.type === 'LotMerged') {
    if (isOwn) amounts.made += part(fact.body.parents, true);
    else amounts.parted += part(fact.body.parents, false);
  }
}

/** The last thing that was stated of a serial, in a word. */
function fateOf(fact: Content): string {
  if (fact.type !== 'QuantityReported') return fact.type;
  const { good, scrap, rework, held } = fact.body;
  const words = { scrap, held, rework, good };
  const found = Object.entries(words).find(([, amount]) => amountOf(amount) > zero);
  return found ? found[0] : fact.type;
}

/** Tells of each lot, order, serial and document how it stands. Reads only. */
export function openRecalled({ db, dossier, holds, reaching, heldStock }: Parts) {
  const read = prepare(db);
  const sums = openSums(db);

  function whereOf(node: string) {
    const [first, ...more] = read.seen.all(node, linesMax);
    const bytes = first && read.bytes.get(first.latest);
    const fact = bytes && readContent(bytes);
    return {
      fact,
      line: first?.path ?? null,
      lines: first ? [first, ...more].map(({ path }) => path) : [],
      atMs: fact?.atMs ?? null,
    };
  }

  const isReversed = ({ order, eventId }: Content): boolean =>
    order !== undefined && read.reversed.get(order, eventId) !== undefined;

  function figuresOf(lot: string): LotFigures {
    const amounts: Amounts = { made: zero, used: zero, parted: zero };
    const facts = read.facts.all(`lot:${lot}`, lotFactsMax + 1);
    for (const { bytes } of facts) {
      const fact = readContent(bytes);
      if (fact && !isReversed(fact)) count(fact, lot, amounts);
    }
    const isKnown = amounts.made > zero && facts.length <= lotFactsMax;
    const left = amounts.made - amounts.used - amounts.parted;
    const { allReceived, blocked, scrapped } = sums.of(lot);
    return {
      ...{ made: quantityText(amounts.made), used: quantityText(amounts.used) },
      ...{ parted: quantityText(amounts.parted), left: isKnown ? quantityText(left) : null },
      unrestricted: quantityText(allReceived - blocked - sums.issued(lot)),
      ...{ blocked: quantityText(blocked - scrapped), scrapped: quantityText(scrapped) },
    };
  }

  /** Of what was scrapped nothing is there. */
  function thereOf({ left, scrapped }: LotFigures): There {
    if (left === null) return 'unknown';
    return amountOf(left) - amountOf(scrapped) > zero ? 'there' : 'gone';
  }

  function lot(name: string): RecalledRow {
    const figures = figuresOf(name);
    const known = dossier.lot(name);
    const { fact: _, ...where } = whereOf(`lot:${name}`);
    const own = known?.material ? { material: known.material, unit: known.unit } : {};
    const about = { ...own, order: known?.order ?? null, there: thereOf(figures), figures };
    const held = { holds: reaching(name), ...heldStock(name) };
    return { ...blank, kind: 'lot', name, ...where, ...about, ...held };
  }

  function order(name: string): RecalledRow {
    const { fact: _, ...where } = whereOf(`order:${name}`);
    const known = dossier.order(name);
    const held = holds.openOn(name);
    if (!known) return { ...blank, kind: 'order', name, ...where, holds: held };
    const { material, unit, quantity, closed, completed, started } = known;
    const state = closed ? 'closed' : completed ? 'completed' : started ? 'started' : 'released';
    const about = { material: material || null, unit: unit || null, quantity, state };
    return { ...blank, kind: 'order', name, ...where, ...about, holds: held };
  }

  /** Where it was consumed, under the name of a lot, it has gone on. */
  function serial(name: string): RecalledRow {
    const [own, used] = [whereOf(`serial:${name}`), whereOf(`lot:${name}`)];
    const { fact, ...where } = used.fact?.type === 'MaterialConsumed' ? used : own;
    const state = fact ? fateOf(fact) : null;
    const isGone = state === 'scrap' || state === 'MaterialConsumed';
    const about = { order: fact?.order ?? null, lot: fact?.lot ?? null };
    const there = isGone ? 'gone' : 'unknown';
    return { ...blank, kind: 'serial', name, ...where, ...about, state, there };
  }

  function document(id: number): RecalledRow {
    const { kind, document: number, ...known } = read.posting.get(id)!;
    const { line, ...about } = known;
    const name = number ?? known.key;
    const where = { line, lines: [line] };
    return { ...blank, kind: 'document', name, document: kind, ...about, ...where };
  }

  return {
    ...{ lot, order, serial, document },
    /** What is remembered of stock is read anew. */
    begin: (): void => sums.undone(),
  };
}
