// Goal: what stores and central say to each other is bounded, and read strictly on both sides; what
// a person permits comes in by central's status page.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { openBoard } from '../central/desk/board.ts';
import { buildHttp } from '../central/desk/http.ts';
import { openRegistrar } from '../central/ledger/registrar.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { ask as askEdge } from '../cli/drive.ts';
import { swapText } from '../cli/swap.ts';
import { openHistory } from '../edge/uplink/history.ts';
import { genesis } from '../shared/codec.ts';
import { decodeEnrol, decodeEnrolAnswer, decodeHistory } from '../shared/enrol.ts';
import { encodeSegment } from '../shared/segment.ts';
import { enrolSubject, historySubject, lineOf, straySubject } from '../shared/subject.ts';
import { bare } from './helpers/bare.ts';
import { history, report } from './helpers/facts.ts';
import { openMedium } from './helpers/medium.ts';
import { m01, m02 } from './helpers/shop.ts';

const store = 'aaaaaaaa-0000-4000-8000-000000000000';
const hash = genesis(m01, 1).toString('hex');
const ask = { want: 'enter', store, epoch: 1, sequence: 0, hash, stream: 0 };
const json = (given: object) => Buffer.from(JSON.stringify(given));

/** Central's memory, its answers to stores and its page, with nobody connected. */
function central(environment?: 'test') {
  const db = openMedium(':memory:', migrations);
  onTestFinished(() => void db.close());
  const memory = openMemory({ db, nowMs: () => 1_000, waitMs: () => 1_000, maxInFlightMs: 1 });
  const callbacks = new Map<string, (error: null, message: Msg) => void>();
  const connection = {
    subscribe: (subject: string, { callback }: { callback: never }) =>
      callbacks.set(subject, callback),
  } as unknown as NatsConnection;
  const log = pino({ level: 'silent' });
  openRegistrar({ connection, ...memory, environment, moved: () => undefined, log });
  return {
    ...memory,
    app: buildHttp(openBoard({ ...memory, ...bare, db })),
    say(subject: string, data: Uint8Array): string | undefined {
      let answer: Uint8Array | undefined;
      const respond = (bytes: Uint8Array) => {
        answer = bytes;
        return true;
      };
      const pattern = subject.replace(/^(hf\.\w+)\..*/, '$1.*.*.*.*');
      callbacks.get(pattern)!(null, { subject, data, respond } as unknown as Msg);
      return answer && Buffer.from(answer).toString();
    },
  };
}

const refused: [object, string][] = [
  [{ ...ask, store: 'me' }, 'enrol.store: must be a UUID'],
  [{ ...ask, epoch: 0 }, 'enrol.epoch: must be a whole number from 1'],
  [{ ...ask, sequence: -1 }, 'enrol.sequence'],
  [{ ...ask, hash: hash.toUpperCase() }, 'enrol.hash: must be 64 hexadecimal digits'],
  [{ ...ask, want: 'have' }, 'enrol.want: must be one of enter, begin'],
  [{ ...ask, stream: 0.5 }, 'enrol.stream'],
  [{ ...ask, next: 7 }, 'enrol.next: must be a UUID'],
  [{ ...ask, reason: 'bored' }, 'enrol.reason: must be one of new, behind, forked, swapped'],
  [{ ...ask, more: 1 }, 'enrol.more: unknown'],
];
test.each(refused)('%j is no question to enter', (given, reason) => {
  expect(() => decodeEnrol(json(given))).toThrow(reason);
});

test('bytes that are no JSON are named', () => {
  expect(() => decodeEnrol(Buffer.from('{'))).toThrow('enrol: is not JSON');
  expect(() => decodeHistory(Buffer.from('?'))).toThrow('history: is not JSON');
  expect(() => decodeEnrolAnswer(json({ answer: 'yes' }))).toThrow('enrol.answer');
});

test('a subject names its line, in one spelling', () => {
  for (const line of [m01, 'acme/lyon/A b/\u00c4_1-x']) {
    for (const subject of [enrolSubject, historySubject, straySubject]) {
      expect(lineOf(subject(line))).toBe(line);
    }
  }
  for (const subject of [
    'hf.enrol.a.b.c',
    'hf.enrol.a.b.c.d.e',
    'hf.enrol.a.b.c.=6d',
    'hf.enrol.a.b.c.=',
    'hf.enrol.a.b.c.=4D1',
  ]) {
    expect(() => lineOf(subject)).toThrow('subject');
  }
});

test('central answers what it understands, and is silent to all else', () => {
  const plant = central();
  const { segment } = history(m01, [report('piece', '1')]);
  expect(plant.say(enrolSubject(m01), json({ ...ask, store: 'me' }))).toBeUndefined();
  expect(plant.say(historySubject(m01), Buffer.from('?'))).toBeUndefined();
  expect(plant.say(straySubject(m02), encodeSegment(segment(1, 1)))).toBeUndefined();
  expect(plant.say(straySubject(m01), Buffer.from('facts'))).toBeUndefined();
  expect(plant.ledger.parkedCount()).toBe(0);
  expect(plant.say(enrolSubject(m01), json(ask))).toContain('"answer":"entered"');
  expect(plant.say(straySubject(m01), encodeSegment(segment(1, 1)))).toBe('{"parked":1,"known":0}');
  expect(plant.say(straySubject(m01), encodeSegment(segment(1, 1)))).toBe('{"parked":0,"known":1}');
  expect(plant.say(historySubject(m01), json({ want: 'epochs' }))).toBe('{"epochs":[]}');
});

test('an edge takes an answer that it does not understand for none', async () => {
  const answers: Uint8Array[] = [
    Buffer.from('nonsense'),
    encodeSegment(history(m02, [report('piece', '1')]).segment(1, 1)),
    encodeSegment(history(m01, [report('one', '1'), report('two', '1')]).segment(2, 2)),
    encodeSegment(history(m01, [report('piece', '1')]).segment(1, 1, false)),
  ];
  const said = openHistory(async () => answers.shift()!);
  while (answers.length > 0) {
    await expect(said.facts(m01, 1, 0)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  }
});

test('a person permits a swap by name, and sees epochs, permits and refusals', async () => {
  const { app, say } = central();
  onTestFinished(() => app.close());
  const url = `/v1/lines/${encodeURIComponent(m01)}/swap`;
  const post = async (at: string, payload: object) => {
    const answer = await app.inject({ method: 'POST', url: at, payload });
    return [answer.statusCode, answer.json()];
  };
  say(enrolSubject(m01), json(ask));
  say(enrolSubject(m01), json({ ...ask, store: store.replaceAll('a', 'b') }));
  expect(await post(url, {})).toMatchObject([400, { code: 'INVALID' }]);
  expect(await post(url, { by: '' })).toMatchObject([400, { code: 'INVALID' }]);
  expect(await post('/v1/lines/M01/swap', { by: 'person:17' })).toMatchObject([
    400,
    { code: 'INVALID' },
  ]);
  const unknown = encodeURIComponent('acme/lyon/turning/M99');
  expect(await post(`/v1/lines/${unknown}/swap`, { by: 'person:17' })).toMatchObject([
    ...[404, { code: 'UNKNOWN', message: expect.stringContaining('M99: central has never heard') }],
  ]);
  const permit = { line: m01, by: 'person:17', untilMs: 3_601_000 };
  const acted = { recorded: 1, proved: false };
  expect(await post(url, { by: 'person:17' })).toEqual([200, { ...permit, ...acted }]);
  const status = (await app.inject('/v1/status')).json();
  expect(status).toMatchObject({
    epochs: [{ line: m01, epoch: 1, store, beganMs: 1_000, ended: null, reason: 'new' }],
    permits: [permit],
    refused: [{ line: m01, answer: 'owned', times: 1, lastMs: 1_000 }],
  });
  const text = swapText([{ ...permit, refused: null }], status);
  expect(text).toContain(`${m01}\n  permitted by person:17 until 1970-01-01T01:00:01.000Z`);
  expect(text).toContain(`written by ${store} since 1970-01-01T00:00:01.000Z`);
});

test('a command that cannot be taken while a history is fetched is asked again', async () => {
  const full = { commandId: 'c', status: 'refused', code: 'FULL', reason: 'is being fetched' };
  const answers = [full, full, { commandId: 'c', status: 'accepted' }];
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ answers: [answers.shift()] }));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { signal } = new AbortController();
  expect(await askEdge(`http://127.0.0.1:${port}`, [{}], signal)).toEqual([
    { commandId: 'c', status: 'accepted' },
  ]);
  expect(answers).toEqual([]);
});

test('a store of another environment is not let in, and nobody becomes the writer', () => {
  const { say, registry } = central('test');
  const answer = (more: object) => JSON.parse(say(enrolSubject(m01), json({ ...ask, ...more }))!);
  expect(answer({})).toEqual({
    ...{ answer: 'elsewhere', epoch: 1, sequence: 0, hash },
    reason: "this hub is of test, and the edge's config says production",
  });
  expect(registry.writes(m01, store, 1)).toBe(false);
  expect(answer({ environment: 'test' })).toMatchObject({ answer: 'entered' });
  expect(registry.writes(m01, store, 1)).toBe(true);
});
