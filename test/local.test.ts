// T3: a command may state its time as the clock on the wall shows it. The edge makes an instant of
// it, once; the fact keeps both.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCalendar, readCalendar } from '../shared/calendar.ts';
import { decodeContent } from '../shared/codec.ts';
import { readCommand } from '../shared/command.ts';
import { templates } from '../statecharts/policy.ts';
import { contentsOf, openBox, outcome } from './helpers/box.ts';
import { openSide } from './helpers/central.ts';
import { testFolder } from './helpers/folder.ts';
import { type command, m01, quality, shop } from './helpers/shop.ts';

const shifts = [{ shift: 'night', start: '22:00', end: '06:00' }];
const calendarOf = (timeZone: string) =>
  openCalendar(readCalendar({ timeZone, dayStart: '06:00', shifts }, 'calendar'));
const paris = { calendar: calendarOf('Europe/Paris') };
const lines = [{ line: m01, lanes: 2 }];
const file = () => join(testFolder(), 'edge.db');
type Box = ReturnType<typeof openBox>;
/** A box whose clock shows the days of which is told. */
const openIn2012 = (...given: Parameters<typeof openBox>): Box => {
  const box = openBox(...given);
  box.time.nowMs = Date.parse('2012-10-29T08:00Z');
  return box;
};
const factsOf = (box: Box) => [...box.store.history()].map(({ bytes }) => decodeContent(bytes));
const lastOf = (box: Box) => factsOf(box).at(-1)!;

/** The same command with a local time in place of its instant. */
const at = (
  atLocal: string,
  { atMs: _, ...given }: ReturnType<typeof command> = shop.release(),
) => ({
  ...given,
  atLocal,
});
const twice = '2012-10-28T02:30';
const first = Date.parse('2012-10-28T02:30+02:00');
const never = '2012-03-25T02:30';
const neverWords = `INVALID command.atLocal: ${never} does not exist in Europe/Paris`;

test('T3: a local time that stands twice is its first, flagged, and kept as it was given', () => {
  const box = openIn2012(':memory:', lines, paris);
  const answer = box.decide(at(twice));
  expect(answer).toMatchObject({ status: 'accepted', facts: [{ flags: 'ambiguousTime' }] });
  expect(lastOf(box)).toMatchObject({
    ...{ atMs: first, atLocal: twice, clock: 'source', flags: 'ambiguousTime' },
    ...{ recordedMs: box.time.nowMs, productionDay: '2012-10-27', shift: 'night' },
  });
});

test('T3: a local time that stands once is no cause for a flag', () => {
  const box = openIn2012(':memory:', lines, paris);
  box.decide(at('2012-10-28T03:00:00.5'));
  expect(lastOf(box)).toMatchObject({
    atMs: Date.parse('2012-10-28T03:00:00.5+01:00'),
    atLocal: '2012-10-28T03:00:00.5',
  });
  expect(lastOf(box)).not.toHaveProperty('flags');
  box.decide({ ...shop.start(), atMs: undefined });
  expect(lastOf(box)).toMatchObject({ clock: 'edge', atMs: box.time.nowMs });
  expect(lastOf(box)).not.toHaveProperty('atLocal');
});

test('T3: the flag stands beside those of the charts and of the people', () => {
  const policy = { ...templates.discrete, people: ['person:2'] };
  const box = openIn2012(':memory:', [{ line: m01, lanes: 1, policy }], paris);
  for (const given of [shop.release(), shop.start(), shop.phase('R1')]) box.decide(given);
  box.decide(at(twice, shop.report('R1', { good: '120' })));
  expect(lastOf(box).flags).toBe('beyondTolerance unknownOperator ambiguousTime');
  box.roster.rebuild();
  expect(box.roster.actor(m01).failure()).toBeUndefined();
});

test('T3: a local time that does not exist is refused, for good, and no fact is stored', () => {
  const path = file();
  const box = openBox(path, lines, paris);
  const given = at(never);
  expect(outcome(box.decide(given))).toBe(neverWords);
  expect(outcome(box.decide(given))).toBe(neverWords);
  expect(factsOf(box)).toEqual([]);
  box.db.close();
  const elsewhere = openBox(path, lines, { calendar: calendarOf('UTC') });
  expect(outcome(elsewhere.decide(given))).toBe(neverWords);
  expect(outcome(elsewhere.decide(at(never)))).toBe('accepted');
});

test('T2: a run over the start of summer time lasts what passed, whatever the wall says', () => {
  const box = openIn2012(':memory:', lines, paris);
  const wallMs = 9 * 3_600_000; // from 22:00 to 07:00
  for (const given of [
    ...[shop.release(), shop.start(), at('2012-03-24T22:00', shop.phase('R1'))],
    at('2012-03-25T07:00', shop.end('R1', {}, { statedMs: wallMs })),
  ]) {
    expect(outcome(box.decide(given))).toBe('accepted');
  }
  const passedMs = wallMs - 3_600_000;
  const times = { runs: 1, elapsedMs: passedMs, runStatedMs: wallMs };
  expect(box.book.tally('operation', 'WO-1', '0010')).toMatchObject(times);
  const side = openSide();
  side.note('acme/m1', ...factsOf(box));
  expect(side.drain()).toMatchObject([{ kind: 'confirmation', machineMs: passedMs }]);
});

test.each(['1970-01-01T00:30', '2100-01-01T01:00:00.001', '0001-01-01T00:00'])(
  'T3: %s in Paris is as far away as no source may state',
  (given) => {
    const box = openIn2012(':memory:', lines, paris);
    expect(outcome(box.decide(at(given)))).toBe(
      'INVALID command.atLocal: must be from 1970-01-01 to 2100-01-01',
    );
  },
);

test('T3: an edge without a calendar takes no local time', () => {
  const box = openBox();
  expect(outcome(box.decide(at(twice)))).toBe(
    'INVALID command.atLocal: must not be given to an edge without a calendar: give atMs instead',
  );
  expect(factsOf(box)).toEqual([]);
});

test('T3: a command states its time once', () => {
  expect(() => readCommand({ ...shop.release(), atLocal: twice })).toThrow(
    expect.objectContaining({
      code: 'INVALID',
      message: 'command.atMs, command.atLocal: must not both be given',
    }),
  );
  expect(readCommand({ ...at(twice), atMs: null }).statement).toMatchObject({ atLocal: twice });
});

test.each([
  ...['2012-10-28 02:30', '2012-10-28T02:30Z', '', '2012-10-28T24:00'],
  1_351_380_600_000,
])('T3: %j is no local time', (given) => {
  expect(() => readCommand({ ...at(''), atLocal: given })).toThrow(
    /^command\.atLocal: must be a local time like 2012-10-28T02:30, /,
  );
});

test('T3: when the rules of the zone have changed, what was made of the text still counts', () => {
  const path = file();
  const box = openBox(path, lines, paris);
  const given = [at('2012-06-01T08:00'), at(twice, shop.start()), at(twice, shop.phase('R1'))];
  const answers = given.map(box.decide);
  expect(answers.map(outcome)).toEqual(given.map(() => 'accepted'));
  const [facts, contents] = [factsOf(box), contentsOf(box)];
  box.db.close();
  for (const means of [{ calendar: calendarOf('Asia/Tokyo') }, {}]) {
    const again = openBox(path, lines, means);
    expect(again.roster.actor(m01).failure()).toBeUndefined();
    expect(contentsOf(again)).toEqual(contents);
    expect(given.map(again.decide)).toEqual(answers);
    expect(factsOf(again)).toEqual(facts);
    again.db.close();
  }
});

test('T3: the same id with another local time is a conflict, as with any other content', () => {
  const box = openIn2012(':memory:', lines, paris);
  const given = at(twice);
  const answer = box.decide(given);
  expect(outcome(box.decide({ ...given, atLocal: '2012-10-28T02:31' }))).toMatch(/^CONFLICT /);
  expect(outcome(box.decide({ ...given, atLocal: undefined, atMs: first }))).toMatch(/^CONFLICT /);
  expect(box.decide(given)).toEqual(answer);
});

test('T3: what follows from a fact has its instant, and not the words of who stated it', () => {
  const policy = { ...templates.discrete, holdOnFailure: true };
  const box = openIn2012(':memory:', [{ line: m01, lanes: 1, policy }], paris);
  const given = [shop.release(), shop.start(), quality.inspect('I1')];
  for (const one of [...given, at(twice, quality.found('I1', 'failed'))]) box.decide(one);
  const [found, hold] = factsOf(box).slice(-2);
  expect(found).toMatchObject({ atLocal: twice, flags: 'ambiguousTime' });
  expect(hold).toMatchObject({ type: 'HoldPlaced', atMs: first, causationId: found!.eventId });
  expect(hold).not.toHaveProperty('atLocal');
  expect(hold).not.toHaveProperty('flags');
});
