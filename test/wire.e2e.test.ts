import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { encodeSegment, segmentBytesMax } from '../shared/segment.ts';
import { eventStream, eventSubject } from '../shared/subject.ts';
import { content, history } from './helpers/facts.ts';
import { waitFor } from './helpers/plantnet.ts';
import { m01, m02 } from './helpers/shop.ts';
import { openWire } from './helpers/wire.ts';

const timeoutMs = 300_000;

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

/** What the ledger says of its one line, once it holds `facts` of it. */
const onceEach = (facts: number, more: object = {}) => ({
  ...{ facts, gaps: [], arrivalsParked: 0, lines: [{ line: m01, sequence: facts, ...more }] },
});

test(
  'a stream that was deleted and made anew is gone on with, by edge and central',
  async () => {
    const wire = await openWire();
    const edge = await wire.edge();
    const central = await wire.central();
    await edge.state(300);
    await central.holds(300);
    await edge.until('kept', 300);

    await wire.deleteStream();
    await wire.makeStreams();
    await edge.state(50);
    await central.holds(350);
    await edge.until('kept', 350);
    expect(await central.status()).toMatchObject(onceEach(350, { repeats: 0 }));
  },
  timeoutMs,
);

test(
  'what the stream took and lost before central read it is sent again',
  async () => {
    const wire = await openWire();
    const edge = await wire.edge();
    const before = await wire.central();
    await edge.state(300);
    await edge.until('kept', 300);
    await before.close();
    await edge.state(200);
    await edge.until('sent', 500);
    expect(await edge.status()).toMatchObject({ kept: 300, sent: 500 });

    await wire.deleteStream();
    await wire.makeStreams();
    await edge.state(1);
    await edge.until('sent', 501);
    expect(await wire.streamed()).toEqual(upTo(501).slice(300));
    const central = await wire.central();
    await central.holds(501);
    await edge.until('kept', 501);
    expect(await central.status()).toMatchObject(onceEach(501, { repeats: 0 }));
  },
  timeoutMs,
);

test(
  'a hub that comes back with an old disk gets again what it has lost',
  async () => {
    const wire = await openWire();
    const edge = await wire.edge();
    const before = await wire.central();
    await edge.state(300);
    await edge.until('kept', 300);
    await before.close();
    const disk = join(wire.directory, 'hub');
    const copy = join(wire.directory, 'copy');
    await wire.hub.stop();
    cpSync(disk, copy, { recursive: true });
    await wire.hub.restart();
    await edge.state(200);
    await edge.until('sent', 500);

    await wire.hub.stop();
    rmSync(disk, { recursive: true });
    cpSync(copy, disk, { recursive: true });
    await wire.hub.restart();
    await edge.state(1);
    await edge.until('sent', 501);
    expect(await wire.streamed()).toEqual(upTo(501));
    const central = await wire.central();
    await central.holds(501);
    await edge.until('kept', 501);
    expect(await central.status()).toMatchObject(onceEach(501, { repeats: 0 }));
  },
  timeoutMs,
);

test(
  'a hub that forgets what central has read goes on, and central reads what comes after',
  async () => {
    const wire = await openWire();
    const edge = await wire.edge();
    const central = await wire.central();
    await edge.state(300);
    await edge.until('kept', 300);
    const disk = join(wire.directory, 'hub');
    const copy = join(wire.directory, 'copy');
    await wire.hub.stop();
    cpSync(disk, copy, { recursive: true });
    await wire.hub.restart();
    await edge.state(200);
    await edge.until('kept', 500);

    await wire.hub.stop();
    rmSync(disk, { recursive: true });
    cpSync(copy, disk, { recursive: true });
    await wire.hub.restart();
    await edge.state(1);
    await central.holds(501);
    await edge.until('kept', 501);
    expect(await central.status()).toMatchObject(onceEach(501));
  },
  timeoutMs,
);

test(
  'D8: a second edge that states facts of the same line sends nothing and keeps them',
  async () => {
    const wire = await openWire();
    const central = await wire.central();
    const first = await wire.edge('first');
    await first.state(100);
    await first.until('kept', 100);

    const second = await wire.edge('second');
    await second.state(5);
    await waitFor(async () => (await second.status()).way.state === 'owned', 10_000);
    await first.state(50);
    await first.until('kept', 150);
    expect(await central.status()).toMatchObject(onceEach(150, { repeats: 0 }));
    const { head, unsent, kept, way } = await second.status();
    expect({ head, unsent, kept }).toEqual({ head: 5, unsent: 5, kept: 0 });
    expect(way.detail).toContain(`${m01} belongs to another box: epoch 1 is written by store`);
  },
  timeoutMs,
);

test(
  'D5: facts that are missing in the stream come from the edge',
  async () => {
    const wire = await openWire();
    const before = await wire.central();
    const edge = await wire.edge();
    await waitFor(async () => (await edge.status()).way.state === 'up', 10_000);
    await before.close();
    const manager = await wire.makeStreams();
    const { config } = await manager.streams.info(eventStream);
    await manager.streams.delete(eventStream);
    await manager.streams.add({ ...config, deny_delete: false });
    for (const sent of [100, 200, 300]) {
      await edge.state(100);
      await edge.until('sent', sent);
    }
    await manager.streams.deleteMessage(eventStream, 2);
    await manager.streams.update(eventStream, { deny_delete: true });

    const central = await wire.central();
    await waitFor(async () => (await central.status()).gaps.length === 1, 10_000);
    await central.holds(300);
    await edge.until('kept', 300);
    expect(await central.status()).toMatchObject(onceEach(300, { repeats: 0 }));
  },
  timeoutMs,
);

test(
  'N5: what is no segment of the line is parked with its reason, and the line goes on',
  async () => {
    const wire = await openWire();
    const edge = await wire.edge();
    const central = await wire.central();
    await edge.state(10);
    await edge.until('kept', 10);

    const stranger = await wire.client();
    const foreign = history(m02, [content('foreign', 'ShiftStarted', { people: ['1'] })]);
    const tooMuch = Buffer.alloc(1_024, 1);
    const facts = Array(segmentBytesMax / tooMuch.length + 1).fill(tooMuch);
    const big = { line: m01, epoch: 1, first: 11, before: null, after: null, facts };
    stranger.publish(eventSubject(m01), 'garbage');
    stranger.publish(eventSubject(m01), new Uint8Array());
    stranger.publish(eventSubject(m01), encodeSegment(big));
    stranger.publish(eventSubject(m01), encodeSegment(foreign.segment(1, 1)));
    await stranger.flush();
    await waitFor(async () => (await central.status()).arrivalsParked === 4, 10_000);
    const { parked } = await central.status();
    expect(parked.map(({ line, reason }) => [line, reason]).reverse()).toEqual([
      [eventSubject(m01), 'segment: version byte 103, known is 1'],
      [eventSubject(m01), 'segment: version byte undefined, known is 1'],
      [eventSubject(m01), `segment: must hold at most ${segmentBytesMax} bytes of facts`],
      [eventSubject(m01), `security: claims to be ${m02}`],
    ]);

    await edge.state(10);
    await edge.until('kept', 20);
    expect(await central.status()).toMatchObject({ ...onceEach(20), arrivalsParked: 4 });
  },
  timeoutMs,
);

test('more bytes than a segment may have are not taken by the stream', async () => {
  const wire = await openWire();
  const manager = await wire.makeStreams();
  const stranger = await wire.client();
  stranger.publish(eventSubject(m01), Buffer.alloc(segmentBytesMax + 65 * 1024));
  await stranger.flush();
  expect((await manager.streams.info(eventStream)).state.messages).toBe(0);
});

test('central ends when it is asked to, however short it has been there', async () => {
  const wire = await openWire();
  for (const ms of [0, 5, 20, 100]) {
    const central = await wire.central();
    await delay(ms);
    await central.close(); // hangs if a loop that was only being set up is not ended
  }
});
