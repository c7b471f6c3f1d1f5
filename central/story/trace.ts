import type { Database } from '../../shared/database.ts';
import { aboutKinds } from '../../shared/deskfact.ts';
import { Fault } from '../../shared/fault.ts';
import { idText, isId } from '../../shared/identity.ts';
import type { Explained } from './explain.ts';
import { type Kin, openKin } from './kin.ts';
import type { Thread } from './thread.ts';

/** Most facts in one answer. */
export const tracedMax = 100;
/** Facts that are looked through before an answer is given without the rest. */
const followMax = 100_000;
/** Postings under one document number, and lots and orders whose kin is told. */
const documentsMax = 20;
const startsMax = 50;
/** Supplier's receipts of one number or lot that are told. */
const receiptsMax = 20;

/** What an id is: it may be several things at once, e.g. an order and a lot of one name. */
type As =
  | Readonly<{ as: 'fact' | 'correlation' | 'order' | 'lot' | 'serial' | 'hold' | 'act' }>
  | Readonly<{ as: 'posting' | 'document'; key: string; eventId: string }>
  | Readonly<{ as: 'receipt'; receipt: string; lot: string }>;

export type Traced = Readonly<{
  id: string;
  is: readonly As[];
  facts: readonly Explained[];
  /** To be given as `after` for the facts behind these; null where there are no more. */
  next: number | null;
  kin: Kin;
  /** Facts of the ledger that were not looked through: ask again where it is not 0. */
  notYet: number;
}>;
type Parts = Readonly<{
  db: Database;
  thread: Thread;
  explain: (eventId: string) => Explained;
}>;
type Asked = Readonly<{ id: string; after?: number; limit: number }>;
export type Trace = ReturnType<typeof openTrace>;

const things = ['order', 'lot', 'serial', 'hold'] as const;

type Received = Readonly<{ receipt: string; lot: string }>;

/** Suppliers' receipts of a number or lot, and those that documents follow. */
function openReceived(db: Database) {
  const inboundOf = db
    .prepare<[string], string | null>('SELECT inbound FROM posting WHERE key = ?')
    .pluck();
  const one = db.prepare<[string], Received>(
    'SELECT receipt, lot FROM inbound_receipt WHERE receipt = ?',
  );
  const named = db.prepare<[string, string, string, number], Received>(
    `SELECT receipt, lot FROM inbound_receipt WHERE receipt >= ? AND receipt < ?
     UNION SELECT receipt, lot FROM inbound_receipt WHERE lot = ? ORDER BY receipt LIMIT ?`,
  );
  return (id: string, keys: readonly string[]) => {
    const followed = keys.map((key) => inboundOf.get(key)).filter((found) => found != null);
    const all = [
      ...named.all(`${id}/`, `${id}0`, id, receiptsMax),
      ...[id, ...followed].flatMap((receipt) => one.all(receipt)),
    ];
    const byName = new Map(all.map((row) => [row.receipt, row]));
    return [...byName.values()].map((row) => ({ as: 'receipt', ...row }) as const);
  };
}

/**
 * The whole story of anything that has an id: the facts that name it in the order in which the
 * ledger took them, each with its rule, its documents and every try of them; and what the material
 * in it was made of and went into. Throws Fault UNKNOWN where nothing here bears that id.
 */
export function openTrace({ db, thread, explain }: Parts) {
  const kinOf = openKin(db);
  const received = openReceived(db);
  const event = db
    .prepare<[number], Buffer | null>('SELECT event_id FROM fact WHERE position = ?')
    .pluck();
  const byKey = db.prepare<[string], { key: string; eventId: string }>(
    'SELECT key, event_id AS eventId FROM posting WHERE key = ?',
  );
  // A number is also found without the year that the ERP has put behind it.
  const byDocument = db.prepare<[string, string, string, number], { key: string; eventId: string }>(
    `SELECT key, event_id AS eventId FROM posting WHERE document = ?
     UNION SELECT key, event_id FROM posting WHERE document >= ? AND document < ?
     ORDER BY key LIMIT ?`,
  );

  function factOf(id: string): Explained | undefined {
    try {
      return isId(id) ? explain(id) : undefined;
    } catch (error) {
      if (error instanceof Fault && error.code === 'UNKNOWN') return undefined;
      throw error;
    }
  }

  function identify(id: string) {
    const own = factOf(id);
    const posting = byKey.get(id);
    const documents = byDocument.all(id, `${id}/`, `${id}0`, documentsMax);
    const acts = aboutKinds.map((kind) => `act:${kind}:${id}`).filter((word) => thread.has(word));
    const named = things.filter(
      (thing) => thread.has(`${thing}:${id}`) || acts.includes(`act:${thing}:${id}`),
    );
    const known: As[] = [
      ...(own ? [{ as: 'fact' } as const] : []),
      ...(posting ? [{ as: 'posting', ...posting } as const] : []),
      ...documents.map((row) => ({ as: 'document', ...row }) as const),
      ...named.map((as) => ({ as })),
      ...(!own && thread.has(`id:${id}`) ? [{ as: 'correlation' } as const] : []),
      ...received(
        id,
        [...(posting ? [posting] : []), ...documents].map(({ key }) => key),
      ),
    ];
    const is: As[] = known.length === 0 && acts.length > 0 ? [{ as: 'act' }] : known;
    const events = [...(posting ? [posting] : []), ...documents].map(({ eventId }) => eventId);
    // What follows a supplier's receipt is of no fact.
    const facts = [...new Set(events)].map(factOf).filter((one) => one !== undefined);
    const all = own ? [own, ...facts] : facts;
    const words = new Set([
      ...[id, ...all.flatMap(({ fact: { eventId, correlationId } }) => [eventId, correlationId])]
        .filter((one) => one !== undefined)
        .map((one) => `id:${one}`),
      ...named.map((thing) => `${thing}:${id}`),
      // What was done at the desk, to it and to its documents.
      ...acts,
      ...known.flatMap((one) =>
        'key' in one
          ? [`act:posting:${one.key}`]
          : one.as === 'receipt'
            ? [`act:receipt:${one.receipt}`]
            : [],
      ),
    ]);
    return { is, facts: all, words: [...words] };
  }

  function startsOf(id: string, is: readonly As[], facts: readonly Explained[]): string[] {
    const asked = is.flatMap(({ as }) => (as === 'lot' || as === 'order' ? [`${as}:${id}`] : []));
    if (asked.length > 0) return asked;
    const bought = is.flatMap((one) => (one.as === 'receipt' ? [`lot:${one.lot}`] : []));
    const nodes = facts.flatMap(({ fact: { order, lot } }) => [
      ...(lot === undefined ? [] : [`lot:${lot}`]),
      ...(order === undefined ? [] : [`order:${order}`]),
    ]);
    return [...new Set([...bought, ...nodes])].slice(0, startsMax);
  }

  return async ({ id: given, after = 0, limit }: Asked): Promise<Traced> => {
    await thread.catchUp(followMax);
    const id = given.normalize('NFC');
    const { is, facts: own, words } = identify(id);
    const notYet = thread.behind();
    if (is.length === 0) {
      const rest = notYet > 0 ? `; ${notYet} facts were not looked through yet: ask again` : '';
      throw new Fault('UNKNOWN', `id: nothing here bears ${given.slice(0, 100)}${rest}`);
    }
    const positions = new Set([
      ...own.map(({ fact }) => fact.position).filter((position) => position > after),
      ...words.flatMap((word) => thread.find(word, after, limit + 1)),
    ]);
    const inOrder = [...positions].sort((a, b) => a - b);
    const facts = inOrder.slice(0, limit).map((at) => explain(idText(event.get(at)!)));
    const isMore = inOrder.length > limit;
    return {
      ...{ id, is, facts, notYet },
      next: isMore ? inOrder[limit - 1]! : null,
      kin: kinOf(startsOf(id, is, facts)),
    };
  };
}
