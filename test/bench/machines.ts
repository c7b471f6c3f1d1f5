import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { ask, read } from '../../cli/drive.ts';
import { startMachine } from '../../cli/machine/machine.ts';
import { freePorts } from '../../cli/port.ts';
import { startProgram } from '../../cli/program.ts';
import type { MachinesStatus } from '../../edge/machine/report.ts';
import { decodeContent } from '../../shared/codec.ts';
import { shop } from '../helpers/shop.ts';
import { percentile } from './figures.ts';

const lines = 20;
const tags = 50;
/** Tags of a line beside its two counters, state and mode. */
const others = tags - 4;
/** Each tag changes so often, ms: 20 lines of 50 tags tell over 10,000 values a second. */
const beatMs = 80;
const perS = 2;
const bookMs = 250;
const settleMs = 10_000;
const measureMs = 30_000;

const machineOf = (index: number): string => `L${`${index + 1}`.padStart(2, '0')}`;
const lineOf = (index: number): string => `acme/lyon/press/${machineOf(index)}`;

/**
 * The counters of the machine, and as many other tags, which no other line hears, as fill the
 * line's. All lines listen to one machine, each in a session of its own.
 */
function mappingOf(index: number, port: number): string {
  const loads = Array.from({ length: others }, (_, tag) => {
    const id = `Load${index * others + tag}`;
    return `      t${tag}: { at: "m;s=${id}", maxPerSec: 100, decimals: 1 }`;
  });
  return `version: 1
line: ${lineOf(index)}
endpoint: { url: "opc.tcp://127.0.0.1:${port}", mode: None, policy: None }
session: { publishingMs: 250, samplingMs: 0, bookMs: ${bookMs} }
namespaces: { m: "urn:holdfast:machine" }
units:
  press:
    profile: packml-tags
    root: "m;s=Filler."
    counters:
      good: { at: "m;s=Filler.Good", counts: good, maxPerSec: 100 }
      scrap: { at: "m;s=Filler.Scrap", counts: scrap, maxPerSec: 100 }
${loads.join('\n')}
`;
}

/** CPU time that a process has taken, ms, and its memory, MB. */
function useOf(pid: number) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)![1]);
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * 10,
    mb: Math.round(kilobytes / 1024),
  };
}

/** Every value that was taken in as a counter's, since the start. */
async function samplesOf(url: string): Promise<number> {
  const { machines } = await read<{ machines: MachinesStatus }>(url, '/v1/status');
  const units = machines.lines.flatMap((line) => line.units);
  return units.reduce(
    (sum, { samples }) => sum + Object.values(samples).reduce((all, count) => all + count, 0),
    0,
  );
}

/**
 * Of reports within the measure, ms: from the time at the machine until the fact is on disk, and
 * of that from its decision on. `commits`: when a transaction had ended. A fact is decided within
 * one, and none comes between.
 */
function delaysIn(storePath: string, fromMs: number, commits: readonly number[]) {
  const db = new Sqlite(storePath, { readonly: true });
  const rows = db.prepare<[], Buffer>('SELECT bytes FROM event ORDER BY position').pluck().all();
  db.close();
  const reports = rows
    .map((bytes) => decodeContent(bytes))
    .filter(({ type, atMs }) => type === 'QuantityReported' && atMs >= fromMs)
    .map(({ atMs, recordedMs }) => ({ atMs, recordedMs, ms: durableMs(recordedMs, commits) }));
  return {
    all: reports.map(({ atMs, ms }) => ms - atMs),
    commit: reports.map(({ recordedMs, ms }) => ms - recordedMs),
  };
}

function durableMs(recordedMs: number, commits: readonly number[]): number {
  const ended = commits.find((ms) => ms >= recordedMs);
  if (ended === undefined) throw new Error(`no commit after ${recordedMs}`);
  return ended;
}

/** 20 lines of 50 tags at 10,000 values a second: what they cost an edge, and how late they are. */
export async function measureMachines() {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const [natsPort, httpPort] = await freePorts(2);
  const all = Array.from({ length: lines }, (_, index) => index);
  const machine = await startMachine({
    ...{ profile: 'packml-tags', security: 'none', folder: join(directory, 'm'), perS },
    ...{ loadTags: lines * others, loadEveryMs: beatMs },
  });
  const storePath = join(directory, 'edge.sqlite');
  const commitsPath = join(directory, 'commits.json');
  process.env['HOLDFAST_COMMITS'] = commitsPath;
  for (const index of all) {
    writeFileSync(join(directory, `${machineOf(index)}.yaml`), mappingOf(index, machine.link.port));
  }
  const edge = await startProgram({
    ...{ name: 'edge', entry: 'edge/main.ts', directory },
    nodeOptions: ['--import', join(import.meta.dirname, 'commits.ts')],
    config: {
      ...{ storePath, httpPort, natsUrl: `nats://127.0.0.1:${natsPort}` },
      lines: all.map((index) => {
        return { line: lineOf(index), machine: join(directory, `${machineOf(index)}.yaml`) };
      }),
    },
  });
  try {
    const { signal } = new AbortController();
    for (const index of all) {
      const order = `WO-${index + 1}`;
      const about = { line: lineOf(index), order };
      const commands = [
        shop.release({ quantity: '100000' }, order, about),
        shop.start(about),
        shop.phase('R1', {}, about),
      ];
      await ask(edge.url, commands, signal);
    }
    await delay(settleMs);
    const { machines: heard } = await read<{ machines: MachinesStatus }>(edge.url, '/v1/status');
    const silent = heard.lines.filter(({ link }) => link !== 'live');
    if (silent.length > 0) throw new Error(`not live: ${JSON.stringify(silent[0])}`);
    const [before, samples, fromMs] = [useOf(edge.pid), await samplesOf(edge.url), Date.now()];
    await delay(measureMs);
    const [after, more, untilMs] = [useOf(edge.pid), await samplesOf(edge.url), Date.now()];
    await edge.stop();
    const seconds = (untilMs - fromMs) / 1_000;
    const commits = JSON.parse(readFileSync(commitsPath, 'utf8')) as number[];
    const delays = delaysIn(storePath, fromMs, commits);
    return {
      ...{ lines, tags, bookMs, reports: delays.all.length },
      valuesPerSecond: Math.round((more - samples) / seconds),
      corePercent: Math.round(((after.cpuMs - before.cpuMs) / (untilMs - fromMs)) * 1_000) / 10,
      memoryMb: after.mb,
      p50Ms: percentile(delays.all, 0.5),
      p99Ms: percentile(delays.all, 0.99),
      commitP50Ms: percentile(delays.commit, 0.5),
      commitP99Ms: percentile(delays.commit, 0.99),
    };
  } finally {
    await edge.stop();
    await machine.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  process.stdout.write(`${JSON.stringify(await measureMachines(), null, 2)}\n`);
  process.exit(0);
}
