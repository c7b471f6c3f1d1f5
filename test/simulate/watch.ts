import type { Posting } from '../../central/erp/erp.ts';
import { caseReason } from '../../central/posting/inverse.ts';
import { decodeContent } from '../../shared/codec.ts';
import { quantity, zero } from '../../shared/quantity.ts';
import type { EdgeBox } from './box.ts';
import { notThere } from './erp.ts';
import { openHeld } from './held.ts';
import { cancelledThere, failedThere } from './later.ts';
import { openLog } from './logs.ts';
import { leftAlone } from './net.ts';
import {
  byHand,
  endOf,
  endsOf,
  enrolmentsOf,
  factsOf,
  idsOf,
  keptOf,
  knownAt,
  marksOf,
  openCases,
  ownersOf,
  postingsOf,
  straysOf,
} from './rows.ts';
import type { Scene } from './scene.ts';

type Parts = Scene & { failed: (invariant: string, detail: string) => void };
/** Tried again: refused once, without a sure day, or looked after by somebody at the ERP. */
const again = ['M3/999', 'its time is in doubt', failedThere, cancelledThere];
/** Parked by rule, for a person's hands. */
const handsOn = [
  ...['corrects what may be', 'reported after the order was closed'],
  'the time of the run is not known',
  'what it corrects was left to a person',
];

/** What must hold all the time, and whether the plant has come to rest. */
export function openWatch({ world, edges, central, books, people, fitter, failed }: Parts) {
  const held = openHeld();
  const keys = new Set<string>();
  const lots = new Map<string, { received: bigint; free: bigint }>();
  let heard = 0;
  let committed = 0;
  let logged = 0;
  const log = openLog('ledger', failed);

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
    const { kind, lot, quantity: all, blocked, scrap } = posting;
    for (const row of factsOf(central.disk.real(), 'fact', heard)) {
      held.hear(decodeContent(row.bytes));
      heard = row.position;
    }
    const frees = kind === 'goodsReceipt' || kind === 'unblockStock' || kind === 'usageDecision';
    if (lot === undefined || !frees || posting.inspection) return;
    const stock = lots.get(lot) ?? { received: zero, free: zero };
    lots.set(lot, stock);
    const whole = quantity(all!, 'asked');
    if (keys.has(posting.key)) return;
    const gone = kind === 'usageDecision' ? quantity(scrap ?? '0', 'asked') : zero;
    const more = whole - quantity(blocked ?? '0', 'asked') - gone;
    const free = books.stockOf(lot).free + more;
    const received = books.stockOf(lot).free + books.stockOf(lot).blocked;
    const total = kind === 'unblockStock' ? received : received + whole - gone;
    if (kind === 'usageDecision' && more > zero && !held.isReleased(lot)) {
      failed('goods are free that quality has not released', `${lot}: ${more}`);
    }
    const allowed = total > held.of(lot) ? total - held.of(lot) : zero;
    if (free <= allowed) return;
    failed(
      'held goods become available',
      `${kind} ${lot}: ${free} of ${total}, ${held.of(lot)} held`,
    );
  }

  /**
   * The back office: "again" for what was refused and what has no sure day; by hand what was said
   * after the closing and what took no time that anybody knows; what went further stays.
   */
  function decide(): void {
    const app = central.app();
    const postings = app?.memory.postings;
    app?.moved(); // as the desk does: what waits behind it goes on
    for (const { key, reason } of postings?.list('parked', 100) ?? []) {
      if (again.some((words) => reason?.startsWith(words))) postings!.decide(key, 'Retry', {});
      else if (handsOn.some((words) => reason?.startsWith(words))) {
        postings!.decide(key, 'Settle', { document: byHand, reason: 'booked by hand' });
      } else if (reason?.startsWith(caseReason)) {
        postings!.decide(key, 'GiveUp', { reason: `${leftAlone}: ${reason}` });
      } else if (reason === `${notThere}: ${byHand} is not in the books`) {
        postings!.decide(key, 'Settle', { document: byHand, reason: 'undone by hand' });
      } else failed('a posting is parked', `${key}: ${reason}`);
    }
  }

  /** The ledger grows, link by link, and forgets nothing. */
  function follow(): void {
    const end = central.disk.known(endOf);
    if (end < logged) failed('the ledger has forgotten', `${end} of ${logged}`);
    if (end <= logged) return;
    log(factsOf(central.disk.real(), 'fact', logged));
    logged = end;
  }

  /** No store takes for kept what central does not hold, or writes what was never given. */
  function compareKept({ name, disk, lines }: EdgeBox): void {
    const held = central.disk.known(endsOf);
    for (const { path, epoch, kept } of disk.known(keptOf)) {
      const last = held.get(`${path} ${epoch}`) ?? 0;
      if (kept <= last || !lines.includes(path)) continue; // a name that is damaged
      failed('an edge takes for kept what central lacks', `${name} ${path}: ${epoch}/${kept}`);
    }
  }

  /** A store that should not be there has nothing that central does not know. */
  function isHandedOver({ disk }: EdgeBox): boolean {
    const ids = disk.known(idsOf);
    if (ids.size === 0) return true;
    const states = [...disk.known(enrolmentsOf).values()].map(({ state }) => state);
    if (states.some((state) => ['beginning', 'pulling', 'ready'].includes(state))) return false;
    const known = central.disk.known(knownAt);
    return [...ids.keys()].every((id) => known.has(id));
  }
  /** It writes its lines, and central says so: it may not have heard yet that it does no more. */
  const isEntered = ({ disk, lines }: EdgeBox): boolean =>
    [...disk.known(enrolmentsOf)]
      .filter(([path]) => lines.includes(path))
      .every(([path, { state, store }]) => {
        const owner = central.disk.known(ownersOf).get(path) ?? store;
        return state === 'entered' && owner === store;
      });

  const marks = () =>
    edges.flatMap(({ disk, lines }) =>
      disk.known(marksOf).filter(({ path }) => lines.includes(path)),
    );
  const moving = () =>
    central.disk
      .known(postingsOf)
      .filter(({ state }) =>
        ['intended', 'sending', 'unknown', 'queued', 'parked'].includes(state),
      );

  return {
    asked,

    /** Checks what is cheap, and says "again" to what waits for a person. */
    look(): void {
      count();
      follow();
      for (const box of [...edges, ...fitter.ghosts().map(({ box }) => box)]) {
        if (!box.disk.isDamaged() || box.app()) compareKept(box);
      }
      if (central.disk.known(openCases) > 0) world.after(central.life(), 0, decide);
    },
    isQuiet(): boolean {
      if (!edges.every((edge) => edge.app()) || !central.app()) return false;
      if (marks().some(({ head, kept, sent }) => kept !== head || sent !== head)) return false;
      if (fitter.isWaiting() || moving().length > 0 || !edges.every(isEntered)) return false;
      const ends = central.disk.known(endsOf);
      const isThere = ({ disk, lines }: EdgeBox) =>
        disk.known(keptOf).every(({ path, epoch, kept }) => {
          if (!lines.includes(path)) return true; // a name that is damaged
          const last = ends.get(`${path} ${epoch}`) ?? 0;
          return last === kept && !ends.has(`${path} ${epoch + 1}`);
        });
      if (!edges.every(isThere)) return false;
      if (edges.some(({ disk }) => disk.known(straysOf) > 0)) return false;
      return fitter.ghosts().every(({ box }) => isHandedOver(box));
    },
    unrest(): string {
      const up = [...edges, central].map((box) => `${box.name} ${box.app() ? 'runs' : 'is down'}`);
      const open = moving().slice(0, 5);
      const states = edges.map((edge) => edge.app()?.status().lines);
      const ghosts = fitter.ghosts().map(({ box }) => {
        return [box.name, isHandedOver(box), ...box.disk.known(enrolmentsOf)];
      });
      return JSON.stringify({ up, people: people.done(), marks: marks(), open, states, ghosts });
    },
  };
}
