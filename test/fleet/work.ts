import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { read } from '../../cli/drive.ts';
import { shop } from '../helpers/shop.ts';

export type LineStand = {
  line: string;
  epoch: number;
  head: number;
  kept: number;
  failure: string | null;
};
export type EdgeStand = {
  unsent: number;
  program: { release: string };
  lines: (LineStand & { way: { state: string; detail?: string } })[];
};
export type CentralStand = {
  lines: { line: string; epoch: number; sequence: number }[];
  parked?: unknown;
};

export const edgeStand = (url: string): Promise<EdgeStand> => read(url, '/v1/status');
export const centralStand = (url: string): Promise<CentralStand> => read(url, '/v1/status');

const pauseMs = 100;
const answerMaxMs = 2_000;
const lateMs = 1_000;

/**
 * Somebody at each line who reports a piece ten times a second, and asks again under the same id
 * until there is an answer.
 */
export function startWork(url: string, line: string, order: string) {
  const stop = new AbortController();
  const about = { line, order };
  const commands = [
    shop.release({ quantity: '1000000' }, order, about),
    shop.start(about),
    shop.phase(order, {}, about),
  ];
  let accepted = 0;
  const waitsMs: number[] = [];
  const refused: string[] = [];

  async function ask(given: object): Promise<void> {
    const command = { ...given, commandId: randomUUID(), atMs: Date.now() };
    const beganMs = performance.now();
    for (;;) {
      const status = await once(url, command);
      if (status !== undefined) {
        if (status === 'accepted') accepted += 1;
        else refused.push(status);
        waitsMs.push(performance.now() - beganMs);
        return;
      }
      if (stop.signal.aborted && performance.now() - beganMs > 120_000) {
        refused.push('nobody answered for two minutes');
        return;
      }
      await delay(50);
    }
  }

  const done = (async () => {
    for (const command of commands) await ask(command);
    while (!stop.signal.aborted) {
      await ask(shop.report(order, {}, about));
      await delay(pauseMs);
    }
    await ask(shop.end(order, about));
  })();
  return {
    async stop() {
      stop.abort();
      await done;
      return { accepted, refused, waits: waitsOf(waitsMs) };
    },
  };
}

/** How long those who tapped waited for their answer, in words. */
function waitsOf(waitsMs: readonly number[]): string {
  const sorted = waitsMs.toSorted((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.ceil(sorted.length * part) - 1]!);
  const late = sorted.filter((waitMs) => waitMs > lateMs).length;
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms; ${late} waited over 1 s`;
}

/** The answer to a command: accepted, or why not; undefined where there is none yet. */
async function once(url: string, command: object): Promise<string | undefined> {
  try {
    const response = await fetch(new URL('/v1/commands', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ commands: [command] }),
      signal: AbortSignal.timeout(answerMaxMs),
    });
    const { answers } = (await response.json()) as {
      answers?: { status: string; code?: string; reason?: string }[];
    };
    const answer = answers?.[0];
    if (!answer || answer.code === 'UNREACHABLE' || answer.code === 'FULL') return undefined;
    return answer.status === 'accepted' ? 'accepted' : `${answer.code}: ${answer.reason}`;
  } catch {
    return undefined;
  }
}

/** Waits until central's ledger holds all that the edge's lines have stated. */
export async function drained(edgeUrl: string, centralUrl: string): Promise<number> {
  const deadlineMs = performance.now() + 120_000;
  for (;;) {
    const edge = await edgeStand(edgeUrl);
    const { lines } = await centralStand(centralUrl);
    const missing = edge.lines.filter(({ line, epoch, head }) => {
      const found = lines.find((one) => one.line === line);
      return head > 0 && (found?.epoch !== epoch || found.sequence !== head);
    });
    if (missing.length === 0) return edge.lines.reduce((sum, { head }) => sum + head, 0);
    if (performance.now() > deadlineMs) {
      throw new Error(`not at central after two minutes: ${JSON.stringify(missing)}`);
    }
    await delay(500);
  }
}
