// Goal: E7. An ERP that was restored from a backup lacks what was posted since: closing the books
// names exactly that, two people have it posted again, and the books close as before.
// Method: central's ledger and poster, the real connector, a real sandbox on a file that is copied
// and put back, and the commands that people type.
import { execFile } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pino from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openBoard } from '../central/desk/board.ts';
import { buildHttp } from '../central/desk/http.ts';
import { openBreaker } from '../central/erp/breaker.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { post } from '../central/posting/poster.ts';
import { startSandbox } from '../central/sandbox/server.ts';
import { freePorts } from '../cli/port.ts';
import { steadyMs, systemClock } from '../shared/clock.ts';
import { openDatabase } from '../shared/database.ts';
import type { Content } from '../shared/event.ts';
import { openBell } from '../shared/loop.ts';
import { bare } from './helpers/bare.ts';
import { stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { testFolder } from './helpers/folder.ts';
import type { Summary } from './helpers/sandbox.ts';
import { erpAt } from './helpers/sap.ts';
import { m01 } from './helpers/shop.ts';

const { release, start, end, report, produce, consume, block, reverse } = stated;
const orders = Array.from({ length: 150 }, (_, at) => `WO-${at + 1}`);
const log = pino({ level: 'silent' });
const hourMs = 3_600_000;
/** A machine that is busy with other things takes its time. */
const busyMs = 600_000;
vi.setConfig({ testTimeout: busyMs });

/** The sandbox on a file of its own, that can be copied and put back while it is stopped. */
async function openErp() {
  const folder = testFolder();
  const [path, copy] = [join(folder, 'erp.sqlite'), join(folder, 'backup.sqlite')];
  const [port] = (await freePorts(1)) as [number];
  let sandbox = await startSandbox({ path, logLevel: 'error', port });
  const { url } = sandbox;
  onTestFinished(() => sandbox.close());
  async function whileStopped(work: () => void): Promise<void> {
    await sandbox.close();
    work();
    sandbox = await startSandbox({ path, logLevel: 'error', port });
    const reached = () => Promise.all(Array.from({ length: 20 }, () => fetch(url)));
    await vi.waitFor(reached, { timeout: 10_000, interval: 50 }); // old connections are gone
  }
  return {
    url,
    async admin(at: string, body: object): Promise<void> {
      const headers = { 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      expect((await fetch(`${url}/sandbox${at}`, init)).status).toBe(200);
    },
    summary: async () => (await (await fetch(`${url}/sandbox/summary`)).json()) as Summary,
    backup: () => whileStopped(() => copyFileSync(path, copy)),
    restore: () =>
      whileStopped(() => {
        for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
        copyFileSync(copy, path);
      }),
  };
}

/** Central with its poster, at this ERP; it posts whatever it is told. */
async function openCentral(url: string) {
  const db = openDatabase(':memory:', migrations);
  const clock = systemClock;
  const [{ nowMs }, waitMs] = [clock, steadyMs(clock)];
  const erp = erpAt(url, { maxInFlightMs: 100 });
  const limits = { maxInFlightMs: 100, skewMaxMs: Number.MAX_SAFE_INTEGER };
  const memory = openMemory({ db, nowMs, waitMs, ...limits });
  const breaker = openBreaker({ nowMs, waitMs, log });
  const [bell, stop] = [openBell(clock), new AbortController()];
  const lanes = { lanesMax: 8, bell, idleMs: 50, moved: () => undefined };
  const { postings, ledger } = memory;
  const posting = post({ postings, erp, breaker, ...lanes, clock, log, signal: stop.signal });
  const world = { erp, erpStanding: breaker.standing, nowMs, moved: bell.ring };
  const app = buildHttp(openBoard({ ...memory, ...bare, db, ...world }));
  onTestFinished(async () => {
    stop.abort();
    await posting;
    await app.close();
    db.close();
  });
  const facts: Content[] = [];
  const open = db
    .prepare<[], number>("SELECT count(*) FROM posting WHERE state NOT IN ('posted', 'void')")
    .pluck();

  /** Until nothing is to be done; fails with what is still open. */
  async function settled(): Promise<void> {
    await expect.poll(() => open.get(), { timeout: busyMs, interval: 20 }).toBe(0);
  }
  return {
    url: await app.listen({ host: '127.0.0.1', port: 0 }),
    settled,
    postings,
    async hear(...more: readonly Content[]): Promise<void> {
      const first = facts.push(...more.map(inPieces)) - more.length + 1;
      for (let at = first; at <= facts.length; at += 200) {
        const to = Math.min(at + 199, facts.length);
        ledger.accept([{ segment: history(m01, facts).segment(at, to) }]);
        bell.ring();
      }
      await settled();
    },
    keys: (): string[] =>
      db.prepare<[], string>('SELECT key FROM posting ORDER BY id').pluck().all(),
  };
}

/** The sandbox's goods are counted. */
function inPieces(fact: Content): Content {
  if (!('material' in fact.body)) return fact;
  return {
    ...fact,
    body: { ...fact.body, material: fact.lot === 'S' ? 'IRON' : 'BOLT' },
  } as Content;
}

const cliAt =
  (central: string) =>
  async (...args: readonly string[]): Promise<{ code: number; said: string }> =>
    promisify(execFile)(process.execPath, ['cli/holdfast.ts', ...args, '--central', central], {
      maxBuffer: 64 * 1024 * 1024,
    }).then(
      ({ stdout }) => ({ code: 0, said: stdout }),
      ({ code, stdout, stderr }) => ({ code, said: `${stdout}${stderr}` }),
    );

test('E7: what a restored ERP lacks is named, and posted again after two said so', async () => {
  const erp = await openErp();
  const pieces = { unit: 'EA', price: '2.50' };
  await erp.admin(
    '/materials',
    ['BOLT', 'IRON'].map((material) => ({ material, ...pieces })),
  );
  const made = { material: 'BOLT', quantity: '100', unit: 'EA', tolerancePercent: 10 };
  const operations = [{ operation: '0010' }];
  await erp.admin(
    '/orders',
    orders.map((order) => ({ order, ...made, operations })),
  );
  await erp.admin('/stock', { material: 'IRON', lot: 'S', quantity: '10000' });
  const central = await openCentral(erp.url);
  const cli = cliAt(central.url);

  const early = orders.map((order) => report('40', { scrap: '1' }, { order }));
  await central.hear(
    ...orders.flatMap((order, at) => [
      release(order),
      consume('S', '8', { order }),
      early[at]!,
      produce(`L-${at}`, '30', { order }),
    ]),
  );
  await erp.backup();
  const kept = central.keys();

  // Of a third of the orders something is posted after the backup was taken.
  const late = orders.filter((_, at) => at % 3 === 0);
  await central.hear(
    ...late.flatMap((order, at) => [
      start(`R-${order}`, { order, atMs: 1_325_458_800_000 }),
      report('20', {}, { order }),
      end(`R-${order}`, { order, atMs: 1_325_458_800_000 + hourMs + 7 }),
      produce(`M-${at}`, '10', { order }),
      ...(at % 5 === 0 ? [block(`H-${at}`, `L-${at * 3}`, '4')] : []),
      ...(at % 7 === 0 ? [reverse(early[at * 3]!, { order })] : []),
    ]),
  );
  const lost = central.keys().slice(kept.length);
  expect(lost.length).toBeGreaterThan(150);
  const before = await erp.summary();
  const first = await cli('reconcile', '--erp');
  expect(first.said).toMatch(/the ERP \(sap\) was asked from \S+ to \S+: 150 orders, 200 lots, /);
  expect([first.code, first.said]).toEqual([0, expect.stringContaining('✓ the books close')]);

  await erp.restore();
  const restored = await erp.summary();
  expect(restored.documents).not.toEqual(before.documents);
  const named = await cli('reconcile', '--erp', '--json');
  expect(named.code).toBe(1);
  const { differences } = JSON.parse(named.said).central.erp;
  const missing = differences.flatMap(({ sort, key }: Record<string, string>) =>
    sort === 'missing' ? [key] : [],
  );
  expect([...missing].sort()).toEqual([...lost].sort());
  expect(new Set(differences.map(({ sort }: { sort: string }) => sort))).toEqual(
    new Set(['amount', 'missing']),
  );
  expect(await erp.summary()).toEqual(restored);

  const said = (by: string) => ['--by', by, '--reason', 'restored from the backup of 04:00'];
  const proposed = await cli('desk', 'missing', ...missing, ...said('person:17'));
  expect(proposed.code).toBe(0);
  expect((await cli('desk', 'approve', ...missing.slice(0, 3), ...said('person:17'))).code).toBe(1);
  expect(await erp.summary()).toEqual(restored);
  expect((await cli('desk', 'approve', ...missing, ...said('person:9'))).code).toBe(0);
  await central.settled();

  const page = join(testFolder(), 'books.html');
  const last = await cli('reconcile', '--erp', '--by', 'order', '--page', page);
  expect([last.code, last.said]).toEqual([0, expect.stringContaining('✓ the books close')]);
  expect(last.said).toMatch(/order +unit +stated +posted +ERP/);
  expect(last.said).toMatch(/WO-2 +consumed +EA +8 +8 +8\n/);
  const html = readFileSync(page, 'utf8');
  expect(html).toContain('<li>the ERP (sap) was asked from ');
  expect(html).toContain('<td>stock of lot L-0</td>');
  const { documents, duplicates, ...sums } = await erp.summary();
  expect([documents, duplicates]).toEqual([before.documents, 0]);
  expect(sums).toEqual({ ...before, documents: undefined, duplicates: undefined });
  const [key] = lost as [string];
  expect((await cli('desk', 'show', key)).said).toMatch(
    /missing by person:17: \S+ is not in the ERP: restored[\s\S]*approved by person:9: restored/,
  );
});
