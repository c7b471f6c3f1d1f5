// Which test files have a process of their own. All others share a few, one after the other: to
// load everything anew for each of some 400 files takes as long as their tests.

/** Whole plants, and what is kept for a file as a whole: a browser, a server of PostgreSQL. */
export const apart = [
  'test/**/*.e2e.test.ts',
  'test/**/*postgres*.test.ts',
  'test/{leases*,reader,secured,simulate}.test.ts',
  'test/contract/{tryton,sap}.test.ts',
];

/** Helpers that keep something for a file as a whole. */
export const keepers = ['again', 'chromium', 'cluster', 'station'];
