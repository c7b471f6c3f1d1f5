// Reads the feed in plain JavaScript: each fact at least once, and in the order of its line.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { nkeyAuthenticator } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';

const stream = 'HF_FACT';
const askMs = 1_000; // a request waits at the hub so long, also for one who has died

/** Nobody waits there any more: before that the consumer must not be set back. */
async function isAlone(consumer) {
  for (let looks = 0; looks < 100; looks++) {
    if ((await consumer.info()).num_waiting === 0) return;
    await delay(100);
  }
  throw new Error('somebody else reads under this name');
}

/**
 * Hands every message to `handle`, one after the other, and tells the hub that it is done when
 * `handle` has returned. Ends when `signal` aborts, or throws: then begin again after a pause.
 * `api` is hf.feed.API where we have an account of our own at the hub. `name` is the name under which central keeps our place, and `seedPath` the file with our key.
 */
export async function read({ servers, name, seedPath, handle, signal, api = '$JS.API' }) {
  const seed = Buffer.from(readFileSync(seedPath, 'utf8').trim());
  const connection = await connect({
    servers,
    authenticator: nkeyAuthenticator(seed),
    inboxPrefix: `_INBOX_feed_${name}`,
  });
  try {
    const consumer = await jetstream(connection, { apiPrefix: api }).consumers.get(stream, name);
    await isAlone(consumer);
    // What was handed to us before and not acknowledged comes again now, and in order; without
    // this it would come some time later, between newer facts.
    await connection.request(`${api}.CONSUMER.RESET.${stream}.${name}`);
    const messages = await consumer.consume({ max_messages: 100, expires: askMs });
    const stop = () => messages.stop();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    for await (const message of messages) {
      if (message.redelivered) throw new Error('an acknowledgement was lost: begin again');
      const { subject, headers = [] } = message;
      const said = Object.fromEntries([...headers].map(([name, [value]]) => [name, value]));
      await handle({ subject, headers: said, data: message.json() });
      await message.ackAck();
    }
  } finally {
    await connection.close();
  }
}
