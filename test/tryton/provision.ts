import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '../../shared/fault.ts';
import { openOffice } from './office.ts';
import { cache, environment, findPackages, python } from './packages.ts';
import { admin, seed } from './seed.ts';
import { configure, program, startServer } from './server.ts';

const run = promisify(execFile);
const schemaMaxMs = 900_000;
const source = join(import.meta.dirname, '../../central/tryton/module');
const activated = [
  ...['party', 'product', 'stock', 'stock_lot', 'production', 'production_routing'],
  ...['production_work', 'account', 'account_stock_continental', 'quality', 'holdfast'],
];

/** A Tryton that can be served: its packages, our module, and a seeded database. */
export type Depot = Readonly<{ root: string; modules: string; database: string }>;

/** Fiscal years: documents of the last twelve months can be posted, and of the next ten days. */
function yearsOf(now: Date): number[] {
  const soon = new Date(now.getTime() + 10 * 86_400_000);
  const years = [now, soon].map((day) => day.getUTCFullYear());
  return [...new Set([years[0]! - 1, ...years])];
}

/** Changes whenever our module, or how a database is seeded, does. */
function edition(years: readonly number[]): string {
  const files = [
    ...globSync(`${source}/holdfast/**/*`, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(py|cfg|xml)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort(),
    ...['seed.ts', 'provision.ts'].map((name) => join(import.meta.dirname, name)),
  ];
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\0');
  return hash('sha256', `${years.join()}\0${text}`, 'hex').slice(0, 16);
}

/**
 * Everything that a server needs, from the cache or made now: packages (6 s), schema (15 s), seed
 * (2 s). Two processes may do it at once; each leaves the cache whole. Throws Fault UNREACHABLE
 * with the reason where this machine cannot run it.
 */
export async function provision(now = new Date()): Promise<Depot> {
  const root = await findPackages();
  const years = yearsOf(now);
  const kept = join(cache, `edition-${edition(years)}`);
  const depot = { root, modules: join(kept, 'modules'), database: join(kept, 'erp.sqlite') };
  if (existsSync(kept)) return depot;
  const folder = mkdtempSync(join(cache, 'new-'));
  try {
    const modules = join(folder, 'modules');
    installModule(modules);
    await createSchema(root, modules, folder);
    await seedDatabase(root, modules, folder, years);
    if (!existsSync(kept)) renameSync(folder, kept);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return depot;
}

/** As pip would: the package, and the entry point by which Tryton finds it. */
function installModule(modules: string): void {
  cpSync(join(source, 'holdfast'), join(modules, 'holdfast'), {
    recursive: true,
    filter: (path) => !path.includes('__pycache__'),
  });
  const info = join(modules, 'holdfast_tryton-7.0.1.dist-info');
  mkdirSync(info);
  writeFileSync(
    join(info, 'METADATA'),
    'Metadata-Version: 2.1\nName: holdfast-tryton\nVersion: 7.0.1\n',
  );
  writeFileSync(join(info, 'entry_points.txt'), '[trytond.modules]\nholdfast = holdfast\n');
}

async function createSchema(root: string, modules: string, folder: string): Promise<void> {
  process.stderr.write('Creating the schema of Tryton\n');
  writeFileSync(join(folder, 'erp.sqlite'), '');
  writeFileSync(join(folder, 'admin'), `${admin.password}\n`);
  const config = configure({ root, modules, folder });
  const args = ['-c', config, '-d', 'erp', '--email', 'admin@example.org', '-u', 'ir', 'res'];
  await run(
    python,
    [...program(root, 'trytond-admin'), ...args, ...activated, '--activate-dependencies'],
    {
      env: { ...environment(root, modules), TRYTONPASSFILE: join(folder, 'admin') },
      timeout: schemaMaxMs,
      maxBuffer: 64 * 1024 * 1024,
    },
  ).catch((cause: Error & { stderr?: string }) => {
    const words = (cause.stderr || cause.message).trim().split('\n').at(-1);
    throw new Fault('UNREACHABLE', `trytond-admin: ${words}`, { cause });
  });
}

async function seedDatabase(
  root: string,
  modules: string,
  folder: string,
  years: readonly number[],
): Promise<void> {
  const server = await startServer({ root, modules, folder });
  try {
    await seed(openOffice({ url: server.url, ...admin, folder }), years);
  } finally {
    await server.stop();
  }
}

/** Serves a copy of the seeded database out of `folder`. */
export async function serve({ root, modules, database }: Depot, folder: string, retries?: number) {
  mkdirSync(folder, { recursive: true });
  copyFileSync(database, join(folder, 'erp.sqlite'));
  return startServer({ root, modules, folder, ...(retries === undefined ? {} : { retries }) });
}
