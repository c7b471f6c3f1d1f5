import type { Difference, Replayed } from './replay.ts';
import { grouped, table } from './table.ts';

const words = {
  missing: 'posted in production, and not by these rules',
  new: 'posted by these rules, and not in production',
  changed: 'says something else by these rules',
} as const;

function differenceText({ what, rule, kind, key, ...rest }: Difference): string[] {
  const { eventId, line, about, document, changes } = rest;
  const number = document === null ? '' : ` ${document}`;
  return [
    `${kind}${number} of ${rule}: ${words[what]}`,
    `  ${about || 'nothing named'}, at ${line}`,
    `  key ${key}, of fact ${eventId}`,
    ...changes.map(
      ({ field, production, test }) =>
        `  ${field}: ${production ?? 'nothing'} in production, ${test ?? 'nothing'} here`,
    ),
  ];
}

/** Whether every document of the day is the same. */
export const isSame = ({ rules }: Pick<Replayed, 'rules'>): boolean =>
  rules.every(({ missing, new: added, changed }) => missing + added + changed === 0);

/** What a replay has found, for a person. */
export function replayText(told: Replayed): string {
  const { source, day, state, facts, factsOfDay, rules, differences, next } = told;
  if (state === 'feeding') {
    return `${source}, ${day}: ${grouped(facts)} facts so far, nothing is compared yet\n`;
  }
  const counts = rules.map(({ rule, production, test, missing, new: added, changed }) => [
    rule,
    ...[production, test, missing, added, changed].map(grouped),
  ]);
  const head = ['rule', 'in production', 'here', 'missing', 'new', 'changed'];
  return [
    `${source}, ${day}: ${grouped(factsOfDay)} facts of the day, behind ` +
      `${grouped(facts - factsOfDay)} before it`,
    ...(counts.length === 0 ? ['no document is called for'] : [table([head, ...counts])]),
    ...(isSame(told)
      ? ['every document is the same']
      : ['', ...differences.flatMap(differenceText)]),
    ...(next === null ? [] : ['', `there may be more, behind difference ${next}`]),
    '',
  ].join('\n');
}
