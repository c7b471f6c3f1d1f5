// Goal: the head of a screen is honest: about the link, the disk, the clock, and what nobody knows.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCounts } from '../edge/view/counts.ts';
import { openFacts } from '../edge/view/facts.ts';
import { openDrains } from '../edge/view/header.ts';
import { openView } from '../edge/view/open.ts';
import { openTimeline } from '../edge/view/timeline.ts';
import { readCommand } from '../shared/command.ts';
import type { Fact } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { openBox } from './helpers/box.ts';
import { openClockBox, openTime } from './helpers/clockbox.ts';
import { testFolder } from './helpers/folder.ts';
import { startBox } from './helpers/pagebox.ts';
import { openScreen } from './helpers/screen.ts';
import { command, m01, shop } from './helpers/shop.ts';

const hourMs = 3_600_000;
type View = Record<'runs' | 'queue' | 'stop', unknown> & {
  figures: Record<'good' | 'scrap' | 'shift' | 'unit', unknown>;
  facts: { type: string }[];
};

test('a backlog that drains says how fast, and when it will be gone', () => {
  const time = { ms: 0 };
  const drains = openDrains(() => time.ms);
  const see = (ms: number, sent: number, unsent: number, epoch = 1) => {
    time.ms = ms;
    return drains.see(m01, { epoch, sent }, unsent);
  };
  expect(see(0, 100, 900)).toBe(null); // nothing is known yet
  expect(see(1_000, 150, 850)).toBe(null);
  expect(see(10_000, 200, 800)).toEqual({ perSecond: 10, etaMs: 80_000 });
  expect(see(80_000, 200, 800)).toBe(null); // the last minute has moved nothing
  expect(see(90_000, 260, 740)).toEqual({ perSecond: 6, etaMs: 123_333 });
  expect(see(91_000, 1_000, 0)).toBe(null);
  expect(see(92_000, 10, 990)).toBe(null); // the stream was rewound
  expect(see(95_000, 40, 960)).toEqual({ perSecond: 10, etaMs: 96_000 });
  expect(see(96_000, 60, 940, 2)).toBe(null); // another epoch counts anew
});

test('what is not sent, and what keeps a line from taking anything in, is told in words', () => {
  const box = openBox();
  const state = { bar: undefined as Fault | undefined, full: undefined as string | undefined };
  const status = () => ({ level: 'full', daysLeft: 0.5 });
  const disk = { refusal: () => state.full, status } as never;
  const { read, rule, changed } = openScreen(box, { disk, barred: () => state.bar });
  const header = () => {
    changed.ring();
    return read().header;
  };
  expect(header()).toMatchObject({ unsent: 0, oldestUnsentMs: null, readOnly: null, epoch: null });
  expect(header()).toMatchObject({ way: 'down', room: { level: 'full', daysLeft: 0.5 } });
  expect(header()).toMatchObject({ environment: 'production' });
  expect(header()).toMatchObject({ centralMs: null, clock: { state: 'suspect' } }); // of 2023
  box.decide(shop.release());
  box.time.nowMs += 1_000;
  box.decide(shop.start());
  expect(header()).toMatchObject({ unsent: 2, oldestUnsentMs: box.time.nowMs - 1_000 });
  expect(rule('StartPhase')).toBe('allowed');
  state.full = 'disk: is full';
  expect(header().readOnly).toBe('disk: is full');
  expect(rule('StartPhase')).toBe('disk');
  state.bar = new Fault('CONFLICT', 'belongs to another box');
  expect(header().readOnly).toBe('belongs to another box');
  expect(rule('StartPhase')).toBe('barred');
});

test('an edge that is started anew tells the same: counts, figures, reasons, homes', async () => {
  const storePath = join(testFolder(), 'edge.sqlite');
  const now = { atMs: Date.now() - 1_000 };
  const look = async (url: string) => {
    const reply = await fetch(`${url}/v1/line?line=${encodeURIComponent(m01)}`);
    const { runs, queue, stop, figures, facts } = (await reply.json()) as View;
    const { good, scrap, shift, unit } = figures;
    const types = facts.map(({ type }) => type);
    return { runs, queue, stop, good, scrap, shift, unit, types };
  };
  const first = await startBox(storePath);
  const one = command('StartShift', { ...now, shift: 'early' }, { people: [] });
  await first.ask(shop.release(), shop.release({}, 'WO-2', { line: 'acme/lyon/turning/M02' }));
  await first.ask(one, shop.start(now), shop.phase('R1', {}, now));
  await first.ask(shop.report('R1', { good: '4', scrap: '1' }, now), shop.pause(now));
  const before = await look(first.url);
  expect(before).toMatchObject({
    ...{ good: '4', scrap: '1', shift: 'early', unit: 'EA', queue: [] },
    runs: [{ run: 'R1', runCounts: { good: '4', scrap: '1' } }],
    stop: { state: 'paused', reason: 'tool change' },
  });
  await first.close();
  const again = await startBox(storePath);
  expect(await look(again.url)).toEqual(before);
});

test('figures that were read in part say before when they lack something', () => {
  const box = openBox();
  const now = () => ({ atMs: box.time.nowMs });
  for (const given of [shop.release(), shop.start(now()), shop.phase('R1', {}, now())]) {
    box.decide(given);
  }
  for (let count = 0; count < 10; count++) {
    box.time.nowMs += 60_000;
    box.decide(shop.report('R1', {}, now()));
  }
  const facts = openFacts(box.db);
  const parts = { book: box.book, facts, nowMs: () => box.time.nowMs };
  const sum = (counts: ReturnType<typeof openCounts>) => {
    const [all] = counts.parts(m01, box.time.nowMs - hourMs, box.time.nowMs + 1, 2 * hourMs);
    return [
      all!.get('EA')?.good,
      counts.sinceMs(),
      counts.ofRun(m01, 'R1', now().atMs - 600_000)?.good,
    ];
  };
  expect(sum(openCounts(parts))).toEqual([10_000_000n, 0, 10_000_000n]);
  const some = openCounts({ ...parts, most: 4 });
  expect(sum(some)).toEqual([4_000_000n, box.time.nowMs - 180_000, undefined]);
});

test('a line that changes all the time is remembered in bounds, and told rightly', () => {
  const timeline = openTimeline();
  const startMs = Date.UTC(2026, 10, 30);
  const count = 30_000;
  for (let at = 0; at < count; at++) {
    const atMs = startMs + at * 1_000;
    const state = at % 2 === 0 ? 'stopped' : 'execute';
    const body = { state, reason: '' };
    timeline.note({ type: 'EquipmentStateChanged', atMs, recordedMs: atMs, body } as Fact);
  }
  const untilMs = startMs + count * 1_000;
  const knownMs = timeline.knownMs();
  expect(knownMs).toBeGreaterThan(startMs);
  expect(knownMs).toBeLessThan(untilMs - 2 * hourMs);
  const [hour] = timeline.spent(untilMs - hourMs, untilMs, hourMs);
  expect(hour).toEqual({ runMs: 0, stopMs: hourMs / 2 });
});

test('S3: what a full disk did not take stands on no screen', async () => {
  const time = openTime(Date.UTC(2026, 10, 30));
  const { edge, db, ask } = openClockBox(time);
  const clock = time.clock({ offMs: 0 });
  const lines = [{ line: m01, idealPerHour: undefined }];
  const view = openView({ config: { calendar: undefined, lines } as never, db, clock, edge });
  const now = { atMs: time.trueMs() };
  for (const given of [shop.release(), shop.start(now), shop.phase('R1', {}, now)])
    await ask(given);
  await ask(shop.report('R1', { good: '3' }, now));
  const told = () => {
    edge.changed.ring();
    const { figures, runs, stop, facts } = JSON.parse(view.lines.tell(m01, undefined, 0).text);
    return [figures.good, runs[0].runCounts.good, stop, facts.length];
  };
  const before = told();
  expect(before).toEqual(['3', '3', null, 4]);
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
  const many = Array.from({ length: 200 }, () =>
    edge.intake.ask(readCommand(shop.report('R1', { given: 'x'.repeat(200) }, now))),
  );
  const seen = { state: 'execute', reason: 'x'.repeat(200) };
  many.push(edge.intake.ask(readCommand(command('ChangeEquipmentState', now, seen))));
  const answers = await Promise.allSettled(many);
  expect(answers.map(({ status }) => status)).toContain('rejected');
  expect(told()).toEqual(before);
});
