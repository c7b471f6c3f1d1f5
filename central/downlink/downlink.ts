import type { Database } from '../../shared/database.ts';
import {
  type ErpOrder,
  type Reference,
  type ReferenceAsk,
  readErpOrder,
  readReference,
  siteOf,
} from '../../shared/reference.ts';
import type { Approvals } from '../desk/approvals.ts';
import type { Dossier } from '../ledger/dossier.ts';
import type { Saying } from '../posting/amendments.ts';
import { openChangeSets } from './changesets.ts';
import { openCursors } from './cursors.ts';
import { openGuarding } from './guarding.ts';
import { openMakers } from './makers.ts';
import { openOrders, type Send } from './orders.ts';
import { openPlans } from './plans.ts';
import { nameOf, openProblems } from './problems.ts';
import { openRecords } from './records.ts';

/** Most sites of which it is told what waits there to be drafted. */
const sitesMax = 1_000;
/** Most lines of which it is remembered how far their edges are. */
const heldMax = 10_000;

/** What became of what was received. */
export type Received = Readonly<{
  taken: number;
  known: number; // as it was already
  refused: readonly Readonly<{ name: string; reason: string }>[];
}>;
type Parts = {
  db: Database;
  dossier: Dossier;
  approvals: Approvals;
  send: Send;
  nowMs: () => number;
  /** Told that a line may have something to ask for. */
  ring?: ((line: string) => void) | undefined;
  /** Lines that the ledger knows. */
  lines: () => readonly string[];
  /** Sites whose change sets are approved by another person than who drafted them. */
  secondPerson?: readonly string[] | undefined;
};
export type Downlink = ReturnType<typeof openDownlink>;

/** Approvals know versions of master records alone: no order is made by a reason code. */
const isMaster = (one: Reference) => one.kind !== 'reasonCode';

/** What comes from the ERP for the lines: reference data, in change sets, and orders. */
export function openDownlink(parts: Parts) {
  const { db, dossier, approvals, send, nowMs, ring, lines, secondPerson = [] } = parts;
  const records = openRecords(db);
  const needsSecond = (site: string) => secondPerson.includes(site);
  const sets = openChangeSets({ db, records, nowMs, needsSecond });
  const makers = openMakers(sets);
  const problems = openProblems(db, nowMs);
  const orders = openOrders({ db, sets, makers, send, nowMs });
  const cursors = openCursors(db);
  const guarding = openGuarding({ db, dossier, sets });
  const held = new Map<string, { set: number; heardMs: number }>();

  /** Takes what is right, and remembers of everything else in which words it was refused. */
  function receive<T>(
    source: string,
    given: readonly unknown[],
    label: string,
    read: (one: unknown, label: string) => T,
    take: (one: T) => boolean,
  ): Received {
    let [taken, known] = [0, 0];
    const refused: { name: string; reason: string }[] = [];
    given.forEach((one, at) => {
      const name = nameOf(one, `${label}[${at}]`);
      const reason = problems.attempt(source, name, () => {
        if (take(read(one, label === '' ? name : `${label}[${at}]`))) taken += 1;
        else known += 1;
      });
      if (reason !== undefined) refused.push({ name, reason });
    });
    return { taken, known, refused };
  }

  return {
    /** Takes in versions of records of a site; to be called in a transaction. */
    receiveReferences: (site: string, source: string, given: readonly unknown[]): Received =>
      receive<Reference>(source, given, 'references', readReference, (one) =>
        records.take(site, one, source, nowMs()),
      ),

    /** Takes in orders of a site; those that can go are sent in the same transaction. */
    receiveOrders: (site: string, source: string, given: readonly unknown[]): Received =>
      receive<ErpOrder>(source, given, 'orders', readErpOrder, (one) => orders.take(site, one)),

    /** Remembers in which words something was refused before it could be read. */
    refuse: problems.refuse,

    propose: sets.propose,
    reject: sets.reject,
    /** The draft becomes a set, its versions are known, and orders that wait are looked at. */
    approve(draft: number, said: Saying): void {
      const { site, references } = sets.approve(draft, said);
      const versions = references.filter(isMaster) as Parameters<
        Approvals['approve']
      >[0]['versions'][number][];
      if (versions.length > 0) approvals.approve({ site, ...said, versions });
      orders.again();
      for (const line of new Set([...lines(), ...held.keys()])) {
        if (siteOf(line) === site) ring?.(line);
      }
    },

    /** Looks again at orders that wait, within a transaction. */
    again: orders.again,

    /** Takes in what a line has stated, in the ledger's transaction. */
    note: guarding.note,

    /** Answers an edge that asks for the next set of a line's site. */
    answer(line: string, ask: ReferenceAsk) {
      held.delete(line);
      held.set(line, { set: ask.after, heardMs: nowMs() });
      if (held.size > heldMax) held.delete(held.keys().next().value!);
      return sets.answer(siteOf(line), ask);
    },

    differences: guarding.differences,
    verdicts: guarding.verdicts,
    verdictsOf: guarding.countsOf,

    /** Sets, drafts, what waits to be drafted, how far lines are, and what waits for a person. */
    shown() {
      const active = guarding.lines();
      return {
        ...sets.shown(),
        undrafted: records.waiting(sitesMax),
        lines: active.map((one) => ({ ...one, newest: sets.newest(siteOf(one.line)) })),
        held: [...held].map(([line, one]) => ({ line, ...one })),
        orders: orders.shown(),
        refused: problems.shown(),
        streams: cursors.all(),
        differences: guarding.count(),
      };
    },

    /** What is remembered beyond a transaction is dropped. */
    undone(): void {
      sets.undone();
      makers.undone();
    },

    /** By which versions things are made, for what reckons with them. */
    plans: () => openPlans({ db, sets, makers, records }),
  };
}
