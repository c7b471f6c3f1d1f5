import pino from 'pino';
import { onTestFinished } from 'vitest';
import { openOutbox } from '../../edge/store/outbox.ts';
import { migrations } from '../../edge/store/schema.ts';
import { openStore } from '../../edge/store/store.ts';
import { openExpress } from '../../edge/uplink/express.ts';
import type { Ahead } from '../../edge/uplink/marks.ts';
import { encodeContent } from '../../shared/codec.ts';
import type { Content } from '../../shared/event.ts';
import { decodeLive, type Live } from '../../shared/live.ts';
import { openBell } from '../../shared/loop.ts';
import { liveSubject } from '../../shared/subject.ts';
import { openMedium } from './medium.ts';
import { m01, m02 } from './shop.ts';

const log = pino({ level: 'silent' });
const store = 'aaaaaaaa-0000-4000-8000-000000000000';
/** Central's answer to what it took. */
export const taken = Buffer.from('{"answer":"taken"}');
type Answer = (line: string, live: Live) => Uint8Array | Promise<Uint8Array>;

/** An edge that tells ahead of its two lines, in a time that passes in sleeps alone. */
export function openTeller(answer: Answer = () => taken) {
  const db = openMedium(':memory:', migrations);
  onTestFinished(() => void db.close());
  const facts = openStore(db);
  const heads = new Map([m01, m02].map((line) => [line, facts.head(line)]));
  const outbox = openOutbox(db);
  const stop = new AbortController();
  const asked: [line: string, atMs: number, sequences: number[]][] = [];
  const told = new Map<string, Ahead | null>();
  const steps: (() => void)[] = [];
  let nowMs = 0;
  const clock = {
    ...{ nowMs: () => nowMs, monotonicMs: () => nowMs },
    async sleep(ms: number, signal: AbortSignal) {
      const beganMs = nowMs;
      nowMs += ms;
      const step = steps.shift();
      if (step) step();
      else stop.abort();
      if (signal.aborted) nowMs = beganMs; // woken at once
    },
  };
  const bell = openBell(clock);
  const reached = openBell(clock);
  let writers: string | undefined = store;
  const express = openExpress({
    ...{ lines: [m01, m02], outbox, bell, reached, clock, log, signal: stop.signal },
    writer: () => writers,
    report: (line, ahead) => void told.set(line, ahead),
    async ask(subject, question) {
      const line = [m01, m02].find((one) => liveSubject(one) === subject)!;
      const live = decodeLive(question as Uint8Array);
      asked.push([line, nowMs, live.facts.map(({ sequence }) => sequence)]);
      return answer(line, live);
    },
  });
  return {
    ...{ express, outbox, asked, told, reached },
    unwritten: () => {
      writers = undefined;
    },
    state(line: string, ...contents: Content[]): void {
      facts.commit(() => {
        for (const given of contents) {
          heads.set(line, facts.append(heads.get(line)!, encodeContent(given), null));
        }
      });
      bell.ring();
    },
    keep: (line: string, sequence: number) => outbox.keep(line, 1, sequence),
    /** Runs through this many more sleeps, doing this at each. */
    async run(count: number, step: (index: number) => void = () => undefined): Promise<void> {
      steps.push(...Array.from({ length: count }, (_, index) => () => step(index)));
      await express.run();
    },
    sequences: (line = m01) => asked.filter(([one]) => one === line).flatMap(([, , all]) => all),
  };
}
