import assert from 'node:assert/strict';

export type Scraped = { name: string; labels: Record<string, string>; value: number };

const namePattern = /^[a-z][a-z0-9_]*$/;
const labelPattern = /([a-z][a-z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/y;
const valuePattern = /^(?:[+-]Inf|NaN|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;
const suffixes: Record<string, string[]> = {
  counter: [''],
  gauge: [''],
  summary: ['_sum', '_count'],
  histogram: ['_bucket', '_sum', '_count'],
};

const unescaped = (text: string): string =>
  text.replace(/\\(["\\n])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));

/** The labels at the start of `text`, and how long they are. */
function labelsOf(text: string): [Record<string, string>, number] {
  const labels: Record<string, string> = {};
  if (!text.startsWith('{')) return [labels, 0];
  labelPattern.lastIndex = 1;
  for (;;) {
    const match = labelPattern.exec(text);
    assert(match, `a label is malformed: ${text}`);
    assert(!(match[1]! in labels), `a label twice: ${text}`);
    labels[match[1]!] = unescaped(match[2]!);
    const end = 1 + match.index + match[0].length;
    if (text[end - 1] === '}') return [labels, end];
    assert.equal(text[end - 1], ',', `a label is malformed: ${text}`);
    labelPattern.lastIndex = end;
  }
}

const without = ({ labels: { le: _, ...labels } }: Scraped): string =>
  JSON.stringify(Object.entries(labels).sort());

/** Buckets rise to the one of all, which says what `_count` says; each series has all of them. */
function checkHistogram(name: string, samples: readonly Scraped[]): void {
  const own = samples.filter((sample) => sample.name.startsWith(`${name}_`));
  const of = (suffix: string, key: string) =>
    own.filter((sample) => sample.name === name + suffix && without(sample) === key);
  for (const key of new Set(own.map(without))) {
    const buckets = of('_bucket', key);
    const bounds = buckets.map(({ labels }) => Number(labels['le']?.replace('Inf', 'Infinity')));
    assert(
      bounds.every((le, at) => at === 0 || le > bounds[at - 1]!),
      `buckets rise: ${name}`,
    );
    assert.equal(bounds.at(-1), Number.POSITIVE_INFINITY, `the last bucket has all: ${name}`);
    const counts = buckets.map(({ value }) => value);
    assert(
      counts.every((count, at) => at === 0 || count >= counts[at - 1]!),
      `buckets hold what is below: ${name}`,
    );
    const [[count], [sum]] = [of('_count', key), of('_sum', key)];
    assert(count && sum, `a sum and a count: ${name}`);
    assert.equal(count.value, counts.at(-1), `the last bucket has all: ${name}`);
  }
}

/**
 * The samples of a text in Prometheus' format, version 0.0.4, read strictly: each metric with its
 * help, its type and then its samples, once; counters named so; no series twice.
 */
export function scrape(text: string): Scraped[] {
  assert(text.endsWith('\n') && !text.includes('\n\n'), 'must end with a line break, without gaps');
  const lines = text.slice(0, -1).split('\n');
  const seen = new Set<string>();
  const samples: Scraped[] = [];
  const histograms: string[] = [];
  let family = { name: '', type: '' };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (line.startsWith('#')) {
      const [, name, help] = /^# HELP (\S+) (\S.*)$/.exec(line) ?? [];
      const [, typed, type] = /^# TYPE (\S+) (\S+)$/.exec(lines[++at] ?? '') ?? [];
      assert(name && help && name === typed && namePattern.test(name), `no metric: ${line}`);
      assert(!seen.has(name) && type! in suffixes, `again, or of no type: ${line}`);
      assert.equal(type === 'counter', name.endsWith('_total'), `a counter ends so: ${name}`);
      seen.add(name);
      family = { name, type: type! };
      if (type === 'histogram') histograms.push(name);
      continue;
    }
    const name = /^[a-z0-9_]+/.exec(line)?.[0] ?? '';
    assert(
      suffixes[family.type]?.some((suffix) => name === family.name + suffix),
      `stray: ${line}`,
    );
    const [labels, length] = labelsOf(line.slice(name.length));
    const rest = line.slice(name.length + length);
    assert(rest.startsWith(' ') && valuePattern.test(rest.slice(1)), `no value: ${line}`);
    const key = JSON.stringify([name, Object.entries(labels).sort()]);
    assert(!seen.has(key), `a series twice: ${line}`);
    seen.add(key);
    const value = rest.slice(1).replace('Inf', 'Infinity');
    samples.push({ name, labels, value: Number(value) });
  }
  for (const name of histograms) checkHistogram(name, samples);
  return samples;
}
