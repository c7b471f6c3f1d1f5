import type { Database } from '../../shared/database.ts';
import type { Postings } from '../posting/postings.ts';
import { type Kin, openKin } from '../story/kin.ts';
import type { Acts } from './acts.ts';
import { openBooks } from './books.ts';
import { holdOf } from './names.ts';
import { ratingOf } from './rating.ts';
import type { ReceiptRow, Shelf } from './shelf.ts';
import type { Standing } from './standing.ts';

/** Most materials of a supplier that are told. */
const materialsMax = 200;
export const listed = ['all', 'waiting', 'claims'] as const;
type Listed = (typeof listed)[number];

type Parts = {
  db: Database;
  shelf: Shelf;
  acts: Acts;
  postings: Pick<Postings['inbound'], 'follows'>;
  known: (receipt: string) => ReceiptRow;
  standing: () => Standing | null;
};
type Page = Readonly<{ limit: number; after?: string }>;

/** Lots that were made of a supplier's lot, and where that lot is held: what a line must hold. */
export type Reached = Readonly<{
  receipt: string;
  hold: string;
  lot: string;
  lots: readonly string[];
  isCut: boolean;
}>;

/** What is known of what suppliers deliver, to be looked at. */
export function openView({ db, shelf, acts, postings, known, standing }: Parts) {
  const books = openBooks(db, shelf);
  const kinOf = openKin(db);
  const intoOf = (lot: string): Kin => kinOf([`lot:${lot}`]);

  const pages = { all: shelf.page, waiting: shelf.waiting, claims: shelf.claims };

  return {
    /** Receipts in the order in which they came, the books, and what waits for somebody. */
    list({ limit, after, show }: Page & { show: Listed }) {
      const from = after === undefined ? 0 : known(after).id;
      const rows = pages[show](from, limit + 1);
      const shown = rows.slice(0, limit);
      return {
        receipts: shown.map(({ id: _, line: _line, ...row }) => row),
        next: rows.length > limit ? shown.at(-1)!.receipt : null,
        ...{ proposed: acts.waiting(), books: books(), odd: shelf.odd() },
        ...{ cursor: shelf.cursor(), reading: standing() },
      };
    },

    /** One receipt: why it is inspected, what was said of it, its documents, what it became. */
    one(receipt: string) {
      const { id: _, ...row } = known(receipt);
      const { into, isCut } = intoOf(row.lot);
      return {
        receipt: row,
        hold: holdOf(receipt),
        acts: acts.of(receipt),
        postings: postings.follows(receipt).map((posting) => {
          const { key, kind, state, document, reason, quantity, blocked, amount } = posting;
          return { key, kind, state, document, reason, quantity, blocked, amount };
        }),
        made: { into, isCut },
      };
    },

    /** The lots that were made of what a receipt brought, over all lines: 250 at most. */
    reached(receipt: string): Reached {
      const { lot } = known(receipt);
      const { into, isCut } = intoOf(lot);
      const lots = into.filter(({ kind }) => kind === 'lot').map(({ name }) => name);
      return { receipt, hold: holdOf(receipt), lot, lots, isCut };
    },

    /** Suppliers by name, each with its rating and how its deliveries of each material went. */
    suppliers({ limit, after = '' }: Page) {
      const names = shelf.suppliers(after, limit + 1);
      return {
        suppliers: names.slice(0, limit).map((supplier) => ({
          supplier,
          ...ratingOf(shelf.rated(supplier)),
          materials: shelf.countersOf(supplier, materialsMax),
        })),
        next: names.length > limit ? names[limit - 1]! : null,
      };
    },
    books,

    /** What a person should look at, in words. */
    complaints(): string[] {
      const some = (count: number, words: string) => (count > 0 ? [`${count} ${words}`] : []);
      const { reason = null } = standing() ?? {};
      return [
        ...some(acts.waiting().length, 'receipts wait for a second person: hf.desk.inbound'),
        ...some(shelf.odd().length, 'receipts cannot be taken: hf.desk.inbound'),
        ...(reason === null ? [] : [`receipts are not read: ${reason}`]),
      ];
    },
  };
}
