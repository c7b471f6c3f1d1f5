import { parseArgs } from 'node:util';
import { invalid } from '../shared/field.ts';
import { refuseConfig } from './ledger.ts';
import { askPart } from './part.ts';
import { grouped, table } from './progress.ts';
import { verifiedTable, verifyFile } from './verify.ts';

export const usage = `holdfast salvage --store FILE --to NEW [options]

Copies what is intact in a damaged store into a new one: of every line the facts that follow from
each other, link by link, from the first on. The damaged file is only read; keep it. Facts behind a
break go to NEW.aside. What is missing is fetched back from central, as far as central has it.
A ledger on PostgreSQL is not salvaged but restored, from PostgreSQL's own backup.

  --store FILE      the damaged store; its -wal file beside it is read too
  --to NEW          a file that is not there yet
  --json            for programs

Exit code 0: nothing is missing. 1: something is. 2: it could not be done.
`;

/** What was saved of one epoch of a line. */
type Salvaged = Readonly<{
  line: string;
  epoch: number;
  facts: number;
  missing?: Readonly<{ from: number; to: number }>;
  aside: number;
}>;
type Salvage = Readonly<{ lines: readonly Salvaged[]; lost: readonly string[] }>;

const options = {
  store: { type: 'string' },
  to: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** Exit code where it could not be done. */
export const failed = 2;

/** The subcommand. Resolves with the exit code; throws Fault if it could not be done. */
export async function run(args: string[]): Promise<number> {
  const { store, to, json } = parseArgs({ args, options }).values;
  if (store === undefined) throw invalid('--store', 'must name the SQLite file of an edge');
  if (to === undefined) throw invalid('--to', 'must name the file to be written');
  refuseConfig(store, '--store', 'salvage');
  const salvage = await askPart<Salvage>('edge/store/salvage.ts', ['--store', store, '--to', to]);
  const verified = await verifyFile(to, '--to');
  const isWhole = salvage.lines.every(({ missing }) => !missing) && salvage.lost.length === 0;
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...salvage, verified })}\n`
      : `${salvageTable(salvage, to)}\n${verifiedTable(verified)}`,
  );
  return isWhole && verified.found === 0 ? 0 : 1;
}

/** What was saved, for people. */
function salvageTable({ lines, lost }: Salvage, to: string): string {
  const rows = lines.map(({ line, epoch, facts, missing, aside }) => [
    ...[line, `${epoch}`, grouped(facts)],
    ...[missing ? `${missing.from} to ${missing.to} at least` : '', grouped(aside)],
  ]);
  const asides = lines.reduce((sum, { aside }) => sum + aside, 0);
  return [
    table([['line', 'epoch', 'saved', 'missing', 'aside'], ...rows]),
    ...lost.map((name) => `the table of ${name}s could not be read to its end`),
    ...(asides > 0 ? [`${grouped(asides)} facts behind a break are in ${to}.aside`] : []),
    '',
  ].join('\n');
}
