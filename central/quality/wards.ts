import { readContent } from '../../shared/codec.ts';
import { asOne, type Database } from '../../shared/database.ts';
import type { Fact } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { nameId } from '../../shared/identity.ts';
import { type Thread, wordsOf } from '../story/thread.ts';
import type { Dispatch } from './dispatch.ts';
import { openLettings } from './lettings.ts';
import { openLoosening } from './loosening.ts';
import { placing, releasing, type Standing, sendRelease, stateOf } from './wardlines.ts';
import { againNode, type Ward, type WardLine, wardTables } from './wardtables.ts';

/** Most holds of central that are open at once. */
export const openMax = 1_000;
/** Lots that a hold is carried to, and facts that are looked through, in one transaction. */
const nodesAtOnce = 500;
const factsAtOnce = 500;
/** A fact's id that no line gives: of what central does for a hold of its own. */
const namespace = '6f4c1d2e-7a0b-4c55-9d31-2b8f0a97c6e4';

type Parts = {
  db: Database;
  dispatch: Dispatch;
  thread: Pick<Thread, 'readOn' | 'behind'>;
  /** Looks again at what a hold reaches, and plans what moves it in stock. */
  reach: (fact: Fact) => void;
  /** Ends a transaction in which something was planned; or forgets what was. */
  save: () => void;
  undone: () => void;
  /** Looks again at everything that a hold keeps back; within the transaction. */
  rouse: () => void;
  /** Told of a lot that a hold has come to reach, and of those that one has ended on. */
  reached: (lot: string, material?: string | null) => void;
  ended: (lots: readonly string[]) => void;
  /** A line of the ledger, where none is known to have the goods. */
  anyLine: () => string | undefined;
  nowMs: () => number;
};
export type Wards = ReturnType<typeof openWards>;
type Placing = Pick<Ward, 'kind' | 'name' | 'by' | 'reason'> & {
  hold?: string | undefined;
  material?: string | undefined;
};

const nodeOf = ({ kind, name }: Pick<Ward, 'kind' | 'name'>): string => `${kind}:${name}`;
/**
 * Holds that central places. At central each is in force at once, for what is there and for what is
 * made of it later: the gate knows it as it knows holds of lines. Every line that has stated
 * something of a lot that it reaches is asked to hold that lot, also one that does so later, while
 * the hold stands; how each line stands is told by that line's facts alone.
 */
export function openWards(parts: Parts) {
  const { db, dispatch, thread, reach, rouse, anyLine, nowMs } = parts;
  const tables = wardTables(db);
  const lettings = openLettings(db, dispatch);
  const { holdAgain, ...loosening } = openLoosening({ db, lettings, renew, nowMs });
  const asked = db.prepare<[string], number>('SELECT released FROM hold WHERE hold = ?').pluck();

  /** What has changed of a hold at the gate, in the name of central. */
  function renew({ place, atMs }: Ward, root: string, what: string): void {
    reach({
      ...{ eventId: nameId(namespace, `${root}\n${what}`), line: place, epoch: 1, sequence: 1 },
      ...{ type: 'HoldReduced', version: 1, body: { hold: root, lots: [], reason: what } },
      ...{ atMs: what === 'placed' ? atMs : nowMs(), recordedMs: nowMs(), clock: 'edge' },
      ...{ actor: 'system:central', correlationId: root },
    });
  }

  function addRoot(ward: Ward, root: string, kind: Ward['kind'], name: string): void {
    tables.addRoot.run(ward.hold, root);
    const [order, lot] = kind === 'order' ? [name, null] : [null, name];
    tables.addHold.run(root, kind, order, lot);
    if (kind === 'lot') renew(ward, root, 'placed');
  }

  /** Asks a line to hold a lot or an order, once; a line that is asked too much is asked later. */
  function ask(ward: Ward, line: string, node: string): void {
    const [kind, name] = [node.slice(0, node.indexOf(':')), node.slice(node.indexOf(':') + 1)];
    const asks = tables.asks(ward.hold, line, node);
    if (asks.some((known) => !lettings.isOver(known))) return;
    const lineHold = `${ward.hold}.${(tables.memberCount.get(ward.hold) ?? 0) + 1}`;
    const { by, reason, atMs } = ward;
    try {
      dispatch.send({
        ...{ line, type: 'PlaceHold', about: { [kind]: name }, by, reason },
        body: { hold: lineHold, scope: kind, reason, sinceMs: atMs },
        source: placing(lineHold),
      });
      tables.addMember.run(ward.hold, line, againNode(node, asks.length), lineHold);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'FULL') throw error;
    }
  }

  /** Carries a hold to what it has come to reach; how much that was. */
  function spread(ward: Ward): number {
    if (ward.kind === 'order') {
      holdAgain(ward);
      for (const node of tables.produced.all(nodeOf(ward), ward.hold)) {
        addRoot(ward, `${ward.hold}:${node.slice(4)}`, 'lot', node.slice(4));
      }
    }
    const fresh = tables.fresh.all(ward.hold, nodesAtOnce);
    for (const node of fresh) carry(ward, node);
    return fresh.length;
  }

  function carry(ward: Ward, node: string): void {
    tables.addNode.run(ward.hold, node);
    if (node.startsWith('lot:')) parts.reached(node.slice(4));
    for (const line of tables.linesOf.all(node)) ask(ward, line, node);
  }

  /** Lines that have come to know what is held already. */
  function follow(): number {
    const [from, to] = [tables.position.get() ?? 0, tables.threaded.get() ?? 0];
    const rows = tables.facts.all(from, to, factsAtOnce);
    for (const { line, bytes } of rows) {
      const fact = readContent(bytes);
      const words = fact ? [...wordsOf(fact)] : [];
      for (const node of words.filter((word) => /^(lot|order):/.test(word))) {
        for (const hold of tables.wardsOf.all(node)) ask(tables.one.get(hold)!, line, node);
      }
    }
    tables.move.run(rows.length === factsAtOnce ? rows.at(-1)!.position : Math.max(from, to));
    return rows.length;
  }

  const together = <A extends unknown[], R>(work: (...args: A) => R) =>
    asOne(
      db,
      (...args: A): R => {
        const result = work(...args);
        parts.save();
        return result;
      },
      parts.undone,
    );

  function place({ kind, name, by, reason, hold: given, material }: Placing): Ward {
    const open = tables.open.all().length;
    if (open >= openMax) {
      throw new Fault('FULL', `hold: ${openMax} holds of central are open`);
    }
    const hold = given ?? `C-${(tables.count.get() ?? 0) + 1}`;
    if (tables.one.get(hold) || tables.isHold.get(hold)) {
      throw new Fault('CONFLICT', `hold: ${hold} is placed already`);
    }
    // Whatever was stated before is found by the index.
    if (open === 0) tables.move.run(tables.threaded.get() ?? 0);
    const node = nodeOf({ kind, name });
    const [enterprise, site] = (tables.linesOf.all(node)[0] ?? anyLine() ?? 'central/all').split(
      '/',
    );
    const where = `${enterprise}/${site}/central/quality`;
    tables.add.run(hold, kind, name, nowMs(), by, reason, where);
    const ward = tables.one.get(hold)!;
    addRoot(ward, hold, kind, name);
    carry(ward, node);
    if (kind === 'lot' && material !== undefined) parts.reached(name, material);
    spread(ward);
    return ward;
  }

  function release(hold: string, proposer: string, { by, reason }: { by: string; reason: string }) {
    const ward = tables.one.get(hold)!;
    const lots = tables.reached.all(hold).map((node) => node.slice(4));
    tables.release.run(nowMs(), by, reason, hold);
    for (const root of tables.roots.all(hold)) {
      tables.freeHold.run(root);
      renew(ward, root, 'released');
    }
    parts.ended(lots);
    rouse();
    for (const { line, lineHold } of tables.members(hold)) {
      lettings.end(lineHold);
      if (asked.get(lineHold) === 1) continue;
      sendRelease(dispatch, line, lineHold, { proposer, by, reason, reviewed: true });
    }
  }

  /** A pass of the loop: true if there is more to do at once. */
  const pass = together((): boolean => {
    const open = tables.open.all();
    if (open.length === 0) return false;
    lettings.pass();
    const reached = open.reduce((sum, ward) => sum + spread(ward), 0);
    return follow() === factsAtOnce || reached >= nodesAtOnce;
  });

  function standing(member: WardLine): Standing {
    const placed = dispatch.bySource(member.line, placing(member.lineHold));
    const { line, lineHold, node } = member;
    const freed = dispatch.bySource(line, releasing(lineHold));
    const isFreed = asked.get(lineHold) === 1;
    const isLetGo = lettings.isLetGo(lineHold, node.slice(4));
    const letting = lettings.of(lineHold);
    return { ...member, ...stateOf({ placed, freed, letting, isFreed, isLetGo }) };
  }

  return {
    one: (hold: string): Ward | undefined => tables.one.get(hold),
    /** Places a hold. Throws Fault CONFLICT for an id that is taken, FULL for too many. */
    place(given: Placing): Ward {
      thread.readOn();
      return together(place)(given);
    },
    /** Ends it at central, and asks every line that was asked to hold to release. */
    release: together(release),
    pass,
    ...loosening,
    /** Lots that it holds now. */
    lots: (hold: string): string[] => tables.reached.all(hold).map((node) => node.slice(4)),
    /** True while there is something to carry on. */
    isOpen: (): boolean => tables.open.all().length > 0,
    /** Open holds on the lot or the order itself. */
    openOn: (kind: Ward['kind'], name: string): string[] => tables.openOn.all(kind, name),
    lines: (hold: string): Standing[] => tables.members(hold).map(standing),
    shown: (limit: number): Ward[] => tables.shown.all(limit),
  };
}
