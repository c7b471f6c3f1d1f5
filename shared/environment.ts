import { choice, fallback } from './field.ts';

/** What a plant's programs are for. What is not said to be a test is production. */
export const environments = ['test', 'production'] as const;
export type Environment = (typeof environments)[number];
export const environmentUsual: Environment = 'production';

/** Of every program's config: the same in all of one plant, and nothing else says it. */
export const environmentField = fallback(
  choice('What all of this plant is.', environments),
  environmentUsual,
);
