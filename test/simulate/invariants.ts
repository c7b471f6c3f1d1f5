import { isDeepStrictEqual } from 'node:util';
import type { Posting } from '../../central/erp.ts';
import { decodeContent, genesis, link } from '../../shared/codec.ts';
import { quantity, zero } from '../../shared/quantity.ts';
import type { Scene } from './faults.ts';
import { openHeld } from './held.ts';
import type { People } from './people.ts';
import { byHand, factsOf, headsOf, placeOf, postingsOf, type Row } from './rows.ts';

type Parts = Scene & { people: People; failed: (invariant: string, detail: string) => void };
/** Sent again: what was refused once, and what has no sure day. */
const again = ['M3/999', 'its time is in doubt'];
/** Parked by rule, for a person's hands. */
const handsOn = [
  ...['corrects what may be', 'reported after the order was closed'],
  'the time of the run is not known',
];

/** What must hold all the time, and whether the plant has come to rest. */
export function openWatch({ world, edges, central, books, people, failed }: Parts) {
  const held = openHeld();
  const keys = new Set<string>();
  const lots = new Map<string, { received: bigint; free: bigint }>();
  let heard = 0;
  let committed = 0;

  /** Documents are counted as they come into the books. */
  function count(): void {
    for (; committed < books.books.length; committed++) {
      const { key } = books.books[committed]!.posting;
      if (keys.has(key)) failed('a document is in the books twice', key);
      keys.add(key);
    }
  }

  /** No document makes more of a lot available than is not held. */
  function asked(posting: Posting): void {
    const { kind, lot, quantity: all, blocked } = posting;
    for (const row of factsOf(central.disk.real(), 'fact', heard)) {
      held.hear(decodeContent(row.bytes));
      heard = row.position;
    }
    if (lot === undefined || (kind !== 'goodsReceipt' && kind !== 'unblockStock')) return;
    const stock = lots.get(lot) ?? { received: zero, free: zero };
    lots.set(lot, stock);
    const whole = quantity(all!, 'asked');
    if (keys.has(posting.key)) return;
    const free = books.stockOf(lot).free + whole - quantity(blocked ?? '0', 'asked');
    const received = books.stockOf(lot).free + books.stockOf(lot).blocked;
    const total = kind === 'goodsReceipt' ? received + whole : received;
    const allowed = total > held.of(lot) ? total - held.of(lot) : zero;
    if (free <= allowed) return;
    failed(
      'held goods become available',
      `${kind} ${lot}: ${free} of ${total}, ${held.of(lot)} held`,
    );
  }

  /**
   * The back office: "again" for what was refused and what has no sure day, and by hand what was
   * corrected and what took no time that anybody knows.
   */
  function decide(): void {
    const { postings } = central.app()?.memory ?? {};
    for (const { key, reason } of postings?.list('parked', 100) ?? []) {
      if (again.some((words) => reason?.startsWith(words))) postings!.retry(key);
      else if (handsOn.some((words) => reason?.startsWith(words))) {
        postings!.settleByHand(key, byHand, 'booked by hand');
      } else failed('a posting is parked', `${key}: ${reason}`);
    }
  }

  /** No edge takes for kept what central does not hold. */
  function compareKept(): void {
    const held = headsOf(central.disk.real(), 'sequence');
    for (const { disk } of edges) {
      for (const [path, kept] of headsOf(disk.real(), 'kept')) {
        if (kept <= (held.get(path) ?? 0)) continue;
        failed('an edge takes for kept what central lacks', `${path}: ${kept}`);
      }
    }
  }

  function marks() {
    return edges.flatMap((edge) => edge.lines.map((line) => edge.app()!.outbox.marks(line)));
  }
  const moving = () =>
    postingsOf(central.disk.real()).filter(({ state }) =>
      ['intended', 'sending', 'unknown', 'parked'].includes(state),
    );

  return {
    asked,

    /** Checks what is cheap, and says "again" to what waits for a person. */
    look(): void {
      count();
      compareKept();
      world.after(central.life(), 0, decide);
    },
    isQuiet(): boolean {
      if (!edges.every((edge) => edge.app()) || !central.app()) return false;
      if (marks().some(({ head, kept, sent }) => kept !== head || sent !== head)) return false;
      return moving().length === 0;
    },
    unrest(): string {
      const up = [...edges, central].map((box) => `${box.name} ${box.app() ? 'runs' : 'is down'}`);
      const open = moving().slice(0, 5);
      const states = edges.map((edge) => edge.app()?.status().lines);
      return JSON.stringify({ up, people: people.done(), marks: marks(), open, states });
    },
  };
}

/** Checks a log by itself: every place once, every link, no event twice. */
function checkLog(name: string, rows: readonly Row[], failed: Parts['failed']): void {
  const heads = new Map<string, { sequence: number; hash: Buffer }>();
  const ids = new Set<string>();
  for (const row of rows) {
    const { path, epoch, sequence, bytes, hash } = row;
    const head = heads.get(path) ?? { sequence: 0, hash: genesis(path, epoch) };
    const place = `${name}: ${placeOf(row)}`;
    if (sequence !== head.sequence + 1) failed('the order of a line', `${place}: ${head.sequence}`);
    if (!link(head.hash, bytes).equals(hash)) failed('the chain of a line', place);
    const { eventId } = decodeContent(bytes);
    if (ids.has(eventId)) failed('an event is there twice', `${place}: ${eventId}`);
    ids.add(eventId);
    heads.set(path, { sequence, hash });
  }
}

/** What must be true once everything has come to rest. */
export function checkEnd(parts: Parts): void {
  const { edges, central, failed } = parts;
  const ledger = factsOf(central.disk.real(), 'fact');
  const stored = edges.flatMap(({ disk }) => factsOf(disk.real(), 'event'));
  checkLog('ledger', ledger, failed);
  for (const { name, disk } of edges) checkLog(name, factsOf(disk.real(), 'event'), failed);
  checkBoth(stored, ledger, failed);
  checkBooks(parts);
  checkTotals(parts);
  for (const edge of edges) {
    const { roster, book } = edge.app()!;
    const stopped = roster.all.flatMap((actor) => actor.failure() ?? []);
    if (stopped.length > 0) failed('a line has stopped', stopped.join('; '));
    const before = structuredClone(book.contents());
    roster.rebuild();
    if (!isDeepStrictEqual(before, book.contents())) {
      failed('the book is not what its log says', edge.name);
    }
  }
  const { ledger: shelf, live } = central.app()!.memory;
  const ahead = [...live.holds(), ...live.beyond().keys()];
  if (ahead.length > 0)
    failed('central keeps a copy of what its ledger has', JSON.stringify(ahead));
  const parked = shelf.parked(3);
  if (parked.length > 0) failed('the ledger has parked facts', JSON.stringify(parked));
}

function checkBoth(stored: Row[], ledger: Row[], failed: Parts['failed']): void {
  const there = new Map(ledger.map((row) => [placeOf(row), row]));
  for (const row of stored) {
    const place = placeOf(row);
    if (!there.get(place)?.bytes.equals(row.bytes)) failed('a fact is not in the ledger', place);
    there.delete(place);
  }
  for (const place of there.keys()) failed('the ledger has what no edge stated', place);
}

/** Who was told "recorded" finds it in the store, and who was refused finds nothing. */
export function checkAnswers({ people, edges, failed }: Parts): void {
  const stored = edges.flatMap(({ disk }) => factsOf(disk.real(), 'event'));
  const byPlace = new Map(stored.map((row) => [placeOf(row), row]));
  const byCommand = new Map(stored.map((row) => [row.commandId, row]));
  for (const [commandId, answer] of people.answers) {
    const row = byCommand.get(commandId);
    if (answer.status === 'refused') {
      if (row) failed('a refused command has left a fact', commandId);
      continue;
    }
    for (const { line, epoch, sequence, eventId } of answer.facts) {
      const fact = byPlace.get(`${line} ${epoch}/${sequence}`);
      const same = fact && decodeContent(fact.bytes).eventId === eventId;
      if (!same) failed('an accepted fact is lost', `${commandId}: ${line} ${epoch}/${sequence}`);
    }
  }
}

/** Every document that central calls posted is in the books, under its number, and nothing else. */
function checkBooks({ central, books, failed }: Parts): void {
  const rows = new Map(postingsOf(central.disk.real()).map((row) => [row.key, row]));
  const seen = new Set<string>();
  books.books.forEach(({ posting: { key } }, index) => {
    const row = rows.get(key);
    if (seen.has(key)) failed('a document is in the books twice', key);
    if (row?.state !== 'posted') failed('a document that nobody asked for', `${key} ${row?.state}`);
    else if (row.document !== `D${index + 1}`) failed('a document under another number', key);
    seen.add(key);
  });
  for (const { key, state, document } of rows.values()) {
    if (state === 'posted' && document !== byHand && !seen.has(key))
      failed('a posted document is not in the books', key);
  }
}

function checkTotals({ edges, central, failed }: Parts): void {
  const { totals } = central.app()!.memory;
  for (const [line, tally] of totals.all('line')) {
    const edge = edges.find(({ lines }) => lines.includes(line))!;
    const own = edge.app()!.book.tally('line', line);
    if (!isDeepStrictEqual({ ...own }, tally)) {
      const text = (value: object) => Object.entries(value).map(([key, of]) => `${key} ${of}`);
      failed('central counts otherwise', `${line}: ${text(own)} against ${text(tally)}`);
    }
  }
}
