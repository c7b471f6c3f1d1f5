import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { readCommand } from '../../shared/command.ts';
import { median, percentile } from './figures.ts';
import { edge, opening, reporting } from './work.ts';

const facts = 40_000;
const runs = 5;

export type Appended = { factsPerSecond: number; p50Ms: number; p99Ms: number };

type Ask = (index: number) => Promise<unknown>;

/** `callers` ask one after another until all facts are durable. */
async function saturate(callers: number, ask: Ask): Promise<Appended> {
  const waits: number[] = [];
  let next = 0;
  const caller = async () => {
    while (next < facts) {
      const startMs = performance.now();
      await ask(next++);
      waits.push(performance.now() - startMs);
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - startMs) / 1_000;
  return {
    factsPerSecond: facts / seconds,
    p50Ms: percentile(waits, 0.5),
    p99Ms: percentile(waits, 0.99),
  };
}

/** The same bytes into a plain table: same durability, same callers, same sharing of commits. */
function bare(directory: string, payload: Buffer): { ask: Ask; close(): void } {
  const db = new Sqlite(join(directory, 'bare.sqlite'));
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE event (position INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT');
  db.pragma('synchronous = FULL');
  const insert = db.prepare('INSERT INTO event (bytes) VALUES (?)');
  let waiting: (() => void)[] = [];
  const commit = db.transaction((count: number) => {
    for (let index = 0; index < count; index++) insert.run(payload);
  });
  const drain = () => {
    const batch = waiting;
    waiting = [];
    commit.immediate(batch.length);
    for (const resolve of batch) resolve();
  };
  const ask = () =>
    new Promise<void>((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(drain);
    });
  return { ask, close: () => db.close() };
}

async function once(callers: number): Promise<{ ours: Appended; peer: Appended }> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const plant = edge(directory);
    for (const command of opening()) await plant.intake.ask(command);
    const ours = await saturate(callers, (index) =>
      plant.intake.ask(readCommand(reporting(index))),
    );
    const size = plant.db.prepare('SELECT max(length(bytes)) FROM event').pluck().get() as number;
    plant.close();
    const plain = bare(directory, Buffer.alloc(size, 7));
    const peer = await saturate(callers, plain.ask);
    plain.close();
    return { ours, peer };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const middle = (all: readonly Appended[]): Appended => ({
  factsPerSecond: median(all.map(({ factsPerSecond }) => factsPerSecond)),
  p50Ms: median(all.map(({ p50Ms }) => p50Ms)),
  p99Ms: median(all.map(({ p99Ms }) => p99Ms)),
});

/** Commands accepted and durable per second, beside bare better-sqlite3; medians. */
export async function measureAppend(callers: number) {
  const all = [];
  for (let run = 0; run < runs; run++) all.push(await once(callers));
  return {
    callers,
    ours: middle(all.map(({ ours }) => ours)),
    peer: middle(all.map(({ peer }) => peer)),
  };
}
