import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { genesis, link, readContent } from '../../shared/codec.ts';
import { type Database, openDatabase } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { noRoomFor, refuseOpen } from '../../shared/replica.ts';
import { edition } from '../../statecharts/edition.ts';
import { besides } from './beside.ts';
import type { Anchor } from './forgotten.ts';
import { openPages, type Pages } from './pages.ts';
import { inOrder } from './positions.ts';
import { rowOf } from './records.ts';
import { type Candidate, type Found, type Line, type Locator, scan } from './scan.ts';
import { migrations } from './schema.ts';
import { copyTables } from './tables.ts';

/** What became of one epoch of a line. */
export type Salvaged = Readonly<{
  line: string;
  epoch: number;
  facts: number; // in the new store, from the first on that was not forgotten
  forgotten?: number; // the last one that was; central keeps it
  missing?: Readonly<{ from: number; to: number }>; // up to the last one that can be read
  aside: number; // can be read, but their place in the chain is not known
}>;
export type Salvage = Readonly<{ lines: readonly Salvaged[]; lost: readonly string[] }>;

type Kept = { line: number; epoch: number; sequence: number; position: number; at: Locator };

/**
 * The facts of one epoch that follow from each other, from the first on or from what was forgotten,
 * and those behind them.
 */
function prefixOf(
  pages: Pages,
  line: Line,
  epoch: number,
  known: Map<string, Candidate[]>,
  anchor?: Anchor,
) {
  const kept: Kept[] = [];
  const first = (anchor?.sequence ?? 0) + 1;
  let before: Buffer = anchor?.hash ?? genesis(line.path ?? '', epoch);
  for (let sequence = first; ; sequence++) {
    const next = known.get(`${epoch}/${sequence}`)?.find(({ at }) => {
      const [, , , , bytes, hash] = rowOf(pages, at).values as Buffer[];
      return link(before, bytes!).equals(hash!);
    });
    if (!next) break;
    before = rowOf(pages, next.at).values[5] as Buffer;
    kept.push({ line: line.id, epoch, sequence, ...next });
  }
  const others = [...known.keys()]
    .map((key) => key.split('/').map(Number) as [number, number])
    .filter(([of, sequence]) => of === epoch && sequence >= first + kept.length)
    .map(([, sequence]) => sequence);
  return { kept, others };
}

/**
 * Copies what is intact in a damaged store into a new one: of every line the facts that follow from
 * each other from the first on, in the same epochs and sequences. Facts behind a break are set
 * aside, in a file of their own: nobody can say any more that they are what was stated there.
 */
function salvage(copy: string, forSqlite: string, to: string): Salvage {
  const pages = openPages(copy);
  try {
    const found = scan(pages);
    const { lines, facts } = found;
    for (const id of facts.keys()) if (!lines.has(id)) lines.set(id, { id, epoch: 1 });
    const db = openDatabase(to, migrations);
    try {
      const told = take(pages, db, found, `${to}.aside`);
      const lost = copyTables(forSqlite, db); // their rows refer to lines
      // Whose charts judged is not known any more: today's do, and stop a line if they cannot.
      if (lost.includes('edition')) {
        db.prepare('INSERT OR IGNORE INTO edition VALUES (0, ?)').run(edition);
      }
      return { ...told, lost };
    } finally {
      db.close();
    }
  } finally {
    pages.close();
  }
}

function take(pages: Pages, db: Database, found: Found, asidePath: string) {
  const { lines, facts, anchors } = found;
  const kept: Kept[][] = [];
  const aside: { line: string; at: Locator }[] = [];
  const told: Salvaged[] = [];
  for (const line of [...lines.values()].sort((a, b) => a.id - b.id)) {
    const known = facts.get(line.id) ?? new Map<string, Candidate[]>();
    const name = line.path ?? `line ${line.id}, whose name is lost`;
    const own: Kept[] = [];
    kept.push(own);
    const epochs = new Set([...known.keys()].map((key) => Number(key.split('/')[0])));
    for (const epoch of [...epochs].sort((a, b) => a - b)) {
      const anchor = anchors.get(`${line.id}/${epoch}`);
      const { kept: prefix, others } = prefixOf(pages, line, epoch, known, anchor);
      own.push(...prefix);
      const end = (anchor?.sequence ?? 0) + prefix.length;
      const last = Math.max(end, ...others);
      for (const sequence of others) {
        aside.push({ line: name, at: known.get(`${epoch}/${sequence}`)![0]!.at });
      }
      told.push({
        ...{ line: name, epoch, facts: prefix.length, aside: others.length },
        ...(anchor && { forgotten: anchor.sequence }),
        ...(others.length > 0 && { missing: { from: end + 1, to: last } }),
      });
    }
  }
  const after = Math.max(0, ...[...anchors.values()].map(({ position }) => position));
  db.transaction(() => write(pages, db, found, inOrder(kept, after))).immediate();
  if (aside.length > 0) writeAside(pages, asidePath, aside);
  return { lines: told };
}

/** Of what is here, everything is owed again, and repeats do no harm; central keeps the rest. */
function write(pages: Pages, db: Database, found: Found, kept: readonly Kept[]): void {
  const { lines, anchors } = found;
  const addLine = db.prepare('INSERT INTO line (id, path, epoch) VALUES (?, ?, 1)');
  const begin = db.prepare('UPDATE line SET epoch = ? WHERE id = ? AND epoch < ?');
  const insert = db.prepare(
    `INSERT INTO event (position, line, epoch, sequence, bytes, hash, command_id, asked, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const commands = new Set<string>();
  const unproven = new Set<string>(); // each fingerprint rests on the one before
  for (const { id, path } of lines.values()) if (path !== undefined) addLine.run(id, path);
  const forget = db.prepare('INSERT INTO forgotten VALUES (?, ?, ?, ?, ?, ?)');
  for (const { line, epoch, sequence, position, hash, state } of anchors.values()) {
    forget.run(line, epoch, sequence, position, hash, state);
  }
  const began = db.prepare('INSERT OR IGNORE INTO edition (position, charts) VALUES (?, ?)');
  for (const { line, epoch, position, at } of kept) {
    const { values } = rowOf(pages, at);
    begin.run(epoch, line, epoch);
    const [command, asked, state] = besides(values);
    const known = typeof command === 'string' && !commands.has(command) ? command : null;
    if (known !== null) commands.add(known); // its consequences name it too
    if (state === null) unproven.add(`${line}/${epoch}`);
    const proof = unproven.has(`${line}/${epoch}`) ? null : state;
    insert.run(position, line, epoch, ...values.slice(3, 6), known, asked, proof);
    const charts = chartsOf(values[4] as Buffer);
    if (charts !== undefined) began.run(position - 1, charts);
  }
  for (const { id, epoch } of lines.values()) begin.run(epoch, id, epoch);
  const keep = db.prepare('UPDATE line SET sent = ?, kept = ? WHERE id = ? AND epoch = ?');
  for (const { line, epoch, sequence } of anchors.values()) {
    keep.run(sequence, sequence, line, epoch);
  }
}

/** By which charts a state goes on that begins to be said here; undefined for any other fact. */
function chartsOf(bytes: Buffer): string | undefined {
  const content = readContent(bytes);
  return content?.type === 'StateCarried' && content.body.part === 0
    ? content.body.charts
    : undefined;
}

function writeAside(pages: Pages, path: string, rows: readonly { line: string; at: Locator }[]) {
  const db = openDatabase(path, [
    `CREATE TABLE aside (line TEXT, epoch INTEGER, sequence INTEGER, bytes BLOB, hash BLOB)`,
  ]);
  const insert = db.prepare('INSERT INTO aside VALUES (?, ?, ?, ?, ?)');
  db.transaction(() => {
    for (const { line, at } of rows) {
      const [, , epoch, sequence, bytes, hash] = rowOf(pages, at).values;
      insert.run(line, epoch, sequence, bytes, hash);
    }
  }).immediate();
  db.close();
}

/**
 * Salvages the file at `path`, which is only read, from two copies of it among the system's
 * temporary folders. Throws Fault CONFLICT while an edge has it, and Fault FULL if there is no room
 * for the copies.
 */
export async function salvageFile(path: string, to: string): Promise<Salvage> {
  if (!existsSync(path)) throw new Fault('INVALID', `--store: ${path}: there is no such file`);
  if (existsSync(to)) throw new Fault('INVALID', `--to: ${to}: is there already`);
  await refuseOpen(path);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-salvage-'));
  const copy = join(folder, 'store.sqlite');
  const forSqlite = join(folder, 'sqlite.sqlite'); // it writes into what it opens
  try {
    for (const end of ['', '-wal'].filter((name) => existsSync(`${path}${name}`))) {
      for (const name of [copy, forSqlite]) copyFileSync(`${path}${end}`, `${name}${end}`);
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw noRoomFor(path, error);
  }
  try {
    return salvage(copy, forSqlite, to);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const options = { store: { type: 'string' }, to: { type: 'string' } } as const;
  const { store = '', to = '' } = parseArgs({ options }).values;
  try {
    process.stdout.write(`${JSON.stringify(await salvageFile(store, to))}\n`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}
