// Goal: every fact of the feed reaches the MQTT broker, in the order of its line, and the hub is
// not told so before the broker has said yes.
// Method: a real hub and a real Mosquitto that is killed, asks for passwords, shows certificates;
// and brokers of the test's own, which are slow or refuse.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startBridge } from '../cli/bridge/bridge.ts';
import { openMqtt } from '../cli/bridge/broker.ts';
import { carry } from '../cli/bridge/carry.ts';
import { readBridgeConfig } from '../cli/bridge/config.ts';
import { systemClock } from '../shared/clock.ts';
import { Fault } from '../shared/fault.ts';
import { factStream } from '../shared/subject.ts';
import { readTraceparent, spanIdOf, traceIdOf } from '../shared/traceparent.ts';
import { hasOpenssl, selfSigned } from './helpers/certificates.ts';
import { content, history } from './helpers/facts.ts';
import {
  configOf,
  hubOfFile,
  openBooks,
  openHubside,
  reports,
  startTelling,
  toldAll,
} from './helpers/feedbox.ts';
import { testFolder } from './helpers/folder.ts';
import { type Heard, listen, passwordFile, startMosquitto } from './helpers/mosquitto.ts';
import { mosquittoOrWhy } from './helpers/mosquittobox.ts';
import { waitFor } from './helpers/plantnet.ts';

const hub = hubOfFile();
const programs = await mosquittoOrWhy();
const line = 'acme/lyon/turning/M01';
const facts = 60;
const waitMs = 20_000;
const config = configOf({ consumers: [{ name: 'mqtt', inFlightMax: 50 }] });

/** A hub whose feed has this many reports of one line, and the state of its equipment at last. */
async function openFed(upTo = facts) {
  const side = await openHubside(hub());
  const books = openBooks();
  const stopped = content('stopped', 'EquipmentStateChanged', { state: 'held', reason: 'jam' });
  const all = [...reports(line, facts - 1), stopped];
  const log = history(line, all);
  books.ledger.accept([{ segment: log.segment(1, upTo) }]);
  const telling = startTelling(side, books, { config });
  await toldAll(books);
  const acked = async (): Promise<number> =>
    (await side.manager.consumers.info(factStream, 'mqtt')).ack_floor.stream_seq;
  /** The ledger takes the rest. */
  function goOn(): void {
    books.ledger.accept([{ segment: log.segment(upTo + 1, facts) }]);
    telling.bell.ring();
  }
  return { side, acked, goOn };
}

async function bridge(mqttUrl: string, more: object = {}) {
  const given = { natsUrl: hub().url, consumer: 'mqtt', mqttUrl, inFlightMax: 8 };
  const running = await startBridge(readBridgeConfig({ ...given, logLevel: 'silent', ...more }));
  let open = true;
  const close = async () => {
    if (open) await running.close();
    open = false;
  };
  onTestFinished(close);
  return { close };
}

const sequences = (heard: readonly Heard[]): number[] =>
  heard
    .filter(({ topic }) => !topic.includes('/state/'))
    .map(({ text }) => JSON.parse(text).sequence);
const all = Array.from({ length: facts }, (_, at) => at + 1);
/** At least once, and the first time each in order. */
const firsts = (seen: readonly number[]): number[] => [...new Set(seen)];

describe('with a real broker', () => {
  if (typeof programs === 'string') {
    test('an MQTT broker', ({ skip }) => skip(programs));
    return;
  }

  test('every fact is told once and in order, and what is true now is retained', async () => {
    const { acked } = await openFed();
    const broker = await startMosquitto(programs);
    const { heard } = await listen(broker.url);
    await bridge(broker.url);
    await waitFor(async () => (await acked()) === facts, waitMs, 'all to be acknowledged');
    await waitFor(() => sequences(heard).length >= facts, waitMs, 'all to be heard');
    expect(sequences(heard)).toEqual(all);
    expect(heard[0]).toMatchObject({
      topic: `${line}/QuantityReported`,
      retain: false,
      about: { 'ce-type': 'holdfast.QuantityReported.v1' },
    });
    for (const { text, about, retain } of heard) {
      const { correlationId = 'WO-1', eventId } = JSON.parse(text);
      const place = { traceId: traceIdOf(correlationId), spanId: spanIdOf('tell', eventId) };
      expect([retain, readTraceparent((about as Record<string, string>)['traceparent'])]).toEqual([
        false,
        place,
      ]);
    }
    const later = await listen(broker.url);
    await waitFor(() => later.heard.length > 0, waitMs, 'what is retained');
    expect(later.heard.map(({ topic, retain }) => [topic, retain])).toEqual([
      [`${line}/state/equipment`, true],
    ]);
    expect(JSON.parse(later.heard[0]!.text)).toMatchObject({ state: 'held', sequence: facts });
  });

  test('a broker that is killed on the way loses nothing, nor does the bridge', async () => {
    const { acked, side, goOn } = await openFed(facts / 2);
    const broker = await startMosquitto(programs);
    // Of the killed one alone: it would come back by itself after a second.
    const before = await listen(broker.url, { reconnectPeriod: 0 });
    const first = await bridge(broker.url, { inFlightMax: 2 });
    await waitFor(async () => (await acked()) > 5, waitMs, 'some to be told');
    await broker.kill();
    const middle = await acked();
    goOn();
    await broker.start();
    const after = await listen(broker.url);
    await waitFor(async () => (await acked()) > middle, waitMs, 'more to be told');
    await first.close();
    await bridge(broker.url);
    await waitFor(async () => (await acked()) === facts, waitMs, 'all to be acknowledged');
    await waitFor(() => sequences(after.heard).includes(facts), waitMs, 'the last to be heard');
    const seen = [...sequences(before.heard), ...sequences(after.heard)];
    expect(firsts(sequences(after.heard)).at(-1)).toBe(facts);
    expect(firsts(seen).toSorted((a, b) => a - b)).toEqual(firsts(seen));
    expect((await side.manager.consumers.info(factStream, 'mqtt')).num_ack_pending).toBe(0);
  });

  test.skipIf(!hasOpenssl())('it asks for a name and a password, and shows who it is', async () => {
    const { acked } = await openFed();
    const folder = testFolder();
    const put = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    const { certificate, key } = selfSigned('IP:127.0.0.1');
    const [certPath, keyPath] = [put('server.crt', certificate), put('server.key', key)];
    const passwords = passwordFile(programs, 'holdfast', 'geheim');
    const { url: plain } = await startMosquitto(programs, [
      ...['allow_anonymous false', `password_file ${passwords}`],
      ...[`certfile ${certPath}`, `keyfile ${keyPath}`],
    ]);
    const mqttUrl = plain.replace('mqtt:', 'mqtts:');
    const given = { natsUrl: hub().url, consumer: 'mqtt', mqttUrl, username: 'holdfast' };
    const enter = (more: object) => openMqtt(readBridgeConfig({ ...given, ...more }));
    const passwordPath = put('password', 'wrong');
    await expect(enter({ passwordPath })).rejects.toThrow(/broker: mqtts:.*self-signed/);
    const caPath = certPath;
    await expect(enter({ passwordPath, caPath })).rejects.toThrow(/broker: .*Not authorized/i);
    await expect(enter({ caPath })).rejects.toThrow(/broker: .*Not authorized/i);
    put('password', 'geheim');
    await bridge(mqttUrl, { username: 'holdfast', passwordPath, caPath });
    await waitFor(async () => (await acked()) === facts, waitMs, 'all to be acknowledged');
  });
});

test('the hub is told only after the broker, in a window with an end', async () => {
  const { acked, side } = await openFed();
  const stop = new AbortController();
  let [open, widest, published] = [0, 0, 0];
  const waiting: (() => void)[] = [];
  const publish = async () => {
    published += 1;
    widest = Math.max(widest, ++open);
    await new Promise<void>((resolve) => waiting.push(resolve));
    open -= 1;
  };
  const { lost } = { lost: new Promise<never>(() => undefined) };
  const running = carry({
    ...{
      connection: side.connection,
      api: '$JS.API',
      consumer: 'mqtt',
      prefix: '',
      inFlightMax: 3,
    },
    openBroker: async () => ({ publish, lost, close: async () => undefined }) as never,
    ...{ clock: systemClock, log: pino({ level: 'silent' }), signal: stop.signal },
  });
  await waitFor(() => published === 3, waitMs, 'a window that is full');
  await side.connection.flush();
  expect([await acked(), widest]).toEqual([0, 3]);
  const drain = setInterval(() => waiting.splice(0).forEach((done) => void done()), 1);
  onTestFinished(() => clearInterval(drain));
  await waitFor(async () => (await acked()) === facts, waitMs, 'all');
  expect(widest).toBeLessThanOrEqual(4); // the last fact has two topics
  stop.abort();
  await running;
});

test('a broker that says no is asked again, from the fact that it refused', async () => {
  const { acked, side } = await openFed();
  const stop = new AbortController();
  const pauses: number[] = [];
  const told: number[] = [];
  let refusals = 3;
  const publish = async ({ payload }: { payload: string }) => {
    const { sequence } = JSON.parse(payload);
    if (sequence === 10 && refusals-- > 0) throw new Fault('UNREACHABLE', 'Not authorized');
    told.push(sequence);
  };
  const lost = new Promise<never>(() => undefined);
  const running = carry({
    ...{
      connection: side.connection,
      api: '$JS.API',
      consumer: 'mqtt',
      prefix: '',
      inFlightMax: 1,
    },
    openBroker: async () => ({ publish, lost, close: async () => undefined }) as never,
    clock: {
      ...systemClock,
      sleep: async (ms, signal) => {
        pauses.push(ms);
        await systemClock.sleep(Math.min(ms, 50), signal);
      },
    },
    ...{ log: pino({ level: 'silent' }), signal: stop.signal },
  });
  await waitFor(async () => (await acked()) === facts, waitMs, 'all');
  stop.abort();
  await running;
  expect(firsts(told)).toEqual(all);
  expect(told.slice(0, 10)).toEqual(all.slice(0, 10));
  expect(pauses.length).toBeGreaterThanOrEqual(3);
});
