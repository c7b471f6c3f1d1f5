import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { read } from '../../cli/drive.ts';
import { startStage } from '../../cli/stage.ts';
import { openOutbox } from '../../edge/store/outbox.ts';
import { migrations } from '../../edge/store/schema.ts';
import { openUplink } from '../../edge/uplink/uplink.ts';
import { readCommand } from '../../shared/command.ts';
import { openDatabase } from '../../shared/database.ts';
import { lastOf, type Segment } from '../../shared/segment.ts';
import { edge, lines, opening, reporting } from './work.ts';

/** The backlog that waits while the link is down, facts. */
const backlog = 200_000;
const drainMaxMs = 300_000;

export type Drained = {
  facts: number;
  factsPerSecond: number;
  barePerSecond: number;
  edgePeakMb: number;
  centralPeakMb: number;
};

/** A store with a backlog, as an edge has it after days without a network. */
async function fill(directory: string): Promise<number> {
  const plant = edge(directory);
  const commands = opening();
  for (const command of commands) await plant.intake.ask(command);
  const chunk = 10_000;
  for (let at = 0; at < backlog; at += chunk) {
    const asked = Array.from({ length: chunk }, (_, index) =>
      plant.intake.ask(readCommand(reporting(at + index))),
    );
    await Promise.all(asked);
  }
  plant.close();
  return backlog + commands.length;
}

/** All of the backlog as the segments that an edge would send. */
function segments(directory: string): Segment[][] {
  const db = openDatabase(join(directory, 'edge.sqlite'), migrations);
  const outbox = openOutbox(db);
  const all = lines.map((line) => {
    const out: Segment[] = [];
    for (let at = 0; ; at = lastOf(out.at(-1)!)) {
      const next = outbox.segment(line, at, Number.MAX_SAFE_INTEGER);
      if (!next) return out;
      out.push(next);
    }
  });
  db.close();
  return all;
}

/** A loop that only publishes the same segments, one in flight a line; facts per second. */
async function bare(natsUrl: string, all: Segment[][], facts: number): Promise<number> {
  const connection = await connect({ servers: natsUrl });
  const { publish } = await openUplink(connection, 10_000);
  const startMs = performance.now();
  await Promise.all(
    all.map(async (mine) => {
      let at = 0;
      for (const segment of mine) at = await publish({ ...segment, line: renamed(segment) }, at);
    }),
  );
  const seconds = (performance.now() - startMs) / 1_000;
  await connection.close();
  return facts / seconds;
}

/** The same bytes under another enterprise, so that both runs begin with an empty subject. */
const renamed = ({ line }: Segment): string => line.replace('acme/', 'bare/');

/** Peak resident memory of a process, MB; 0 where the system does not tell. */
function peakMb(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
  } catch {
    return 0;
  }
}

/** A backlog drained edge → leaf → hub (sync always) → ledger, beside a bare publisher. */
export async function measureDrain(): Promise<Drained> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const facts = await fill(directory);
    const all = segments(directory);
    const stage = await startStage({ directory, lines: lines.map((line) => ({ line, lanes: 4 })) });
    try {
      const startMs = performance.now();
      const deadlineMs = startMs + drainMaxMs;
      while ((await read<{ facts: number }>(stage.centralUrl, '/v1/status')).facts < facts) {
        if (performance.now() > deadlineMs) throw new Error('the backlog did not drain');
        await delay(20);
      }
      const seconds = (performance.now() - startMs) / 1_000;
      const edgePeakMb = peakMb(stage.edge.pid);
      const centralPeakMb = peakMb(stage.central.pid);
      await stage.edge.stop();
      await stage.central.stop();
      const barePerSecond = await bare(stage.leaf.url, all, facts);
      return { facts, factsPerSecond: facts / seconds, barePerSecond, edgePeakMb, centralPeakMb };
    } finally {
      await stage.close();
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}
