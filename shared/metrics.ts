import assert from 'node:assert/strict';
import type { Histogram } from './histogram.ts';

/** What a scraper is told the answer is: the Prometheus text format. */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';
/** Most series of one program: lines and closed sets are all that is a label. */
export const seriesMax = 20_000;

export type Sample = Readonly<{ value: number; labels?: Readonly<Record<string, string>> }>;
/**
 * One metric. A summary without quantiles is what took how long: in all, and how often; a histogram
 * also says how often up to each bound.
 */
export type Family = Readonly<{ name: string; help: string }> &
  (
    | Readonly<{ type: 'counter' | 'gauge'; samples: readonly Sample[] }>
    | Readonly<{ type: 'summary'; sum: number; count: number }>
    | Readonly<{ type: 'histogram'; of: Pick<Histogram, 'bounds' | 'series'> }>
  );

const escapedHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const escapedLabel = (text: string): string => escapedHelp(text).replaceAll('"', '\\"');

function valueText(value: number): string {
  if (Number.isFinite(value)) return `${value}`;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function lineOf(name: string, { value, labels = {} }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapedLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${valueText(value)}`;
}

/** Each bound is within the next: `le` is less or equal, and the last one is all. */
const bucketsOf = (name: string, { bounds, series }: Pick<Histogram, 'bounds' | 'series'>) =>
  series().flatMap(({ labels, counts, sum, count }) => [
    ...[...counts, count].map((value, at) => {
      const le = valueText(bounds[at] ?? Number.POSITIVE_INFINITY);
      return lineOf(`${name}_bucket`, { labels: { ...labels, le }, value });
    }),
    lineOf(`${name}_sum`, { ...(labels && { labels }), value: sum }),
    lineOf(`${name}_count`, { ...(labels && { labels }), value: count }),
  ]);

function linesOf(family: Family): string[] {
  const { name } = family;
  if (family.type === 'histogram') return bucketsOf(name, family.of);
  if (family.type !== 'summary') return family.samples.map((sample) => lineOf(name, sample));
  return [
    lineOf(`${name}_sum`, { value: family.sum }),
    lineOf(`${name}_count`, { value: family.count }),
  ];
}

/** The metrics as text; one without samples is left out. */
export function metricsText(families: readonly Family[]): string {
  let series = 0;
  const text = families.flatMap((family) => {
    const lines = linesOf(family);
    series += lines.length;
    const { name, help, type } = family;
    return lines.length === 0
      ? []
      : [`# HELP ${name} ${escapedHelp(help)}`, `# TYPE ${name} ${type}`, ...lines];
  });
  assert(series <= seriesMax, `metrics: ${series} series`);
  return `${text.join('\n')}\n`;
}

/** One series for each of these names: 1 for the one that holds, 0 for the others. */
export const oneOf = (label: string, names: readonly string[], holds: string): Sample[] =>
  names.map((name) => ({ labels: { [label]: name }, value: name === holds ? 1 : 0 }));
