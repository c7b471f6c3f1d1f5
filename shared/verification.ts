import { decodeContent, genesis, link } from './codec.ts';
import { type Database, faultOf } from './database.ts';
import type { Content } from './event.ts';
import { Fault } from './fault.ts';

/** Longest complaint of SQLite's that is told, characters. */
const reasonMax = 300;
/** Findings that are listed; all are counted. */
export const findingsMax = 200;

/** Something that is not as it must be, and where. */
export type Finding = Readonly<{
  what:
    | ('file' | 'chain' | 'hole' | 'place' | 'bytes' | 'id' | 'cursor' | 'state' | 'ledger')
    | 'signature';
  line?: string;
  epoch?: number;
  sequence?: number;
  reason: string;
}>;
/** What was found: of each line and epoch, which facts there are. */
export type Verified = Readonly<{
  facts: number;
  lines: readonly Readonly<{ line: string; epoch: number; first: number; last: number }>[];
  found: number;
  findings: readonly Finding[]; // the first of them
}>;
/** A stored fact, with its line's path. */
export type Stored = Readonly<{
  position: number;
  path: string;
  epoch: number;
  sequence: number;
  bytes: Buffer;
  hash: Buffer;
}>;
type Place = Pick<Stored, 'path' | 'epoch' | 'sequence'>;

/** Collects what is found, and knows how much there was. */
export function openFindings() {
  const findings: Finding[] = [];
  let found = 0;
  /** Damage is met by every look that comes to it, and told once. */
  const isTold = ({ what, line, reason }: Finding): boolean =>
    what === 'file' && findings.some((one) => one.line === line && one.reason === reason);
  const tell = (finding: Finding): void => {
    if (isTold(finding)) return;
    found += 1;
    if (findings.length < findingsMax) findings.push(finding);
  };
  return {
    tell,
    at: (what: Finding['what'], { path, epoch, sequence }: Place, reason: string): void =>
      tell({ what, line: path, epoch, sequence, reason }),
    told: () => ({ found, findings }),
  };
}
export type Findings = ReturnType<typeof openFindings>;

/** Runs `look`; damage that it meets is told, and everything it found before stands. */
export function survive({ tell }: Findings, db: Database, look: () => void): void {
  try {
    look();
  } catch (error) {
    const fault = faultOf(error, 'the file');
    if (!(fault instanceof Fault)) throw error;
    tell({ what: 'file', reason: fault.message.replaceAll(db.name, 'the file') });
  }
}

/** What SQLite itself says of every page, index, constraint and reference. */
export function checkFile(db: Database, findings: Findings): void {
  for (const check of ['quick_check', 'integrity_check']) {
    survive(findings, db, () => {
      const said = db.pragma(`${check}(${findingsMax})`) as Record<string, string>[];
      for (const reason of said.flatMap((row) => Object.values(row))) {
        if (reason === 'ok') continue;
        const words = `${check}: ${reason.replaceAll(/\s+/g, ' ')}`;
        findings.tell({ what: 'file', reason: words.slice(0, reasonMax) });
      }
    });
    if (findings.told().found > 0) return;
  }
  survive(findings, db, () => {
    const broken = db.pragma('foreign_key_check') as { table: string; rowid: number }[];
    for (const { table, rowid } of broken) {
      findings.tell({ what: 'file', reason: `row ${rowid} of ${table} names a row that is gone` });
    }
  });
}

type Spot = Pick<Stored, 'epoch' | 'sequence'>;
/** The facts of a line behind a place, in their order; by the index, or by the table alone. */
export type ReadLine = (line: number, after: Spot, by: string) => Iterable<Stored>;
export const ways = { index: '', table: 'NOT INDEXED' };

/**
 * All facts, line by line in their order, as far as they can be read: the index may be damaged,
 * and where the table is, that place is told and the next line is gone on with.
 */
export function* readAll(db: Database, findings: Findings, readLine: ReadLine): Iterable<Stored> {
  const lines = db.prepare<[], { id: number; path: string }>('SELECT id, path FROM line');
  for (const { id, path } of lines.all()) {
    let at: Spot = { epoch: 1, sequence: 0 };
    let damage: string | undefined;
    for (const by of Object.values(ways)) {
      try {
        damage = undefined;
        for (const row of readLine(id, at, by)) {
          at = row;
          yield row;
        }
        break;
      } catch (error) {
        const fault = faultOf(error, 'the file');
        if (!(fault instanceof Fault)) throw error;
        damage = fault.message.replaceAll(db.name, 'the file');
      }
    }
    if (damage === undefined) continue;
    const place = { path, epoch: at.epoch, sequence: at.sequence + 1 };
    findings.at('file', place, `cannot be read from here on: ${damage}`);
  }
}

type Walk = {
  /** By line, epoch and sequence. */
  rows: Iterable<Stored>;
  findings: Findings;
  /** The link before a line's oldest fact, where the ones before it may be gone. */
  before?: (place: Place) => Buffer | undefined;
  /** Told of every fact that can be read. */
  read?: (fact: Content, row: Stored) => void;
};

/** Follows every chain of every line; returns which facts there are. */
export function walk({ rows, findings, before, read }: Walk): Pick<Verified, 'facts' | 'lines'> {
  const lines: { line: string; epoch: number; first: number; last: number }[] = [];
  let facts = 0;
  let last: Stored | undefined;

  /** The link that the row must follow; undefined where it is not known. */
  function linkBefore(row: Stored): Buffer | undefined {
    const { path, epoch, sequence } = row;
    if (last?.path === path && last.epoch === epoch) {
      if (sequence === last.sequence + 1) return last.hash;
      const missing = `facts ${last.sequence + 1} to ${sequence - 1} are missing before it`;
      findings.at('hole', row, missing);
      return undefined;
    }
    lines.push({ line: path, epoch, first: sequence, last: sequence });
    if (sequence === 1) return genesis(path, epoch);
    const known = before?.(row);
    if (!known) findings.at('hole', row, `facts 1 to ${sequence - 1} are missing before it`);
    return known;
  }

  for (const row of rows) {
    facts += 1;
    const known = linkBefore(row);
    if (last?.path === row.path && row.position <= last.position) {
      findings.at('place', row, 'it was stored before the one that it follows');
    }
    if (known && !link(known, row.bytes).equals(row.hash)) {
      findings.at('chain', row, 'its bytes do not match the hash chain');
    }
    lines.at(-1)!.last = row.sequence;
    last = row;
    try {
      read?.(decodeContent(row.bytes), row);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      findings.at('bytes', row, error.message);
    }
  }
  return { facts, lines };
}
