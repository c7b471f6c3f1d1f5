import { parseArgs } from 'node:util';
import type { Rules } from './answers.ts';
import { askCentral, urlIn } from './central.ts';

export const usage = `holdfast rules --central URL

Says which facts call for which documents of the ERP, what must be known before, and what each rule
does at each site: live, shadow (computed and shown, not posted) or off.

  --central URL   central's address, e.g. http://127.0.0.1:8090
  --json          for programs

Exit code 0: told. 2: central was not reached.
`;

const entries = Object.entries;

function ruleText({ rule, phase, calls, unless, needs }: Rules['rules'][number]): string[] {
  return [
    `${rule} (${phase})`,
    `  calls for: ${calls}`,
    ...(unless === '' ? [] : [`  unless: ${unless}`]),
    ...(needs === '' ? [] : [`  needs: ${needs}`]),
  ];
}

/** Rules that do the same are named together, those that are not live first. */
function siteText({ site, modes }: Rules['sites'][number]): string[] {
  const by = (mode: string) => entries(modes).flatMap(([rule, of]) => (of === mode ? [rule] : []));
  const told = ['off', 'shadow', 'live'].flatMap((mode) => {
    const rules = by(mode);
    if (rules.length === 0) return [];
    return [`  ${mode}: ${rules.length === entries(modes).length ? 'all' : rules.join(', ')}`];
  });
  return [site, ...told];
}

/** All of it in words, for a person. */
export function rulesText({ rules, editions, sites }: Rules): string {
  const [newest] = editions;
  const since =
    newest === undefined
      ? 'the configuration names no rule: all of them are live'
      : `since ${new Date(newest.sinceMs).toISOString()}, edition ${newest.id}, for orders that ` +
        'central has heard of since; others go on by the edition that they began with';
  return [
    ...rules.flatMap(ruleText),
    '',
    since,
    ...sites.flatMap(siteText),
    ...(sites.length === 0 ? ['no line has stated anything yet'] : []),
    '',
  ].join('\n');
}

/** Exit code where it could not be done. */
export const failed = 2;

/** The command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { central: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const { central, json } = values;
  const url = urlIn(central, '--central');
  const told = await askCentral<Rules>(url, '/v1/rules');
  if (!('answer' in told)) {
    process.stderr.write(`holdfast rules: ${told.message}\n`);
    return 2;
  }
  process.stdout.write(json ? `${JSON.stringify(told.answer)}\n` : rulesText(told.answer));
  return 0;
}
