// A ledger, a real hub, and the feed between them, which the test may break wherever it likes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pino from 'pino';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { type FeedConfig, feedFields } from '../../central/feed/config.ts';
import { tell } from '../../central/feed/teller.ts';
import { migrations, openMemory } from '../../central/memory.ts';
import { startHub } from '../../cli/broker.ts';
import type { Broker } from '../../cli/natsserver.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Content } from '../../shared/event.ts';
import type { Exporter } from '../../shared/exporter.ts';
import type { FeedFact } from '../../shared/feed/message.ts';
import type { Mask } from '../../shared/feed/people.ts';
import { readFields } from '../../shared/field.ts';
import { openBell } from '../../shared/loop.ts';
import { factStream } from '../../shared/subject.ts';
import { history, report } from './facts.ts';
import { testFolder } from './folder.ts';
import { openMedium } from './medium.ts';
import { waitFor } from './plantnet.ts';

const log = pino({ level: 'silent' });

/** One hub for the tests of a file; each has its stream to itself. */
export function hubOfFile(): () => Broker {
  let hub: Broker | undefined;
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-'));
  beforeAll(async () => {
    hub = await startHub({ directory });
  });
  afterAll(async () => {
    await hub?.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  return () => hub!;
}

export const configOf = (given: object = {}): FeedConfig => readFields(feedFields, given, 'feed');

/** The hub's client, and what it says of the feed, which begins anew unless it is said not to. */
export async function openHubside({ url }: Pick<Broker, 'url'>, isNew = true) {
  const connection = await connect({ servers: url });
  onTestFinished(() => connection.close());
  const manager = await jetstreamManager(connection);
  if (isNew) await manager.streams.delete(factStream).catch(() => false);
  const stream = jetstream(connection);
  const state = async () => (await manager.streams.info(factStream)).state;
  return {
    ...{ connection, manager, stream, state },
    /** Everything that is in the feed, in its order. */
    async told(): Promise<FeedFact[]> {
      const { first_seq, last_seq, messages } = await state();
      const facts: FeedFact[] = [];
      for (let seq = first_seq; messages > 0 && seq <= last_seq; seq++) {
        const message = await manager.direct.getMessage(factStream, { seq });
        if (message) facts.push(message.json<FeedFact>());
      }
      return facts;
    },
  };
}
export type Hubside = Awaited<ReturnType<typeof openHubside>>;

/** A ledger in a folder of its own, or in one that was there. */
export function openBooks(path = `${testFolder()}/ledger.sqlite`, nowMs: () => number = Date.now) {
  const db = openMedium(path, migrations);
  onTestFinished(() => void db.close());
  const memory = openMemory({ db, nowMs, waitMs: nowMs, maxInFlightMs: 1 });
  return { path, db, ...memory };
}
export type Books = ReturnType<typeof openBooks>;

/** Reports of a line, each with an id of its own. */
export const reports = (line: string, count: number): Content[] =>
  Array.from({ length: count }, (_, at) => report(`${line} ${at + 1}`, `${at + 1}`));

type Given = {
  config?: FeedConfig;
  mask?: Mask;
  exporter?: Exporter;
  /** What stands for the hub's own publish. */
  publish?: Hubside['stream']['publish'];
  nowMs?: () => number;
};

/** Tells the feed until `stop`, as central does; fails loudly if it ends by itself. */
export function startTelling(hub: Hubside, { book }: Pick<Books, 'book'>, given: Given = {}) {
  const stop = new AbortController();
  const bell = openBell();
  const { config = configOf(), mask, exporter, publish, nowMs = Date.now } = given;
  const stream = publish ? ({ ...hub.stream, publish } as Hubside['stream']) : hub.stream;
  const running = tell({
    ...{ stream, manager: hub.manager, book, config, mask, bell, log, replicas: 1, idleMs: 20 },
    exporter,
    clock: { ...systemClock, nowMs, sleep: (_, signal) => systemClock.sleep(5, signal) },
    signal: stop.signal,
  });
  const end = async () => {
    stop.abort();
    await running;
  };
  onTestFinished(end);
  return { bell, running, stop: end };
}

/** Resolves once the feed has told all that the ledger holds. */
export const toldAll = ({ book }: Pick<Books, 'book'>): Promise<void> =>
  waitFor(() => book.cursor().position === book.last(), 30_000, 'the feed to tell all');

/** Three lines, and facts of each as the tests of a feed take them in. */
export const lines = ['acme/lyon/turning/M01', 'acme/lyon/turning/M02', 'acme/graz/packing/P 1'];
export const perLine = 40;

/** Takes facts of all lines in, a few of each at a time. */
export function fill({ ledger }: Books, from = 1, upTo = perLine): void {
  const logs = lines.map((line) => history(line, reports(line, upTo)));
  for (let first = from; first <= upTo; first += 7) {
    const last = Math.min(first + 6, upTo);
    ledger.accept(logs.map((log) => ({ segment: log.segment(first, last) })));
  }
}

/** The feed is the ledger: every fact once, in the order of the ledger. */
export async function isWhole(side: Hubside, { book }: Books): Promise<void> {
  const told = await side.told();
  expect(told.map(({ position }) => position)).toEqual(
    book.page(0, 10_000).map(({ position }) => position),
  );
  for (const line of lines) {
    const own = told.filter((fact) => fact.line === line).map(({ sequence }) => sequence);
    expect(own).toEqual(own.map((_, at) => at + 1));
  }
}
