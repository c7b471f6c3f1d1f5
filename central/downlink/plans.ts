import type { Database } from '../../shared/database.ts';
import { type ContentOf, type ReferenceVersion, siteOf } from '../../shared/reference.ts';
import type { ChangeSets } from './changesets.ts';
import type { Makers } from './makers.ts';
import type { Records } from './records.ts';

/** What is made, where, when, and for which order; '' for none. */
export type Making = Readonly<{ line: string; order: string; material: string; atMs: number }>;
/** Why this version counts: the order's release names it, or it was in force. */
export type Because = 'released' | 'inForce';
export type Versioned<K extends PlanKind> = Readonly<{
  because: Because;
  /** "routing 4711 C"; the same text is the same content at one site. */
  name: string;
  content: ContentOf<K>;
}>;
export type PlanKind = 'bom' | 'routing';
type Parts = Readonly<{ db: Database; sets: ChangeSets; makers: Makers; records: Records }>;
type Named = ReferenceVersion & Readonly<{ line: string }>;
export type Plans = ReturnType<typeof openPlans>;

/**
 * Which version of a routing or a bill something is made by: the one that the release of its order
 * names, or else the only one that was in force for its material then. Where a release names one
 * that never came, none. Remembers what it was asked: to be opened for each question.
 */
export function openPlans({ db, sets, makers, records }: Parts) {
  const named = db.prepare<[string, string], Named>(
    `SELECT record, version, line, kind FROM order_version WHERE order_number = ? AND kind = ?
     ORDER BY record, version, line`,
  );
  const numbers = new Map<string, number>();
  const released = new Map<string, ReturnType<typeof byRelease>>();
  const known = new Map<string, Versioned<PlanKind> | undefined>();

  function remembered<T>(all: Map<string, T>, key: string, find: () => T): T {
    if (!all.has(key)) all.set(key, find());
    return all.get(key)!;
  }

  function read(site: string, version: ReferenceVersion, because: Because) {
    const content = records.content(site, version) as ContentOf<PlanKind> | undefined;
    const { kind, record, version: edition } = version;
    return content && { because, name: `${kind} ${record} ${edition}`, content };
  }

  /** Null where a release names what never came. */
  function byRelease(kind: PlanKind, { line, order, material }: Making) {
    const site = siteOf(line);
    const all = named.all(order, kind).filter((one) => siteOf(one.line) === site);
    const own = all.filter((one) => one.line === line);
    const found = (own.length > 0 ? own : all).map((one) => read(site, one, 'released'));
    const fits = found.find((one) => one?.content.material === material);
    return fits ?? (found.length > 0 ? null : undefined);
  }

  function byForce(kind: PlanKind, { line, material, atMs }: Making) {
    const site = siteOf(line);
    const number = remembered(numbers, `${site}\n${atMs}`, () => sets.numberAt(site, atMs));
    if (number === 0) return undefined;
    return remembered(known, `${kind}\n${site}\n${number}\n${material}`, () => {
      const [one, ...more] = makers.of(kind, site, number, material);
      return one && more.length === 0 ? read(site, one, 'inForce') : undefined;
    });
  }

  return <K extends PlanKind>(kind: K, making: Making): Versioned<K> | undefined => {
    const { line, order, material } = making;
    if (material === '') return undefined;
    const key = `${kind}\n${line}\n${order}\n${material}`;
    const named =
      order === '' ? undefined : remembered(released, key, () => byRelease(kind, making));
    const found = named === undefined ? byForce(kind, making) : (named ?? undefined);
    return found as Versioned<K> | undefined;
  };
}
