/** What the rules call for, and what each of them does where. */
export type Rules = {
  rules: { rule: string; phase: string; calls: string; unless: string; needs: string }[];
  editions: { id: number; sinceMs: number; switches: Switch[] }[];
  sites: { site: string; modes: Record<string, string> }[];
};
type Switch = { site?: string; rule?: string; mode: string };

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
