import { guardMigrations } from './guarding.ts';
import { orderMigrations } from './orders.ts';
import { problemMigrations } from './problems.ts';
import { cursorMigrations } from './pull.ts';
import { referenceMigrations } from './records.ts';

/** The tables of what goes down, in one step. */
export const downlinkMigrations = [
  [
    ...referenceMigrations,
    ...cursorMigrations,
    ...problemMigrations,
    ...orderMigrations,
    ...guardMigrations,
  ].join('\n'),
];
