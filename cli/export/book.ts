import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FeedFact } from '../../shared/feed/message.ts';
import { invalid } from '../../shared/field.ts';
import { columnsOf, commonColumns, sheetOf } from './columns.ts';
import { openCsv, openJsonl, type Sheet } from './csv.ts';
import { openParquet } from './parquet.ts';

export const formats = ['parquet', 'csv', 'jsonl'] as const;
export type Format = (typeof formats)[number];

/** Of what the files are: the same for the same ledger up to the same position. */
export type About = Readonly<{ day: string; timeZone: string; dayStart: string; upTo: number }>;

async function sumOf(path: string): Promise<string> {
  const sum = createHash('sha256');
  await pipeline(createReadStream(path), sum);
  return sum.digest('hex');
}

const sorted = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * The files of one day in `folder`/`day`: made beside it, and there as a whole once `close` has
 * resolved. Throws Fault INVALID if the day is there already.
 */
export function openBook(folder: string, day: string, format: Format) {
  const place = join(folder, day);
  if (existsSync(place)) throw invalid('--out', `${place}: is there already`);
  const making = join(folder, `.${day}.new`);
  try {
    rmSync(making, { recursive: true, force: true });
    mkdirSync(making, { recursive: true });
  } catch (error) {
    throw invalid('--out', (error as Error).message);
  }
  const sheets = new Map<string, { sheet: Sheet; rows: number }>();
  const [types, lines] = [new Map<string, number>(), new Map<string, number>()];
  const span: { first?: number; last?: number } = {};

  function open(name: string, type: string): Sheet {
    const path = join(making, `${name}.${format}`);
    if (format === 'jsonl') return openJsonl(path);
    const columns = name === 'facts' ? commonColumns : columnsOf(type)!;
    return format === 'csv' ? openCsv(path, columns) : openParquet(path, columns);
  }
  function put(name: string, fact: FeedFact): void {
    const found = sheets.get(name) ?? { sheet: open(name, fact.type), rows: 0 };
    found.sheet.add(fact);
    found.rows += 1;
    sheets.set(name, found);
  }

  return {
    /** Facts in the order of the ledger. */
    add(fact: FeedFact): void {
      put('facts', fact);
      const own = format === 'jsonl' ? undefined : sheetOf(fact);
      if (own !== undefined) put(own, fact);
      const type = `${fact.type}.v${fact.version}`;
      types.set(type, (types.get(type) ?? 0) + 1);
      lines.set(fact.line, (lines.get(fact.line) ?? 0) + 1);
      span.first ??= fact.position;
      span.last = fact.position;
    },
    /** Writes what is left and the manifest; the day is in its place. */
    async close(about: About) {
      const files = [];
      for (const [name, { sheet, rows }] of [...sheets].sort(([a], [b]) => (a < b ? -1 : 1))) {
        sheet.close();
        const file = `${name}.${format}`;
        const path = join(making, file);
        files.push({ file, rows, bytes: statSync(path).size, sha256: await sumOf(path) });
      }
      const facts = sheets.get('facts')?.rows ?? 0;
      const counts = { facts, types: sorted(types), lines: sorted(lines) };
      const { first = null, last = null } = span;
      const positions = { first, last };
      const manifest = { export: 1, format, ...about, positions, ...counts, files };
      writeFileSync(join(making, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
      renameSync(making, place);
      return { place, manifest };
    },
    /** Nothing of it stays. */
    drop: (): void => rmSync(making, { recursive: true, force: true }),
  };
}
