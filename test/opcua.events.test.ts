// Goal: what a server says of its events is understood, whichever way it says it.
// Method: a session that a test speaks for, under a clock of its own.
import { EventEmitter } from 'node:events';
import {
  type ClientSession,
  type ClientSubscription,
  coerceNodeId,
  DataType,
  type NodeId,
  StatusCodes,
  Variant,
} from 'node-opcua-client';
import { expect, test } from 'vitest';
import type { Happening } from '../edge/machine/happening.ts';
import { toldBy } from '../edge/opcua/events.ts';
import { openHerald } from '../edge/opcua/herald.ts';
import type { Bound } from '../edge/opcua/resolve.ts';
import { nextTurn } from '../shared/loop.ts';

const namespaces = ['http://opcfoundation.org/UA/', 'urn:server', 'urn:machine'];
type About = Partial<{
  type: string;
  condition: string;
  active: boolean;
  retain: boolean;
  branch: string;
  severity: number;
}>;
const nothing = new Variant();
const node = (id: string | undefined) =>
  id === undefined ? nothing : new Variant({ dataType: DataType.NodeId, value: coerceNodeId(id) });
const truth = (value: boolean | undefined) =>
  value === undefined ? nothing : new Variant({ dataType: DataType.Boolean, value });

/** The fields of an event, as they are asked for. */
const fields = (about: About): Variant[] => [
  new Variant({ dataType: DataType.ByteString, value: Buffer.from('01ff', 'hex') }),
  node(about.type ?? 'i=2041'),
  new Variant({ dataType: DataType.String, value: 'Filler' }),
  new Variant({ dataType: DataType.DateTime, value: new Date(5_000) }),
  new Variant({ dataType: DataType.LocalizedText, value: { text: 'film\ntorn' } }),
  new Variant({ dataType: DataType.UInt16, value: about.severity ?? 500 }),
  ...[node(about.condition), truth(about.active), truth(about.retain), node(about.branch)],
];
const told = (about: About) => toldBy(fields(about), namespaces);

test('an event has its id, its source and its words; a node is named by its URI', () => {
  expect(told({ type: 'ns=2;i=1003' })).toEqual({
    ...{ atMs: 5_000, word: undefined },
    happening: {
      ...{ kind: 'event', eventId: '01ff', type: 'urn:machine;i=1003', source: 'Filler' },
      ...{ condition: '', stands: false, severity: 500, message: 'film torn' },
    },
  });
});

test('a condition stands while it is active, or retained where it has no such state', () => {
  const stands = (about: About) => told({ condition: 'ns=2;s=A', ...about }).happening!.stands;
  expect(told({ condition: 'ns=2;s=A' }).happening).toMatchObject({
    ...{ kind: 'condition', condition: 'urn:machine;s=A' },
  });
  expect(stands({ active: true, retain: true })).toBe(true);
  expect(stands({ active: true })).toBe(true);
  expect(stands({ active: true, retain: false })).toBe(false);
  expect(stands({ active: false, retain: true })).toBe(false);
  expect(stands({ retain: true })).toBe(true);
  expect(stands({})).toBe(false);
});

test('a branch is of the past; a word about events is none', () => {
  expect(told({ condition: 'ns=2;s=A', branch: 'ns=2;s=B' }).happening).toBeUndefined();
  expect(told({ condition: 'ns=2;s=A', branch: 'i=0' }).happening).toBeDefined();
  const words = ['i=2787', 'i=2788', 'i=2789', 'i=3035'].map((type) => told({ type }));
  expect(words.map(({ word }) => word)).toEqual(['begin', 'end', 'ask', 'overflow']);
  expect(words.map(({ happening }) => happening)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

/** A herald with one tag of events; `server` and `item` speak for the server. */
async function open(statusCode = StatusCodes.Good) {
  let nowMs = 0;
  const over = new AbortController();
  const clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    async sleep(ms: number, signal?: AbortSignal) {
      await nextTurn();
      if (!signal?.aborted) nowMs += ms;
    },
  };
  const calls: number[] = [];
  const session = {
    async call() {
      calls.push(nowMs);
      return { statusCode };
    },
  } as unknown as ClientSession;
  const groups: EventEmitter[] = [];
  const subscription = {
    subscriptionId: 7,
    async monitorItems(nodes: readonly unknown[]) {
      const group = Object.assign(new EventEmitter(), { monitoredItems: nodes });
      groups.push(group);
      return group;
    },
  } as unknown as ClientSubscription;
  const heard: Happening[] = [];
  const tell = (_: Bound, happening: Happening) => void heard.push(happening);
  const herald = openHerald({ session, clock, signal: over.signal, tell });
  const events = { severity: 400, sources: [], types: [] };
  const tag = { unit: 'u', tag: 'events plc', events } as unknown as Bound['tag'];
  herald.knows(namespaces);
  const bound = [{ tag, nodeId: coerceNodeId('i=1') as NodeId }];
  await herald.listen(subscription, bound, { queue: 10 });
  const say = (index: number) => (about: About) =>
    groups[index]!.emit('changed', 0, fields(about), 0);
  const turns = async (count = 20) => {
    for (let turn = 0; turn < count; turn++) await nextTurn();
  };
  return { herald, calls, heard, item: say(0), server: say(1), turns, over };
}
const kinds = (heard: readonly Happening[]) => heard.map(({ kind }) => kind);

test('what a server tells between the two ends of a refresh is all that stands', async () => {
  const { herald, heard, server, turns, calls } = await open();
  herald.refresh();
  herald.refresh();
  await nextTurn();
  server({ condition: 'ns=2;s=Before', active: true });
  server({ type: 'i=2787' });
  server({ condition: 'ns=2;s=A', active: true });
  server({ condition: 'ns=2;s=B', active: false, retain: true });
  server({ type: 'i=2788' });
  await turns();
  expect(heard).toMatchObject([{ kind: 'refreshed', standing: ['urn:machine;s=A'] }]);
  expect(calls).toHaveLength(1);
});

test('one that refuses, or comes to no end, cannot tell again what stands', async () => {
  const refusing = await open(StatusCodes.BadMethodInvalid);
  refusing.herald.refresh();
  await refusing.turns();
  expect(kinds(refusing.heard)).toEqual(['notRefreshed']);
  const endless = await open();
  endless.herald.refresh();
  endless.server({ type: 'i=2787' });
  await endless.turns();
  expect(kinds(endless.heard)).toEqual(['notRefreshed']);
});

test('lost events, and a server that wants it, have it told again, in pauses', async () => {
  const { heard, item, server, turns, calls } = await open();
  item({ type: 'i=3035' });
  for (let turn = 0; turn < 20 && calls.length === 0; turn++) await nextTurn();
  server({ type: 'i=2787' });
  server({ type: 'i=2788' });
  await turns();
  expect(kinds(heard)).toEqual(['overflow', 'refreshed']);
  expect(calls).toHaveLength(1);
  server({ type: 'i=2789' });
  await turns();
  expect(calls).toHaveLength(2);
  expect(calls[1]! - calls[0]!).toBeGreaterThanOrEqual(5_000);
});

test('a refresh in which events were lost says nothing of what stands', async () => {
  const { heard, server, turns, over } = await open();
  server({ type: 'i=2787' });
  server({ type: 'i=3035' });
  server({ type: 'i=2788' });
  expect(kinds(heard)).toEqual([]);
  over.abort();
  await turns();
});

test('what is not wanted goes no further, the end of a condition always does', async () => {
  const { heard, item } = await open();
  item({ severity: 399 });
  item({ severity: 400 });
  item({ severity: 10, condition: 'ns=2;s=A', active: true });
  item({ severity: 10, condition: 'ns=2;s=A', active: false });
  expect(heard.map(({ kind, stands }) => `${kind} ${stands}`)).toEqual([
    ...['event false', 'condition false'],
  ]);
});
