import { link, readContent } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import type { Reason } from '../../shared/enrol.ts';
import type { Content } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import type { Book } from '../line/book.ts';
import type { Roster } from '../line/roster.ts';
import type { Aside, Depot, Stored } from '../store/depot.ts';
import type { Store } from '../store/store.ts';
import type { Enrolment } from './enrolments.ts';

type Parts = {
  db: Database;
  store: Store;
  book: Book;
  roster: Roster;
  depot: Depot;
  /** Told of a line of whose history this store had nothing. */
  adopt?: ((line: string) => void) | undefined;
};
/** What is to be stored next of a line. */
type Item =
  | { kind: 'pulled' | 'moving' | 'own'; id: string; content?: Content; row: Stored | Aside }
  | { kind: 'began'; id: ''; enrolment: Enrolment };
type Kept = Exclude<Item, { kind: 'began' }>;
type Source = { items: Iterator<Item>; next: Item | undefined };
export type Merge = ReturnType<typeof openMerge>;

/** A fact that cannot be read comes first, and is taken when nothing else can be. */
function itemOf(kind: Kept['kind'], row: Stored | Aside): Item {
  const content = readContent(row.bytes);
  return content ? { kind, id: content.eventId, content, row } : { kind, id: '', row };
}

/** A line: what was lifted, what was fetched, how its epoch begins, and what it had set aside. */
function* fetched(depot: Depot, enrolment: Enrolment): Generator<Item> {
  yield* lifted(depot, enrolment.id);
  for (const row of depot.staged(enrolment.id)) yield itemOf('pulled', row);
  yield { kind: 'began', id: '', enrolment };
  for (const row of depot.aside(enrolment.id, 'waiting')) yield itemOf('own', row);
}

function* lifted(depot: Depot, line: number): Generator<Item> {
  for (const row of depot.aside(line, 'moving')) yield itemOf('moving', row);
}

/**
 * Takes fetched history into the store, with everything that this edge has stored since.
 *
 * Each line keeps its order. Across lines the fact with the smallest event id comes next that the
 * charts accept; if they accept none, an own fact becomes a stray, and only if there is none the
 * smallest is stored all the same, as an orphan: what it rests on is lost. One that nobody can read
 * stops its line, loudly, when the book is read again.
 */
export function openMerge({ db, store, book, roster, depot, adopt }: Parts) {
  const setEpoch = db.prepare(
    'UPDATE line SET epoch = :epoch, sent = 0, kept = 0 WHERE id = :line AND epoch < :epoch',
  );
  const insert = db.prepare(
    `INSERT INTO event (line, epoch, sequence, bytes, hash, command_id, asked, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  let orphans = 0;
  const states = new Map<number, Buffer | null>(); // after the last fact that was taken of a line
  const byId = new Map(roster.all.map((actor) => [actor.head().line, actor]));

  /** What the charts come to; throws Fault if they do not accept it. */
  function judged({ content, row }: Kept, epoch: number, sequence: number): Buffer | null {
    if (!content) throw new Fault('CORRUPT', 'it cannot be read');
    const { line } = row;
    const last = () => states.get(line) ?? store.at(line, epoch, sequence - 1)?.state ?? null;
    const at = { epoch, sequence, position: store.snapshots.position() + 1 };
    return byId.get(line)!.replay(content, at, sequence === 1 ? null : last(), null);
  }

  /**
   * What stands for the state after a fact without effect. Null where it cannot be read, or what it
   * rests on may stand in a fact that cannot: another program may read it, so nothing is decided.
   */
  function adopted({ content, row }: Kept): Buffer | null {
    if (!content || !book.isWhole()) {
      book.miss();
      return null;
    }
    const { line, epoch, sequence } = row;
    orphans += 1;
    const at = { epoch, sequence, position: store.snapshots.position() + 1 };
    return byId.get(line)!.adopt(content, at);
  }

  /** Under which command the fact is known; its words are not on the wire, so any are the same. */
  function commandOf({ kind, content, row }: Kept): [string | null, Buffer | null] {
    if ('asked' in row) return [row.command_id, row.asked];
    const { commandId } = content ?? {};
    if (kind !== 'pulled' || commandId === undefined) return [null, null];
    return store.answered(commandId)?.bytes ? [null, null] : [commandId, null];
  }

  function begin({ id, line, epoch, ended, reason, common }: Enrolment): void {
    setEpoch.run({ epoch, line: id });
    if (common === 0) adopt?.(line);
    const actor = byId.get(id)!;
    actor.rewind();
    const body = { epoch: epoch!, previous: epoch! - 1, endedAt: ended!, reason: reason as Reason };
    actor.observe('EpochBegan', body);
    states.delete(id);
    depot.clear(id);
  }

  /** Stores the item as the next of its line; throws Fault, storing nothing, if it is refused. */
  function take(item: Item): void {
    if (item.kind === 'began') begin(item.enrolment);
    else if (item.kind === 'own') restate(item);
    else keep(item, item.row, judged(item, item.row.epoch, item.row.sequence));
  }

  /** Gives an own fact its place in the new epoch; its identity and its bytes stay. */
  function restate(item: Kept): void {
    const { row } = item;
    const [commandId] = commandOf(item);
    if (commandId !== null && store.answered(commandId)?.bytes) {
      throw new Fault('REFUSED', 'the command was accepted before, in what central holds');
    }
    const head = store.head(byId.get(row.line)!.path);
    const place = { epoch: head.epoch, sequence: head.sequence + 1 };
    const state = judged(item, place.epoch, place.sequence);
    keep(item, { ...row, ...place, hash: link(head.hash, row.bytes) }, state);
    depot.became((row as Aside).id, 'stated');
  }

  function keep(item: Kept, row: Stored, state: Buffer | null): void {
    const { line, epoch, sequence, bytes, hash } = row;
    if (item.kind === 'pulled') setEpoch.run({ epoch, line });
    insert.run(line, epoch, sequence, bytes, hash, ...commandOf(item), state);
    states.set(line, state);
    if (item.kind === 'pulled' && item.content?.type === 'ChartsMigrated') carry(item.content);
  }

  /** Charts that carried their state over: what was before them is not judged by today's. */
  function carry({ body }: Content<'ChartsMigrated'>): void {
    if (!body.carried || body.part === 0 || body.part < body.parts) return;
    store.snapshots.beginAt(store.snapshots.position() - body.parts, body.to);
    roster.rebuild();
  }

  /** What the charts accept of these, smallest event id first; it is stored. */
  function accepted(open: readonly Source[]): Source | undefined {
    return open.find(({ next }) => {
      try {
        take(next!);
        return true;
      } catch (error) {
        if (error instanceof Fault) return false;
        throw error;
      }
    });
  }

  function force(open: readonly Source[]): Source {
    const own = open.find(({ next }) => next!.kind === 'own');
    const source = own ?? open[0]!;
    const item = source.next as Kept;
    if (own) depot.became((item.row as Aside).id, 'stray');
    else keep(item, item.row, adopted(item));
    return source;
  }

  return {
    /**
     * Takes in all that was fetched of these lines, and begins their epochs. Within `commit`.
     * Returns how many facts were stored without effect.
     */
    take(ready: readonly Enrolment[]): number {
      orphans = 0;
      states.clear();
      const lines = ready.map(({ id }) => id);
      const starts = lines.flatMap((id) => depot.differsAfter(id) ?? []);
      const { snapshots, forgotten } = store;
      // What was forgotten is in a state that stays where it was said: central has all before it.
      const from = Math.max(forgotten.baseEnd(), Math.min(...starts, snapshots.position()));
      const moves = depot.lift(from);
      if (moves) {
        snapshots.forget(from);
        forgotten.withdraw(from);
      }
      roster.rebuild();
      const others = depot.lifted().filter((line) => !lines.includes(line));
      const streams = [
        ...ready.map((enrolment) => fetched(depot, enrolment)),
        ...others.map((line) => lifted(depot, line)),
      ];
      let open = streams.map((items): Source => ({ items, next: items.next().value ?? undefined }));
      for (;;) {
        open = open.filter(({ next }) => next !== undefined);
        if (open.length === 0) break;
        open.sort((a, b) => (a.next!.id < b.next!.id ? -1 : 1));
        const source = accepted(open) ?? force(open);
        const { value, done } = source.items.next();
        source.next = done ? undefined : value;
      }
      depot.settle();
      return orphans;
    },
  };
}
