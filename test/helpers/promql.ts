// Just enough of PromQL to see which metrics an expression names, and by which labels.

export type Named = { metric: string; matchers: { label: string; op: string; value: string }[] };

const metricPattern = /\b((?:holdfast|process|nodejs)_[a-z0-9_]+|up)\b(?:\{([^}]*)\})?/g;
const matcherPattern = /([a-z_]+)(=~|!~|!=|=)"([^"]*)"/g;

/** Every metric that the expression names, with the labels that it asks of it. */
export const metricsIn = (expression: string): Named[] =>
  [...expression.matchAll(metricPattern)].map(([, metric, within = '']) => ({
    metric: metric!,
    matchers: [...within.matchAll(matcherPattern)].map(([, label, op, value]) => {
      return { label: label!, op: op!, value: value! };
    }),
  }));

/** Labels that it sums by, or that the words beside it show. */
export const labelsIn = (expression: string, ...words: string[]): string[] => [
  ...[...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(/,\s*/)),
  ...words.flatMap((text) =>
    [...text.matchAll(/\{\{\s*(?:\$labels\.)?([a-z_]+)\s*\}\}/g)].map(([, label]) => label!),
  ),
];
