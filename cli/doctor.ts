import { parseArgs } from 'node:util';
import { lasting } from '../shared/clock.ts';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import { release } from '../shared/release.ts';
import { kindOf, withReplica } from '../shared/replica.ts';
import { edition } from '../statecharts/edition.ts';
import { diagnose } from './diagnosis.ts';
import { read } from './drive.ts';
import { askLedger, isCentral, ledgerText, refuseConfig, type Standing } from './ledger.ts';
import { askPart } from './part.ts';
import { grouped } from './progress.ts';
import type { Symptom, Told } from './symptom.ts';

export const usage = `holdfast doctor [--edge URL | --store FILE] [options]

Says in words what is wrong with an edge, or with a ledger on PostgreSQL, and what to type next.

  --edge URL        a running edge, e.g. http://127.0.0.1:8080
  --store FILE      the store of one that stands still, or a backup of it; only read
  --config FILE     the edge's config, to be checked for mistakes; or central's, of which the
                    ledger is looked at too if it is on PostgreSQL
  --json            for programs

Exit code 0: nothing is wrong. 1: something is. 2: it could not be found out.
`;

type Checkup = { status: Told | null; damage: string | null; mistakes: readonly string[] };
type Examined = Readonly<{
  told: Told | null;
  ledger: Standing | null;
  symptoms: readonly Symptom[];
}>;

const options = {
  edge: { type: 'string' },
  store: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;
type Given = { edge?: string | undefined; store?: string | undefined; config?: string | undefined };

/** Exit code where it could not be done. */
export const failed = 2;

/** The subcommand. Resolves with the exit code; throws Fault if it could not be done. */
export async function run(args: string[]): Promise<number> {
  const { json, ...given } = parseArgs({ args, options }).values;
  const examined = await examine(given);
  process.stdout.write(json ? `${JSON.stringify(examined)}\n` : examinedText(examined));
  return examined.symptoms.length === 0 ? 0 : 1;
}

/** Throws Fault INVALID, CONFLICT or UNREACHABLE, with what to try instead. */
async function examine({ edge, store, config }: Given): Promise<Examined> {
  if ([edge, store, config].every((name) => name === undefined)) {
    throw invalid('--edge', 'or --store or --config must be given');
  }
  const names = { ...(store !== undefined && { store }), ...(edge !== undefined && { edge }) };
  const asker = { release, charts: edition, ...names };
  const seen = config === undefined ? nothing : await lookAt(config);
  const { ledger } = seen;
  const symptoms = [...seen.symptoms];
  const told = edge !== undefined ? await askEdge(edge) : null;
  if (told) symptoms.push(...diagnose(told, asker));
  if (store === undefined) return { told, ledger, symptoms };
  refuseConfig(store, '--store', 'doctor');
  const read = await readStore(store);
  if ('level' in read) return { told, ledger, symptoms: [...symptoms, read] };
  return { told: told ?? read, ledger, symptoms: [...symptoms, ...diagnose(read, asker)] };
}

const nothing: Pick<Examined, 'ledger' | 'symptoms'> = { ledger: null, symptoms: [] };

const lookAt = async (config: string): Promise<Pick<Examined, 'ledger' | 'symptoms'>> =>
  isCentral(config) ? askLedger(config) : { ledger: null, symptoms: await configSymptoms(config) };

async function configSymptoms(config: string): Promise<Symptom[]> {
  const { mistakes } = await askPart<Checkup>('edge/checkup.ts', ['--config', config]);
  return mistakes.map((says) => {
    const next = `mend ${config}; all fields: node edge/main.ts --sample`;
    return { level: 'bad', about: 'config', says, next };
  });
}

async function askEdge(url: string): Promise<Told> {
  try {
    return await read<Told>(url, '/v1/status');
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    const next = 'see that it runs and what its log says, or give its store: --store FILE';
    throw new Fault('UNREACHABLE', `no edge answers at ${url}: ${next}`, { cause });
  }
}

/** What a store that nobody has open tells; a link that nobody tries is not down. */
async function readStore(file: string): Promise<Told | Symptom> {
  try {
    return await withReplica(file, '--store', async (copy) => {
      if (kindOf(copy) !== 'edge') throw invalid('--store', `${file}: is no store of an edge`);
      const { status, damage } = await askPart<Checkup>('edge/checkup.ts', ['--copy', copy]);
      if (!status) throw new Fault('CORRUPT', damage ?? '');
      const { central: _, lines, ...told } = status;
      const still = { state: 'up', sinceMs: told.nowMs };
      return { ...told, lines: lines.map((line) => ({ ...line, way: still })) };
    });
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'CORRUPT') throw error;
    const says = `is damaged: ${error.message.replaceAll(/\s+/g, ' ')}`;
    const next = `holdfast verify --store ${file}; then holdfast salvage --store ${file} --to NEW`;
    return { level: 'bad', about: 'store', says, next };
  }
}

/** What was found out, for people. */
export function examinedText({ told, ledger, symptoms }: Examined): string {
  const facts = told?.lines.reduce((sum, { head }) => sum + head, 0) ?? 0;
  const seen = told
    ? [`${told.lines.length} lines, ${grouped(facts)} facts, ${grouped(told.unsent)} unsent`]
    : [];
  if (told?.oldestUnsentMs != null) {
    seen.push(`the oldest unsent fact is ${lasting(told.nowMs - told.oldestUnsentMs)} old`);
  }
  if (told?.disk) {
    const { level, daysLeft } = told.disk;
    const days = daysLeft === 1 ? 'day' : 'days';
    seen.push(`disk: ${level}${daysLeft === null ? '' : `, room for ${daysLeft} ${days}`}`);
  }
  if (told?.retention && told.retention.forgotten + told.retention.days > 0) {
    const { keepDays, days, forgotten, waitsFor } = told.retention;
    const waits = waitsFor === null ? '' : `, and waits for central to keep ${waitsFor}`;
    seen.push(
      `keeps ${days} of ${keepDays} days, has forgotten ${grouped(forgotten)} facts${waits}`,
    );
  }
  const words = symptoms.flatMap(({ level, about, says, next }) => [
    `${level === 'bad' ? '✗' : '!'} ${about}: ${says}`,
    `    next: ${next}`,
  ]);
  if (ledger) seen.push(ledgerText(ledger));
  return [...seen, ...(words.length === 0 ? ['✓ nothing is wrong'] : words), ''].join('\n');
}
