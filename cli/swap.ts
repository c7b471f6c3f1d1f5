import { parseArgs } from 'node:util';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import { linePath } from '../shared/subject.ts';
import { read } from './drive.ts';

export const usage = `holdfast swap --central URL --line LINE... --by NAME

Lets another box take over lines whose box is broken or lost. The permit holds for one hour and is
used up when a box takes the line over; the old box may then state nothing more.

  --central URL     central's address, e.g. http://127.0.0.1:8090
  --line LINE       enterprise/site/area/line; repeat it for every line of the box, in one go
  --by NAME         who gives leave, e.g. person:17; it is kept with the permit
  --json            for programs

Exit code 0: permitted. 1: not. The whole drill is in docs/swap.md.
`;

type Permit = Readonly<{ line: string; by: string; untilMs: number }>;
type Epoch = Readonly<{ line: string; epoch: number; store: string; beganMs: number }>;
type Status = { lines: { line: string; epoch: number; sequence: number }[]; epochs: Epoch[] };

const requestMaxMs = 15_000;

/** Asks central for a permit. Throws Fault UNREACHABLE, or Fault INVALID in central's words. */
async function permit(url: string, line: string, by: string): Promise<Permit> {
  let response: Response;
  try {
    response = await fetch(new URL(`/v1/lines/${encodeURIComponent(line)}/swap`, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ by }),
      signal: AbortSignal.timeout(requestMaxMs),
    });
  } catch (cause) {
    throw new Fault('UNREACHABLE', `central: ${url} does not answer`, { cause });
  }
  const answer = (await response.json()) as Permit & { message?: string };
  if (response.ok) return answer;
  throw new Fault('INVALID', `central: ${answer.message ?? `HTTP ${response.status}`}`);
}

const time = (atMs: number): string => new Date(atMs).toISOString();

/** What a person does next, with what central holds of these lines. */
export function swapText(permits: readonly Permit[], { lines, epochs }: Status): string {
  const about = permits.map(({ line, by, untilMs }) => {
    const head = lines.find((one) => one.line === line);
    const owner = epochs.find((one) => one.line === line);
    const held = head ? `epoch ${head.epoch} up to sequence ${head.sequence}` : 'nothing yet';
    const since = owner ? `written by ${owner.store} since ${time(owner.beganMs)}` : 'no owner';
    const permitted = `permitted by ${by} until ${time(untilMs)}`;
    return `${line}\n  ${permitted}\n  central holds ${held}, ${since}`;
  });
  return [
    ...about,
    '',
    'Next:',
    '1. Switch the old box off, or cut its network. Keep its disk: facts may be on it alone.',
    '2. Start the new box with the same lines in its configuration and an empty store.',
    '3. Its page says "fetching its history", then "up": from then on it takes commands.',
    '4. If the old disk comes back, connect it once: it states nothing, and hands over what',
    '   central has never seen; that is parked for a person.',
    '',
  ].join('\n');
}

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
  if (central === undefined || !URL.canParse(central)) throw invalid('--central', 'must be a URL');
  if (by === undefined) throw invalid('--by', 'must say who gives leave');
  const lines = (values.line ?? []).map((line) => linePath(line, '--line'));
  if (lines.length === 0) throw invalid('--line', 'must name at least one line');
  const permits: Permit[] = [];
  for (const line of lines) permits.push(await permit(central, line, by));
  const status = await read<Status>(central, '/v1/status');
  process.stdout.write(json ? `${JSON.stringify(permits)}\n` : swapText(permits, status));
  return 0;
}
