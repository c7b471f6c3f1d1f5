// Goal: a fact belongs to one production day and one shift, derived in one place.
// Method: plants in zones whose clocks change; the memory against what the wall clock shows.
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { openCalendar, readCalendar } from '../shared/calendar.ts';
import fc from './helpers/check.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const three = [
  { shift: 'early', start: '06:00', end: '14:00' },
  { shift: 'late', start: '14:00', end: '22:00' },
  { shift: 'night', start: '22:00', end: '06:00' },
];
const plant = (timeZone = 'Europe/Paris', dayStart = '06:00', shifts: object[] = three) =>
  openCalendar(readCalendar({ timeZone, dayStart, shifts }, 'calendar'));
const ms = (iso: string): number => Date.parse(iso);
const paris = plant();

test('T3: a report at 06:00:00.000 exactly belongs to the new day and the new shift', () => {
  expect(paris.placeOf(ms('2026-06-10T05:59:59.999+02:00'))).toEqual({
    productionDay: '2026-06-09',
    shift: 'night',
  });
  expect(paris.placeOf(ms('2026-06-10T06:00:00.000+02:00'))).toEqual({
    productionDay: '2026-06-10',
    shift: 'early',
  });
});

test('T2: a run over the start of summer time lasts what passed, and belongs to its end', () => {
  const start = paris.instantOf('2012-03-24T22:00', 'start').atMs;
  const end = paris.instantOf('2012-03-25T07:00', 'end').atMs;
  expect(end - start).toBe(8 * hourMs);
  expect(paris.placeOf(start)).toEqual({ productionDay: '2012-03-24', shift: 'night' });
  expect(paris.placeOf(end)).toEqual({ productionDay: '2012-03-25', shift: 'early' });
});

test.each([
  ['2012-03-24', '2012-03-25', 23],
  ['2012-10-27', '2012-10-28', 25],
  ['2026-03-28', '2026-03-29', 23],
  ['2026-10-24', '2026-10-25', 25],
])(
  'T3: the production day %s, whose night the clocks change, ends on %s after %i h',
  (day, next, hours) => {
    const from = paris.instantOf(`${day}T06:00`, 'from').atMs;
    const until = paris.instantOf(`${next}T06:00`, 'until').atMs;
    expect((until - from) / hourMs).toBe(hours);
    expect(paris.placeOf(from).productionDay).toBe(day);
    expect(paris.placeOf(until - 1).productionDay).toBe(day);
    expect(paris.placeOf(until).productionDay).toBe(next);
  },
);

test.each([
  ['2012-03-24T22:00', '2012-03-25T06:00', 7],
  ['2012-10-27T22:00', '2012-10-28T06:00', 9],
  ['2026-03-28T22:00', '2026-03-29T06:00', 7],
  ['2026-10-24T22:00', '2026-10-25T06:00', 9],
])('T2: the night shift from %s to %s takes %i h, all of them its own', (start, end, hours) => {
  const from = paris.instantOf(start, 'start').atMs;
  const until = paris.instantOf(end, 'end').atMs;
  expect((until - from) / hourMs).toBe(hours);
  for (let atMs = from; atMs < until; atMs += hourMs / 2) {
    expect(paris.placeOf(atMs)).toEqual({ productionDay: start.slice(0, 10), shift: 'night' });
  }
  expect(paris.placeOf(from - 1).shift).toBe('late');
  expect(paris.placeOf(until).shift).toBe('early');
});

test('T2: on Lord Howe the clocks change by half an hour, and so do the night and the day', () => {
  const island = plant('Australia/Lord_Howe');
  const at = (local: string) => island.instantOf(local, 'at').atMs;
  expect((at('2026-04-05T06:00') - at('2026-04-04T22:00')) / hourMs).toBe(8.5);
  expect((at('2026-10-04T06:00') - at('2026-10-03T06:00')) / hourMs).toBe(23.5);
  expect(island.placeOf(at('2026-10-04T06:00') - 1)).toEqual({
    productionDay: '2026-10-03',
    shift: 'night',
  });
  expect(() => island.instantOf('2026-10-04T02:15', 'at')).toThrow('does not exist');
});

test('T3: a local time that stands twice is its first, and said to be ambiguous', () => {
  expect(paris.instantOf('2012-10-28T02:30', 'at')).toEqual({
    atMs: ms('2012-10-28T02:30+02:00'),
    ambiguous: true,
  });
  expect(paris.instantOf('2012-10-28T03:00', 'at').ambiguous).toBe(false);
  expect(plant('Australia/Lord_Howe').instantOf('2026-04-05T01:45', 'at').ambiguous).toBe(true);
});

test.each(['2012-03-25T02:30', '2026-03-29T02:00', '2026-03-29T02:59:59.999'])(
  'T3: the local time %s does not exist and is refused',
  (given) => {
    const fault = {
      code: 'INVALID',
      message: `command.at: ${given} does not exist in Europe/Paris`,
    };
    expect(() => paris.instantOf(given, 'command.at')).toThrow(expect.objectContaining(fault));
  },
);

test.each([
  ...['2012-10-28T02:30Z', '2012-10-28T02:30+02:00', '2012/10/28 2:30', '2012-W43-7T02:30', ''],
  ...['2012-10-28T24:00', '2012-10-28', '2012-10-28T02:30:60', '2012-10-28T02:30:00.0000'],
])('"%s" is no local time', (given) => {
  expect(() => paris.instantOf(given, 'at')).toThrow(/^at: must be a local time like/);
});
test('30 February is no day', () => {
  expect(() => paris.instantOf('2026-02-30T02:30', 'at')).toThrow('is no day of the calendar');
});

test('zones of half and quarter hours, and instants before 1970', () => {
  expect(plant('Asia/Kolkata').placeOf(ms('2026-01-01T00:29Z')).productionDay).toBe('2025-12-31');
  expect(plant('Asia/Kolkata').placeOf(ms('2026-01-01T00:30Z')).productionDay).toBe('2026-01-01');
  expect(plant('Asia/Kathmandu').placeOf(ms('2026-01-01T00:15Z')).shift).toBe('early');
  expect(paris.placeOf(ms('1969-12-31T12:00Z'))).toEqual({
    productionDay: '1969-12-31',
    shift: 'early',
  });
});

test('between two shifts there is none, and a plant may have no shifts at all', () => {
  const day = plant('Europe/Paris', '06:00', [three[0]!]);
  expect(day.placeOf(ms('2026-06-10T15:00+02:00'))).toEqual({ productionDay: '2026-06-10' });
  expect(plant('UTC', '00:00', []).placeOf(0)).toEqual({ productionDay: '1970-01-01' });
});

test('a day that begins at a time which the clocks leap over begins when they have leapt', () => {
  const odd = plant('Europe/Paris', '02:30', []);
  const leap = ms('2026-03-29T03:30+02:00');
  expect(odd.placeOf(leap - 1).productionDay).toBe('2026-03-28');
  expect(odd.placeOf(leap).productionDay).toBe('2026-03-29');
});

test('shifts that meet when the clocks leap: the later start has the time, in any order', () => {
  const first = { shift: 'first', start: '01:00', end: '02:30' };
  const second = { shift: 'second', start: '03:00', end: '04:00' };
  const leapt = ms('2026-03-29T03:15+02:00');
  for (const shifts of [
    [first, second],
    [second, first],
  ]) {
    expect(plant('Europe/Paris', '06:00', shifts).placeOf(leapt).shift).toBe('second');
    expect(plant('Europe/Paris', '06:00', shifts).placeOf(leapt - hourMs).shift).toBe('first');
  }
});

test('a day that the plant skipped, at the date line, has no instant', () => {
  const apia = plant('Pacific/Apia', '00:00');
  const leap = ms('2011-12-31T00:00+14:00');
  expect(apia.placeOf(leap - 1).productionDay).toBe('2011-12-29');
  expect(apia.placeOf(leap).productionDay).toBe('2011-12-31');
  expect(() => apia.instantOf('2011-12-30T12:00', 'at')).toThrow('does not exist');
  const late = plant('Pacific/Apia', '23:59');
  expect(late.placeOf(ms('2011-12-31T18:00+14:00')).productionDay).toBe('2011-12-29');
});

test('a place cannot be changed by whoever was told it', () => {
  expect(Object.isFrozen(paris.placeOf(0))).toBe(true);
});

test('1,500 days asked forth and back, more than are remembered, have the same places', () => {
  const days = Array.from({ length: 1_500 }, (_, index) => ms('2024-01-01T05:00Z') + index * dayMs);
  const forth = days.map((atMs) => paris.placeOf(atMs));
  expect(days.toReversed().map((atMs) => paris.placeOf(atMs))).toEqual(forth.toReversed());
  expect(new Set(forth.map(({ productionDay }) => productionDay)).size).toBeGreaterThan(1_490);
});

/** What the clock on the wall shows, where no boundary lies in a change of the clocks. */
function shown(zone: string, atMs: number): { productionDay: string; shift: string } {
  const zoned = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
  const day = zoned.hour < 6 ? zoned.toPlainDate().subtract({ days: 1 }) : zoned.toPlainDate();
  const shift = zoned.hour < 6 || zoned.hour >= 22 ? 'night' : zoned.hour < 14 ? 'early' : 'late';
  return { productionDay: day.toString(), shift };
}

describe('whatever was asked before', () => {
  const zones = ['Europe/Paris', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/St_Johns', 'UTC'];
  const quarterMs = hourMs / 4;
  const anywhere = fc.integer({ min: ms('1960-01-01'), max: ms('2060-01-01') });
  const edge = fc.tuple(
    fc.integer({ min: ms('2026-01-01') / quarterMs, max: ms('2027-01-01') / quarterMs }),
    fc.constantFrom(-1, 0, 1),
  );
  const instant = fc.oneof(
    anywhere,
    edge.map(([quarters, ms]) => quarters * quarterMs + ms),
  );

  test.each(zones)(
    'an instant in %s has the place the wall clock shows, in one of three full shifts',
    (zone) => {
      const used = plant(zone);
      fc.assert(
        fc.property(fc.array(instant, { minLength: 1, maxLength: 40 }), (instants) => {
          for (const atMs of instants) {
            expect(used.placeOf(atMs)).toEqual(shown(zone, atMs));
          }
        }),
        { numRuns: 50 },
      );
    },
  );
});

const wrong: [string, object, string][] = [
  ['an unknown zone', { timeZone: 'Europe/Atlantis' }, 'timeZone: must be a time zone'],
  ['an offset', { timeZone: '+01:00' }, 'timeZone: must be a time zone like Europe/Paris'],
  ['a zone with a date', { timeZone: '2020-01-01[Europe/Paris]' }, 'timeZone: must be'],
  ['a time that is none', { timeZone: 'UTC', dayStart: '6:00' }, 'dayStart: must be a local time'],
  [
    'shifts that overlap',
    { timeZone: 'UTC', shifts: [three[0], { shift: 'x', start: '13:59', end: '15:00' }] },
    'shifts: early and x overlap',
  ],
  [
    'shifts that overlap over midnight',
    { timeZone: 'UTC', shifts: [three[2], { shift: 'x', start: '05:00', end: '07:00' }] },
    'shifts: night and x overlap',
  ],
  [
    'a second shift beside one of a whole day',
    { timeZone: 'UTC', shifts: [{ ...three[0], end: '06:00' }, three[1]] },
    'shifts: early and late overlap',
  ],
  ['a thirteenth shift', { timeZone: 'UTC', shifts: Array(13).fill(three[0]) }, 'shifts: must be'],
  ['a typo', { timezone: 'UTC' }, 'timezone: unknown'],
];
test.each(wrong)('%s is refused by name', (_name, given, words) => {
  expect(() => readCalendar(given, 'calendar')).toThrow(`calendar.${words}`);
});

test('all that is wrong is named at once, and a zone is kept in its one spelling', () => {
  const given = {
    timeZone: 'Europe/Atlantis',
    dayStart: '24:00',
    shifts: [{ ...three[0], end: 6 }],
  };
  for (const field of ['timeZone', 'dayStart', 'shifts[0].end']) {
    expect(() => readCalendar(given, 'calendar')).toThrow(`calendar.${field}: must be`);
  }
  expect(readCalendar({ timeZone: 'europe/paris' }, 'calendar').timeZone).toBe('Europe/Paris');
});

test('a shift of a whole day is every instant', () => {
  const always = plant('Europe/Paris', '06:00', [{ ...three[0], end: '06:00' }]);
  fc.assert(fc.property(fc.integer(), (atMs) => always.placeOf(atMs).shift === 'early'));
});
