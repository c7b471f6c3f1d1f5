import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, onTestFinished, test } from 'vitest';
import { openLedger } from '../central/ledger/ledger.ts';
import { ledgerMigrations } from '../central/ledger/shelf.ts';
import { ensureStreams } from '../central/ledger/stream.ts';
import { startHub } from '../cli/broker.ts';
import { openEdge, openHub } from '../cli/entrance.ts';
import { importLog, run } from '../cli/import.ts';
import { readEdgeConfig } from '../edge/config.ts';
import { startEdge } from '../edge/main.ts';
import { openDatabase } from '../shared/database.ts';
import { decodeSegment } from '../shared/segment.ts';
import { eventStream } from '../shared/subject.ts';
import { testFolder } from './helpers/folder.ts';
import { inRun, ofOrder, place, report } from './helpers/foreign.ts';
import { testShared } from './helpers/shared.ts';

const { signal } = new AbortController();

/** An edge with these foreign lines and no hub in reach, for this test. */
async function edgeWith(lines: readonly string[]) {
  const edge = await startEdge(
    readEdgeConfig({
      storePath: join(testFolder(), 'edge.sqlite'),
      natsUrl: 'nats://127.0.0.1:9',
      lines: lines.map((name) => ({ line: `acme/S1/shop/${name}`, lanes: 9 })),
      httpPort: 0,
      logLevel: 'silent',
    }),
  );
  onTestFinished(() => edge.close());
  return edge;
}

const numbered = (row: object, number: number) => ({
  ...row,
  eventId: `0b5c9d1e-7a55-5f0e-8c39-${`${number}`.padStart(12, '0')}`,
  streamSeq: number,
});
const released = { ...ofOrder, type: 'workorder.released', orderQty: 50, uom: 'EA', part: 'Hub' };
const { operator, stream, line, operation } = report;
const started = { ...ofOrder, stream, line, operation, operator, type: 'operation.started' };
const story = [released, started, { ...inRun, type: 'phase.started' }, report].map((row, index) =>
  numbered(row, index + 1),
);

const storyFile = (rows: readonly object[]): string => {
  const path = join(testFolder(), 'log.jsonl');
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  return path;
};

test('an edge that was asked before answers the same, and it counts as a repeat', async () => {
  const { url } = await edgeWith(['M03', 'ERP']);
  const path = storyFile([...story, story[3]!, numbered({ ...report, runId: 'R9' }, 9)]);
  const bring = async () => importLog({ path, place, entrance: await openEdge(url, signal) });
  const first = await bring();
  expect(first).toMatchObject({ read: 6, accepted: 4, repeats: 1, bad: 0 });
  expect(first.refused).toMatchObject([{ code: 'REFUSED', count: 1, row: 6 }]);
  expect(await bring()).toMatchObject({ accepted: 0, repeats: 5, refused: first.refused });
  expect(await run([path, '--edge', url])).toBe(0);
});

test('an edge that is away for a moment loses nothing', async () => {
  const { url } = await edgeWith(['M03', 'ERP']);
  const path = storyFile(story);
  let requests = 0;
  const flaky = createServer(async (request, response) => {
    requests += 1;
    if (requests % 2 === 1) return request.socket.destroy();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length > 0 ? Buffer.concat(chunks) : null;
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(new URL(request.url!, url), {
      ...{ method: request.method!, body },
      ...(body ? { headers } : {}),
    });
    const text = await answer.text();
    if (requests % 4 === 0) return request.socket.destroy();
    response.writeHead(answer.status, headers).end(text);
  });
  await new Promise<void>((resolve) => flaky.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void flaky.close());
  const { port } = flaky.address() as AddressInfo;
  const entrance = await openEdge(`http://127.0.0.1:${port}`, signal);
  const result = await importLog({ path, place, entrance });
  expect(result).toMatchObject({ read: 4, accepted: 4, repeats: 0, refused: [] });
  expect(requests).toBeGreaterThan(3);
});

/** Everything in the hub's stream, put into an empty ledger in the stream's order. */
async function ledgerOf(url: string) {
  const connection = await connect({ servers: url });
  const { direct, streams } = await jetstreamManager(connection);
  const db = openDatabase(':memory:', ledgerMigrations);
  const ledger = openLedger({ db, nowMs: () => 0, note: () => undefined, undone: () => undefined });
  const { state } = await streams.info(eventStream);
  for (let seq = 1; seq <= state.messages; seq++) {
    const message = await direct.getMessage(eventStream, { seq });
    ledger.accept([{ segment: decodeSegment(message!.data) }]);
  }
  await connection.close();
  return ledger;
}

async function makeStreams(url: string): Promise<void> {
  const connection = await connect({ servers: url });
  const wanted = { replicas: 1, bytesMax: 100_000_000, keepDays: 1 };
  await ensureStreams(await jetstreamManager(connection), wanted);
  await connection.close();
}

test('a hub without its stream at first, then killed, has every row once', async () => {
  const hub = await startHub({ directory: testFolder() });
  onTestFinished(() => hub.stop());
  const reports = Array.from({ length: 1_800 }, (_, index) => numbered(report, index + 1));
  const entrance = await openHub(hub.url, signal);
  onTestFinished(() => entrance.close());
  const path = storyFile([...reports, ...reports.slice(0, 40)]);
  const importing = importLog({ path, place, entrance });
  await delay(200);
  await makeStreams(hub.url);
  await delay(300);
  hub.kill();
  await delay(200);
  await hub.restart();
  expect(await importing).toMatchObject({ read: 1_840, accepted: 1_800, repeats: 40, bad: 0 });

  const ledger = await ledgerOf(hub.url);
  expect(ledger.head('acme/S1/shop/M03')).toMatchObject({ sequence: 1_800, repeats: 40 });
  expect(ledger.parkedCount()).toBe(0);
});

/** Rows `first` to `last` of a source that was polled: an operation, its run, and reports of 31. */
function pageOf(first: number, last: number): object[] {
  const source = (number: number) =>
    [started, { ...inRun, type: 'phase.started' }][number - 1] ?? report;
  const rows = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return rows.map((number) => numbered(source(number), number));
}
const release = { ...numbered(released, 999_999), streamSeq: 1 };
const common = 101;
const changed = numbered({ ...report, qtyGood: 32 }, 250);

test('D9: of pages that overlap an edge applies the common rows once, by their id', async () => {
  const { url } = await edgeWith(['M03', 'ERP']);
  const bring = async (rows: readonly object[]) =>
    importLog({ path: storyFile(rows), place, entrance: await openEdge(url, signal) });
  const good = async () => {
    const { lines } = (await (await fetch(new URL('/v1/status', url))).json()) as Status;
    return lines.find(({ line }) => line.endsWith('/M03'))!;
  };
  const first = [release, ...pageOf(1, 300)];
  expect(await bring(first)).toMatchObject({ read: 301, accepted: 301, repeats: 0, refused: [] });
  expect(await bring(pageOf(200, 400))).toMatchObject({
    ...{ read: 201, accepted: 100, repeats: common, bad: 0, refused: [] },
  });
  expect(await good()).toMatchObject({ reports: 398, good: `${398 * 31}` });

  const result = await bring([changed, ...pageOf(400, 401)]);
  expect(result).toMatchObject({ accepted: 1, repeats: 1 });
  expect(result.refused).toMatchObject([{ code: 'CONFLICT', count: 1, row: 1 }]);
  expect(await good()).toMatchObject({ reports: 399, good: `${399 * 31}` });
});

test('D9: of pages that overlap central keeps the common rows once, by sequence', async () => {
  const hub = await startHub({ directory: testFolder() });
  onTestFinished(() => hub.stop());
  await makeStreams(hub.url);
  const bring = async (rows: readonly object[]) => {
    const entrance = await openHub(hub.url, signal); // as another poll, which knows of no other
    const result = await importLog({ path: storyFile(rows), place, entrance });
    await entrance.close();
    return result;
  };
  expect(await bring(pageOf(200, 400))).toMatchObject({ read: 201, bad: 0 });
  expect(await bring(pageOf(1, 300))).toMatchObject({ read: 300, bad: 0 });
  expect(await bring([changed])).toMatchObject({ read: 1, bad: 0 });

  const ledger = await ledgerOf(hub.url);
  const line = 'acme/S1/shop/M03';
  expect(ledger.head(line)).toMatchObject({ sequence: 400, repeats: common });
  expect(ledger.facts()).toBe(400);
  expect(ledger.parked(9)).toMatchObject([
    { line, sequence: 250, reason: 'conflict: other content at this place' },
  ]);
});

type Counts = { good: number; rejected: number; mrb: number; reports: number };
type Expected = {
  lines: Record<string, Counts>;
  workOrders: Record<string, Counts>;
};
type Status = {
  ordersClosed: number;
  lines: { line: string; good: string; scrap: string; held: string; reports: number }[];
};

testShared(
  'machine-shop',
  'the real log ends with its known totals at the edge',
  async (folder) => {
    const { lines } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
    const { url } = await edgeWith([...Object.keys(lines), 'ERP']);
    const path = join(folder, 'replay.sorted.jsonl.gz');
    const entrance = await openEdge(url, signal);
    const result = await importLog({ path, place, entrance });
    expect(result).toMatchObject({ read: 8_242, accepted: 8_240, repeats: 0, bad: 0 });
    expect(result.refused).toMatchObject([{ code: 'REFUSED', count: 2 }]);
    expect(result.refused[0]!.reason).toContain('has open holds');

    const status = (await (await fetch(new URL('/v1/status', url))).json()) as Status;
    expect(status.ordersClosed).toBe(81);
    for (const [name, total] of Object.entries(lines)) {
      const { good, scrap, held, reports } = status.lines.find(({ line }) =>
        line.endsWith(`/${name}`),
      )!;
      const { good: pieces, rejected, mrb } = total;
      expect([name, good, scrap, held, reports]).toEqual([
        ...[name, `${pieces}`, `${rejected}`, `${mrb}`, total.reports],
      ]);
    }
  },
);
