import pino from 'pino';
import { onTestFinished } from 'vitest';
import { migrations as centralMigrations, openMemory } from '../../central/memory.ts';
import { assembleEdge } from '../../edge/assembly.ts';
import { readEdgeConfig } from '../../edge/config.ts';
import { migrations } from '../../edge/store/schema.ts';
import type { Hub } from '../../edge/uplink/hub.ts';
import type { Beat } from '../../shared/beat.ts';
import type { Clock } from '../../shared/clock.ts';
import { decodeContent } from '../../shared/codec.ts';
import { readCommand } from '../../shared/command.ts';
import { openDatabase } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { systemRandom } from '../../shared/identity.ts';
import { outcome } from './box.ts';
import { m01, m02 } from './shop.ts';

const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** True time, which only the test lets pass; a wall clock may be off it, and be set. */
export function openTime(startMs: number) {
  type Sleeper = { atMs: number; wake: () => void };
  let passedMs = 0;
  let sleepers: Sleeper[] = [];
  const trueMs = () => startMs + passedMs;

  return {
    trueMs,
    /** The clock of one boot of a computer whose day is `wall.offMs` off. */
    clock(wall: { offMs: number }): Clock {
      const bootMs = passedMs;
      return {
        nowMs: () => trueMs() + wall.offMs,
        monotonicMs: () => passedMs - bootMs,
        sleep(ms, signal) {
          if (signal.aborted) return Promise.resolve();
          return new Promise((resolve) => {
            const sleeper = { atMs: passedMs + ms, wake: resolve };
            const end = () => {
              sleepers = sleepers.filter((other) => other !== sleeper);
              resolve();
            };
            sleepers.push(sleeper);
            signal.addEventListener('abort', end, { once: true });
          });
        },
      };
    },
    async pass(ms: number): Promise<void> {
      const endMs = passedMs + ms;
      for (;;) {
        await settle();
        const due = sleepers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (!due) break;
        sleepers = sleepers.filter((other) => other !== due);
        passedMs = Math.max(passedMs, due.atMs);
        due.wake();
      }
      passedMs = endMs;
    },
  };
}
export type Time = ReturnType<typeof openTime>;

/** A real edge on a real store, with nothing behind it but central's clock, where it answers. */
export function openClockBox(time: Time, path = ':memory:', offMs = 0) {
  const wall = { offMs };
  const central = { answers: true };
  const db = openDatabase(path, migrations);
  const away = () => Promise.reject(new Fault('UNREACHABLE', 'no hub here'));
  const beats: Beat[] = [];
  const askBeat = async (beat: Beat) => {
    beats.push(beat);
    if (!central.answers) return await away();
    return Buffer.from(JSON.stringify({ nowMs: time.trueMs() }));
  };
  const hub = { publish: away, last: away, ask: away, askBeat, seen: () => undefined };
  const lines = [m01, m02].map((line) => ({ line, lanes: 2 }));
  const edge = assembleEdge({
    ...{ db, clock: time.clock(wall), random: systemRandom, log: pino({ level: 'silent' }) },
    config: readEdgeConfig({ storePath: 'e.db', natsUrl: 'nats://127.0.0.1:9', lines }),
    openHub: () => ({ ...hub, close: async () => undefined }) as Hub,
  });
  let open = true;
  /** Nothing is said of it in its store: it ends as in a power cut. */
  const end = async () => {
    if (!open) return;
    open = false;
    await edge.stop();
    db.close();
  };
  onTestFinished(end);

  return {
    ...{ edge, db, wall, central, beats, end },
    async ask(given: object): Promise<string> {
      const asked = edge.intake.ask(readCommand(given));
      await settle();
      return outcome(await asked);
    },
    facts: () => [...edge.store.history()].map(({ bytes }) => decodeContent(bytes)),
    segment: (line = m01) => edge.outbox.segment(line, 0, 1_000)!,
  };
}
/** Central's memory, which knows the true time. */
export function openClockCentral(time: Time, path = ':memory:') {
  const db = openDatabase(path, centralMigrations);
  onTestFinished(() => void db.close());
  const times = { nowMs: time.trueMs, waitMs: time.trueMs, maxInFlightMs: 0 };
  return { ...openMemory({ db, ...times }), close: () => void db.close() };
}
