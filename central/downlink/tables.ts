import { cursorMigrations } from './cursors.ts';
import { guardMigrations, guardMigrations2 } from './guarding.ts';
import { orderMigrations } from './orders.ts';
import { problemMigrations } from './problems.ts';
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

/** What came later. */
export const downlinkMigrations2 = guardMigrations2;
