// Goal: a COMMIT whose answer is lost loses nothing, doubles nothing and is told as it is, whether
// the server has executed it or not: in taking in facts, and in committing intents and outcomes.
// Method: a real server behind a way that is cut at the nth COMMIT; both outcomes of each.
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, expect, test } from 'vitest';
import { openBreaker } from '../central/erp/breaker.ts';
import type { Erp, Posting } from '../central/erp/erp.ts';
import { verifyShared } from '../central/ledger/inspection.ts';
import { readShared } from '../central/ledger/reading.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { openLeases } from '../central/posting/leases.ts';
import { post } from '../central/posting/poster.ts';
import { openShared } from '../central/sql/sharing.ts';
import { turnsOf } from '../central/sql/turns.ts';
import { openWatch } from '../central/watch.ts';
import { steadyMs, systemClock } from '../shared/clock.ts';
import { digest } from '../shared/codec.ts';
import { openBell } from '../shared/loop.ts';
import { postgresOrWhy } from './helpers/again.ts';
import { stated } from './helpers/central.ts';
import { type How, openCutter } from './helpers/cutter.ts';
import { history } from './helpers/facts.ts';

const line = 'acme/lyon/turning/M01';
const [leaseMs, maxInFlightMs] = [300, 50];
const log = pino({ level: 'silent' });
const hows: readonly How[] = ['unheard', 'executed'];
const isUnreachable = expect.objectContaining({ code: 'UNREACHABLE' });

const orders = ['WO-1', 'WO-2', 'WO-3'];
const facts = orders.flatMap((order) => [
  stated.release(order),
  stated.report('1', {}, { order }),
  stated.report('2', {}, { order }),
]);
const { segment } = history(line, facts);

const cluster = await postgresOrWhy();
if (typeof cluster === 'string') {
  test('a COMMIT whose answer is lost', ({ skip }) => skip(cluster));
} else {
  const { password } = cluster;
  const cutter = await openCutter(cluster.url);
  afterAll(() => cutter.stop());
  let made = 0;

  function open() {
    made += 1;
    const where = { url: cutter.url, password, schema: `commit_${made}` };
    const boot = `commit_${made}`;
    const db = openShared(where, boot, migrations);
    const { nowMs, monotonicMs } = systemClock;
    const leases = openLeases({ db, boot, leaseMs, monotonicMs });
    const times = { nowMs, waitMs: steadyMs(systemClock), maxInFlightMs };
    const skewMaxMs = Number.MAX_SAFE_INTEGER;
    const memory = openMemory({ db, ...times, skewMaxMs, leases });
    return { where, db, leases, times, ...memory };
  }
  type Central = ReturnType<typeof open>;

  /** Asks until there is a connection again, as every loop of central does; at most 10 s. */
  async function surely<T>(work: () => T): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return work();
      } catch (error) {
        expect(error).toEqual(isUnreachable);
        if (tries === 200) throw error;
        await delay(50);
      }
    }
  }

  /** Messages of the hub, three facts each. */
  const messages = [1, 4, 7].map((first, at) => ({
    arrival: { segment: segment(first, first + 2) },
    cursor: { streamSequence: at + 1, digest: digest(Buffer.from(`${at}`)) },
  }));
  const take = ({ ledger }: Central, at: number) =>
    ledger.accept([messages[at]!.arrival], messages[at]!.cursor);

  const positions = ({ db }: Central) =>
    db.prepare('SELECT position FROM fact ORDER BY position').pluck().all();
  const keys = ({ db }: Central) => db.prepare('SELECT key FROM posting ORDER BY id').pluck().all();

  test.each(hows)('facts, %s: read on from the cursor, each is there once', async (how) => {
    const central = open();
    take(central, 0);
    cutter.cut(1, how);
    expect(() => take(central, 1)).toThrow(isUnreachable);
    expect(cutter.cuts()).toBe(1);

    const { streamSequence } = await surely(() => central.ledger.cursor());
    expect(streamSequence).toBe(how === 'executed' ? 2 : 1);
    // What an edge is told it may forget is what is there, and no more.
    expect(central.ledger.lines()).toMatchObject([{ sequence: how === 'executed' ? 6 : 3 }]);
    expect(central.ledger.head(line).sequence).toBe(how === 'executed' ? 6 : 3);
    for (const at of [0, 1, 2].slice(streamSequence)) take(central, at);

    expect(positions(central)).toEqual(facts.map((_, at) => at + 1));
    expect(new Set(keys(central)).size).toBe(6);
    expect(keys(central)).toHaveLength(6);
    expect(central.postings.counts().postings).toEqual([
      { kind: 'confirmation', state: 'intended', postings: 6 },
    ]);
    central.db.close();
    const found = readShared(central.where, verifyShared);
    expect(found).toMatchObject({ facts: 9, found: 0 });
  });

  test.each(hows)('facts, %s: what comes again all the same is a repeat', async (how) => {
    const central = open();
    take(central, 0);
    cutter.cut(1, how);
    expect(() => take(central, 1)).toThrow(isUnreachable);
    await surely(() => take(central, 1));
    take(central, 2);
    expect(central.ledger.head(line)).toMatchObject({
      sequence: 9,
      repeats: how === 'executed' ? 3 : 0,
    });
    expect(positions(central)).toHaveLength(9);
    expect(keys(central)).toHaveLength(6);
    expect(central.ledger.parkedCount()).toBe(0);
    central.db.close();
  });

  /** An ERP that executes what it is told, at once; its books are the truth. */
  function bookkeeper() {
    const books: Posting[] = [];
    const erp: Erp = {
      name: 'books',
      maxInFlightMs,
      unfit: () => undefined,
      async post(posting, isSafe = () => true) {
        await delay(1);
        if (!isSafe()) return { kind: 'busy', reason: 'not sent' };
        return { kind: 'posted', document: `D${books.push(posting)}` };
      },
      lookup: async ({ key }) =>
        books.flatMap((posting, at) => (posting.key === key ? [`D${at + 1}`] : [])),
    };
    return { books, erp };
  }

  /** Posts until all is posted, as central does; what the ledger says is read past the cutter. */
  async function postAll(central: Central, erp: Erp, ready: () => void): Promise<void> {
    const { db, leases, postings, times } = central;
    const stop = new AbortController();
    const common = { clock: systemClock, log, signal: stop.signal };
    const turns = turnsOf(db)!;
    const foreign = () => undefined;
    const watch = openWatch({ db, turns, leases, leaseMs, postings, foreign, ...common });
    ready();
    const loops = [
      watch.keep(),
      post({
        ...{ postings, erp, breaker: openBreaker({ ...times, log }), lanesMax: 2 },
        ...{ bell: openBell(systemClock), idleMs: 100, moved: () => undefined },
        ...{ isSafe: leases.isSafe, ...common },
      }),
    ];
    const open = `SELECT count(*)::int AS n FROM ${central.where.schema}.posting
      WHERE state <> 'posted'`;
    const deadlineMs = performance.now() + 30_000;
    for (let left = -1; left !== 0; ) {
      if (typeof cluster === 'string' || performance.now() > deadlineMs) break;
      [{ n: left }] = (await cluster.query(open)) as [{ n: number }];
      await delay(20);
    }
    stop.abort();
    await Promise.all(loops);
  }

  // Of the first COMMITs: an intent each, then outcomes with the next intents, and a renewal.
  const places = [1, 2, 3, 4, 5].flatMap((nth) => hows.map((how) => [nth, how] as const));
  test.each(places)('documents: COMMIT %i is cut, %s: each is posted once', async (nth, how) => {
    const central = open();
    for (const at of [0, 1, 2]) take(central, at);
    const { books, erp } = bookkeeper();
    await postAll(central, erp, () => cutter.cut(nth, how));
    expect(cutter.cuts()).toBe(1);
    const posted = central.db.prepare<[], { key: string; document: string; state: string }>(
      'SELECT key, document, state FROM posting ORDER BY id',
    );
    const rows = await surely(() => posted.all());
    expect(rows.map(({ state }) => state)).toEqual(Array(6).fill('posted'));
    expect(books.map(({ key }) => key).toSorted()).toEqual(rows.map(({ key }) => key).toSorted());
    for (const { key, document } of rows) {
      expect(books[Number(document.slice(1)) - 1]!.key).toBe(key);
    }
    for (const order of orders) {
      const inOrder = books.filter((posting) => posting.order === order);
      expect(inOrder.map((posting) => posting.yield)).toEqual(['1', '2']);
    }
    expect(central.postings.counts().postings).toEqual([
      { kind: 'confirmation', state: 'posted', postings: 6 },
    ]);
    central.db.close();
  });
}
