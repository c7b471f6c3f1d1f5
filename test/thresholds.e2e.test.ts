// Goal: `nats server check stream` and `check consumer` alarm without flags, by what stands in the
// metadata; a stream of an older release gets it at the start, and loses nothing.
// Method: a real hub; the CLI's own rules, from its source, over what the JetStream API answers.
import { jetstream } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { ensureStreams } from '../central/ledger/stream.ts';
import { usualThresholds } from '../central/ledger/thresholds.ts';
import { eventStream, eventSubject, keptStream, markConsumer } from '../shared/subject.ts';
import { checkConsumer, checkStream } from './helpers/natscheck.ts';
import { waitFor } from './helpers/plantnet.ts';
import { m01, m02 } from './helpers/shop.ts';
import { openWire } from './helpers/wire.ts';

const timeoutMs = 300_000;
const old = { replicas: 1, bytesMax: 100 * 1024 * 1024, keepDays: 1 };
const prefix = 'io.nats.monitor.';

test(
  'streams of old get thresholds, and keep what they hold and what others wrote there',
  async () => {
    const wire = await openWire();
    const manager = await wire.makeStreams();
    const { streams } = manager;
    const stream = jetstream(await wire.client());
    for (const line of [m01, m02]) await stream.publish(eventSubject(line), 'x');
    const before = await streams.info(eventStream);
    // Without thresholds the CLI expects no copy, and finds the one that there is.
    expect(checkStream(before)).toEqual({
      status: 'CRITICAL',
      says: ['Expected 0 replicas got 1'],
    });
    const own = { ...before.config.metadata, owner: 'desk', [`${prefix}msgs-warn`]: '1' };
    await streams.update(eventStream, { ...before.config, metadata: own });

    const thresholds = { ...usualThresholds, linesCritical: 4 };
    await ensureStreams(manager, { ...old, thresholds });
    await ensureStreams(manager, { ...old, thresholds }); // and the same again
    const { config, state, created } = await streams.info(eventStream);
    expect([state.messages, state.last_seq, created]).toEqual([2, 2, before.created]);
    expect(config.metadata).toMatchObject({
      ...{ owner: 'desk', [`${prefix}msgs-warn`]: '1', [`${prefix}enabled`]: 'true' },
      ...{ [`${prefix}peer-expect`]: '1', [`${prefix}peer-seen-critical`]: '10s' },
    });
    const { metadata: _, ...same } = config;
    const { metadata: __, ...was } = before.config;
    expect(same).toEqual(was);
    for (const name of [eventStream, keptStream]) {
      expect(checkStream(await streams.info(name))).toEqual({ status: 'OK', says: [] });
    }
    await stream.publish(eventSubject('acme/lyon/turning/M03'), 'x');
    expect(checkStream(await streams.info(eventStream)).status).toBe('WARNING');
    await stream.publish(eventSubject('acme/lyon/turning/M04'), 'x');
    expect(checkStream(await streams.info(eventStream)).status).toBe('CRITICAL');

    await ensureStreams(manager, { ...old, thresholds: { ...thresholds, enabled: false } });
    const after = (await streams.info(eventStream)).config.metadata!;
    expect(Object.keys(after).filter((key) => key.startsWith(prefix))).toEqual([
      `${prefix}msgs-warn`,
    ]);
    expect(after['owner']).toBe('desk');
    const other = { ...old, keepDays: 2, thresholds };
    await expect(ensureStreams(manager, other)).rejects.toMatchObject({ code: 'INVALID' });
    expect((await streams.info(eventStream)).state.messages).toBe(4);
  },
  timeoutMs,
);

test(
  'what central has not read is an alarm, as long as it stands still',
  async () => {
    const wire = await openWire();
    const edge = await wire.edge();
    const thresholds = { unreadCritical: 2 };
    let central = await wire.central('ledger', { thresholds });
    const { jetstreamManager } = await import('@nats-io/jetstream');
    const manager = await jetstreamManager(await wire.client());
    const seen = () => manager.consumers.info(eventStream, markConsumer);
    await edge.state(1);
    await edge.until('kept', 1);
    const made = await seen();
    expect([made.config.deliver_policy, made.config.ack_policy]).toEqual(['all', 'none']);
    await central.close();

    await edge.state(1);
    await edge.until('sent', 2);
    await edge.state(1);
    await edge.until('sent', 3);
    expect((await seen()).num_pending).toBeGreaterThanOrEqual(2);
    expect(checkConsumer(await seen()).status).toBe('CRITICAL');

    central = await wire.central('ledger', { thresholds });
    await edge.until('kept', 3);
    await central.close(); // the mark may be set once every ten seconds: the next start sets it
    central = await wire.central('ledger', { thresholds });
    await waitFor(async () => (await seen()).num_pending === 0, 30_000, 'the mark to be set');
    expect(checkConsumer(await seen())).toEqual({ status: 'OK', says: [] });
    expect((await seen()).created).toBe(made.created); // it was moved, and never made anew
  },
  timeoutMs,
);
