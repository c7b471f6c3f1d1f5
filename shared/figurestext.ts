import { csvOf } from './csv.ts';
import {
  type FigureRow,
  type FiguresTold,
  figureNames,
  figureUnits,
  rowKeys,
  whys,
} from './figures.ts';
import { table } from './table.ts';

const made = ['good', 'scrap', 'rework', 'held', 'total'] as const;

/** Figures as CSV (RFC 4180): a line for each group, a column for each figure, empty if unknown. */
export function figuresCsv({ rows, currency, from, to }: FiguresTold): string {
  const head = [
    ...['from', 'to', 'key', ...rowKeys, 'unit', ...made],
    ...figureNames.map((name) => {
      const unit: string = figureUnits[name];
      return `${name} ${unit === 'money' ? (currency ?? 'money') : unit}`;
    }),
    ...['doubtfulFacts', 'doubtfulMs', 'lateReports', 'heardUntil', 'unknown'],
  ];
  const lines = rows.map((row) => [
    ...[from, to, row.key, ...rowKeys.map((name) => row[name]), row.unit],
    ...made.map((name) => row.made?.[name] ?? null),
    ...figureNames.map((name) => row.figures[name].value),
    ...[row.doubt.facts, row.doubt.ms, row.late],
    row.heardMs === null ? null : new Date(row.heardMs).toISOString(),
    figureNames
      .filter((name) => row.figures[name].why !== null)
      .map((name) => `${name}: ${row.figures[name].why}`)
      .join('; ') || null,
  ]);
  return csvOf([head, ...lines]);
}

const unknown = '–';
const shownMs = (ms: string): string => {
  const seconds = BigInt(ms) / 1_000n;
  const [sign, all] = seconds < 0n ? ['-', -seconds] : ['', seconds];
  const two = (part: bigint): string => `${part}`.padStart(2, '0');
  return `${sign}${all / 3_600n}:${two((all / 60n) % 60n)}:${two(all % 60n)}`;
};
const columns = [
  ...(['availability', 'performance', 'quality', 'oee', 'firstPassYield'] as const),
  ...(['scrapCost', 'reworkCost', 'copq', 'timeVariance', 'holdP90', 'postedP90'] as const),
];
const shorts: Readonly<Record<string, string>> = {
  ...{ availability: 'avail.', performance: 'perf.', firstPassYield: 'first pass' },
  ...{ scrapCost: 'scrap cost', reworkCost: 'rework cost', timeVariance: 'time var.' },
  ...{ holdP90: 'hold p90', postedP90: 'posted p90' },
};
/** Nothing that a terminal would take for a command. */
const clean = (text: string): string => text.replace(/\p{C}/gu, '�');

function cell(row: FigureRow, name: (typeof columns)[number]): string {
  const { value } = row.figures[name];
  if (value === null) return unknown;
  if (figureUnits[name] === 'ms') return shownMs(value);
  return figureUnits[name] === '%' ? `${value} %` : value;
}

/** Why figures are not known, each once. */
function reasons(rows: readonly FigureRow[]): string[] {
  const said = new Map<string, Set<string>>();
  for (const { figures } of rows) {
    for (const name of columns) {
      const { why } = figures[name];
      if (why !== null) said.set(why, (said.get(why) ?? new Set()).add(name));
    }
  }
  return [...said].map(
    ([why, names]) => `  – ${[...names].join(', ')}: ${whys[why as keyof typeof whys]}`,
  );
}

/** Figures for a person, with the reasons of what is not known below. */
export function figuresText(told: FiguresTold): string {
  const { by, from, to, currency, rows, next, notYet } = told;
  if (from === null) return 'no facts yet\n';
  const head = [by, 'good', 'total', 'unit', ...columns.map((name) => shorts[name] ?? name)];
  const lines = rows.map((row) => [
    ...[clean(row.key), row.made?.good ?? unknown, row.made?.total ?? unknown],
    ...[clean(row.unit ?? unknown), ...columns.map((name) => cell(row, name))],
  ]);
  return [
    `figures by ${by}, ${from} to ${to}${currency === null ? '' : `, money in ${currency}`}`,
    ...(notYet > 0 ? [`${notYet} facts were not read yet: ask again`] : []),
    ...(rows.length === 0 ? ['nothing in this time'] : [table([head, ...lines]), ...reasons(rows)]),
    ...(next === null ? [] : [`there are more: go on with --after '${clean(next)}'`]),
    '',
  ].join('\n');
}
