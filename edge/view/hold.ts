import type { Content } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { invalid } from '../../shared/field.ts';
import { dispositions } from '../../shared/quality.ts';
import { type Quantity, quantity, quantityText, zero } from '../../shared/quantity.ts';
import { kinOf } from '../../statecharts/genealogy.ts';
import { isOpen } from '../../statecharts/hold.ts';
import { judge } from '../../statecharts/plant.ts';
import { asStated, type Policy } from '../../statecharts/policy.ts';
import { type Change, keyOf, type Look, type Tables } from '../../statecharts/tables.ts';
import { increments } from '../../statecharts/tally.ts';
import { holdStatus } from '../http/status.ts';
import type { Book } from '../line/book.ts';
import type { Roster } from '../line/roster.ts';
import { forViewer, unnamed, type Watching, type Weigh, type Wish } from './weighing.ts';

/** Most lots of one hold that are told of one by one, and most of each one's kin. */
export const lotsMax = 100;
const kinMax = 50;

type Hold = Tables['hold'];
export type Disposition = (typeof dispositions)[number];
/** What a decision does, as a code and in words; a quantity is a decimal text. */
export type Effect = Readonly<{
  what: string;
  words: string;
  quantity?: string;
  unit?: string;
  lot?: string;
  order?: string;
}>;

type Decision = Readonly<{ disposition: Disposition; amount: Quantity }> | 'release';

/** The fact that a decision would become, if nothing stood in its way. */
function factOf(hold: string, row: Hold, decision: Decision): Content {
  const { order, operation, lot, unit = '' } = row;
  const about = {
    ...(order === undefined ? {} : { order }),
    ...(operation === undefined ? {} : { operation }),
    ...(lot === undefined ? {} : { lot }),
  };
  const free = row.remaining > zero ? { quantity: quantityText(row.remaining), unit } : {};
  const as =
    decision === 'release'
      ? { type: 'HoldReleased', body: { hold, reason: '', ...free } }
      : {
          type: 'HoldDispositioned',
          body: {
            ...{ hold, disposition: decision.disposition, unit },
            quantity: quantityText(decision.amount),
          },
        };
  const own = { eventId: unnamed, correlationId: unnamed, actor: unnamed, version: 1 };
  return { ...about, ...as, ...own, atMs: 0, recordedMs: 0, clock: 'edge' } as unknown as Content;
}

/** A look at the plant in which nobody has to propose or approve any more. */
const decided =
  (look: Look, hold: string, { proposal: _, ...row }: Hold): Look =>
  (table, key) =>
    (table === 'hold' && key === hold ? { ...row, state: 'active' } : look(table, key)) as never;

function* piecesMoved(fact: Content, unit: string): Generator<Effect> {
  const { freedGood = zero, freedScrap = zero, freedRework = zero } = increments(fact, undefined);
  const moved = [
    ['toGood', freedGood, 'become good'],
    ['toScrap', freedScrap, 'become scrap'],
    ['toRework', freedRework, 'go to rework'],
  ] as const;
  for (const [what, amount, words] of moved) {
    if (amount === zero) continue;
    const text = quantityText(amount);
    yield { what, words: `${text} ${unit} ${words}`, quantity: text, unit };
  }
}

function* lotsMoved(look: Look, changes: readonly Change[]): Generator<Effect> {
  const last = new Map(changes.map((change) => [`${change.table}\n${change.key}`, change]));
  for (const { table, key: lot, value } of last.values()) {
    if (table !== 'lot') continue;
    const before = look('lot', lot);
    const after = value as Tables['lot'];
    if (before?.quantity !== after.quantity) {
      const left = quantityText(after.quantity ?? zero);
      const words = `lot ${lot} has ${left} ${after.unit} left`;
      yield { what: 'lotLess', words, lot, quantity: left, unit: after.unit };
    }
    if (before?.state === after.state) continue;
    const [what, words] = lotWords[after.state] ?? ['lotChanges', `becomes ${after.state}`];
    yield { what, words: `lot ${lot} ${words}`, lot };
  }
}
const lotWords: Readonly<Record<string, readonly [string, string]>> = {
  unrestricted: ['lotFree', 'may be used'],
  inProcess: ['lotWaits', 'waits for its release'],
  closed: ['lotUsedUp', 'is used up'],
};

/** What a decision would do to pieces, lots, the hold and its order. */
function effectsOf(book: Book, hold: string, row: Hold, decision: Decision): Effect[] {
  const { look } = book;
  const fact = factOf(hold, row, decision);
  const { changes } = judge(decided(look, hold, row), row.line, asStated, fact);
  const after = changes.findLast(({ table, key }) => table === 'hold' && key === hold)
    ?.value as Hold;
  const unit = row.unit ?? '';
  const left = quantityText(after.remaining);
  const ends = !isOpen(after.state);
  const order = row.order;
  const inOrder = order === undefined ? [] : (look('held', keyOf('in', order)) ?? []);
  const freed = ends && inOrder.length === 1 && inOrder[0] === hold;
  return [
    ...piecesMoved(fact, unit),
    ...lotsMoved(look, changes),
    ends
      ? { what: 'holdEnds', words: `hold ${hold} ends` }
      : { what: 'holdStays', words: `hold ${hold} keeps ${left} ${unit}`, quantity: left, unit },
    ...(freed
      ? [{ what: 'orderFree', words: `nothing holds order ${order} any more`, order: order! }]
      : []),
  ];
}

/** What a person asks now for this decision: it is proposed, approved or carried out. */
function wishFor(hold: string, row: Hold, decision: Decision): Wish {
  const said = { hold, reason: '', signature: unnamed };
  if (decision === 'release') return { action: 'ReleaseHold', hold, body: said };
  const { disposition, amount } = decision;
  const body = { hold, disposition, quantity: quantityText(amount), unit: row.unit ?? unnamed };
  const signed = { ...body, signature: unnamed };
  const { proposal } = row;
  const isProposed = proposal?.disposition === disposition && proposal.quantity === amount;
  if (row.state === 'underReview') return { action: 'ProposeDisposition', hold, body: signed };
  if (row.state === 'dispositionProposed' && isProposed) {
    return { action: 'ApproveDisposition', hold, body: { hold, signature: unnamed } };
  }
  return { action: 'DispositionHold', hold, body: signed };
}

type Parts = Readonly<{ book: Book; roster: Roster; weigh: Weigh }>;
/** Of what the preview is asked: all decisions on all that is undecided, or one. */
export type HoldQuery = Readonly<{ hold?: unknown; disposition?: unknown; quantity?: unknown }>;

function decisionsOf(row: Hold, query: HoldQuery): Decision[] {
  if (row.quantity === undefined) return ['release'];
  const only = query.disposition;
  if (only !== undefined && !dispositions.includes(only as Disposition)) {
    throw invalid('disposition', `must be one of ${dispositions.join(', ')}`);
  }
  const amount =
    query.quantity === undefined ? row.remaining : quantity(query.quantity, 'quantity');
  if (amount <= zero && query.quantity !== undefined) {
    throw invalid('quantity', 'must be more than 0');
  }
  return dispositions
    .filter((one) => only === undefined || one === only)
    .map((disposition) => ({ disposition, amount }));
}

function lotsOf({ look }: Book, { reach = [] }: Hold) {
  return reach.slice(0, lotsMax).map((lot) => {
    const { state, material, unit, quantity: left } = look('lot', lot)!;
    const { from, into } = kinOf(look, lot);
    return {
      ...{ lot, state, material, unit },
      quantity: left === undefined ? null : quantityText(left),
      ...{ from: from.slice(0, kinMax), into: into.slice(0, kinMax) },
    };
  });
}

/**
 * A hold with what it is on, and what each decision would do. Throws Fault UNKNOWN for a hold that
 * this edge does not know, and INVALID that names what is asked wrongly.
 */
export function readHold(parts: Parts, query: HoldQuery, watching: Watching) {
  const { book, roster, weigh } = parts;
  const hold = typeof query.hold === 'string' ? query.hold.normalize('NFC') : '';
  const row = book.look('hold', hold);
  if (!row || row.scope === '') {
    throw new Fault('UNKNOWN', `hold: ${hold.slice(0, 40)} is unknown at this edge`);
  }
  const line = roster.actors.find(({ path }) => path === row.line)?.path ?? roster.actors[0]!.path;
  const { policy } = roster.actor(line);
  const actor = typeof watching === 'object' ? watching.id : undefined;
  const choices = decisionsOf(row, query).map((decision) => {
    const wish = wishFor(hold, row, decision);
    const of = decision === 'release' ? null : decision.disposition;
    const verdict = forViewer(weigh(line, wish, actor), wish.action, watching);
    const fits = decision === 'release' || decision.amount <= row.remaining;
    const effects = isOpen(row.state) && fits ? effectsOf(book, hold, row, decision) : [];
    return { disposition: of, action: wish.action, ...verdict, effects };
  });
  return {
    ...holdStatus(hold, row),
    ...{ line, unit: row.unit ?? null, lots: lotsOf(book, row), choices },
    ...demandsOf(policy),
  };
}

/** What the plant demands of whoever decides. */
const demandsOf = ({ signatures, fourEyes, review }: Policy) => ({
  needsSignature: signatures,
  needsSecond: fourEyes || review,
});
