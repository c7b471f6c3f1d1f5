import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import { type Kind, kindOf, withReplica } from '../shared/replica.ts';
import type { Finding, Verified } from '../shared/verification.ts';
import { compare } from './comparison.ts';
import { refuseConfig } from './ledger.ts';
import { askPart } from './part.ts';
import { grouped, table } from './progress.ts';

export const usage = `holdfast verify --store FILE [options]

Checks a file that nobody has open, on a copy: an edge's store or central's ledger, whichever it is;
or a ledger on PostgreSQL, as it stands at one moment.
Pages, indexes and references; every hash chain of every line; holes; event ids; cursors; and at an
edge, by replay, that every fact changes what it changed when it was stored.

  --store FILE      an edge's store, central's ledger, or a backup of one
  --ledger FILE     central's ledger, to be compared with the edge's store: every fact that the
                    edge may forget must be there, with the same hash
  --config FILE     central's config, where its ledger is on PostgreSQL; centrals may run on. Alone,
                    or instead of --ledger
  --json            for programs

Exit code 0: all is well. 1: something is not. 2: it could not be done.
`;

/** What was found in one file. */
export type Report = Verified & Readonly<{ file: string; kind: Kind | null }>;

const names = { edge: "an edge's store", central: "central's ledger" } as const;
const programs = {
  edge: 'edge/verification.ts',
  central: 'central/ledger/verification.ts',
} as const;

/** Throws Fault CONFLICT while a program has the file open, Fault INVALID if it is none of ours. */
export async function verifyFile(file: string, option: string): Promise<Report> {
  try {
    return await withReplica(file, option, async (copy) => {
      const kind = kindOf(copy);
      if (!kind) throw invalid(option, `${file}: is neither an edge's store nor a ledger`);
      const verified = await askPart<Verified>(programs[kind], ['--copy', copy]);
      return { file, kind, ...verified };
    });
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'CORRUPT') throw error;
    const findings: Finding[] = [{ what: 'file', reason: error.message }];
    return { file, kind: null, facts: 0, lines: [], found: 1, findings };
  }
}

/** Throws Fault INVALID if they are not an edge's store and central's ledger. */
const compareFiles = (store: string, ledger: string): Promise<Report> =>
  withReplica(store, '--store', (storeCopy) =>
    withReplica(ledger, '--ledger', (ledgerCopy) => {
      if (kindOf(storeCopy) !== 'edge') throw invalid('--store', "must be an edge's store");
      if (kindOf(ledgerCopy) !== 'central') throw invalid('--ledger', "must be central's ledger");
      const compared = compare(storeCopy, ledgerCopy);
      return { file: `${store} against ${ledger}`, kind: 'edge' as const, ...compared };
    }),
  );

type Inspected = Verified & Readonly<{ place: string }>;

/**
 * What was found in the ledger on PostgreSQL that central's config names; and in a store's facts
 * against it, if there is a store.
 */
async function inspect(config: string, store: string | undefined): Promise<Report[]> {
  const ask = async (...more: string[]): Promise<Report> => {
    const asked = askPart<Inspected>('central/ledger/inspection.ts', ['--config', config, ...more]);
    const { place, ...verified } = await asked;
    return { file: place, kind: 'central', ...verified };
  };
  if (store === undefined) return [await ask()];
  return withReplica(store, '--store', async (copy) => {
    if (kindOf(copy) !== 'edge') throw invalid('--store', "must be an edge's store");
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-verify-'));
    try {
      const extract = join(folder, 'ledger.sqlite');
      const ledger = await ask('--of', copy, '--to', extract);
      const file = `${store} against ${ledger.file}`;
      return [ledger, { file, kind: 'edge', ...compare(copy, extract) }];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** What was found, for people. */
export function verifiedTable({ file, kind, facts, lines, found, findings }: Report): string {
  const places = findings.map(({ what, line = '', epoch = '', sequence = '', reason }) => [
    ...[what, line, `${epoch}`, `${sequence}`],
    reason,
  ]);
  return [
    `${file}: ${aboutFacts(kind, facts, found)}`,
    ...(lines.length === 0
      ? []
      : [
          table([
            ['line', 'epoch', 'first', 'last'],
            ...lines.map(({ line, epoch, first, last }) => [
              line,
              `${epoch}`,
              `${first}`,
              `${last}`,
            ]),
          ]),
        ]),
    ...(found === 0
      ? ['✓ nothing is wrong']
      : [`✗ ${grouped(found)} ${found === 1 ? 'finding' : 'findings'}`, table([head, ...places])]),
    ...(found > findings.length ? [`and ${grouped(found - findings.length)} more`] : []),
    '',
  ].join('\n');
}
/** Of a file in which something is wrong only what could be read is known. */
function aboutFacts(kind: Kind | null, facts: number, found: number): string {
  if (kind === null) return 'cannot be read';
  if (found === 0) return `${names[kind]}, ${grouped(facts)} facts`;
  if (facts === 0) return `${names[kind]}, of which no fact could be read`;
  return `${names[kind]}, ${grouped(facts)} facts could be read`;
}

const head = ['what', 'line', 'epoch', 'sequence', 'why'];

const options = {
  store: { type: 'string' },
  ledger: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** Exit code where it could not be done. */
export const failed = 2;

/** The subcommand. Resolves with the exit code; throws Fault if it could not be done. */
export async function run(args: string[]): Promise<number> {
  const { store, ledger, config, json } = parseArgs({ args, options }).values;
  if (store === undefined && config === undefined) {
    throw invalid('--store', 'must name a SQLite file, or --config the config of central');
  }
  if (ledger !== undefined && config !== undefined) {
    throw invalid('--config', 'and --ledger cannot both be given');
  }
  for (const [option, file] of Object.entries({ '--store': store, '--ledger': ledger })) {
    if (file !== undefined) refuseConfig(file, option, 'verify');
  }
  const reports = store === undefined ? [] : [await verifyFile(store, '--store')];
  if (ledger !== undefined) {
    reports.push(await verifyFile(ledger, '--ledger'));
    if (reports.every(({ kind }) => kind !== null)) {
      reports.push(await compareFiles(store!, ledger));
    }
  }
  if (config !== undefined) {
    const isRead = reports.every(({ kind }) => kind !== null);
    reports.push(...(await inspect(config, isRead ? store : undefined)));
  }
  process.stdout.write(
    json ? `${JSON.stringify(reports)}\n` : reports.map(verifiedTable).join('\n'),
  );
  return reports.every(({ found }) => found === 0) ? 0 : 1;
}
