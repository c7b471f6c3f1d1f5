import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The edge serves the page the texts of the plant's language; a test that reads it has English. */
const texts = fileURLToPath(new URL('./edge/page/texts/en.js', import.meta.url));

export default defineConfig({
  resolve: { alias: [{ find: /^\.\/texts\.js$/, replacement: texts }] },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 3, // much of a test is waiting for processes and clocks
  },
});
