import { readContent } from '../../shared/codec.ts';
import type { Content } from '../../shared/event.ts';
import { keyOf, type Reports, type Tables } from '../../statecharts/tables.ts';
import { type Bygone, epochOf, nowhere, type Place } from './bygone.ts';
import { openRising } from './rising.ts';

/** A fact of a store, with the name of its line. */
export type Written = Place & Readonly<{ bytes: Buffer }>;
/** The fact at a position, if it is there. */
export type Read = (position: number) => Written | undefined;

type Row = Tables['report'];
type Found = Readonly<{ fact: Content; at: Place }>;
type IsGone = (at: Place) => boolean;
export type Reported = ReturnType<typeof openReported>;
type Pile = ReturnType<typeof openPile>;

/** Nobody has said where it was stated. */
const nobody: Place = { line: '', ...nowhere };
const isPlain = ({ state, by }: Row): boolean => state === 'counted' && by === undefined;
const plain = (fact: Content): Row => ({ state: 'counted', type: fact.type, fact });

/** Where the reports of one order stand in the store: a fact is read when it is asked for. */
function openPile(read: Read) {
  const places = openRising();
  const late = new Map<string, number>(); // that stand behind one with a greater id
  const ends = new Map<string, Place>(); // the last one of each line and epoch
  const top = { id: '', position: 0 };

  function foundAt(position: number): Found | undefined {
    const row = read(position);
    const fact = row && readContent(row.bytes);
    return fact && { fact, at: row };
  }

  /** Ids rise as the places do. What is erased was taken out before. */
  function search(id: string): Found | undefined {
    let [low, high] = [0, places.size()];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const found = foundAt(places.at(middle)!);
      if (found?.fact.eventId === id) return found;
      if (!found || found.fact.eventId < id) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }

  function find(id: string): Found | undefined {
    const position = id === top.id ? top.position : late.get(id);
    if (position !== undefined) return foundAt(position);
    return id > top.id ? undefined : search(id);
  }

  return {
    note({ eventId, recordedMs }: Content, at: Place, position: number): void {
      const end = ends.get(epochOf(at));
      if (!end || end.sequence < at.sequence) ends.set(epochOf(at), at);
      if (eventId <= top.id || position <= top.position) return void late.set(eventId, position);
      Object.assign(top, { id: eventId, position });
      places.add(position, recordedMs);
    },

    find,
    has: (id: string): boolean => id === top.id || late.has(id) || find(id) !== undefined,

    /** Those recorded since then, and maybe some before. */
    *since(atMs: number): Generator<Found> {
      for (const position of places.since(atMs)) yield* [foundAt(position) ?? []].flat();
      for (const position of late.values()) yield* [foundAt(position) ?? []].flat();
    },

    /** How many there are up to a position, or some more. */
    countUpTo: (position: number): number => places.countUpTo(position) + late.size,

    isGone: (isGone: IsGone): boolean => [...ends.values()].every(isGone),

    /** Takes out those of which the store may lose the facts: they are no more looked for here. */
    take(isGone: IsGone): readonly Found[] {
      const open = new Set(ends.keys()); // of which more may go
      const taken = new Map<number, Found>();
      for (const position of places.since(Number.NEGATIVE_INFINITY)) {
        if (open.size === 0) break;
        const found = foundAt(position);
        if (!found) continue;
        const isLast = ends.get(epochOf(found.at))?.sequence === found.at.sequence;
        if (!isGone(found.at) || isLast) open.delete(epochOf(found.at));
        if (isGone(found.at)) taken.set(position, found);
      }
      for (const [id, position] of late) {
        const found = foundAt(position);
        if (!found || !isGone(found.at)) continue;
        taken.set(position, found);
        late.delete(id);
      }
      places.remove((position) => taken.has(position));
      for (const [name, end] of ends) if (isGone(end)) ends.delete(name);
      return [...taken.values()];
    },
  };
}

/**
 * The reports of every order, and what became of them. What is simply counted is not remembered but
 * read again from the store, by its place. Remembered are rows that say more, and facts that `read`
 * does not give: all of them where there is none.
 */
export function openReported(read?: Read) {
  const rows = new Map<string, Map<string, Row>>();
  const places = new Map<string, Place>(); // of remembered facts, by event id
  const piles = new Map<string, Pile>();

  const find = (order: string, id: string): Found | undefined => piles.get(order)?.find(id);

  function get(order: string, id: string): Row | undefined {
    const row = rows.get(order)?.get(id);
    if (row?.fact) return row;
    const fact = find(order, id)?.fact;
    if (!fact) return row;
    return row ? { ...row, fact } : plain(fact);
  }

  function remember(order: string, id: string, row: Row | undefined): void {
    const known = rows.get(order) ?? new Map<string, Row>();
    if (row) rows.set(order, known.set(id, row));
    else if (known.delete(id) && known.size === 0) rows.delete(order);
  }

  /** Puts the fact of a report into its row, to be remembered there. */
  function remind(order: string, fact: Content, at: Place): void {
    places.set(fact.eventId, at);
    const known = rows.get(order)?.get(fact.eventId) ?? plain(fact);
    remember(order, fact.eventId, { ...known, fact });
  }

  function* since(order: string, atMs: number): Generator<readonly [string, Row]> {
    const known = rows.get(order);
    for (const id of known?.keys() ?? []) yield [id, get(order, id)!];
    for (const { fact } of piles.get(order)?.since(atMs) ?? []) {
      if (!known?.has(fact.eventId)) yield [fact.eventId, plain(fact)];
    }
  }

  return {
    get,
    remind,
    of: (order: string): Reports => ({ since: (atMs) => since(order, atMs) }),

    /** A report was stated; its row is put next. False if its fact cannot be read again. */
    note(order: string, fact: Content, at: Place, position?: number): boolean {
      if (!read || position === undefined) {
        places.set(fact.eventId, at);
        return false;
      }
      const pile = piles.get(order) ?? openPile(read);
      piles.set(order, pile);
      pile.note(fact, at, position);
      return true;
    },

    put(order: string, id: string, row: Row | undefined): void {
      const { fact, ...rest } = row ?? {};
      const isWritten = fact !== undefined && !places.has(id) && piles.get(order)?.has(id);
      if (!row || !isWritten) remember(order, id, row);
      else remember(order, id, isPlain(row) ? undefined : (rest as Row));
    },

    /** The state of a report that is not simply counted; undefined for all others, and cheap. */
    standing: (order: string, id: string): string | undefined => rows.get(order)?.get(id)?.state,

    placeOf: (order: string, id: string): Place | undefined =>
      places.get(id) ?? find(order, id)?.at,

    /** True if the store may lose all of the order's reports. */
    isGone: (order: string, isGone: IsGone): boolean =>
      (piles.get(order)?.isGone(isGone) ?? true) &&
      [...(rows.get(order)?.keys() ?? [])].every((id) => isGone(places.get(id) ?? nobody)),

    /** Remembers the facts that the store may lose. */
    keep(isGone: IsGone): void {
      for (const [order, pile] of piles) {
        for (const { fact, at } of pile.take(isGone)) remind(order, fact, at);
      }
    },

    /** How many of an order's reports stand up to a position, or some more. */
    countUpTo: (order: string, position: number): number =>
      piles.get(order)?.countUpTo(position) ?? 0,

    /** The order is forgotten. */
    leave(order: string): void {
      for (const id of rows.get(order)?.keys() ?? []) places.delete(id);
      rows.delete(order);
      piles.delete(order);
    },

    /** Rows that say more than that a report counts, by order and event id, without their facts. */
    said: (): [key: string, row: Omit<Row, 'fact'>][] =>
      [...rows].flatMap(([order, known]) =>
        [...known].flatMap(([id, { fact, ...row }]): [string, Omit<Row, 'fact'>][] =>
          fact && row.state === 'counted' ? [] : [[keyOf(order, id), row]],
        ),
      ),

    /** The facts that the store may have lost. */
    kept: (isGone: IsGone): Bygone['reports'] =>
      [...rows].flatMap(([order, known]) =>
        [...known].flatMap(([id, { fact }]): Bygone['reports'] => {
          const at = places.get(id);
          return fact && at && isGone(at) ? [[keyOf(order, id), fact, at]] : [];
        }),
      ),

    clear(): void {
      for (const known of [rows, places, piles]) known.clear();
    },
  };
}
