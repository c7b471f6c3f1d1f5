import type { NatsConnection } from '@nats-io/nats-core';
import { beatTimeoutMs } from '../../shared/beat.ts';
import { systemClock } from '../../shared/clock.ts';
import { dial, openStanding, readSeed, type Standing } from '../../shared/connection.ts';
import { Fault } from '../../shared/fault.ts';
import { type HubTls, hubTlsOf } from '../../shared/hubtls.ts';
import type { Logger } from '../../shared/log.ts';
import { beatSubject, edgeInbox } from '../../shared/subject.ts';
import type { EdgeConfig } from '../config.ts';
import type { Outbox } from '../store/outbox.ts';
import { type Cut, cuttable } from './cut.ts';
import { openDownlink } from './downlink.ts';
import type { LinkState, Publish, ReadLast } from './forwarder.ts';
import type { AskBeat } from './heartbeat.ts';
import type { AskCentral } from './history.ts';
import type { Marks } from './marks.ts';
import { openUplink, type Uplink } from './uplink.ts';

export type HubParts = {
  config: EdgeConfig;
  lines: readonly string[];
  outbox: Outbox;
  marks: Marks;
  /** True while this store is the line's writer. */
  writes: (line: string) => boolean;
  /** Called when the leaf refuses this edge's credentials no more. */
  letIn: () => void;
  /** Called when central says that it has something for the line. */
  rung: (line: string) => void;
  nowMs: () => number;
  log: Logger;
};
export type Hub = ReturnType<typeof openHub>;
/** A connection to the leaf, and the stream as it is reached across it. */
export type Way = { connection: NatsConnection; uplink: Uplink };
/** Resolves once the leaf was reached, however long that takes; rejects if `signal` aborts. */
export type Join = (
  config: EdgeConfig,
  lines: readonly string[],
  standing: Standing,
  signal: AbortSignal,
) => Promise<Way>;
type Joined = Way & { catchUp(line: string): Promise<void> };

/**
 * The hub as this edge knows it, from the first moment on: until the leaf has been reached, and
 * whenever it is away, every call rejects with Fault UNREACHABLE and the edge goes on working.
 */
export function openHub(parts: HubParts, join: Join = joinLeaf()) {
  const { config, lines, marks, log, letIn, nowMs } = parts;
  let joined: Joined | undefined;
  const behind = new Set(lines); // have not read central's last word since they were down
  const leaving = new AbortController();
  if (config.natsNkeyPath !== undefined) readSeed(config.natsNkeyPath);

  /** Told at once, and not only when a line has something to send. */
  const standing = openStanding("the leaf refuses this edge's", nowMs, () => {
    const reason = standing.words();
    if (reason === undefined) {
      log.info('the leaf lets this edge in again');
      return letIn();
    }
    log.error({ reason }, 'this edge is not let in');
    for (const line of lines) {
      behind.add(line);
      marks.report(line, 'down', reason);
    }
  });

  const joining = join(config, lines, standing, leaving.signal).then(({ connection, uplink }) => {
    const { lastKept } = uplink;
    const { catchUp } = openDownlink({ ...parts, connection, lastKept, heard: marks.heard });
    joined = { connection, uplink, catchUp };
    log.info({ server: connection.getServer() }, 'leaf reached');
  });

  const reach = (): Joined => {
    const refusal = standing.words();
    if (refusal !== undefined) throw new Fault('UNREACHABLE', refusal);
    if (joined) return joined;
    throw new Fault('UNREACHABLE', `leaf: ${config.natsUrl} was not reached yet`);
  };
  const publish: Publish = async (segment, at) => reach().uplink.publish(segment, at);
  const last: ReadLast = async (line) => reach().uplink.last(line);

  const askBeat: AskBeat = async (beat) => {
    const { connection } = reach();
    try {
      const options = { timeout: beatTimeoutMs };
      return (await connection.request(beatSubject(beat.line), JSON.stringify(beat), options)).data;
    } catch (cause) {
      throw new Fault('UNREACHABLE', `central: ${(cause as Error).message}`, { cause });
    }
  };

  const ask: AskCentral = async (subject, question) => {
    const { connection } = reach();
    try {
      return (await connection.request(subject, question, { timeout: config.ackTimeoutMs })).data;
    } catch (cause) {
      throw new Fault('UNREACHABLE', `central: ${(cause as Error).message}`, { cause });
    }
  };

  return {
    publish,
    last,
    askBeat,
    /** A question to central, for the line that the subject names. */
    ask,

    /** A line's way was seen in this state; when it is back, central's last word is read again. */
    seen(line: string, state: LinkState): void {
      if (state === 'down') behind.add(line);
      if (state === 'down' || !behind.delete(line)) return;
      reach()
        .catchUp(line)
        .catch((error: unknown) => {
          if (!(error instanceof Fault)) throw error;
          behind.add(line);
        });
    },

    async close(): Promise<void> {
      leaving.abort();
      if (!joined) {
        joining.then(() => joined!.connection.close()).catch(() => undefined);
        return;
      }
      await joined.connection.close();
    },
  };
}

/** TLS to a leaf on another machine. Throws Fault INVALID for a file that holds no authority. */
export const leafTlsIn = ({ natsUrl: urls, natsCaPath: caPath }: EdgeConfig): HubTls | undefined =>
  hubTlsOf({ urls, caPath, names: ['config.natsUrl', 'config.natsCaPath'] });

/**
 * Tries for ever: the edge works without its leaf, and the leaf without its hub. Answers come to an
 * inbox of this edge alone, named for its first line.
 */
export const joinLeaf =
  (cut?: Cut): Join =>
  async (config, lines, standing, signal) => {
    const { natsUrl: servers, natsNkeyPath: nkeyPath, ackTimeoutMs } = config;
    const own = { name: 'holdfast-edge', inboxPrefix: edgeInbox(lines[0]!) };
    const parts = { servers, ...own, nkeyPath, tls: leafTlsIn(config) };
    for (;;) {
      try {
        const dialled = await dial(parts, standing);
        const connection = cut ? cuttable(dialled, cut) : dialled;
        return { connection, uplink: await openUplink(connection, ackTimeoutMs) };
      } catch (error) {
        if (!(error instanceof Fault) || signal.aborted) throw error;
        await systemClock.sleep(standing.pauseMs(), signal);
      }
    }
  };
