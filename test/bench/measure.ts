// What one thing costs each program of this machine: for the model (test/scale). Every figure is of
// the real program, by the processor time that it used, so that others on the machine disturb it
// little; only the times of a disk and of an answer are by the clock.
import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  StorageType,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { hubDomain } from '../../shared/subject.ts';
import { type Measured, measuredPath } from '../scale/measured.ts';
import { askAll } from './asks.ts';
import { percentile } from './figures.ts';
import { cpuS, type Region, startRegion } from './region.ts';
import { costsOfLedger } from './turns.ts';

const usage = `npm run bench:measure -- [--write]
  --write  puts the figures where the model reads them: test/scale/measured.json
`;
const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const [edges, lines, members] = [10, 20, 3];
const [settleMs, measureMs] = [3_000, 8_000];
/** What a segment has beside its facts, bytes. */
const headBytes = 500;

type Point = { segments: number; facts: number; hub: number; central: number; edges: number };

/** What each part spends while lines state so much, µs a second, segments and facts a second. */
async function pointAt(rate: number, burst: number): Promise<Point> {
  return withRegion(rate, burst, async ({ swarm, spent }) => {
    const idle = spent();
    await delay(settleMs);
    const rest = spent();
    await swarm.order('begin');
    await delay(settleMs);
    const [told, cpu] = [await swarm.told(), spent()];
    await delay(measureMs);
    const [now, end] = [await swarm.told(), spent()];
    const of = (name: 'hub' | 'central' | 'edges') =>
      Math.max(
        0,
        ((end[name] - cpu[name]) / measureMs - (rest[name] - idle[name]) / settleMs) * 1e9,
      );
    const perS = (count: number) => (count * 1_000) / measureMs;
    const segments = perS(now.segments - told.segments);
    const facts = perS(now.sent - told.sent);
    // Central may have been behind: what it spent is for what it has read.
    const share = (now.kept - told.kept) / (now.sent - told.sent);
    const spentUs = { hub: of('hub'), central: of('central') / share, edges: of('edges') };
    const point = { segments, facts, ...spentUs };
    const each = (us: number) => `${(us / point.segments).toFixed(0)} µs`;
    say(
      `${rate} facts/s a line, ${burst} at once: ${point.segments.toFixed(0)} segments and ` +
        `${point.facts.toFixed(0)} facts/s; a segment costs the hub ${each(point.hub)}, ` +
        `central ${each(point.central)}, the edges ${each(point.edges)}`,
    );
    return point;
  });
}

async function withRegion<T>(
  rate: number,
  burst: number,
  work: (region: Region) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-measure-'));
  const closing: (() => unknown)[] = [];
  try {
    const task = { directory, members, edges, lines, rate, burst };
    const region = await startRegion({ ...task, closing: (end) => closing.push(end) });
    await region.swarm.order('connect');
    await region.swarm.until('coming in', ({ entered }) => entered >= edges * lines);
    return await work(region);
  } finally {
    for (const end of closing.reverse()) await end();
    rmSync(directory, { recursive: true });
  }
}

/** Cost of a segment and of a fact in it, by two points where each segment is by itself. */
function costOf(name: 'edges', small: Point, large: Point) {
  const [a, b] = [small, large].map((one) => ({
    us: one[name] / one.segments,
    facts: one.facts / one.segments,
  })) as [{ us: number; facts: number }, { us: number; facts: number }];
  const factUs = Math.max(0.5, (b.us - a.us) / (b.facts - a.facts));
  return { segmentUs: Math.max(1, a.us - factUs * a.facts), factUs };
}

function syncMs(): number {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-sync-'));
  const file = openSync(join(directory, 'file'), 'w');
  const times = Array.from({ length: 100 }, () => {
    const startMs = performance.now();
    writeSync(file, Buffer.alloc(4_096));
    fdatasyncSync(file);
    return performance.now() - startMs;
  });
  closeSync(file);
  rmSync(directory, { recursive: true });
  return percentile(times, 0.5);
}

type Probe = { manager: JetStreamManager; stream: JetStreamClient; connection: NatsConnection };
const probe = 'PROBE';

/** How long a hub at rest takes to answer a publisher, ms. */
async function answerMs({ stream }: Probe): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 200; count++) {
    const startMs = performance.now();
    await stream.publish('probe', Buffer.alloc(500));
    times.push(performance.now() - startMs);
  }
  return percentile(times, 0.5);
}

/** From the death of the stream's leader until a publisher is answered again, ms. */
async function electionMs({ hubs }: Region, { stream, manager }: Probe): Promise<number> {
  const { cluster } = await manager.streams.info(probe);
  const leader = hubs[Number(cluster!.leader!.replace('hub-', '')) - 1]!;
  leader.kill();
  const startMs = performance.now();
  for (let tries = 0; tries < 300; tries++) {
    const isTaken = await stream.publish('probe', 'x', { timeout: 500, retries: 0 }).then(
      () => true,
      () => false,
    );
    if (isTaken) return performance.now() - startMs;
    await delay(50);
  }
  throw new Error('no leader was elected');
}

const others = async () =>
  withRegion(1, 1, async (region) => {
    const servers = region.hubs.map(({ url }) => url);
    const connection = await connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    const manager = await jetstreamManager(connection, { domain: hubDomain });
    const stream = jetstream(connection, { domain: hubDomain });
    const made = { name: probe, subjects: ['probe'], num_replicas: members };
    await manager.streams.add({ ...made, storage: StorageType.File });
    const parts = { manager, stream, connection };
    const publishMs = await answerMs(parts);
    const asks = await askAll(connection, region.spent);
    const hub = await costsOfHub(region, parts, 174);
    const election = await electionMs(region, parts);
    await connection.close();
    return { publishMs, asks, hub, electionMs: election };
  });

/**
 * What a segment costs the servers of a hub: one by one, where each is a turn of theirs; many at
 * once; and many that are large. Read by a consumer, as central reads.
 */
async function costsOfHub(
  region: Region,
  { stream, manager, connection }: Probe,
  factBytes: number,
) {
  const { cluster } = await manager.streams.info(probe);
  const leader = region.hubs[Number(cluster!.leader!.replace('hub-', '')) - 1]!;
  const reader = await (
    await jetstream(connection, { domain: hubDomain }).consumers.get(probe)
  ).consume();
  void (async () => {
    for await (const _ of reader);
  })();
  async function cost(count: number, atOnce: number, facts: number) {
    const bytes = Buffer.alloc(headBytes + facts * factBytes, 1);
    const before = [cpuS(leader.pid), region.spent().hub] as const;
    for (let sent = 0; sent < count; sent += atOnce) {
      await Promise.all(Array.from({ length: atOnce }, () => stream.publish('probe', bytes)));
    }
    const each = 1e6 / count;
    return {
      us: (region.spent().hub - before[1]) * each,
      leaderUs: (cpuS(leader.pid) - before[0]) * each,
    };
  }
  await cost(640, 64, 1);
  const [alone, many, large] = [
    ...[await cost(600, 1, 1), await cost(6_400, 64, 1), await cost(1_920, 64, 40)],
  ] as [Cost, Cost, Cost];
  await reader.close();
  const factUs = Math.max(0.1, (large.us - many.us) / 39);
  const turnUs = Math.max(0, (alone.us - many.us) / (1 - 1 / 64));
  const segmentUs = Math.max(1, many.us - turnUs / 64 - factUs);
  return { turnUs, segmentUs, factUs, leaderShare: many.leaderUs / many.us };
}
type Cost = { us: number; leaderUs: number };

async function measure() {
  const [even, flood] = [await pointAt(5, 1), await pointAt(60, 1)];
  const ledger = await costsOfLedger();
  const rest = await others();
  const round = (value: number) => Number(value.toPrecision(3));
  // What is left of central's time beside its ledger: to read messages, and to tell its word.
  const wireUs = Math.max(0, even.central / even.segments - ledger.turnUs - ledger.segmentUs);
  const edges = costOf('edges', even, flood);
  const { centralUs, hubUs, enrolUs } = rest.asks;
  const measured: Measured = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores of ${cpus()[0]!.model}, Node ${process.versions.node}`,
    hub: {
      ...{ turnUs: round(rest.hub.turnUs), segmentUs: round(rest.hub.segmentUs) },
      ...{ factUs: round(rest.hub.factUs), askUs: round(hubUs) },
      leaderShare: round(rest.hub.leaderShare),
    },
    central: {
      ...{ turnUs: round(ledger.turnUs), segmentUs: round(ledger.segmentUs + wireUs) },
      ...{ factUs: round(ledger.factUs), askUs: round(centralUs), enrolUs: round(enrolUs) },
    },
    edges: { segmentUs: round(edges.segmentUs), factUs: round(edges.factUs) },
    ...{ publishMs: round(rest.publishMs), commitMs: round(syncMs()) },
    ...{ electionMs: round(rest.electionMs), factBytes: ledger.factBytes },
  };
  say(JSON.stringify(measured, null, 2));
  if (values.write) writeFileSync(measuredPath, `${JSON.stringify(measured, null, 2)}\n`);
}

if (values.help) say(usage);
else await measure();
