// Goal: nobody changes a chart without raising its version. Method: a hash of each edition's graph,
// with its states, ways, rules and timers; what a rule asks is in guards.golden.test.ts.
import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Sheet, type SheetName, sheets } from './helpers/charts.ts';

/** Version and hash. An edition that was shipped stays as it is; a new one is a new line. */
const editions: Record<SheetName, Record<number, string>> = {
  line: { 2: '2c3a1c138ffcfe33' },
  order: { 2: '8dcbfd76a61218f9' },
  operation: { 2: 'ad2f975241938864' },
  lot: { 2: '8f47e59670358d39', 3: '1a723d08faacfe4d' },
  hold: { 2: '4329e76abe6b6c17', 3: 'a0956e9f6b4b7206' },
  batch: { 2: '85ead932cfc961df' },
  inspection: { 2: '250f0bab7152b144' },
  nonconformance: { 2: 'eabf3b690a7cdde9' },
  report: { 2: 'b67ab671f6e0aa50' },
  lifecycle: { 1: '26bcd2b80869901f' },
  confirmation: { 1: 'e4c54b485b23ae56' },
  delivery: { 1: 'e26da24e1360afc8' },
  posting: {
    ...{ 1: '07bf7efe282e7ee3', 2: 'c4da9b0b54811178' },
    ...{ 3: 'cfac3a0eee63e7b6', 4: '04ae5f2aad790907', 5: 'ed8c58f417a0d57e' },
  },
};

test.each(Object.keys(sheets) as SheetName[])('%s is the edition that it says', (name) => {
  const { chart }: Sheet = sheets[name];
  const { version, ...graph } = chart.graph();
  const now = hash('sha256', JSON.stringify(graph)).slice(0, 16);
  const known = editions[name];
  const newest = Math.max(...Object.keys(known).map(Number));
  const todo =
    known[version] === undefined
      ? `chart ${name} is edition ${version}: add \`${version}: '${now}'\` to its editions here`
      : `chart ${name} changed, but is still edition ${version}: raise \`version\` in its ` +
        `defineChart to ${newest + 1}, then add \`${newest + 1}: '${now}'\` to its editions here`;
  expect(known[version], todo).toBe(now);
  expect(version, `chart ${name} went back to edition ${version}`).toBe(newest);
});

test('a version is a whole number, the same in the picture', () => {
  for (const { chart } of Object.values(sheets)) {
    expect(Number.isInteger(chart.version) && chart.version > 0).toBe(true);
    expect(chart.graph().version).toBe(chart.version);
  }
});
