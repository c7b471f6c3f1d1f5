// Goal: a fact can be looked up whole, listed and followed: in order, each once, from any place on.
// Method: a real edge over HTTP; streams that are cut and taken up again, slow, or too many.
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { listenersMax } from '../edge/view/follow.ts';
import { openStreams, slowMs } from '../edge/view/stream.ts';
import { systemClock } from '../shared/clock.ts';
import { openBox } from './helpers/box.ts';
import { openScreens } from './helpers/screen.ts';
import { command, m01, m02, shop } from './helpers/shop.ts';

const line = encodeURIComponent(m01);
/** A machine that is busy with other things takes its time. */
const soon = { timeout: 30_000 };
const shift = (shiftName: string, about: object = {}) =>
  command('StartShift', { shift: shiftName, ...about }, { people: [] });

test('a fact is told whole: its marks, its hashes, and what belongs to it', async () => {
  const box = openBox();
  const { ask, get } = await openScreens(box);
  await ask(...Array.from({ length: 300 }, (_, index) => shift(`S${index}`)));
  const [release] = await ask({ ...shop.release(), correlationId: 'c-1' });
  const [start] = await ask({ ...shop.start(), correlationId: 'c-1' });
  await ask(shop.phase('R1'));
  const { eventId } = start!.facts[0]!;
  const rows = [...box.store.history()];
  const told = async () => (await get(`/facts/${eventId}`)).body as Record<string, unknown>;
  expect(await told()).toMatchObject({
    fact: { eventId, line: m01, epoch: 1, sequence: 302, type: 'OperationStarted', order: 'WO-1' },
    mark: 1,
    marks: { recordedMs: box.time.nowMs, sent: false, kept: false, settled: false },
    correlation: [{ eventId: release!.facts[0]!.eventId }, { eventId }],
    hash: rows[301]!.hash.toString('hex'),
    command: expect.stringMatching(/^command-/),
  });
  box.outbox.setSent(m01, 1, 302);
  expect(await told()).toMatchObject({ mark: 1, marks: { sent: true, kept: false } });
  box.outbox.keep(m01, 1, 302);
  box.marks.heard(m01, { line: m01, epoch: 1, sequence: 302, settled: 302, waiting: [] } as never);
  expect(await told()).toMatchObject({ mark: 3, marks: { kept: true, settled: true } });

  expect(await get('/facts/x')).toMatchObject({ status: 400, body: { code: 'INVALID' } });
  const other = `${eventId.slice(0, -1)}${eventId.endsWith('0') ? '1' : '0'}`;
  expect(await get(`/facts/${other}`)).toMatchObject({ status: 404, body: { code: 'UNKNOWN' } });
  expect(await get('/facts/00000000-0000-4000-8000-000000000000')).toMatchObject({ status: 404 });
});

test('facts are listed behind a place, or the last ones; of one line only', async () => {
  const { ask, get } = await openScreens(openBox());
  await ask(...['A', 'B', 'C', 'D'].map((name) => shift(name)), shift('X', { line: m02 }));
  const list = async (query: string) => {
    const { body } = await get(`/facts?line=${line}${query}`);
    const { facts, next } = body as { facts: { shift: string }[]; next: string };
    return [facts.map((fact) => fact.shift).join(''), next];
  };
  expect(await list('')).toEqual(['ABCD', '1.4']);
  expect(await list('&limit=2')).toEqual(['CD', '1.4']);
  expect(await list('&after=1.1&limit=2')).toEqual(['BC', '1.3']);
  expect(await list('&after=1.4')).toEqual(['', '1.4']);
  expect(await list('&after=0.0&limit=1')).toEqual(['A', '1.1']);
  const bad = ['&after=7', '&after=1.2.3', '&limit=0', '&limit=501', '&limit=x'];
  for (const query of bad) {
    expect(await get(`/facts?line=${line}${query}`)).toMatchObject({ status: 400 });
  }
  expect(await get('/facts')).toMatchObject({ status: 400 });
  expect(await get('/facts?line=acme/lyon/turning/M9')).toMatchObject({ status: 404 });
});

test('a stream that was cut goes on behind the last fact it told, and repeats none', async () => {
  const { ask, listen, get } = await openScreens(openBox());
  const names = Array.from({ length: 250 }, (_, index) => `S${index}`);
  await ask(...names.slice(0, 200).map((name) => shift(name)));
  const heard: string[] = [];
  let id = '0.0';
  for (let round = 0; heard.length < names.length; round++) {
    expect(round).toBeLessThan(20);
    const isFirst = round % 2 === 0;
    const path = `/facts/stream?line=${line}${isFirst ? `&after=${id}` : ''}`;
    const stream = listen(path, isFirst ? {} : { 'last-event-id': id });
    let count = 0;
    for await (const event of stream) {
      expect(event.event).toBe('fact');
      heard.push((event.data as { shift: string }).shift);
      id = event.id!;
      if (heard.length === 150) await ask(...names.slice(200).map((name) => shift(name)));
      if (++count === 40 || heard.length === names.length) break;
    }
  }
  expect(heard).toEqual(names);
  const ahead = `/facts/stream?line=${line}&after=1.251`;
  expect(await get(ahead)).toMatchObject({ status: 400, body: { code: 'INVALID' } });
  expect(await get('/facts/stream?line=acme/lyon/turning/M9')).toMatchObject({ status: 404 });
});

test('without a place a stream begins with what comes next', async () => {
  const { ask, listen } = await openScreens(openBox());
  await ask(shift('old'));
  const stream = listen(`/facts/stream?line=${line}`);
  const next = stream.next();
  await expect
    .poll(async () => {
      await ask(shift('new'));
      return Promise.race([next, new Promise((resolve) => setTimeout(resolve, 50, undefined))]);
    }, soon)
    .toMatchObject({ value: { id: expect.stringMatching(/^1\.\d+$/), data: { shift: 'new' } } });
  await stream.return(undefined);
});

test('forgotten facts are named as a gap', async () => {
  const box = openBox();
  const { ask, listen } = await openScreens(box);
  await ask(shift('A'), shift('B'), shift('C'));
  box.db.exec(`DROP TRIGGER event_is_owed; DROP TRIGGER event_is_named;
    DROP TRIGGER event_is_carried; DELETE FROM event WHERE sequence <= 2`);
  const events = [];
  for await (const event of listen(`/facts/stream?line=${line}&after=0.0`)) {
    events.push(event);
    if (event.event === 'fact') break;
  }
  expect(events).toMatchObject([{ id: '1.3' }]); // of another epoch nothing is known to be missing
  const again = listen(`/facts/stream?line=${line}&after=1.1`);
  expect((await again.next()).value).toMatchObject({
    event: 'gap',
    data: { line: m01, after: '1.1', next: '1.3' },
  });
  await again.return(undefined);
});

/** A connection whose other end takes a word only when it is told to. */
function openSlow() {
  const raw = Object.assign(new EventEmitter(), {
    ...{ words: [] as string[], isGone: false },
    writeHead: () => raw,
    write: (word: string) => raw.words.push(word) < 2, // room for one word
    end: () => raw,
    destroy: () => {
      raw.isGone = true;
    },
  });
  const request = { raw: new EventEmitter() } as never;
  const reply = { raw, hijack: () => undefined } as never;
  return { raw, request, reply };
}

test('a listener that takes nothing is let go, and leaves its place', async () => {
  const stop = new AbortController();
  const asked: number[] = [];
  const sleep = async (ms: number) => void asked.push(ms);
  const streams = openStreams({ name: 'x', max: 1, clock: { sleep }, signal: stop.signal });
  const { raw, request, reply } = openSlow();
  const took: boolean[] = [];
  await streams.serve(request, reply, async (tell) => {
    for (const word of ['a', 'b', 'c']) took.push(await tell(word));
  });
  expect([raw.words, took, raw.isGone, asked]).toEqual([
    ['a', 'b'],
    [true, false, false],
    true,
    [slowMs],
  ]);
  expect(streams.listeners()).toBe(0);
});

test('a listener that is slow, but takes what it is told in time, stays', async () => {
  const stop = new AbortController();
  const { sleep } = systemClock;
  const streams = openStreams({ name: 'x', max: 1, clock: { sleep }, signal: stop.signal });
  const { raw, request, reply } = openSlow();
  const took: boolean[] = [];
  await streams.serve(request, reply, async (tell) => {
    for (const word of ['a', 'b', 'c']) {
      setTimeout(() => raw.emit('drain'), 20);
      took.push(await tell(word));
    }
    await expect(streams.serve(request, reply, async () => undefined)).rejects.toThrow(/listening/);
  });
  expect([took, raw.isGone, streams.listeners()]).toEqual([[true, true, true], false, 0]);
});

test('more listeners than there is room for are refused, until one goes', async () => {
  const { listen, get } = await openScreens(openBox());
  const path = `/facts/stream?line=${line}`;
  const streams = Array.from({ length: listenersMax }, () => listen(path));
  for (const stream of streams) void stream.next();
  await expect
    .poll(async () => {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), 100);
      const status = await Promise.race([
        get(path).then((reply) => reply.status),
        new Promise((resolve) => setTimeout(resolve, 100, 0)),
      ]);
      clearTimeout(timer);
      return status;
    }, soon)
    .toBe(503);
});
