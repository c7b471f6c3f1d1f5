import type { Fields } from './field.ts';

/** The commented sample of a config, printed from the table that validates it. */
export const sample = (fields: Fields): string =>
  Object.entries(fields)
    .map(([key, { doc }]) => `# ${doc}\n${key}:\n`)
    .join('\n');
