// Goal: what was sent to a line stands in the ledger for ever, and a ledger that was restored from
// a backup goes on behind the numbers of the one that is lost. Method: the table alone.
import type { Msg } from '@nats-io/nats-core';
import pino from 'pino';
import { expect, test } from 'vitest';
import { openRegistrar } from '../central/ledger/registrar.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { openDispatch, type Sending } from '../central/quality/dispatch.ts';
import type { Content } from '../shared/event.ts';
import { commandSubject, commandSubjects } from '../shared/subject.ts';
import { content } from './helpers/facts.ts';
import { openMedium } from './helpers/medium.ts';
import { m01, m02 } from './helpers/shop.ts';

const order = (name: string, line: string = m01): Sending => ({
  ...{ line, about: { order: name }, by: 'system:erp', reason: 'planned' },
  ...{ type: 'ReleaseOrder', body: { material: 'BOLT', quantity: '100', unit: 'EA' } },
});

const received = (number: number, commandId: string, outcome: 'applied' | 'refused' = 'applied') =>
  ({
    ...content(`fact ${number}`, 'CommandReceived', {
      ...{ number, command: 'ReleaseOrder', commandId, outcome },
    }),
    line: m01,
  }) as Content<'CommandReceived'> & { line: string };

test('a restored ledger goes on behind the numbers of a lost one, and sends again', () => {
  const db = openMedium(':memory:', migrations);
  const rung: string[] = [];
  const dispatch = openDispatch({ db, nowMs: () => 1_000, ring: (line) => rung.push(line) });
  dispatch.send(order('WO-1')); // restored with this; 2 to 4 were sent, and are lost
  dispatch.send({ ...order('WO-NEW'), source: 'erp:new' });
  const told = dispatch.behind(m01, 4);
  expect(told).toMatchObject({ newest: 4, commands: [], lost: 2 });
  dispatch.note(received(2, 'central:2:of-the-lost'));
  expect(rung).toEqual([m01, m01, m01]);
  const all = dispatch.ofLine(m01, 99, 99).reverse();
  expect(all.map(({ number, state, againOf }) => [number, state, againOf])).toEqual([
    [1, 'pending', null],
    [2, 'displaced', null],
    [3, 'foreign', null],
    [4, 'foreign', null],
    [5, 'pending', 2],
  ]);
  expect(dispatch.send({ ...order('WO-NEW'), source: 'erp:new' }).number).toBe(5);
  expect(dispatch.behind(m01, 4).commands[0]!.command).toMatchObject({ order: 'WO-NEW' });
  dispatch.note(received(5, dispatch.one(m01, 5)!.commandId, 'refused'));
  expect(dispatch.one(m01, 5)!.state).toBe('refused');
  dispatch.note(received(8, 'central:8:of-the-lost'));
  expect(dispatch.standing(m01).newest).toBe(8);
  expect(() => dispatch.behind(m01, 1e9)).toThrow('at most');
  db.close();
});

test('what was sent is never edited, deleted or with a hole; what is no command is refused', () => {
  const db = openMedium(':memory:', migrations);
  const dispatch = openDispatch({ db, nowMs: () => 1_000 });
  dispatch.send(order('WO-1'));
  dispatch.note(received(1, dispatch.one(m01, 1)!.commandId));
  expect(() => db.exec("UPDATE dispatch SET state = 'pending', ended_ms = NULL")).toThrow('edited');
  expect(() => db.exec('DELETE FROM dispatch')).toThrow('deleted');
  const hole = `INSERT INTO dispatch SELECT line, 7, command_id, at_ms, by, reason, source,
    again_of,
    type, content, state, ended_ms, event_id, rule, words FROM dispatch`;
  expect(() => db.exec(hole)).toThrow('without holes');
  expect(() => dispatch.send({ ...order('WO-1'), body: {} })).toThrow('command.body.material');
  expect(() => dispatch.send({ ...order('WO-1'), line: 'acme' })).toThrow('command.line');
  const long = { operations: Array(100).fill({ operation: '1', name: '\u00e4'.repeat(200) }) };
  const body = { ...order('WO-1').body, ...long };
  expect(() => dispatch.send({ ...order('WO-1'), body })).not.toThrow();
  for (const name of ['WO-2', 'WO-3']) dispatch.send(order(name, m02));
  expect([...dispatch.waiting().values()]).toEqual([
    { line: m01, waiting: 1, sinceMs: 1_000 },
    { line: m02, waiting: 2, sinceMs: 1_000 },
  ]);
  db.close();
});

test('only the store that writes the line is told', () => {
  const heard = new Map<string, (error: null, message: Msg) => void>();
  const subscribe = (subject: string, { callback }: { callback: never }) =>
    heard.set(subject, callback);
  const db = openMedium(':memory:', migrations);
  const memory = openMemory({ db, nowMs: () => 1_000, waitMs: () => 1_000, maxInFlightMs: 1 });
  const log = pino({ level: 'silent' });
  const connection = { subscribe } as never;
  openRegistrar({ connection, ...memory, moved: () => undefined, log });
  const [store, other] = [1, 2].map((at) => `018cc251-f400-7000-8000-00000000000${at}`);
  memory.registry.answer(m01, {
    ...{ want: 'enter', store: store!, epoch: 1, sequence: 0, hash: '00'.repeat(32), stream: 0 },
  });
  memory.dispatch.send(order('WO-1'));
  const ask = (who: string, epoch: number) => {
    const answers: string[] = [];
    heard.get(commandSubjects)!(null, {
      ...{ subject: commandSubject(m01), respond: (bytes: Uint8Array) => answers.push(`${bytes}`) },
      data: Buffer.from(JSON.stringify({ store: who, epoch, after: 0 })),
    } as unknown as Msg);
    return JSON.parse(answers[0]!);
  };
  expect(ask(store!, 1)).toMatchObject({ answer: 'told', newest: 1, commands: [{ number: 1 }] });
  expect(ask(other!, 1)).toMatchObject({ answer: 'refused', commands: [] });
  expect(ask(store!, 2)).toMatchObject({ answer: 'refused', commands: [] });
  db.close();
});
