import { parseArgs } from 'node:util';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import { readSecret } from '../shared/secret.ts';
import { linePath } from '../shared/subject.ts';
import { type Entrance, type Fate, linesAt, openEdge, openHub } from './entrance.ts';
import { type ForeignEvent, type Place, readForeign, rowBytesMax } from './foreign.ts';
import { linesOf } from './lines.ts';
import { type Manifest, manifestText, missingText, openManifest } from './manifest.ts';

export const usage = `holdfast import FILE [options]

Brings a foreign event log (one JSON event per row, gzip or not) to an edge or to central.

  --edge URL        ask this edge, as commands: http://127.0.0.1:8080
  --hub URL         publish to central's hub, as facts: nats://127.0.0.1:4222
  --token-path FILE file with a token that speaks for the log's people, where the edge knows people
  --enterprise E    enterprise that the log's sites belong to (acme)
  --area A          area that the log's lines belong to (with --edge: the one where the edge has a
                    line of that site and name; else shop)
  --planning LINE   line that states what the log says of whole orders (ERP)
  --partly          send what the edge has lines for; otherwise nothing is sent if it lacks one
  --dry-run         send nothing; say what would be sent, and with --edge which lines it lacks

The format of a row is in docs/import.md. A row that cannot be read is counted and shown, and the
rest goes on; the exit code is then 1.
`;

/** Events that travel together, and bad rows that are shown. */
const batchMax = 500;
const shownMax = 20;

export type Import = Readonly<{
  read: number; // rows that were not empty
  accepted: number;
  repeats: number;
  refused: readonly Refusal[];
  bad: number;
  /** What is wrong with the first bad rows. */
  complaints: readonly string[];
  /** Why it ended before the file did. */
  failure?: string;
  /** What could be read. */
  manifest: Manifest;
}>;

/** Refusals for one reason: how many, and the first of them. */
export type Refusal = Readonly<{ code: string; count: number; row: number; reason: string }>;

type Given = Readonly<{ path: string; place: Place; entrance?: Entrance | undefined }>;

/**
 * Brings the rows of a foreign log to `entrance` in their order, at most 500 at a time; without one
 * they are only read. Memory does not grow with the rows. A peer that stays away, or a file that
 * cannot be read further, ends it early; importing the same file again is harmless.
 */
export async function importLog({ path, place, entrance }: Given): Promise<Import> {
  const sum = { read: 0, accepted: 0, repeats: 0, bad: 0 };
  const complaints: string[] = [];
  const refusals = new Map<string, Refusal>();
  const manifest = openManifest();
  let batch: { row: number; event: ForeignEvent }[] = [];

  function note(fate: Fate, row: number, { type }: ForeignEvent): void {
    if (fate.kind === 'accepted') sum.accepted += 1;
    if (fate.kind === 'repeat') sum.repeats += 1;
    if (fate.kind !== 'refused') return;
    const { code, reason } = fate;
    const key = `${type} ${code} ${reason.replace(/\S*\d\S*/g, '…')}`;
    const first = refusals.get(key) ?? { code, count: 0, row, reason };
    refusals.set(key, { ...first, count: first.count + 1 });
  }

  async function flush(): Promise<void> {
    const sent = batch;
    batch = [];
    if (sent.length === 0 || !entrance) return;
    const fates = await entrance.send(sent.map(({ event }) => event));
    sent.forEach(({ row, event }, index) => {
      note(fates[index]!, row, event);
    });
  }

  function take(number: number, bytes: Uint8Array | undefined): void {
    sum.read += 1;
    try {
      if (!bytes) throw invalid(`row ${number}`, `must be at most ${rowBytesMax} bytes`);
      const event = readForeign(bytes, number, place);
      manifest.note(event);
      batch.push({ row: number, event });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      sum.bad += 1;
      if (complaints.length < shownMax) complaints.push(error.message);
    }
  }

  const failure: { failure?: string } = {};
  try {
    for await (const { number, bytes } of linesOf(path, rowBytesMax)) {
      take(number, bytes);
      if (batch.length >= batchMax) await flush();
    }
    await flush();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    failure.failure = error.message;
  }
  const refused = [...refusals.values()];
  return { ...sum, complaints, refused, ...failure, manifest: manifest.told() };
}

/** What came of an import, for people. */
export function importTable(result: Import): string {
  const { read, accepted, repeats, refused, bad, complaints, failure } = result;
  const sum = refused.reduce((total, { count }) => total + count, 0);
  const counts = Object.entries({ read, accepted, repeats, refused: sum, bad });
  const reasons = [...refused].sort((a, b) => b.count - a.count).slice(0, shownMax);
  return [
    ...counts.map(([name, count]) => `${name.padEnd(10)}${`${count}`.padStart(10)}`),
    ...reasons.map(
      ({ code, count, row, reason }) =>
        `refused ${count} × ${code}, first in row ${row}: ${reason}`,
    ),
    ...complaints.map((complaint) => `bad ${complaint}`),
    ...(bad > complaints.length ? [`and ${bad - complaints.length} more bad rows`] : []),
    ...(failure === undefined ? [] : [`ended early: ${failure}`]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

const options = {
  edge: { type: 'string' },
  hub: { type: 'string' },
  enterprise: { type: 'string', default: 'acme' },
  area: { type: 'string' },
  planning: { type: 'string' },
  partly: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  'token-path': { type: 'string' },
} as const;

/** Throws Fault INVALID for an unknown option, a missing file, or not exactly one entrance. */
function readArgs(args: string[]) {
  const { values, positionals } = parsed(args);
  const { edge, hub, enterprise, area, planning, partly, 'dry-run': dryRun } = values;
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) {
    throw invalid('import', 'must be given one file');
  }
  if ((edge === undefined) === (hub === undefined) && !(dryRun && edge === undefined)) {
    throw invalid('import', 'must be given either --edge or --hub, or --dry-run');
  }
  const anywhere = `${enterprise}/site/${area ?? 'shop'}/${planning ?? 'line'}`;
  linePath(anywhere, '--enterprise, --area and --planning');
  if (edge !== undefined && !/^https?:$/.test(URL.parse(edge)?.protocol ?? '')) {
    throw invalid('--edge', 'must be a URL like http://127.0.0.1:8080');
  }
  const tokenPath = values['token-path'];
  const token = tokenPath === undefined ? undefined : readSecret(tokenPath, '--token-path');
  return { path, enterprise, area, planning, edge, hub, partly, dryRun, token };
}

type Names = { enterprise: string; area?: string | undefined; planning?: string | undefined };

/** Without an area each line is where the edge has the only one of its site and name. */
function placeOf({ enterprise, area, planning }: Names, known: readonly string[] = []): Place {
  const byName = new Map<string, string>();
  const twice = new Set<string>();
  for (const line of area === undefined ? known : []) {
    const [owner, site, , name] = line.split('/');
    const key = `${owner}/${site}/${name}`;
    if (byName.has(key)) twice.add(key);
    byName.set(key, line);
  }
  for (const key of twice) byName.delete(key);
  return { enterprise, area: area ?? 'shop', planning, known: byName };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (cause) {
    throw invalid('import', (cause as Error).message);
  }
}

/** The subcommand. Resolves with the exit code: 0, or 1 if a row was bad or it ended early. */
export async function run(args: string[]): Promise<number> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  try {
    const { path, edge, hub, partly, dryRun, token, ...names } = readArgs(args);
    const known = edge === undefined ? undefined : await linesAt(edge, stop.signal);
    const place = placeOf(names, known);
    if (known && !partly && !dryRun) {
      const { manifest } = await importLog({ path, place });
      const missing = missingText(manifest, known);
      if (missing !== '') throw new Fault('UNKNOWN', `import: nothing was sent\n${missing}`);
    }
    const entrance = dryRun
      ? undefined
      : edge === undefined
        ? await openHub(hub!, stop.signal)
        : await openEdge(edge, stop.signal, token);
    try {
      const result = await importLog({ path, place, entrance });
      process.stdout.write(importTable(result));
      if (dryRun && result.read > result.bad) {
        process.stdout.write(`\n${manifestText(result.manifest, known)}\n`);
      }
      if (known) process.stdout.write(missingText(result.manifest, known));
      return result.bad > 0 || result.failure !== undefined ? 1 : 0;
    } finally {
      await entrance?.close();
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  } finally {
    process.off('SIGINT', interrupt);
  }
}
