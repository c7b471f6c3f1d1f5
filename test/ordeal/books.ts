import { migrations as centralMigrations } from '../../central/memory.ts';
import { sandboxMigrations } from '../../central/sandbox/schema.ts';
import { migrations as edgeMigrations } from '../../edge/store/schema.ts';
import { decodeContent } from '../../shared/codec.ts';
import { openDatabase } from '../../shared/database.ts';

/** What is not as it must be, in one log of two. */
export type Flaws = { lost: number; doubled: number; disordered: number };
type Fact = { path: string; sequence: number; hash: Buffer };
type Document = { lane: string; lot: string | null; aside: number; number: string };

function rowsOf<T>(path: string, migrations: readonly string[], sql: string): T[] {
  const db = openDatabase(path, migrations);
  const rows = db.prepare<[], T>(sql).all();
  db.close();
  return rows;
}

const factsSql = (table: string) =>
  `SELECT path, fact.sequence, fact.hash FROM ${table} AS fact
   JOIN line ON line.id = fact.line ORDER BY position`;
/** What may wait aside while later facts of its lane go on: the last word, and moved stock. */
const postedSql = `
  SELECT lane, lot, document AS number, final OR kind NOT IN ('confirmation', 'goodsIssue') AS aside
  FROM posting WHERE state = 'posted' ORDER BY id`;
const booksSql = `
  SELECT lower(key) AS key, printf('%010d/%08d', groupNumber, count) AS number FROM confirmation
  WHERE key IS NOT NULL
  UNION ALL SELECT coalesce(key, 'takes back ' || reverses), number || '/' FROM document
  WHERE key IS NOT NULL OR reverses IS NOT NULL`;

/** The edge's facts as it has stated them. */
export const statedAt = (edgePath: string): Fact[] =>
  rowsOf<Fact>(edgePath, edgeMigrations, factsSql('event'));

/** The ERP's documents that carry a key. */
export const booksOf = (erpPath: string): { key: string; number: string }[] =>
  rowsOf(erpPath, sandboxMigrations, booksSql);

/** The edge's facts against the ledger's, in the order in which the ledger took them. */
export function compareLogs(edgePath: string, ledgerPath: string): Flaws {
  const stated = statedAt(edgePath);
  const kept = rowsOf<Fact>(ledgerPath, centralMigrations, factsSql('fact'));
  return flawsOf(stated, kept);
}

export function flawsOf(stated: readonly Fact[], kept: readonly Fact[]): Flaws {
  const heads = new Map<string, number>();
  const hashes = new Set<string>();
  const flaws = { lost: 0, doubled: 0, disordered: 0 };
  for (const { path, sequence, hash } of kept) {
    const key = hash.toString('hex');
    if (hashes.has(key)) flaws.doubled += 1;
    hashes.add(key);
    if (sequence !== (heads.get(path) ?? 0) + 1) flaws.disordered += 1;
    heads.set(path, sequence);
  }
  flaws.lost = stated.filter(({ hash }) => !hashes.has(hash.toString('hex'))).length;
  return flaws;
}

/** What central calls posted against the ERP's books, each lane in the order of its facts. */
export function compareErp(ledgerPath: string, erpPath: string): Flaws & { documents: number } {
  const posted = rowsOf<Document>(ledgerPath, centralMigrations, postedSql);
  const books = booksOf(erpPath);
  return { ...erpFlawsOf(posted, books), documents: books.length };
}

const isConfirmation = (number: string): boolean => /\/\d{8}$/.test(number);
const rankOf = (number: string): number => {
  const [first, second] = number.split('/') as [string, string];
  return Number(isConfirmation(number) ? second : first);
};

export function erpFlawsOf(
  posted: readonly Document[],
  books: readonly { key: string; number: string }[],
): Flaws {
  const flaws = { lost: 0, doubled: 0, disordered: 0 };
  const keys = new Set<string>();
  const numbers = new Set<string>();
  for (const { key, number } of books) {
    if (keys.has(key)) flaws.doubled += 1;
    keys.add(key);
    numbers.add(number);
  }
  const ranks = new Map<string, number>();
  for (const { lane, lot, aside, number } of posted) {
    const rank = rankOf(number);
    if (!numbers.has(isConfirmation(number) ? number : `${rank}/`)) flaws.lost += 1;
    if (aside) continue;
    const series = isConfirmation(number) ? number.split('/')[0] : `${lane} ${lot}`;
    if (rank <= (ranks.get(series!) ?? 0)) flaws.disordered += 1;
    ranks.set(series!, rank);
  }
  return flaws;
}

/** Lines of the facts that the edge states of itself when its disk fills, one of each. */
export const selfStated = (edgePath: string): string[] =>
  rowsOf<{ bytes: Buffer; path: string }>(
    edgePath,
    edgeMigrations,
    'SELECT bytes, path FROM event JOIN line ON line.id = event.line',
  ).flatMap(({ bytes, path }) => (decodeContent(bytes).type === 'DiskLevelChanged' ? [path] : []));
