import { migrations as centralMigrations } from '../../central/memory.ts';
import { migrations as edgeMigrations } from '../../edge/store/schema.ts';
import { decodeContent, genesis, link } from '../../shared/codec.ts';
import { type Database, openDatabase } from '../../shared/database.ts';

type Row = {
  position: number;
  path: string;
  epoch: number;
  sequence: number;
  bytes: Buffer;
  hash: Buffer;
};

/** What a file of facts says of itself, after every link of every chain was made anew. */
export type Chains = {
  facts: number;
  /** Hex of each line's last link. */
  ends: Record<string, string>;
  /** What does not hold. */
  broken: string[];
};

/**
 * Reads every fact of an edge's store or of the ledger; nobody may have the file open. That no
 * event id is there twice is not looked at where `ids` is false: that takes the memory of them all.
 */
export function readChains(path: string, kind: 'edge' | 'ledger', ids = true): Chains {
  const db = openDatabase(path, kind === 'edge' ? edgeMigrations : centralMigrations);
  const chains = chainsIn(db, kind, ids);
  db.close();
  return chains;
}

/** The same of a store that is open. */
export function chainsIn(db: Database, kind: 'edge' | 'ledger', ids = true): Chains {
  const table = kind === 'edge' ? 'event' : 'fact';
  const rows = db.prepare<[], Row>(
    `SELECT position, path, fact.epoch, fact.sequence, bytes, fact.hash
     FROM ${table} AS fact JOIN line ON line.id = fact.line ORDER BY position`,
  );
  const heads = new Map<string, { sequence: number; hash: Buffer }>();
  const eventIds = new Set<string>();
  const broken: string[] = [];
  let facts = 0;
  for (const row of rows.iterate()) {
    const { position, path: line, epoch, sequence, bytes, hash } = row;
    const head = heads.get(line) ?? { sequence: 0, hash: genesis(line, epoch) };
    const place = `${line} ${sequence}`;
    if (position !== ++facts) broken.push(`${place}: position ${position}, should be ${facts}`);
    if (sequence !== head.sequence + 1) broken.push(`${place}: comes after ${head.sequence}`);
    if (!link(head.hash, bytes).equals(hash)) broken.push(`${place}: the chain breaks`);
    heads.set(line, { sequence, hash });
    if (!ids) continue;
    const { eventId } = decodeContent(bytes);
    if (eventIds.has(eventId)) broken.push(`${place}: event ${eventId} is there twice`);
    eventIds.add(eventId);
  }
  const ends = [...heads].map(([line, { hash }]) => [line, hash.toString('hex')] as const).sort();
  return { facts, ends: Object.fromEntries(ends), broken: broken.slice(0, 20) };
}
