// Goal: nothing that an edge or central does again and again reads all facts: what it costs does
// not grow with the store.
// Method: SQLite says how it would run each statement on the facts; those that read all are listed.
import pino from 'pino';
import { expect, test } from 'vitest';
import { migrations as centralMigrations, openMemory } from '../central/memory.ts';
import { assembleEdge } from '../edge/assembly.ts';
import { readEdgeConfig } from '../edge/config.ts';
import { migrations } from '../edge/store/schema.ts';
import { systemClock } from '../shared/clock.ts';
import { openDatabase } from '../shared/database.ts';
import { Fault } from '../shared/fault.ts';
import { systemRandom } from '../shared/identity.ts';
import { plansOf } from './helpers/plans.ts';
import { m01, m02 } from './helpers/shop.ts';

const short = (sql: string): string => sql.replaceAll(/\s+/g, ' ').trim();
const reading = (plans: Map<string, string>, table: string): string[] =>
  [...plans]
    .filter(([, plan]) => new RegExp(`SCAN ${table}\\b`).test(plan))
    .map(([sql]) => short(sql))
    .filter((sql) => !/ ORDER BY position DESC LIMIT 1$/.test(sql)); // only the last one

test('central never reads the whole ledger', () => {
  const db = openDatabase(':memory:', centralMigrations);
  const still = { nowMs: () => 0, waitMs: () => 0, maxInFlightMs: 0 };
  const plans = plansOf(db, 'fact', () => openMemory({ db, ...still }));
  db.close();
  expect(plans.size).toBeGreaterThan(8);
  expect(reading(plans, 'fact')).toEqual([]);
});

test('an edge reads its whole store at its start, and never again', async () => {
  const db = openDatabase(':memory:', migrations);
  const nowhere = async () => {
    throw new Fault('UNREACHABLE', 'hub: none');
  };
  const hub = { ...{ publish: nowhere, last: nowhere, ask: nowhere, askBeat: nowhere } };
  const stops: (() => Promise<void>)[] = [];
  const plans = plansOf(db, 'event', () => {
    const lines = [m01, m02].map((line) => ({ line, lanes: 1 }));
    const edge = assembleEdge({
      config: readEdgeConfig({ storePath: 'none', natsUrl: 'nats://nowhere', lines }),
      ...{ db, clock: systemClock, random: systemRandom, log: pino({ level: 'silent' }) },
      openHub: () => ({ ...hub, seen: () => undefined, close: async () => undefined }),
    });
    stops.push(edge.stop);
  });
  for (const stop of stops) await stop();
  db.close();
  expect(plans.size).toBeGreaterThan(20);
  expect(reading(plans, 'event')).toEqual([]);
});
