// Goal: whatever happens to the bytes of a store, an edge that starts on it says so, or knows what
// it knew; it never goes on with a fact that was not stated.
// Method: real files with a byte flipped, a log cut, gone, or of another file; real processes that
// are killed.
import { copyFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from '../cli/drive.ts';
import { startProgram } from '../cli/program.ts';
import { writeMemory } from '../edge/store/memory.ts';
import { verifyStore } from '../edge/verification.ts';
import { Fault } from '../shared/fault.ts';
import { edition } from '../statecharts/edition.ts';
import { type Box, contentsOf, openBox } from './helpers/box.ts';
import { flip, sizeOf, storeOfShop } from './helpers/disk.ts';
import { testFolder } from './helpers/folder.ts';
import { waitFor } from './helpers/plantnet.ts';
import { random, seeds } from './helpers/random.ts';
import { m01, m02, shop } from './helpers/shop.ts';

const pageBytes = 4_096;
type Seen = { rows: string[]; contents: unknown };
/** Its facts and its book; the fingerprints of facts before a snapshot are asked by nobody. */
const see = (box: Box): Seen => ({
  rows: [...box.store.history()].map(({ bytes, hash }) =>
    [bytes, hash].map((part) => part.toString('hex')).join(' '),
  ),
  contents: contentsOf(box),
});

/** What an edge makes of the file: an error, a stopped line, or what it says. */
function start(path: string): 'refused' | 'stopped' | Seen {
  let box: Box | undefined;
  try {
    box = openBox(path);
    const stopped = box.roster.all.some((actor) => actor.failure() !== undefined);
    return stopped ? 'stopped' : see(box);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'CORRUPT') throw error;
    return 'refused';
  } finally {
    box?.db.close();
  }
}

test.each(seeds(1))(
  'S4: a byte flipped in any page is found, or changes nothing (SEED=%i)',
  (seed) => {
    const { path, box } = storeOfShop(150);
    box.store.snapshots.write(edition, writeMemory(box.book.contents()));
    const before = see(box);
    box.db.close();
    const copy = join(testFolder(), 'edge.sqlite');
    const seen = { refused: 0, stopped: 0, same: 0 };
    const { below } = random(seed);
    for (let page = 0; page < sizeOf(path) / pageBytes; page++) {
      for (let flips = 0; flips < 3; flips++) {
        copyFileSync(path, copy);
        const at = page * pageBytes + below(pageBytes);
        flip(copy, at, 1 << below(8));
        const found = start(copy);
        if (typeof found === 'string') seen[found] += 1;
        else {
          expect([at, found]).toEqual([at, before]);
          seen.same += 1;
        }
      }
    }
    expect(seen.stopped).toBeGreaterThan(5);
    expect(seen.refused).toBeGreaterThan(5);
  },
);

/** A store whose last facts are in the log alone, as after a power cut. */
function cutOff(reports: number) {
  const { path, box } = storeOfShop(reports);
  box.db.pragma('wal_checkpoint(TRUNCATE)');
  for (let more = 0; more < 10; more++) box.decide(shop.report('R1'));
  const copy = join(testFolder(), 'edge.sqlite');
  for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, `${copy}${end}`);
  return { copy, rows: see(box).rows };
}

test('S4: of a log that was cut every whole commit stands, and nothing else', () => {
  const { copy, rows } = cutOff(30);
  const length = sizeOf(`${copy}-wal`);
  const counts = new Set<number>();
  for (const share of [1, 0.9, 0.6, 0.3, 0.01]) {
    const cut = join(testFolder(), 'edge.sqlite');
    for (const end of ['', '-wal']) copyFileSync(`${copy}${end}`, `${cut}${end}`);
    truncateSync(`${cut}-wal`, Math.floor(length * share));
    const found = start(cut);
    if (typeof found === 'string') throw new Error(found);
    expect(found.rows).toEqual(rows.slice(0, found.rows.length));
    counts.add(found.rows.length);
  }
  expect(counts.size).toBe(5);
  expect(Math.max(...counts)).toBe(rows.length);
  expect(Math.min(...counts)).toBe(rows.length - 10);
});

test('S4: without its log a store is an older one of the same, which central recognises', () => {
  const { copy, rows } = cutOff(30);
  rmSync(`${copy}-wal`);
  const found = start(copy);
  expect(found).toMatchObject({ rows: rows.slice(0, -10) });
});

test('S4: with the log of another store it is refused, stopped, or what one of them said', () => {
  const one = cutOff(30);
  for (const reports of [10, 30, 200]) {
    const other = cutOff(reports);
    const mixed = join(testFolder(), 'edge.sqlite');
    copyFileSync(one.copy, mixed);
    copyFileSync(`${other.copy}-wal`, `${mixed}-wal`);
    const found = start(mixed);
    if (typeof found === 'string') continue;
    const known = [one.rows, other.rows].map((rows) => rows.slice(0, found.rows.length));
    expect(known).toContainEqual(found.rows);
  }
});

async function startEdge(directory: string) {
  const config = {
    ...{ storePath: join(directory, 'edge.db'), natsUrl: 'nats://127.0.0.1:9', httpPort: 0 },
    lines: [{ line: m01, lanes: 2 }, { line: m02 }],
  };
  const edge = await startProgram({ name: 'edge', entry: 'edge/main.ts', config, directory });
  onTestFinished(() => edge.kill());
  return edge;
}

test('S1, S2: killed at any moment, an edge knows and repeats all that it answered', async () => {
  const directory = testFolder();
  const { below } = random(1);
  let edge = await startEdge(directory);
  const answered: { given: object; answer: unknown }[] = [];
  const stay = new AbortController().signal;
  const tell = async (given: object[], signal = stay) => {
    const answers = await ask(edge.url, given, signal);
    given.forEach((one, index) => void answered.push({ given: one, answer: answers[index] }));
  };
  await tell([shop.release(), shop.start(), shop.phase('R1')]);
  for (let kills = 0; kills < 4; kills++) {
    const giveUp = new AbortController();
    const work = (async () => {
      for (;;)
        await tell(
          Array.from({ length: 5 }, () => shop.report('R1')),
          giveUp.signal,
        );
    })().catch(() => undefined);
    const before = answered.length;
    await new Promise((resolve) => setTimeout(resolve, 300 + below(300)));
    await waitFor(() => answered.length > before + 15, 30_000, 'some to be answered');
    await edge.kill();
    giveUp.abort();
    await work;
    edge = await startEdge(directory);
    const last = answered.slice(-200);
    const again = await ask(
      edge.url,
      last.map(({ given }) => given),
      stay,
    );
    expect(again).toEqual(last.map(({ answer }) => answer));
  }
  await edge.kill();
  const { facts, findings } = verifyStore(join(directory, 'edge.db'));
  expect(findings).toEqual([]);
  expect(facts).toBeGreaterThanOrEqual(answered.length);
  expect(answered.length).toBeGreaterThan(50);
});
