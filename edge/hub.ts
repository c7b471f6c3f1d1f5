import type { NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { beatTimeoutMs } from '../shared/beat.ts';
import { Fault } from '../shared/fault.ts';
import type { Logger } from '../shared/log.ts';
import { beatSubject, token } from '../shared/subject.ts';
import type { EdgeConfig } from './config.ts';
import { openDownlink } from './downlink.ts';
import type { LinkState, Publish, ReadLast } from './forwarder.ts';
import type { AskBeat } from './heartbeat.ts';
import type { AskCentral } from './history.ts';
import type { Marks } from './marks.ts';
import type { Outbox } from './outbox.ts';
import { openUplink, type Uplink } from './uplink.ts';

export type HubParts = {
  config: EdgeConfig;
  lines: readonly string[];
  outbox: Outbox;
  marks: Marks;
  /** True while this store is the line's writer. */
  writes: (line: string) => boolean;
  log: Logger;
};
export type Hub = ReturnType<typeof openHub>;
/** A connection to the leaf, and the stream as it is reached across it. */
export type Way = { connection: NatsConnection; uplink: Uplink };
/** Resolves once the leaf was reached, however long that takes. */
export type Join = (config: EdgeConfig, lines: readonly string[]) => Promise<Way>;
type Joined = Way & { catchUp(line: string): Promise<void> };

/**
 * The hub as this edge knows it, from the first moment on: until the leaf has been reached, and
 * whenever it is away, every call rejects with Fault UNREACHABLE and the edge goes on working.
 */
export function openHub(parts: HubParts, join: Join = joinLeaf) {
  const { config, lines, marks, log } = parts;
  let joined: Joined | undefined;
  const behind = new Set(lines); // have not read central's last word since they were down

  const joining = join(config, lines).then(({ connection, uplink }) => {
    const { lastKept } = uplink;
    const { catchUp } = openDownlink({ ...parts, connection, lastKept, heard: marks.heard });
    joined = { connection, uplink, catchUp };
    log.info({ server: connection.getServer() }, 'leaf reached');
  });

  const reach = (): Joined => {
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
      if (!joined) {
        joining.then(() => joined!.connection.close()).catch(() => undefined);
        return;
      }
      await joined.connection.close();
    },
  };
}

async function joinLeaf(config: EdgeConfig, lines: readonly string[]): Promise<Way> {
  const connection = await connectLeaf(config.natsUrl, lines[0]!);
  return { connection, uplink: await openUplink(connection, config.ackTimeoutMs) };
}

/**
 * Connects for ever: the edge works without its leaf, and the leaf without its hub. Answers come to
 * an inbox of this edge alone, named for its first line.
 */
function connectLeaf(servers: string, line: string): Promise<NatsConnection> {
  return connect({
    servers,
    name: 'holdfast-edge',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    waitOnFirstConnect: true,
    pingInterval: 5_000,
    maxPingOut: 2,
    inboxPrefix: `_INBOX_${line.split('/').map(token).join('_')}`,
  });
}
