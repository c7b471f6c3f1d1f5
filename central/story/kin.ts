import type { Database } from '../../shared/database.ts';
import { sent } from '../posting/docket.ts';

/** Most lots and orders in each direction, steps between them, and rows of each. */
export const kinMax = 250;
const stepsMax = 100;
const documentsMax = 20;
/** Facts of a lot or an order that are looked at for the lines that have stated them. */
const factsMax = 200;

type Node = Readonly<{ node: string; steps: number }>;
type Document = Readonly<{ kind: string; key: string; state: string; document: string | null }>;
/** A lot or an order that material came from or went into. */
export type Relative = Readonly<{
  kind: 'lot' | 'order';
  name: string;
  /** How many lots and orders away, from 1. */
  steps: number;
  /** Lines that have stated facts about it: of its first 200 facts. */
  lines: readonly string[];
  /** Of what was posted of it, or may have been: 20 at most. */
  documents: readonly Document[];
}>;
export type Kin = Readonly<{
  from: readonly Relative[];
  into: readonly Relative[];
  /** Whether there are more than are told. */
  isCut: boolean;
}>;

function prepare(db: Database) {
  const sources = db
    .prepare<[string, number], string>(
      'SELECT source FROM link WHERE target = ? ORDER BY source LIMIT ?',
    )
    .pluck();
  const targets = db
    .prepare<[string, number], string>(
      'SELECT target FROM link WHERE source = ? ORDER BY target LIMIT ?',
    )
    .pluck();
  const lines = db
    .prepare<[string, number], string>(
      `SELECT DISTINCT path FROM (SELECT position FROM thread WHERE word = ?
         ORDER BY position LIMIT ?) AS named
       JOIN fact ON fact.position = named.position JOIN line ON line.id = fact.line ORDER BY path`,
    )
    .pluck();
  const columns = 'kind, key, state, document';
  const ofLot = db.prepare<[string, number], Document>(
    `SELECT ${columns} FROM posting WHERE lot = ? AND ${sent} LIMIT ?`,
  );
  const ofOrder = db.prepare<[string, number], Document>(
    `SELECT ${columns} FROM posting WHERE order_number = ? AND ${sent} LIMIT ?`,
  );
  return { sources, targets, lines, ofLot, ofOrder };
}

/**
 * What lots and orders are made of, and what became of them, over all lines and plants: everything
 * that material may have gone through, whether or not a part of it was taken back.
 */
export function openKin(db: Database) {
  const { sources, targets, lines, ofLot, ofOrder } = prepare(db);

  /** Breadth first, so that what is left out is the furthest. */
  function walk(start: readonly string[], next: (node: string) => string[]) {
    const seen = new Set(start);
    const found: Node[] = [];
    let edge = [...start];
    for (let steps = 1; edge.length > 0 && steps <= stepsMax; steps++) {
      const fresh: string[] = [];
      for (const node of edge.flatMap(next)) {
        if (seen.has(node)) continue;
        seen.add(node);
        if (found.length === kinMax) return { found, isCut: true };
        found.push({ node, steps });
        fresh.push(node);
      }
      edge = fresh;
    }
    return { found, isCut: edge.length > 0 };
  }

  function told({ node, steps }: Node): Relative {
    const at = node.indexOf(':');
    const [kind, name] = [node.slice(0, at) as Relative['kind'], node.slice(at + 1)];
    const documents = (kind === 'lot' ? ofLot : ofOrder).all(name, documentsMax);
    return { kind, name, steps, lines: lines.all(node, factsMax), documents };
  }

  /** Nodes are "lot:…" and "order:…". */
  return (nodes: readonly string[]): Kin => {
    const back = walk(nodes, (node) => sources.all(node, kinMax + 1));
    const on = walk(nodes, (node) => targets.all(node, kinMax + 1));
    return {
      ...{ from: back.found.map(told), into: on.found.map(told) },
      isCut: back.isCut || on.isCut,
    };
  };
}
