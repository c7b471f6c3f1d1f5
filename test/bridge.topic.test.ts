// Goal: topics have the levels of the plant whatever it is called, and a wrong config is named.
// Method: names of everything that has a meaning in MQTT, by property; and one mistake at a time.
import { expect, test } from 'vitest';
import { readBridgeConfig } from '../cli/bridge/config.ts';
import { toldOf } from '../cli/bridge/topic.ts';
import { goldenMessages } from '../shared/feed/golden.ts';
import type { FeedFact } from '../shared/feed/message.ts';
import fc from './helpers/check.ts';

const golden = goldenMessages();
const fact = (more: object): FeedFact => ({
  ...golden.get('OperationStarted.v1.full')!.data,
  ...more,
});
const topicsOf = (more: object, prefix = ''): string[] =>
  toldOf(fact(more), '{}', prefix).map(({ topic }) => topic);

test('topics have the levels of the plant, and no name can add or hide one', () => {
  expect(topicsOf({ type: 'LotProduced' })).toEqual(['acme/lyon/turning/M03/LotProduced']);
  expect(topicsOf({ type: 'A/+#%\0' }, 'uns/')).toEqual([
    'uns/acme/lyon/turning/M03/A%2F%2B%23%25%00',
  ]);
  expect(topicsOf({ line: '$SYS/a b/ü/-', type: 'LotProduced' })).toEqual([
    '%24SYS/a b/ü/-/LotProduced',
  ]);
  const letter = fc.constantFrom('+', '#', '%', '\0', '$', 'é', '😀', ' ', '2', 'F', 'a');
  const name = fc.string({ minLength: 1, maxLength: 8, unit: letter });
  fc.assert(
    fc.property(fc.tuple(name, name, name, name), fc.string({ minLength: 1 }), (names, type) => {
      const [topic] = topicsOf({ line: names.join('/'), type }) as [string];
      const levels = topic.split('/');
      expect(levels).toHaveLength(5);
      expect(/[+#\0]|^\$/.test(topic)).toBe(false);
      const back = levels.map((level) =>
        level.replace(/%(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      );
      expect(back).toEqual([...names, type]);
    }),
  );
});

test('of an order it is retained what was last said of it at the line', () => {
  const states = ['OperationStarted', 'OperationPaused', 'OperationCompleted', 'OrderClosed'].map(
    (type) => {
      const [, state] = toldOf(fact({ type }), '{}', '');
      return [state!.retain, JSON.parse(state!.payload).state];
    },
  );
  expect(states.flat()).toEqual([
    ...[true, 'running', true, 'paused'],
    ...[true, 'completed', true, 'closed'],
  ]);
});

test.each([
  [{ consumer: 'a.b' }, 'config.consumer: must be 1 to 40 letters'],
  [{ mqttUrl: 'http://h' }, 'config.mqttUrl: must be like mqtts://'],
  [{ mqttUrl: 'mqtt://u:p@h' }, 'config.mqttUrl: must name nobody'],
  [{ prefix: 'a/#/' }, 'config.prefix: must have no'],
  [{ certPath: 'x' }, 'config.keyPath: must be given with certPath'],
  [{ inFlightMax: 0 }, 'config.inFlightMax: must be a whole number from 1 to 1000'],
  [{ pasword: 'x' }, 'config.pasword: unknown'],
])('%j is refused by name', (more, words) => {
  const least = { natsUrl: 'nats://h:1', consumer: 'mqtt', mqttUrl: 'mqtt://h:1883' };
  expect(() => readBridgeConfig({ ...least, ...more })).toThrow(words);
});
