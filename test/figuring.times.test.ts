// Goal: times of figures are right: days of other lengths, late facts, clocks that are wrong,
// waits, and days that are too old to be kept.
// Method: small histories, asked over HTTP.
import { describe, expect, test } from 'vitest';
import type { Content } from '../shared/event.ts';
import { stated } from './helpers/central.ts';
import { content } from './helpers/facts.ts';
import { at, hourMs, lyon, openFigures, startMs, sumsIn } from './helpers/figures.ts';
import { m01, m02 } from './helpers/shop.ts';

const { release, report, end, keep, free, decide, reverse } = stated;
const op = { order: 'WO-1', operation: '0010' };
let made = 0;
const phase = (run: string, about: Partial<Content>): Content =>
  content(
    `times ${++made}`,
    'PhaseStarted',
    { run, phase: 'run', lane: 1, rework: false },
    { ...op, ...about },
  );
const released = { ...release(), ...at(0) };
const plan = { sites: [lyon] };

describe('times', () => {
  test('a shift is as long as the clock makes it', async () => {
    const night = [{ shift: 'night', start: '22:00', end: '06:00' }];
    const { hear, ask } = openFigures({ sites: [{ ...lyon, shifts: night }] });
    const clocks = Date.UTC(2026, 9, 24, 12); // before they are set back
    const when = (hours: number) => {
      const atMs = clocks + hours * hourMs;
      return { atMs, recordedMs: atMs };
    };
    hear(m01, phase('R1', when(0)), end('R1', when(40)));
    const [row] = (await ask('?by=shift&shift=night&from=2026-10-24&to=2026-10-24')).rows;
    expect(row!.figures.availability.basis).toMatchObject({ plannedMs: `${9 * hourMs}` });
  });

  test('in doubt count, and are told apart', async () => {
    const { hear, ask } = openFigures(plan);
    const suspect = { flags: 'clockSuspect' };
    hear(m01, phase('R1', at(0)), report('5', {}, { ...at(1), ...suspect }));
    hear(m01, end('R1', { ...at(2), ...suspect }));
    const [row] = (await ask()).rows;
    expect(row).toMatchObject({ doubt: { facts: 2, ms: 2 * hourMs }, made: { good: '5' } });
    expect(row!.figures.availability.value).toBe('100.0');
  });

  test('that are far ahead of their arrival are those of the arrival', async () => {
    const world = openFigures(plan, { skewMaxMs: 24 * hourMs });
    world.time.nowMs = startMs + 2 * hourMs;
    world.hear(m01, phase('R1', at(0)), report('5', {}, at(1)), report('6', {}, at(9_000)));
    const [row, ...more] = (await world.ask('?from=2026-11-30&to=2027-12-31')).rows;
    expect(more).toEqual([]);
    expect(row).toMatchObject({ made: { good: '11' }, doubt: { facts: 1 } });
    expect(row!.figures.availability.basis).toMatchObject({ plannedMs: `${2 * hourMs}` });
    expect(new Set(sumsIn(world).map(({ from_ms }) => from_ms))).toEqual(new Set([startMs]));
  });

  test('what came after the closing of its order is counted apart', async () => {
    const { hear, ask } = openFigures(plan);
    hear(m01, released, report('5', {}, at(1)), report('9', {}, { ...at(2), flags: 'late' }));
    expect((await ask()).rows).toMatchObject([{ made: { good: '5' }, late: 1 }]);
  });

  test('a document that was found waited until it was found, and counts once', async () => {
    const { hear, ask, postings, time } = openFigures(plan);
    hear(m01, released, report('50', {}, at(0.5)));
    time.nowMs = startMs + 0.5 * hourMs;
    const { posting } = postings.next(new Set(), 10)[0]!;
    postings.settle(posting.key, { kind: 'unknown', reason: 'no answer' });
    time.nowMs += 60_000;
    postings.next(new Set(), 10);
    postings.found(posting.key, []);
    postings.next(new Set(), 10);
    postings.settle(posting.key, { kind: 'unknown', reason: 'no answer' });
    time.nowMs += 60_000;
    postings.next(new Set(), 10);
    postings.found(posting.key, ['D1']);
    const [row] = (await ask()).rows;
    expect(row!.figures.postedMax).toMatchObject({ value: '120000', basis: { documents: '1' } });
  });

  test('a document that was lost and is posted again waited until it was there first', async () => {
    const { hear, ask, app, postAll, postings, time } = openFigures(plan);
    hear(m01, released, report('50', {}, at(0.5)));
    time.nowMs = startMs + 0.5 * hourMs + 5_000;
    const { key } = postings.next(new Set(), 10)[0]!.posting;
    postings.settle(key, { kind: 'posted', document: 'D1' });
    for (const [act, by] of Object.entries({ missing: 'person:17', approve: 'person:9' })) {
      const payload = { by, reason: 'restored' };
      const reply = await app.inject({ method: 'POST', url: `/v1/desk/${key}/${act}`, payload });
      expect([reply.statusCode, reply.body]).toEqual([200, expect.any(String)]);
    }
    time.nowMs += 3_600_000;
    postings.next(new Set(), 10);
    postings.found(key, []);
    postAll();
    const [row] = (await ask()).rows;
    expect(row!.figures.postedMax).toMatchObject({ value: '5000', basis: { documents: '1' } });
  });

  test('to a decision and to a document are told by half, most and longest', async () => {
    const { hear, ask, of, postAll, time } = openFigures(plan);
    const holds = Array.from({ length: 10 }, (_, index) => [
      keep(`H${index}`, '1', at(1)),
      free(`H${index}`, '1', { ...op, ...at(1 + (index + 1) / 10) }),
    ]).flat();
    const more = [keep('H-open', '2', at(1)), keep('H-back', '1', at(2))];
    const back = decide('H-back', 'scrap', '1', { ...op, ...at(1) });
    hear(m01, released, report('50', {}, at(0.5)), ...holds, ...more, back);
    time.nowMs = startMs + 0.5 * hourMs + 12_345;
    postAll();
    time.nowMs += 1_000;
    hear(m01, report('1', {}, at(0.5)), report('1', {}, { ...at(0.6), clockTrust: 'suspect' }));
    postAll();
    const [row] = (await ask('?by=line')).rows;
    // Of eleven decisions the documents were there before they were recorded: in doubt.
    expect(row!.figures).toMatchObject({
      holdP50: { value: `${0.5 * hourMs}`, basis: { holds: '10', open: '1', doubtful: '1' } },
      ...{ holdP90: { value: `${0.9 * hourMs}` }, holdMax: { value: `${hourMs}` } },
      postedP50: { value: '12288', basis: { documents: '2', doubtful: '12' } }, // within 1/32
      ...{ postedP90: { value: '13312' }, postedMax: { value: '13345' } },
    });
    expect(await of(['holdMax'], '?by=order')).toEqual([['WO-1', `${hourMs}`]]);
  });
});

describe('old days', () => {
  test('are forgotten after so many, and how a line was is not', async () => {
    const world = openFigures({ ...plan, keepDays: 2 });
    const { hear, of, figuring } = world;
    hear(m01, phase('R1', at(0)), report('5', {}, at(1)));
    await figuring.catchUp(1e6);
    hear(m01, report('6', {}, at(96)), reverse(report('9'), at(97)));
    await figuring.catchUp(1e6);
    const days = new Set(sumsIn(world).map(({ from_ms }) => Number(from_ms)));
    expect(Math.min(...days)).toBeGreaterThanOrEqual(startMs + 48 * hourMs - 29 * hourMs);
    const period = '?from=2026-11-30&to=2026-12-04';
    expect(await of(['quality'], period)).toEqual([[m01, '100.0']]);
    const [row] = (await world.ask(period)).rows;
    expect(row!.made).toMatchObject({ good: '6' });
    hear(m01, end('R1', at(98)));
    const [last] = (await world.ask('?from=2026-12-04')).rows;
    // The run of four days before was still open.
    expect(last!.figures.availability.basis).toMatchObject({ runMs: `${2 * hourMs}` });
  });

  test('a line that was silent for longer goes on as it was', async () => {
    const { hear, ask, figuring } = openFigures({ ...plan, keepDays: 2 });
    hear(m01, phase('R1', at(0)));
    hear(m02, report('5', {}, at(200)));
    await figuring.catchUp(1e6);
    hear(m01, end('R1', at(218)));
    const { rows } = await ask(`?line=${m01}&from=2026-12-09`);
    expect(rows[0]!.figures.availability.basis).toMatchObject({ runMs: `${2 * hourMs}` });
  });

  test('a clock that was decades back costs no more than the days kept', async () => {
    const { hear, ask, figuring } = openFigures({ ...plan, keepDays: 2 });
    const atMs = Date.UTC(1970, 0, 2);
    hear(m01, phase('R1', { atMs, recordedMs: at(0).atMs }));
    hear(m01, phase('R2', { atMs: atMs + 9 * hourMs, recordedMs: at(0).atMs }));
    hear(m01, end('R2', at(1)), report('5', {}, at(2)));
    let stretches = 0;
    for (let some = figuring.readOn(); some > 0; some = figuring.readOn()) stretches += some;
    expect(stretches).toBeLessThan(30);
    const { rows } = await ask(`?line=${m01}&from=2026-11-30`);
    expect(rows[0]!.figures.availability.basis).toMatchObject({ runMs: `${2 * hourMs}` });
  });

  test('of a time that is not kept any more nothing is counted', async () => {
    const world = openFigures({ ...plan, keepDays: 2 });
    world.hear(m01, report('5', {}, at(200)), phase('R1', at(0)));
    world.hear(m01, report('6', {}, at(0)), report('1', {}, at(226)));
    await world.figuring.catchUp(1e6);
    const before = sumsIn(world);
    expect(before.filter(({ body }) => `${body}`.includes('run'))).toEqual([]);
    world.db.exec("DELETE FROM figure; UPDATE figured SET digest = 'another'");
    await world.figuring.catchUp(1e6);
    expect(sumsIn(world)).toEqual(before);
  });
});
