import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import { chartNamed, charts } from '../statecharts/charts.ts';
import { drawChart } from '../statecharts/picture.ts';

export const usage = `holdfast chart [NAME] [options]

Draws a chart as its machine is, as SVG; without a name, lists the charts.

  --state STATE     mark this state as the current one
  --out FILE        write to this file instead of standard output
`;

const options = {
  state: { type: 'string' },
  out: { type: 'string' },
} as const;

/** Every chart with its version and its number of states, for people. */
export function chartTable(): string {
  const rows = Object.entries(charts).map(([name, { version, states }]) => [
    ...[name, `v${version}`, `${states.length} states`],
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(([name, ...rest]) => [
      name!.padEnd(widths[0]!),
      ...rest.map((text, index) => text.padStart(widths[index + 1]!)),
    ])
    .map((cells) => `${cells.join('  ')}\n`)
    .join('');
}

function write(text: string, path: string | undefined): void {
  if (path === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new Fault('INVALID', `--out: ${(cause as Error).message}`, { cause });
  }
}

/** The subcommand. Throws Fault UNKNOWN for a name or a state that there is not. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const { state, out } = values;
  const [name, ...more] = positionals;
  if (more.length > 0) throw invalid('chart', 'must be given one name');
  if (name === undefined && state !== undefined) {
    throw invalid('--state', 'must come with the name of a chart');
  }
  write(name === undefined ? chartTable() : drawChart(chartNamed(name).graph(), { state }), out);
  return 0;
}
