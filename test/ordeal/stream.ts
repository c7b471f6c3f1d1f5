import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { eventStream } from '../../shared/subject.ts';

const timeoutMs = 5_000;

/** Deletes the hub's stream of facts under everybody and makes an empty one in its place. */
export async function loseStream(hubUrl: string): Promise<void> {
  const connection = await connect({ servers: hubUrl, timeout: timeoutMs, reconnect: false });
  try {
    const manager = await jetstreamManager(connection, { timeout: timeoutMs });
    const { config } = await manager.streams.info(eventStream);
    await manager.streams.delete(eventStream);
    await manager.streams.add(config);
  } finally {
    await connection.close();
  }
}
