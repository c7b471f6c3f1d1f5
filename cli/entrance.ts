import { randomUUID } from 'node:crypto';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { backoff } from '../shared/backoff.ts';
import { systemClock } from '../shared/clock.ts';
import { encodeContent } from '../shared/codec.ts';
import { Fault } from '../shared/fault.ts';
import { hubTlsOf } from '../shared/hubtls.ts';
import { encodeSegment } from '../shared/segment.ts';
import { eventSubject } from '../shared/subject.ts';
import { type Answer, ask, read } from './drive.ts';
import { commandOf, type ForeignEvent, factOf } from './foreign.ts';

/** What became of an event. A repeat was there before and has changed nothing. */
export type Fate =
  | Readonly<{ kind: 'accepted' | 'repeat' }>
  | Readonly<{ kind: 'refused'; code: string; reason: string }>;

/** Where events are brought to, in their order. */
export type Entrance = Readonly<{
  /**
   * Resolves with one fate per event, in order. Waits for a peer that is away, with growing
   * pauses; throws Fault UNREACHABLE when it stays away: the same events may then be sent again.
   */
  send(events: readonly ForeignEvent[]): Promise<readonly Fate[]>;
  close(): Promise<void>;
}>;

const accepted: Fate = { kind: 'accepted' };
const repeat: Fate = { kind: 'repeat' };

type Stated = { line: string; epoch: number; sequence: number };
type EdgeAnswer = Answer & { facts?: readonly Stated[] };

/** The lines that an edge has. Throws Fault UNREACHABLE if it stays away. */
export async function linesAt(url: string, signal: AbortSignal): Promise<string[]> {
  const { lines } = await patiently(
    () => read<{ lines: { line: string }[] }>(url, '/v1/status'),
    signal,
  );
  return lines.map(({ line }) => line);
}

/**
 * An edge, as commands. It answers a repeated command as it did the first time; a fact that is not
 * beyond the line's last known one tells that it was a repeat.
 */
export async function openEdge(
  url: string,
  signal: AbortSignal,
  token?: string,
): Promise<Entrance> {
  const status = () => read<{ lines: { line: string; head: number }[] }>(url, '/v1/status');
  const { lines } = await patiently(status, signal);
  const heads = new Map(lines.map(({ line, head }) => [line, head]));

  function fateOf({ status, code = '', reason = '', facts = [] }: EdgeAnswer): Fate {
    if (status === 'refused') return { kind: 'refused', code, reason };
    const { line, sequence } = facts.at(-1)!;
    if (sequence <= (heads.get(line) ?? 0)) return repeat;
    heads.set(line, sequence);
    return accepted;
  }

  return {
    async send(events) {
      const answers: EdgeAnswer[] = await ask(url, events.map(commandOf), signal, token);
      if (answers.length === events.length) return answers.map(fateOf);
      throw new Fault('INVALID', `edge: ${answers.length} answers to ${events.length} commands`);
    },
    close: async () => undefined,
  };
}

const ackTimeoutMs = 5_000;
const attemptsMax = 60;
const pauseMs = (attempt: number): number => Math.min(backoff(attempt), 1_000);

/**
 * The hub's stream, as facts for central: one segment without a chain per event, so that repeats,
 * gaps and other orders reach central as they are. The stream itself drops what is sent again only
 * because its answer was lost.
 */
export async function openHub(url: string, signal: AbortSignal): Promise<Entrance> {
  const connection = await patiently(() => reach(url), signal);
  const stream = jetstream(connection, { timeout: ackTimeoutMs });
  const session = randomUUID();
  const known = new Map<string, Set<number>>();
  let sent = 0;

  function fateOf({ line, sequence }: ForeignEvent): Fate {
    const sequences = known.get(line) ?? new Set();
    known.set(line, sequences);
    if (sequences.has(sequence)) return repeat;
    sequences.add(sequence);
    return accepted;
  }

  return {
    async send(events) {
      const messages = events.map((event) => messageOf(event, `${session}-${++sent}`));
      await publishAll(stream, messages, signal);
      return events.map(fateOf);
    },
    close: () => connection.close(),
  };
}

type Message = Readonly<{ subject: string; bytes: Uint8Array; msgID: string }>;

function messageOf(event: ForeignEvent, msgID: string): Message {
  const { line, epoch, sequence, content } = factOf(event);
  const facts = [encodeContent(content)];
  const bytes = encodeSegment({ line, epoch, first: sequence, before: null, after: null, facts });
  return { subject: eventSubject(line), bytes, msgID };
}

/** Publishes in order; whatever was not confirmed is sent again from the first such message on. */
async function publishAll(
  stream: JetStreamClient,
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<void> {
  let rest = messages;
  let reason = '';
  for (let attempt = 1; attempt <= attemptsMax && !signal.aborted; attempt++) {
    const answers = await Promise.allSettled(
      rest.map(({ subject, bytes, msgID }) => stream.publish(subject, bytes, { msgID })),
    );
    const failed = answers.findIndex(({ status }) => status === 'rejected');
    if (failed < 0) return;
    if (failed > 0) attempt = 1;
    rest = rest.slice(failed);
    reason = ((answers[failed] as PromiseRejectedResult).reason as Error).message;
    await systemClock.sleep(pauseMs(attempt), signal);
  }
  throw new Fault('UNREACHABLE', `hub: the stream does not confirm (${reason})`);
}

async function reach(servers: string): Promise<NatsConnection> {
  const tls = hubTlsOf({ urls: servers, caPath: undefined, names: ['--hub', '--hub'] });
  try {
    const pings = { pingInterval: 5_000, maxPingOut: 2 };
    const forever = { maxReconnectAttempts: -1, reconnectTimeWait: 250 };
    const own = { servers, name: 'holdfast-import', ...(tls && { tls }) };
    return await connect({ ...own, ...pings, ...forever });
  } catch (cause) {
    const message = `hub: ${servers} does not answer (${(cause as Error).message})`;
    throw new Fault('UNREACHABLE', message, { cause });
  }
}

/** Calls until it works. Throws what the last of many attempts threw. */
async function patiently<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Fault && error.retry)) throw error;
      if (attempt >= attemptsMax || signal.aborted) throw error;
      await systemClock.sleep(pauseMs(attempt), signal);
    }
  }
}
