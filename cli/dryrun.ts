import { parseArgs } from 'node:util';
import { invalid } from '../shared/field.ts';
import { charts } from '../statecharts/charts.ts';
import { askPart } from './part.ts';
import { grouped, table } from './progress.ts';

export const usage = `holdfast dry-run --store FILE [options]

Replays an edge's own log through the charts of this program, before it is installed, and lists
every decision that would differ. The store is only read; it must not be open in a running edge.

  --store FILE      the edge's SQLite file, or a backup of it
  --config FILE     the edge's config: its lines, lanes, templates and policies
                    (without it: the discrete template, and any number of lanes)
  --json            for programs

Exit code 0: nothing differs. 1: something does. 2: it could not be done.
`;

const words = {
  refused: 'facts that would be refused now (they stand as they were stated)',
  changed: 'facts that would change something else',
  stopped: 'facts that cannot be taken in',
  accepted: 'refused commands that would be accepted now',
  otherwise: 'refused commands that would be refused for another reason',
} as const;
type Kind = keyof typeof words;
const kinds = Object.keys(words) as Kind[];

const ways = {
  same: 'these charts judge the store already',
  read: 'the upgrade states the state as these charts read it: the old ones came to the same',
  carried: 'the upgrade states the state that the old charts left; no old fact is judged again',
  refused: 'the upgrade is refused',
} as const;

type Difference = Readonly<{
  kind: Kind;
  position: number;
  line: string;
  epoch?: number;
  sequence?: number;
  id: string;
  type: string;
  reason?: string;
  before?: string;
}>;
export type Rehearsal = Readonly<{
  way: keyof typeof ways;
  refusal?: string;
  facts: number;
  settled: number;
  refusals: number;
  unjudged: number;
  counts: Readonly<Record<Kind, number>>;
  differences: readonly Difference[];
  lines: readonly Readonly<{ line: string; facts: number; stopped?: string }>[];
}>;

const differing = ({ counts }: Rehearsal): number =>
  kinds.reduce((sum, kind) => sum + counts[kind], 0);

/** What the rehearsal found, for people. */
export function rehearsalTable(found: Rehearsal, judgedBy: string): string {
  const { way, refusal, facts, settled, refusals, unjudged, counts, differences, lines } = found;
  const versions = Object.values(charts).map(({ id, version }) => `${id} ${version}`);
  const left = unjudged === 0 ? '' : `; refusals that could not be judged again: ${unjudged}`;
  const before = settled === 0 ? '' : `, judged by earlier charts for good: ${grouped(settled)}`;
  const stopped = lines.filter((line) => line.stopped !== undefined);
  const total = differing(found);
  return [
    `facts read: ${grouped(facts)}${before}, refusals asked again: ${grouped(refusals)}${left}`,
    `judged by ${judgedBy}`,
    `charts: ${versions.join(', ')}`,
    refusal === undefined ? ways[way] : `${ways[way]}: ${refusal}`,
    '',
    ...(total === 0 ? ['nothing differs'] : [countTable(counts)]),
    ...stopped.map(
      (line) =>
        `✗ ${line.line} ${way === 'same' ? 'would stop' : 'differs first'} at ${line.stopped}`,
    ),
    ...(total === 0 ? [] : ['', differenceTable(differences)]),
    ...(total > differences.length
      ? [`and ${grouped(total - differences.length)} more differences`]
      : []),
    '',
  ].join('\n');
}

const countTable = (counts: Rehearsal['counts']): string =>
  table(kinds.map((kind) => [grouped(counts[kind]), kind, words[kind]]));

const differenceTable = (differences: readonly Difference[]): string =>
  table([
    ['what', 'position', 'line', 'place', 'type', 'why'],
    ...differences.map(({ kind, position, line, epoch, sequence, type, ...rest }) => {
      const place = epoch === undefined ? '' : `${epoch}/${sequence}`;
      return [kind, `${position}`, line, place, type, why(kind, rest)];
    }),
  ]);

function why(kind: Kind, { reason = '', before = '' }: Partial<Difference>): string {
  if (kind === 'accepted') return `was: ${before}`;
  return kind === 'otherwise' ? `${reason} (was: ${before})` : reason;
}

const options = {
  store: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** Exit code where it could not be done. */
export const failed = 2;

/** The subcommand. Resolves with the exit code; throws Fault if it could not be done. */
export async function run(args: string[]): Promise<number> {
  const { store, config, json } = parseArgs({ args, options }).values;
  if (store === undefined) throw invalid('--store', 'must name the SQLite file of an edge');
  const given = config === undefined ? [] : ['--config', config];
  const found = await askPart<Rehearsal>('edge/store/rehearsal.ts', ['--store', store, ...given]);
  const judgedBy = config ?? 'the discrete template, any number of lanes (no --config)';
  process.stdout.write(json ? `${JSON.stringify(found)}\n` : rehearsalTable(found, judgedBy));
  return differing(found) === 0 ? 0 : 1;
}
