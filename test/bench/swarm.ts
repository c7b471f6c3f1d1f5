// A child of scale.ts: many edges in one process, each with a connection and lines of its own. Of
// an edge they are the wire alone: what a line states accrues by the clock, and is sent as the
// edge's own forwarder sends it: one segment in flight a line, behind the window, expecting the
// sequence.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { openUplink, type Uplink } from '../../edge/uplink.ts';
import { openWindow } from '../../edge/window.ts';
import { encodeContent, genesis, link } from '../../shared/codec.ts';
import type { Content } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { eventIds, systemRandom } from '../../shared/identity.ts';
import { decodeKept } from '../../shared/kept.ts';
import { lastOf, type Segment, segmentFactsMax } from '../../shared/segment.ts';
import { enrolSubject, keptSubject } from '../../shared/subject.ts';
import { contents } from './contents.ts';

export type Task = {
  urls: readonly string[];
  /** Number of the first edge, and how many there are. */
  from: number;
  edges: number;
  lines: number;
  /** Facts of one line in a second. */
  rate: number;
};
export type Told = {
  entered: number;
  stated: number;
  sent: number;
  kept: number;
  /** Ages of facts when central's word on them came, ms, since this was asked last. */
  agesMs: readonly number[];
  /** Refusals and times without an answer. */
  doubts: number;
};

const askMs = 20_000;
const agesMax = 20_000;
const nowMs = () => Date.now();

/** One line as the wire sees it. */
type Wire = {
  path: string;
  index: number;
  edge: number;
  sequence: number;
  kept: number;
  hash: Uint8Array;
  streamSequence: number;
  window: ReturnType<typeof openWindow>;
  /** Sent, and the answer is still out. */
  pending?: Sealed | undefined;
};
type Sealed = Segment & { after: Uint8Array };

async function swarm({ urls, from, edges, lines, rate }: Task) {
  const { first, report } = await contents();
  const id = eventIds(nowMs, systemRandom);
  let [entered, doubts, beganMs, endedMs] = [0, 0, 0, Number.POSITIVE_INFINITY];
  let isRunning = false;
  let agesMs: number[] = [];
  const all: Wire[][] = Array.from({ length: edges }, (_, edge) =>
    Array.from({ length: lines }, (_, index) => {
      const path = `acme/s${from + edge}/hall/L${index + 1}`;
      const own = { path, index, edge: from + edge, sequence: 0, kept: 0, streamSequence: 0 };
      return { ...own, hash: genesis(path, 1), window: openWindow(nowMs) };
    }),
  );
  const statedBy = (atMs: number): number =>
    beganMs === 0
      ? 0
      : first[0]!.length + Math.floor(((Math.min(atMs, endedMs) - beganMs) / 1_000) * rate);
  const atOf = (sequence: number): number =>
    beganMs + ((sequence - first[0]!.length) / rate) * 1_000;

  function fact(wire: Wire, sequence: number): Buffer {
    const content: Content = first[wire.index]![sequence - 1] ?? report[wire.index]!;
    const commandId = `${wire.path}/${sequence}`;
    const order = `${content.order}-${wire.edge}`;
    const when = { eventId: id(), atMs: nowMs(), recordedMs: nowMs() };
    return encodeContent({ ...content, ...when, order, commandId, correlationId: commandId });
  }

  /** The line's next segment, and where its chain ends behind it. */
  function segmentOf(wire: Wire): Sealed | undefined {
    const last = Math.min(statedBy(nowMs()), wire.sequence + segmentFactsMax / 4);
    if (last <= wire.sequence) return undefined;
    const facts: Buffer[] = [];
    let after = wire.hash;
    for (let at = wire.sequence + 1; at <= last; at++) {
      const bytes = fact(wire, at);
      after = link(after, bytes);
      facts.push(bytes);
    }
    const place = { line: wire.path, epoch: 1, first: wire.sequence + 1 };
    return { ...place, before: wire.hash, after, facts };
  }

  async function enter(wire: Wire, connection: NatsConnection): Promise<void> {
    const hash = Buffer.from(genesis(wire.path, 1)).toString('hex');
    const place = { epoch: 1, sequence: 0, hash, stream: 0 };
    const ask = JSON.stringify({ want: 'enter', store: stores.get(wire.path)!, ...place });
    for (let attempt = 1; ; attempt++) {
      try {
        await connection.request(enrolSubject(wire.path), ask, { timeout: askMs });
        return;
      } catch (error) {
        if (attempt === 5) throw error;
        doubts += 1;
      }
    }
  }
  const stores = new Map(all.flat().map(({ path }) => [path, randomUUID()]));

  /** Sends what is stated, until it is cut off. */
  async function send(wire: Wire, uplink: Uplink, ended: AbortSignal): Promise<void> {
    let isSure = wire.pending === undefined;
    while (!ended.aborted && isRunning) {
      try {
        if (!isSure) {
          const last = await uplink.last(wire.path);
          if (last && 'sequence' in last && last.sequence > wire.sequence) {
            took(wire, last.streamSequence);
          }
          isSure = true;
        }
        const waitMs = wire.window.waitMs(wire.kept);
        if (!wire.pending && waitMs === 0) wire.pending = segmentOf(wire);
        if (wire.pending) took(wire, await uplink.publish(wire.pending, wire.streamSequence));
        else await delay(Math.max(20, waitMs), undefined, { signal: ended });
      } catch (error) {
        if (ended.aborted) return;
        if (!(error instanceof Fault)) throw error;
        doubts += 1;
        isSure = false;
        await delay(500, undefined, { signal: ended }).catch(() => undefined);
      }
    }
  }

  function took(wire: Wire, streamSequence: number): void {
    wire.sequence = lastOf(wire.pending!);
    wire.hash = wire.pending!.after;
    wire.streamSequence = streamSequence;
    wire.pending = undefined;
    wire.window.took(wire.sequence);
  }

  /** One edge, connected until it is cut; resolves then. */
  async function live(wires: readonly Wire[], ended: AbortSignal): Promise<void> {
    const connection = await connect({
      ...{ servers: [...urls], maxReconnectAttempts: -1, timeout: 20_000 },
      ...{ reconnectTimeWait: 250, reconnectJitter: 250, inboxPrefix: `_INBOX_s${wires[0]!.edge}` },
    });
    const uplink = await openUplink(connection, askMs);
    for (const wire of wires) {
      connection.subscribe(keptSubject(wire.path), {
        callback: (error, message) => {
          if (error) return;
          const { sequence } = decodeKept(message.data);
          if (sequence <= wire.kept) return;
          wire.kept = sequence;
          if (agesMs.length < agesMax) agesMs.push(nowMs() - atOf(sequence));
        },
      });
    }
    for (const wire of wires) {
      if (wire.sequence === 0) await enter(wire, connection);
      entered += 1;
    }
    while (!isRunning && !ended.aborted) await delay(50);
    await Promise.all(wires.map((wire) => send(wire, uplink, ended)));
    await connection.close();
  }

  let cut = new AbortController();
  let living: Promise<unknown> = Promise.resolve();
  const connectAll = () => {
    cut = new AbortController();
    entered = 0;
    living = Promise.all(all.map((wires) => live(wires, cut.signal)));
    living.catch((error) => {
      process.stderr.write(`${error.stack}\n`);
      process.exit(1);
    });
  };
  return {
    connect: connectAll,
    begin(): void {
      beganMs = nowMs();
      isRunning = true;
    },
    /** All connections at once, as a region's network; what is stated meanwhile waits. */
    async cut(): Promise<void> {
      cut.abort();
      await living;
    },
    /** Nothing more is stated; what waits is still sent. */
    freeze(): void {
      endedMs = nowMs();
    },
    async stop(): Promise<void> {
      isRunning = false;
      await living;
    },
    told(): Told {
      const flat = all.flat();
      const sum = (of: (wire: Wire) => number) => flat.reduce((total, wire) => total + of(wire), 0);
      const told = { entered, doubts, agesMs, stated: statedBy(nowMs()) * flat.length };
      agesMs = [];
      return { ...told, sent: sum(({ sequence }) => sequence), kept: sum(({ kept }) => kept) };
    },
  };
}

export type Order = 'connect' | 'begin' | 'cut' | 'freeze' | 'stop' | 'told';

// Told what to be by its first message; each that follows is an order, and is answered.
let made: ReturnType<typeof swarm> | undefined;
process.on('message', async (message: Task | Order) => {
  if (typeof message !== 'string') {
    made = swarm(message);
    await made;
    process.send!('ready');
    return;
  }
  const answer = await (await made!)[message]();
  process.send!(answer ?? message);
  if (message === 'stop') process.disconnect();
});
process.once('disconnect', () => process.exit(0));
