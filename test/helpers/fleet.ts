import { join } from 'node:path';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { openRegistrar } from '../../central/ledger/registrar.ts';
import { migrations as centralMigrations, openMemory } from '../../central/memory.ts';
import { assembleEdge } from '../../edge/assembly.ts';
import { readEdgeConfig } from '../../edge/config.ts';
import { type Software, softwareHere } from '../../edge/line/software.ts';
import { migrations } from '../../edge/store/schema.ts';
import { openDownlink } from '../../edge/uplink/downlink.ts';
import type { HubParts } from '../../edge/uplink/hub.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { decodeContent, digest } from '../../shared/codec.ts';
import { readCommand } from '../../shared/command.ts';
import { openDatabase } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { systemRandom } from '../../shared/identity.ts';
import { encodeKept } from '../../shared/kept.ts';
import { decodeSegment, encodeSegment, lastOf, type Segment } from '../../shared/segment.ts';
import { bellSubject, keptSubject } from '../../shared/subject.ts';
import { testFolder } from './folder.ts';
import { waitFor } from './plantnet.ts';
import { m01, m02 } from './shop.ts';

const log = pino({ level: process.env['HF_TEST_LOG'] ?? 'silent' });
/** Waits pass fifty times faster than they say. */
const clock: Clock = {
  ...{ nowMs: systemClock.nowMs, monotonicMs: systemClock.monotonicMs },
  sleep: (ms, signal) => systemClock.sleep(ms / 50, signal),
};
const waitMs = 30_000;

type Subscriber = (error: null, message: Msg) => void;
type Bus = ReturnType<typeof openBus>;
export type Fleet = ReturnType<typeof openFleet>;
export type Member = ReturnType<Fleet['box']>;

/** Subjects within this process: who listens, and who answers. */
function openBus() {
  const subscribers: [RegExp, Subscriber, object][] = [];
  const matching = (subject: string) => subscribers.filter(([pattern]) => pattern.test(subject));
  return {
    connection(of: object) {
      const subscribe = (subject: string, { callback }: { callback: Subscriber }) => {
        const pattern = subject.replaceAll('.', '\\.').replaceAll('*', '[^.]+');
        subscribers.push([new RegExp(`^${pattern}$`), callback, of]);
      };
      return { subscribe } as unknown as NatsConnection;
    },
    leave(of: object): void {
      const rest = subscribers.filter(([, , owner]) => owner !== of);
      subscribers.splice(0, subscribers.length, ...rest);
    },
    publish(subject: string, text: string): void {
      const message = { subject, data: Buffer.from(text) } as unknown as Msg;
      for (const [, tell] of matching(subject)) tell(null, message);
    },
    request(subject: string, data: Uint8Array | string): Uint8Array {
      let answer: Uint8Array | undefined;
      const respond = (bytes: Uint8Array) => {
        answer = bytes;
        return true;
      };
      const message = { subject, data: Buffer.from(data), respond } as unknown as Msg;
      for (const [, tell] of matching(subject)) tell(null, message);
      if (answer) return answer;
      throw new Fault('UNREACHABLE', 'central: no responders');
    },
  };
}

/** The stream: whatever was appended, and the last message of each line. */
function openStream() {
  const messages: Uint8Array[] = [];
  const lasts = new Map<string, { streamSequence: number; segment: Segment }>();
  return {
    messages,
    append(segment: Segment, expected: number): number {
      const known = lasts.get(segment.line)?.streamSequence ?? 0;
      if (known !== expected) throw new Fault('CONFLICT', `hub: the subject ends at ${known}`);
      const streamSequence = messages.push(encodeSegment(segment));
      lasts.set(segment.line, { streamSequence, segment });
      return streamSequence;
    },
    last(line: string) {
      const last = lasts.get(line);
      if (!last) return undefined;
      const { streamSequence, segment } = last;
      const hash = Buffer.from(segment.after!).toString('hex');
      return { streamSequence, epoch: segment.epoch, sequence: lastOf(segment), hash };
    },
  };
}

/** Central and boxes in one process, over subjects and a stream that the test can cut. */
export function openFleet(lines: readonly string[] = [m01, m02]) {
  const folder = testFolder();
  const stream = openStream();
  const bus = openBus();
  const db = openDatabase(':memory:', centralMigrations);
  const ring = (line: string) => void setImmediate(() => bus.publish(bellSubject(line), ''));
  const memory = openMemory({ db, nowMs: Date.now, waitMs: Date.now, maxInFlightMs: 1, ring });
  const { ledger } = memory;
  openRegistrar({ connection: bus.connection(db), ...memory, moved: () => undefined, log });
  const away = { central: false }; // its process is down: the stream goes on

  function read(): void {
    if (away.central) return;
    const { streamSequence } = ledger.cursor();
    stream.messages.slice(streamSequence).forEach((bytes, index) => {
      const cursor = { streamSequence: streamSequence + index + 1, digest: digest(bytes) };
      ledger.accept([{ segment: decodeSegment(bytes) }], cursor);
    });
    for (const { path, epoch, sequence, hash } of ledger.lines()) {
      if (sequence === 0 && epoch === 1) continue;
      const word = { epoch, sequence, hash: hash.toString('hex'), settled: sequence, waiting: [] };
      bus.publish(keptSubject(path), encodeKept(word));
    }
  }
  const reading = setInterval(read, 3);
  onTestFinished(() => clearInterval(reading));

  /** Opens a box on the file of this name, made if absent. */
  function box(
    name: string,
    own: readonly string[] = lines,
    aheadMs = 0,
    software: Software = softwareHere,
  ) {
    const file = openDatabase(join(folder, `${name}.sqlite`), migrations);
    const config = readEdgeConfig({
      ...{
        storePath: name,
        natsUrl: 'nats://nowhere',
        lines: own.map((line) => ({ line, lanes: 3 })),
        keepDays: 1,
      },
    });
    // Subjects that do not come through, and a line whose facts do not.
    const link = { cut: false, losing: 0, deaf: '', mute: '' };
    const edge = assembleEdge({
      ...{ config, db: file, random: systemRandom, log, software },
      clock: { ...clock, nowMs: () => clock.nowMs() + aheadMs },
      openHub: (parts) => hubOf(bus, stream, link, away, parts),
    });
    let open = true;
    const end = async (leaves: boolean) => {
      if (!open) return;
      open = false;
      await edge.stop();
      if (leaves) edge.leave();
      bus.leave(link);
      file.close();
    };
    const stop = () => end(true);
    onTestFinished(stop);
    const { commit } = edge.store;
    let commits = 0;
    /** After so many commits, counted from now, nothing reaches the disk any more. */
    function crashAfter(last: number): void {
      commits = 0;
      edge.store.commit = (work) => {
        if (commits >= last) throw new Fault('FULL', 'crashed');
        commit(work);
        if (++commits < last) return;
        link.cut = true;
        throw new Fault('FULL', 'crashed');
      };
    }
    const status = (line = own[0]!) => edge.status().lines.find((one) => one.line === line)!;
    return {
      ...edge,
      ...{ db: file, name, link, stop, crashAfter },
      /** Ends as a power cut would: nothing is left behind. */
      crash: () => end(false),
      commits: () => commits,
      status,
      /** All that the edge says of itself. */
      whole: edge.status,
      /** Every fact of the line, in the order of the store. */
      recent: (line: string) =>
        [...edge.store.history()]
          .filter((row) => row.line === edge.roster.actor(line).head().line)
          .map((row) => ({ ...decodeContent(row.bytes), ...row })),
      way: (line?: string) => status(line).way,
      ask: (given: object) => edge.intake.ask(readCommand(given)),
      /** Resolves once central keeps all that the line has stated. */
      kept: (line = own[0]!) =>
        until(() => status(line).kept === status(line).head && status(line).head > 0, 'kept'),
      until: (state: string, line?: string) =>
        until(() => status(line).way.state === state, `${name} to be ${state}`),
      /** A copy of the file as it is now. */
      copy: (to: string) => void file.exec(`VACUUM INTO '${join(folder, `${to}.sqlite`)}'`),
    };
  }

  return { ...memory, db, stream, away, box, read, lines };
}

const until = (condition: () => boolean, what: string) => waitFor(condition, waitMs, what);

function hubOf(
  bus: Bus,
  stream: ReturnType<typeof openStream>,
  link: { cut: boolean; losing: number; deaf: string; mute: string },
  away: { central: boolean },
  { lines, outbox, marks, writes, rung }: HubParts,
) {
  const { heard } = marks;
  openDownlink({
    ...{ connection: bus.connection(link), lines, outbox, writes, log },
    rung: (line) => {
      if (!link.cut) rung(line);
    },
    lastKept: async () => undefined,
    heard: (line, kept) => {
      if (!link.cut) heard(line, kept);
    },
  });
  const reached = async <T>(work: () => T): Promise<T> => {
    await new Promise(setImmediate);
    if (link.cut) throw new Fault('UNREACHABLE', 'hub: the link is cut');
    return work();
  };
  return {
    publish: (segment: Segment, at: number) =>
      reached(() => {
        if (segment.line === link.mute) throw new Fault('UNREACHABLE', 'hub: no answer');
        return stream.append(segment, at);
      }),
    last: (line: string) => reached(() => stream.last(line)),
    ask: (subject: string, question: Uint8Array | string) =>
      reached(() => {
        const isLost = link.deaf !== '' && subject.startsWith(link.deaf);
        if (away.central || isLost) throw new Fault('UNREACHABLE', 'central: no responders');
        const answer = bus.request(subject, question);
        if (link.losing === 0 || !`${question}`.includes('"begin"')) return answer;
        link.losing -= 1;
        throw new Fault('UNREACHABLE', 'central: its answer was lost');
      }),
    askBeat: () => reached(() => Buffer.from(JSON.stringify({ nowMs: Date.now() }))),
    seen: () => undefined,
    close: async () => undefined,
  };
}
