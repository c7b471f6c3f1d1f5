import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from '../../cli/drive.ts';
import { freePorts } from '../../cli/port.ts';
import { startProgram } from '../../cli/program.ts';
import { command, shop } from '../helpers/shop.ts';
import { percentile } from './figures.ts';

const lines = 20;
const tablets = 30;
/** Each line's machine reports so often beside the people, ms; each person taps so often, ms. */
const machineMs = 500;
const tapMs = 1_000;
/** Orders that wait in each line's queue. */
const waiting = 10;
const settleMs = 5_000;
const measureMs = 30_000;

const lineOf = (index: number): string => `acme/lyon/hall/L${index + 1}`;
const orderOf = (index: number): string => `WO-${index + 1}`;

/** CPU time that a process has taken, ms, and its memory, MB. */
function useOf(pid: number) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * 10,
    mb: Math.round(kilobytes / 1024),
  };
}

/** A tablet that watches its line; what it has heard. */
function watch(url: string, line: string) {
  const heard = { events: 0, bytes: 0 };
  const asked = get(`${url}/v1/events?line=${encodeURIComponent(line)}`, (reply) => {
    reply.on('data', (part: Buffer) => {
      heard.bytes += part.length;
      for (let at = part.indexOf('\n\n'); at >= 0; at = part.indexOf('\n\n', at + 2)) {
        heard.events += 1;
      }
    });
    reply.on('error', () => undefined);
  });
  asked.on('error', () => undefined);
  return { heard, end: () => asked.destroy() };
}

const agent = new Agent({ keepAlive: true, maxSockets: 200 });

/** Asks one command as a tablet does; resolves with the time until its answer, ms. */
function tap(url: string, given: object): Promise<number> {
  const body = JSON.stringify({ commands: [given] });
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const asked = request(`${url}/v1/commands`, { method: 'POST', headers, agent }, (reply) => {
      let text = '';
      reply.on('data', (part) => {
        text += part;
      });
      reply.on('end', () => {
        if (!text.includes('"accepted"')) reject(new Error(text));
        else resolve(performance.now() - startMs);
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const now = () => ({ atMs: Date.now() });
const reportOf = (index: number): object =>
  shop.report('R1', {}, { line: lineOf(index), order: orderOf(index), ...now() });

/** Does something again and again until the time is over, each time after a pause. */
async function again(untilMs: number, everyMs: number, work: () => Promise<void>): Promise<void> {
  await delay(Math.random() * everyMs);
  while (Date.now() < untilMs) {
    const startMs = Date.now();
    await work();
    await delay(Math.max(0, everyMs * (0.5 + Math.random()) - (Date.now() - startMs)));
  }
}

async function open(url: string): Promise<void> {
  const { signal } = new AbortController();
  for (let index = 0; index < lines; index++) {
    const line = lineOf(index);
    const about = { line, order: orderOf(index), ...now() };
    const orders = Array.from({ length: waiting }, (_, number) =>
      shop.release(
        { operations: [{ operation: '0010', name: 'Turning' }] },
        `${orderOf(index)}-${number + 1}`,
        { line, ...now() },
      ),
    );
    const commands = [
      shop.release({ quantity: '1000000' }, orderOf(index), { line, ...now() }),
      ...orders,
      ...[shop.start(about), shop.phase('R1', {}, about)],
      command('StartShift', { line, ...now() }, { people: ['person:1'] }),
      shop.hold(`H-${index}`, 'order', { line, order: `${orderOf(index)}-1`, ...now() }),
    ];
    await ask(url, commands, signal);
  }
}

/**
 * 30 tablets on one edge with 20 busy lines: from the tap to the answer, and what it costs; beside
 * the same taps in the same run while no screen watches.
 */
export async function measureTablets() {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const [natsPort, httpPort] = await freePorts(2);
  const edge = await startProgram({
    ...{ name: 'edge', entry: 'edge/main.ts', directory },
    config: {
      ...{ storePath: join(directory, 'edge.sqlite'), httpPort, logLevel: 'silent' },
      natsUrl: `nats://127.0.0.1:${natsPort}`,
      lines: Array.from({ length: lines }, (_, index) => {
        return { line: lineOf(index), lanes: 2, idealPerHour: '7200' };
      }),
    },
  });
  const all = Array.from({ length: tablets }, (_, index) => index % lines);
  const watching: ReturnType<typeof watch>[] = [];
  try {
    await open(edge.url);
    await delay(settleMs);
    const alone = await tapAll(edge.url, all);
    watching.push(...all.map((index) => watch(edge.url, lineOf(index))));
    await delay(settleMs);
    const before = useOf(edge.pid);
    const fromMs = Date.now();
    const heard = watching.map(({ heard }) => ({ ...heard }));
    const taps = await tapAll(edge.url, all);
    const after = useOf(edge.pid);
    const tookMs = Date.now() - fromMs;
    const sum = (of: 'events' | 'bytes') =>
      watching.reduce((all, { heard: now }, index) => all + now[of] - heard[index]![of], 0);
    return {
      ...{ lines, tablets, taps: taps.length, ...delaysOf(taps) },
      unwatched: delaysOf(alone),
      pushesPerSecond: Math.round(sum('events') / (tookMs / 1_000)),
      kilobytesAPush: Math.round(sum('bytes') / sum('events') / 102.4) / 10,
      corePercent: Math.round(((after.cpuMs - before.cpuMs) / tookMs) * 1_000) / 10,
      memoryMb: after.mb,
    };
  } finally {
    for (const { end } of watching) end();
    agent.destroy();
    await edge.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

const tenth = (ms: number): number => Math.round(ms * 10) / 10;
const delaysOf = (taps: readonly number[]) => ({
  p50Ms: tenth(percentile(taps, 0.5)),
  p99Ms: tenth(percentile(taps, 0.99)),
  maxMs: tenth(Math.max(...taps)),
});

/** People tap and machines report for a while; from each tap to its answer, ms. */
async function tapAll(url: string, all: readonly number[]): Promise<number[]> {
  const untilMs = Date.now() + measureMs;
  const taps: number[] = [];
  const people = all.map((index) =>
    again(untilMs, tapMs, async () => void taps.push(await tap(url, reportOf(index)))),
  );
  const machines = Array.from({ length: lines }, (_, index) =>
    again(untilMs, machineMs, async () => void (await tap(url, reportOf(index)))),
  );
  await Promise.all([...people, ...machines]);
  return taps;
}

if (import.meta.main) {
  process.stdout.write(`${JSON.stringify(await measureTablets(), null, 2)}\n`);
  process.exit(0);
}
