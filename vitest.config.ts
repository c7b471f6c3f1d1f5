import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { apart } from './test/helpers/apart.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** What a page is served beside its own: the plant's language, English here, and what pages share. */
const served = [
  { find: /^\.\/texts\.js$/, replacement: here('./edge/page/texts/en.js') },
  { find: /^\.\/(dom|format|say|thing)\.js$/, replacement: `${here('./shared/page')}/$1.js` },
];

/** Files that take longest, most of it waiting: begun last they would be waited for alone. */
const slow = [
  ...['opcua.fault.e2e', 'opcua.trust.e2e', 'postgres.central', 'opcua.long.e2e', 'chaos.e2e'],
  ...['contract/tryton', 'operator.words.e2e', 'jobs.e2e', 'opcua.e2e', 'tryton.plant.e2e'],
  ...['operator.shift.e2e', 'opcua.signals.e2e', 'jobs.writes.e2e', 'contract/sap', 'pair.e2e'],
  ...['operator.looks.e2e', 'tryton.e2e', 'simulate', 'hubs.e2e', 'demo.e2e', 'operator.twice.e2e'],
];
const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = slow.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return rank === -1 ? slow.length : rank;
};

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b));
  }
}

export default defineConfig({
  resolve: { alias: served },
  test: {
    projects: [
      { extends: true, test: { name: 'apart', include: apart } },
      {
        extends: true,
        test: { name: 'together', include: ['test/**/*.test.ts'], exclude: apart, isolate: false },
      },
    ],
    // A busy machine stops a program for seconds: what is waited for comes late, and is no failure.
    testTimeout: 300_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000, interval: 100 } },
    maxWorkers: 4, // much of a test is waiting for processes and clocks
    sequence: { sequencer: SlowFirst },
  },
});
