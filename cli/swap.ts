import { parseArgs } from 'node:util';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import { linePath } from '../shared/subject.ts';
import { askCentral, urlIn } from './central.ts';
import { read } from './drive.ts';

export const usage = `holdfast swap --central URL --line LINE... --by NAME

Lets another box take over lines whose box is broken or lost. The permit holds for one hour and is
used up when a box takes the line over; the old box may then state nothing more.

  --central URL     central's address, e.g. http://127.0.0.1:8090
  --line LINE       enterprise/site/area/line; repeat it for every line of the box, in one go
  --by NAME         who gives leave, e.g. person:17; it is kept with the permit
  --json            for programs

Exit code 0: all are permitted. 1: one is not; each line is told. 2: central was not reached.
The whole drill is in docs/swap.md.
`;

type Permit = Readonly<{ line: string; by: string; untilMs: number }>;
/** What central says to one line: a permit, or in words why there is none. */
type Answer = Readonly<Permit & { refused: null }> | Readonly<{ line: string; refused: string }>;
type Epoch = Readonly<{ line: string; epoch: number; store: string; beganMs: number }>;
type Status = { lines: { line: string; epoch: number; sequence: number }[]; epochs: Epoch[] };

/** Asks central for a permit. Throws Fault UNREACHABLE if no answer of a central comes. */
async function permit(url: string, line: string, by: string): Promise<Answer> {
  const path = `/v1/lines/${encodeURIComponent(line)}/swap`;
  const told = await askCentral<Permit>(url, path, { by });
  if (!('answer' in told)) return { line, refused: told.message };
  return { line, by, untilMs: told.answer.untilMs, refused: null };
}

/** Asks for one line after the other; what could not be asked is told as what was refused. */
async function permits(url: string, lines: readonly string[], by: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const line of lines) {
    try {
      answers.push(await permit(url, line, by));
    } catch (error) {
      if (!(error instanceof Fault) || answers.length === 0) throw error;
      answers.push({ line, refused: error.message });
    }
  }
  return answers;
}

const time = (atMs: number): string => new Date(atMs).toISOString();

/** What a person does next, with what central holds of these lines. */
export function swapText(answers: readonly Answer[], { lines, epochs }: Status): string {
  const about = answers.map((answer) => {
    const { line } = answer;
    if (answer.refused !== null) return `✗ ${line}\n  not permitted: ${answer.refused}`;
    const head = lines.find((one) => one.line === line);
    const owner = epochs.find((one) => one.line === line);
    const held = head ? `epoch ${head.epoch} up to sequence ${head.sequence}` : 'nothing yet';
    const since = owner ? `written by ${owner.store} since ${time(owner.beganMs)}` : 'no owner';
    const permitted = `permitted by ${answer.by} until ${time(answer.untilMs)}`;
    return `✓ ${line}\n  ${permitted}\n  central holds ${held}, ${since}`;
  });
  const missing = answers.filter(({ refused }) => refused !== null).length;
  if (missing === answers.length) return [...about, ''].join('\n');
  return [
    ...about,
    '',
    ...(missing > 0
      ? [`${missing} of ${answers.length} lines are not permitted.`, ...waits, '']
      : []),
    'Next:',
    '1. Switch the old box off, or cut its network. Keep its disk: facts may be on it alone.',
    '2. Start the new box with the same lines in its configuration and an empty store.',
    '3. Its page says "fetching its history", then "up": from then on it takes commands.',
    '4. If the old disk comes back, connect it once: it states nothing, and hands over what',
    '   central has never seen; that is parked for a person.',
    '',
  ].join('\n');
}
const waits = [
  'Mend that, and ask for those again: a box takes none of its lines over before it may take over',
  'all of them. The permits that were given hold for their hour.',
];

/** Exit code where it could not be done. */
export const failed = 2;

/** The command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      central: { type: 'string' },
      line: { type: 'string', multiple: true },
      by: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { central, by, json } = values;
  const url = urlIn(central, '--central');
  if (by === undefined) throw invalid('--by', 'must say who gives leave');
  const lines = (values.line ?? []).map((line) => linePath(line, '--line'));
  if (lines.length === 0) throw invalid('--line', 'must name at least one line');
  const status = await read<Status>(url, '/v1/status'); // first: is it central's address?
  const answers = await permits(url, lines, by);
  process.stdout.write(json ? `${JSON.stringify(answers)}\n` : swapText(answers, status));
  return answers.every(({ refused }) => refused === null) ? 0 : 1;
}
