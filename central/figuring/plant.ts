import { type Calendar, calendarFields, openCalendar } from '../../shared/calendar.ts';
import {
  amount,
  choice,
  type Field,
  fallback,
  id,
  integer,
  invalid,
  list,
  optional,
  type Read,
  record,
  someAmount,
} from '../../shared/field.ts';
import { languages } from '../../shared/press.ts';
import { siteOf } from '../../shared/reference.ts';

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Parts of a line's path: "acme/lyon" is a site, "acme/lyon/turning/M01" a line. */
const place = (doc: string, parts: string, pattern: RegExp): Field<string> => ({
  doc,
  read(value, name) {
    if (typeof value === 'string' && value.length <= 200 && pattern.test(value)) return value;
    throw invalid(name, `must be ${parts}`);
  },
});
export const siteField = place('enterprise/site.', 'enterprise/site', /^[^/]+\/[^/]+$/);
const placeField = place(
  'A line, or the site whose lines have no entry of their own.',
  'enterprise/site or enterprise/site/area/line',
  /^[^/]+\/[^/]+(\/[^/]+\/[^/]+)?$/,
);

/** A day of the calendar, like 2026-11-30. */
export const dayField = (doc: string): Field<string> => ({
  doc,
  read(value, name) {
    const ms = typeof value === 'string' ? Date.parse(`${value}T00:00Z`) : Number.NaN;
    if (!Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === value) return value;
    throw invalid(name, 'must be a day, e.g. 2026-11-30');
  },
});

const currencyField: Field<string> = {
  doc: 'In which prices and rates are told, ISO 4217.',
  read(value, name) {
    if (typeof value === 'string' && /^[A-Z]{3}$/.test(value)) return value;
    throw invalid(name, 'must be three capital letters, e.g. EUR');
  },
};

const material = id('Material number.');
const sites = record('The calendar of a site, by which its days and shifts are told.', {
  site: siteField,
  ...calendarFields,
  workdays: fallback(list(choice('Planned to be worked on.', weekdays), 7), weekdays),
  holidays: fallback(list(dayField('Not worked on.'), 1_000), []),
});
const ideals = record('Ideal rate of a line, of one material or of all others.', {
  line: placeField,
  material: optional(material),
  perHour: someAmount('Units an hour.'),
});
const prices = record('What one unit of a material costs, at a site or everywhere.', {
  site: optional(siteField),
  material,
  perUnit: amount('Cost of one unit.'),
});
const rates = record('What an hour costs, and an inspection, at a line or a site.', {
  at: placeField,
  machinePerHour: optional(amount('An hour of a machine.')),
  labourPerHour: optional(amount('An hour of one person.')),
  perInspection: optional(amount('One inspection.')),
});
const routings = record('Planned time of one operation on a material.', {
  material,
  operation: id('Operation number.'),
  setupMinutes: optional(amount('To set up, minutes.')),
  minutesPerUnit: optional(someAmount('To make one unit, minutes.')),
  people: fallback(amount('People at work on it.'), '1'),
});
const bills = record('Planned material of one unit.', {
  material,
  component: id('Material that it is made of.'),
  unit: id('Unit of the component.', 6),
  perUnit: someAmount('Of the component in one unit.'),
});

const figureFields = {
  currency: optional(currencyField),
  language: fallback(choice('Language of the page.', languages), 'en' as const),
  keepDays: fallback(
    integer('Days whose figures are kept; of older ones only facts remain.', 1, 3_650),
    800,
  ),
  sites: fallback(list(sites, 100), []),
  ideals: fallback(list(ideals, 20_000), []),
  prices: fallback(list(prices, 20_000), []),
  rates: fallback(list(rates, 2_000), []),
  routings: fallback(list(routings, 20_000), []),
  bills: fallback(list(bills, 20_000), []),
};
const whole = record('What figures are made with beside facts.', figureFields);
export type FigureConfig = Read<typeof figureFields>;
export const noFigureConfig: FigureConfig = whole.read({}, 'figures');

function checked(config: FigureConfig, name: string): FigureConfig {
  const named = config.sites.map(({ site }) => site);
  const twice = named.find((site, at) => named.indexOf(site) !== at);
  if (twice !== undefined) throw invalid(`${name}.sites`, `${twice} stands there twice`);
  const isPriced = config.prices.length + config.rates.length > 0;
  if (isPriced && config.currency === undefined) {
    throw invalid(`${name}.currency`, 'must be given where prices or rates are');
  }
  return config;
}
/** Throws Fault INVALID also for a site that stands there twice, and prices in no currency. */
export const figureField: Field<FigureConfig> = {
  ...whole,
  read: (value, name) => checked(whole.read(value, name), name),
};

/** A day or shift of a site as figures know it. */
export type Days = Readonly<{
  calendar: Calendar;
  /** Why nothing is planned in a stretch; undefined where it is. */
  unplanned: (place: Readonly<{ productionDay: string; shift?: string }>) => Unplanned | undefined;
}>;
type Unplanned = 'noCalendar' | 'noShift' | 'dayOff';
export type Plant = ReturnType<typeof openPlant>;

const utc = openCalendar({ timeZone: 'UTC', dayStart: '00:00', shifts: [] });

/** The calendars of all sites; a site without one has days of UTC, no shifts and no plan. */
export function openPlant(config: FigureConfig) {
  const known = new Map<string, Days>(
    config.sites.map(({ site, workdays, holidays, ...calendar }) => {
      const off = new Set(holidays);
      const unplanned: Days['unplanned'] = ({ productionDay, shift }) => {
        if (shift === undefined) return 'noShift';
        const weekday = (new Date(`${productionDay}T00:00Z`).getUTCDay() + 6) % 7;
        return off.has(productionDay) || !workdays.includes(weekdays[weekday]!)
          ? 'dayOff'
          : undefined;
      };
      return [site, { calendar: openCalendar(calendar), unplanned }];
    }),
  );
  const none: Days = { calendar: utc, unplanned: () => 'noCalendar' };
  return {
    daysOf: (line: string): Days => known.get(siteOf(line)) ?? none,
    /** Changes with whatever changes which stretch a fact belongs to. */
    digest: JSON.stringify(
      config.sites.map(({ site, timeZone, dayStart, shifts }) => [
        site,
        timeZone,
        dayStart,
        shifts,
      ]),
    ),
  };
}
