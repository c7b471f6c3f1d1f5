// Goal: what central asks of a line is done once and told back, whatever fails in between: links,
// answers, power, disks, and the ledger itself. A full disk consumes nothing, and a hold goes past.
// Method: boxes and central over subjects that the test cuts; crashes after each commit in turn.
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { Sending } from '../central/quality/dispatch.ts';
import { openIntake } from '../edge/line/intake.ts';
import { openReceiving } from '../edge/uplink/receiving.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import { decodeContent } from '../shared/codec.ts';
import { Fault } from '../shared/fault.ts';
import { openBox } from './helpers/box.ts';
import { openFleet } from './helpers/fleet.ts';
import { waitFor } from './helpers/plantnet.ts';
import { command, m01, shop } from './helpers/shop.ts';

const by = 'person:17';
/** Waits pass fifty times faster than they say. */
const quick: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms / 50, signal),
};
const hold = (name: string, line: string = m01): Sending => ({
  ...{ line, about: { lot: 'L-7' }, by, reason: 'supplier warns' },
  type: 'PlaceHold',
  body: { hold: name, scope: 'lot', quantity: '4', unit: 'KG', reason: 'supplier warns' },
});
const order = (name: string, line: string = m01): Sending => ({
  ...{ line, about: { order: name }, by: 'system:erp', reason: 'planned' },
  ...{ type: 'ReleaseOrder', body: { material: 'BOLT', quantity: '100', unit: 'EA' } },
});
type Fleet = ReturnType<typeof openFleet>;
const states = ({ dispatch }: Fleet, line = m01) =>
  dispatch.ofLine(line, Number.MAX_SAFE_INTEGER, 100).map(({ state }) => state);
const ended = (fleet: Fleet, line = m01) =>
  waitFor(() => !states(fleet, line).includes('pending'), 30_000, 'every command to have ended');
const typesOf = (box: ReturnType<Fleet['box']>, line = m01) =>
  box.recent(line).map(({ type }) => type);

test('a command is done at the line, in its order, and what came of it is told', async () => {
  const fleet = openFleet([m01]);
  const box = fleet.box('one');
  await box.until('up');
  fleet.dispatch.send(order('WO-1'));
  fleet.dispatch.send(order('WO-1'));
  fleet.dispatch.send(order('WO-2'));
  await ended(fleet);
  expect(states(fleet)).toEqual(['applied', 'refused', 'applied']);
  const [, refused] = fleet.dispatch.ofLine(m01, 9, 9);
  expect(refused).toMatchObject({ number: 2, rule: expect.any(String), by: 'system:erp' });
  expect(refused!.words).toContain('WO-1');
  const received = box.recent(m01).filter(({ type }) => type === 'CommandReceived');
  expect(received.map(({ body }) => body)).toMatchObject([
    { number: 1, command: 'ReleaseOrder', outcome: 'applied' },
    { number: 2, outcome: 'refused' },
    { number: 3, outcome: 'applied' },
  ]);
  expect(box.recent(m01)[0]).toMatchObject({ type: 'OrderReleased', actor: 'system:erp' });
});

test('a line that is away gets it when it is back, and one source is one command', async () => {
  const fleet = openFleet([m01]);
  const box = fleet.box('one');
  await box.until('up');
  box.link.cut = true;
  const { number } = fleet.dispatch.send({ ...order('WO-1'), source: 'erp:1' });
  expect(fleet.dispatch.send({ ...order('WO-1'), source: 'erp:1' }).number).toBe(number);
  expect(() => fleet.dispatch.send({ ...order('WO-9'), source: 'erp:1' })).toThrow(
    'says otherwise',
  );
  expect(fleet.dispatch.standing(m01)).toMatchObject({ newest: 1, waiting: 1 });
  box.link.cut = false;
  await ended(fleet);
  expect(typesOf(box)).toEqual(['OrderReleased', 'CommandReceived']);
  expect(fleet.dispatch.standing(m01)).toEqual({ newest: 1, waiting: 0, sinceMs: null });
});

test.each([0, 1, 2, 3])('a box that dies after %i commits does each once', async (commits) => {
  const fleet = openFleet([m01]);
  const first = fleet.box('one');
  await first.until('up');
  first.crashAfter(commits);
  for (const name of ['WO-1', 'WO-2', 'WO-3']) fleet.dispatch.send(order(name));
  await waitFor(() => first.commits() >= commits, 30_000, 'the crash');
  await first.crash();
  const again = fleet.box('one');
  await ended(fleet);
  const types = typesOf(again);
  expect(types.filter((type) => type === 'OrderReleased')).toHaveLength(3);
  expect(types.filter((type) => type === 'CommandReceived')).toHaveLength(3);
  expect(states(fleet)).toEqual(['applied', 'applied', 'applied']);
});

test('a replaced disk goes on behind what the old has done, which gets nothing', async () => {
  const fleet = openFleet([m01]);
  const old = fleet.box('old');
  await old.until('up');
  fleet.dispatch.send(order('WO-1'));
  await ended(fleet);
  await old.kept();
  await old.stop();
  fleet.dispatch.send(order('WO-2'));
  fleet.registry.permit(m01, by);
  const fresh = fleet.box('fresh');
  await ended(fleet);
  const types = typesOf(fresh);
  expect(types.filter((type) => type === 'OrderReleased')).toHaveLength(2);
  const late = fleet.box('old');
  await late.until('stale');
  fleet.dispatch.send(order('WO-3'));
  await ended(fleet);
  expect(typesOf(late).filter((type) => type === 'OrderReleased')).toHaveLength(1);
  expect(typesOf(fresh).filter((type) => type === 'OrderReleased')).toHaveLength(3);
});

test('what is forgotten behind a carried state is still known to have been received', () => {
  const box = openBox();
  box.store.commit(() => {
    for (const number of [1, 3]) {
      const body = { number, command: 'PlaceHold', commandId: `central:${number}` };
      box.roster.actor(m01).observe('CommandReceived', { ...body, outcome: 'applied' });
    }
  });
  const said = box.book.contents();
  box.book.clear();
  expect(box.book.look('received', m01)).toBeUndefined();
  box.book.restore(said);
  expect(box.book.look('received', m01)).toEqual({ upTo: 1, beyond: [3] });
});

/** A box whose disk may be full, and a central that says what it is told to. */
const flat = ({ type, about, body }: Sending) => ({ type, ...about, body });
type Told = (after: number) => object;
function openFull(isFull: boolean, tells?: Told) {
  const box = openBox();
  const full = { now: isFull };
  const log: string[] = [];
  const told = { changes: 0 };
  const gate = {
    refusal: ({ command }: { command: string }) =>
      full.now && command !== 'PlaceHold' ? 'disk: is full' : undefined,
    ...{ refused: () => undefined, accepted: () => undefined, release: () => false },
  };
  const intake = openIntake({ ...box, disk: gate, committed: () => undefined });
  const sent = [order('WO-1'), hold('H-1'), order('WO-2')].map((one, index) => ({
    ...{ number: index + 1, commandId: `central:${index + 1}:x`, atMs: 1_000, by, reason: '' },
    command: flat(one),
  }));
  const stop = new AbortController();
  const all: Told = (after) => ({ answer: 'told', newest: 3, commands: sent.slice(after) });
  const asked: number[] = [];
  const receiving = openReceiving({
    ...{ ...box, lines: [m01], intake, writer: () => 'own', everyMs: 5, clock: quick },
    ask: async (_: string, question: Uint8Array | string) => {
      const { after } = JSON.parse(`${question}`) as { after: number };
      asked.push(after);
      return Buffer.from(JSON.stringify((tells ?? all)(after)));
    },
    changed: () => void told.changes++,
    log: Object.assign(pino({ level: 'silent' }), {
      error: (what: { reason: string }) => void log.push(what.reason),
    }),
    signal: stop.signal,
  } as Parameters<typeof openReceiving>[0]);
  const running = receiving.loops();
  const end = async () => {
    stop.abort();
    await Promise.all(running);
  };
  onTestFinished(end);
  return { box, full, log, told, asked, receiving, end };
}

test('a full disk consumes nothing: a hold goes past, the rest comes later', async () => {
  const { box, full, log, told, receiving, end } = openFull(true);
  await waitFor(() => box.book.look('hold', 'H-1') !== undefined, 30_000, 'the hold');
  expect(receiving.standing(m01)).toMatchObject({ upTo: 0, beyond: [2] });
  await waitFor(() => log.length > 0, 30_000, 'the alarm');
  expect(log).toEqual(['disk: is full']);
  expect(receiving.waiting(m01)).toEqual({ count: 2, reason: 'disk: is full' });
  full.now = false;
  await waitFor(() => receiving.standing(m01).upTo === 3, 30_000, 'all of them');
  await end();
  expect(receiving.standing(m01)).toEqual({ upTo: 3, beyond: [], waits: null });
  expect(receiving.waiting(m01)).toBe(null);
  expect(told.changes).toBe(2); // that they wait, and that they do no more
  expect([...box.book.rows('order').keys()]).toEqual(['WO-1', 'WO-2']);
  expect(box.book.rows('hold').size).toBe(1);
  expect([...box.store.history()]).toHaveLength(6); // each told once
});

test.each([
  ['a number is left out', 2, 'command 1 is due, and came 2'],
  ['what is due is a later one', 1, 'it was restored from a backup'],
])('%s: nothing is skipped, and it is said', async (_, first, says) => {
  const one = { commandId: 'x', command: {}, atMs: 1, by, reason: '' };
  const { log, receiving } = openFull(false, (after) =>
    after === 0 && first === 1
      ? { answer: 'told', newest: 1, commands: [{ ...one, number: 1 }] }
      : { answer: 'told', newest: 0, commands: first === 1 ? [] : [{ ...one, number: first }] },
  );
  await waitFor(() => log.some((words) => words.includes(says)), 10_000, says);
  expect(receiving.standing(m01).upTo).toBe(first === 1 ? 1 : 0);
});

test('what an edge does not understand is refused, and the next one is taken', async () => {
  const one = { atMs: 1, by, reason: '' };
  const all = [
    { ...one, number: 1, commandId: 'central:1:z', command: { type: 'FlyAway', body: {} } },
    { ...one, number: 2, commandId: 'central:2:z', command: { ...flat(order('WO-1')) } },
  ];
  const { box, receiving, end } = openFull(false, (after) => ({
    ...{ answer: 'told', newest: 2, commands: all.slice(after) },
  }));
  await waitFor(() => receiving.standing(m01).upTo === 2, 30_000, 'both');
  await end();
  const facts = [...box.store.history()].map(({ bytes }) => decodeContent(bytes));
  expect(facts.map(({ type }) => type)).toEqual([
    ...['CommandReceived', 'OrderReleased', 'CommandReceived'],
  ]);
  expect(facts[0]!.body).toMatchObject({ outcome: 'refused', command: 'FlyAway' });
  expect(facts[0]!.body).toMatchObject({ reason: expect.stringContaining('no command') });
});

test('a central from before is asked quietly', async () => {
  const { log, asked } = openFull(false, () => {
    throw new Fault('UNREACHABLE', 'central: no responders');
  });
  await waitFor(() => asked.length > 2, 30_000, 'three questions');
  expect(log).toEqual([]);
});

test('an edge whose orders have ended starts again, and takes what central sends', async () => {
  const fleet = openFleet([m01]);
  const box = fleet.box('one');
  await box.until('up');
  await box.ask(shop.release());
  const over = command('CancelOrder', { order: 'WO-1' }, { reason: 'not wanted' });
  expect((await box.ask(over)).status).toBe('accepted');
  await box.kept();
  await box.crash();
  const again = fleet.box('one');
  fleet.dispatch.send(order('WO-2'));
  await ended(fleet);
  expect(typesOf(again).slice(-2)).toEqual(['OrderReleased', 'CommandReceived']);
});
