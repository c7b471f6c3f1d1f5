import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { invalid } from '../shared/field.ts';
import type { Masters } from './answers.ts';
import { askCentral, tell, tokenIn, urlIn } from './central.ts';

export const usage = `holdfast masters --central URL
holdfast masters approve FILE --site SITE --central URL --by NAME --reason TEXT

Says which versions of items, bills of material, routings, specifications and work centres are known
at which site, and which of them orders were released with and wait for.

  approve FILE    makes versions known, all of them at once: a JSON list such as
                  [{"kind": "bom", "record": "4711", "version": "C"}]
  --site SITE     at the lines whose paths begin with it, e.g. acme/lyon
  --central URL   central's address, e.g. http://127.0.0.1:8090
  --by NAME       who approves them, e.g. person:17; kept with the reason, and never changed
  --token-path F  a token that proves who it is; see holdfast token
  --reason TEXT   why, e.g. the number of the change
  --json          for programs

Exit code 0: done, or told. 1: refused, in words. 2: central was not reached.
`;

/** All of it in words, for a person. */
function mastersText({ sets, lacked }: Masters): string {
  const shown = lacked.map(
    ({ order, kind, record, version, line }) =>
      `${order} waits for version ${version} of ${kind} ${record}, by its release at ${line}`,
  );
  const approved = sets.map(
    ({ atMs, site, versions, by, reason }) =>
      `${new Date(atMs).toISOString()} ${site}: ${versions} new by ${by}: ${reason}`,
  );
  return [
    ...(shown.length === 0 ? ['no open order waits for a version'] : shown),
    ...(approved.length === 0 ? ['no version was approved yet'] : ['', 'approved:', ...approved]),
    '',
  ].join('\n');
}

/** The list in the file. Throws Fault INVALID if it cannot be read or is no JSON. */
function versionsIn(path: string | undefined): unknown {
  if (path === undefined) throw invalid('approve', 'must name a file');
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw invalid(path, `must be a file of JSON: ${(error as Error).message}`);
  }
}

/** Exit code where it could not be done. */
export const failed = 2;

const textOption = { type: 'string' } as const;

/** The command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    ...{ args: [...args], allowPositionals: true },
    options: {
      ...{ central: textOption, site: textOption, by: textOption, reason: textOption },
      'token-path': textOption,
      json: { type: 'boolean', default: false },
    },
  });
  const { central, json, 'token-path': tokenPath, ...said } = values;
  const url = urlIn(central, '--central');
  const [act, path, ...more] = positionals;
  if ((act !== undefined && act !== 'approve') || more.length > 0) {
    throw invalid('masters', 'must be followed by nothing, or by approve and one file');
  }
  const body = act === undefined ? undefined : { ...said, versions: versionsIn(path) };
  const told = await askCentral<Masters>(url, '/v1/masters', body, undefined, tokenIn(tokenPath));
  return tell({ command: 'masters', json }, told, mastersText);
}
