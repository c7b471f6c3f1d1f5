import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { openPages } from '../../edge/store/pages.ts';
import { rowsIn } from '../../edge/store/records.ts';
import { salvageFile } from '../../edge/store/salvage.ts';
import { verifyStore } from '../../edge/verification.ts';
import { Fault } from '../../shared/fault.ts';
import type { random } from '../helpers/random.ts';
import { eventIdOf, idsOf } from './rows.ts';

type Dice = ReturnType<typeof random>;
/** A medium that was changed by nobody: how it was, and on which page it is not as it was. */
export type Damage = Readonly<{ before: Buffer; page: number; kind: (typeof kinds)[number] }>;

const kinds = ['flip', 'zero', 'torn', 'garbage'] as const;
const pageBytes = 4_096;
/** A longer row reaches into pages of its own, bytes. */
const rowBytesMax = 4_000;

/**
 * Changes one page of the image: a bit, all of it, or its second half, which then is of another
 * day (`earlier`) or nothing that was ever written.
 */
export function spoil(
  image: Buffer,
  earlier: Buffer,
  dice: Dice,
): { image: Buffer; damage: Damage } {
  const next = Buffer.from(image);
  let kind = kinds[dice.below(kinds.length)]!;
  let page = 1 + dice.below(image.length / pageBytes);
  if (kind === 'torn') {
    const pages = Array.from({ length: earlier.length / pageBytes }, (_, index) => index + 1);
    const moved = pages.filter((one) => !pageOf(image, one).equals(pageOf(earlier, one)));
    if (moved.length === 0) kind = 'zero';
    else page = moved[dice.below(moved.length)]!;
  }
  const bytes = pageOf(next, page);
  const half = pageBytes / 2;
  if (kind === 'flip') bytes[dice.below(pageBytes)]! ^= 1 << dice.below(8);
  if (kind === 'zero') bytes.fill(0);
  if (kind === 'torn') pageOf(earlier, page).copy(bytes, half, half);
  if (kind === 'garbage') for (let at = half; at < pageBytes; at++) bytes[at] = dice.below(256);
  return { image: next, damage: { before: image, page, kind } };
}

const pageOf = (image: Buffer, page: number): Buffer =>
  image.subarray((page - 1) * pageBytes, page * pageBytes);

export type Saved = Readonly<{
  image: Buffer;
  /** Event ids behind a break of their chain: in a file of their own, for a person. */
  aside: readonly string[];
  /** Event ids of facts that were on the damaged page. */
  hit: ReadonlySet<string>;
}>;

/** What docs/backup.md says for a damaged file, done with the real tools in a folder of its own. */
export async function salvage(image: Buffer, { before, page }: Damage): Promise<Saved> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-simulate-'));
  const file = (name: string) => join(folder, name);
  try {
    writeFileSync(file('edge.db'), image);
    writeFileSync(file('before.db'), before);
    await salvageFile(file('edge.db'), file('new.db'));
    copyFileSync(file('new.db'), file('copy.db'));
    // A line may rest on facts of another one that are lost here: then central has to give them.
    const found = verifyStore(file('copy.db')).findings.filter(({ what }) => what !== 'state');
    if (found.length > 0) throw new Fault('CORRUPT', `salvaged: ${JSON.stringify(found)}`);
    const aside = existsSync(file('new.db.aside')) ? asideIn(file('new.db.aside')) : [];
    return { image: memoryImage(file('new.db')), aside, hit: hitOn(file('before.db'), page) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The image of a file, fit for a database in memory: it has no log. */
function memoryImage(path: string): Buffer {
  const image = readFileSync(path);
  image.fill(1, 18, 20);
  return image;
}

function asideIn(path: string): string[] {
  const db = new Sqlite(path);
  try {
    const rows = db.prepare<[], Buffer>('SELECT bytes FROM aside').pluck().all();
    return rows.flatMap((bytes) => eventIdOf(bytes) ?? []);
  } finally {
    db.close();
  }
}

/** Facts that had a byte on the page. */
function hitOn(path: string, page: number): Set<string> {
  const pages = openPages(path);
  const hit = new Set<string>();
  try {
    for (const { values, at } of rowsIn(pages)) {
      for (const value of values) {
        const isFact = Buffer.isBuffer(value) && value.length > 32;
        if (!isFact || (at[0] !== page && value.length < rowBytesMax)) continue;
        const id = eventIdOf(value);
        if (id !== undefined) hit.add(id);
      }
    }
  } finally {
    pages.close();
  }
  return hit;
}

function within<T>(image: Buffer, look: (db: Sqlite.Database) => T): T {
  const db = new Sqlite(image);
  try {
    return look(db);
  } finally {
    db.close();
  }
}

/** Every fact that an image holds, set aside or not, by its event id. */
export const idsIn = (image: Buffer): Map<string, Buffer> =>
  image.length === 0 ? new Map() : within(image, idsOf);

/** Event ids of what was set aside and handed over: of that nothing is left to save. */
export const handedOverIn = (image: Buffer): readonly string[] =>
  within(image, (db) => {
    if (!db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'aside'").get()) return [];
    const rows = db.prepare<[], Buffer>("SELECT bytes FROM aside WHERE became = 'parked'");
    return rows
      .pluck()
      .all()
      .flatMap((bytes) => eventIdOf(bytes) ?? []);
  });
