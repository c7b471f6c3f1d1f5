// A child in a network of its own: asks what its parent, outside of it, cannot.
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { eventStream, hubDomain } from '../../shared/subject.ts';

export type Asked =
  | { ask: 'get'; url: string }
  /** Whether a server takes a message into the stream; and who leads it. */
  | { ask: 'publish' | 'leader' | 'last'; url: string; subject?: string };

const timeout = 4_000;

async function answer(asked: Asked): Promise<unknown> {
  const { ask, url } = asked;
  if (ask === 'get') return (await fetch(url, { signal: AbortSignal.timeout(timeout) })).json();
  const connection = await connect({ servers: url, timeout, reconnect: false });
  try {
    const manager = await jetstreamManager(connection, {
      ...{ domain: hubDomain, checkAPI: false, timeout },
    });
    if (ask === 'leader') return (await manager.streams.info(eventStream)).cluster?.leader ?? null;
    const subject = asked.subject!;
    if (ask === 'last') {
      const last = await manager.direct.getMessage(eventStream, { last_by_subj: subject });
      return last?.seq ?? null;
    }
    const stream = jetstream(connection, { domain: hubDomain, timeout });
    return (await stream.publish(subject, 'nobody’s', { retries: 0, timeout })).seq;
  } finally {
    await connection.close();
  }
}

process.on('message', async (asked: Asked) => {
  const told = await answer(asked).then(
    (value) => ({ value }),
    (error: Error) => ({ failed: error.message || error.name }),
  );
  process.send!(told);
});
process.once('disconnect', () => process.exit(0));
