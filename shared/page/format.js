// Numbers, dates and spans as people of the page's language write them. Quantities are exact
// decimals and stay texts: none is ever made a binary number.

export const locale = globalThis.document?.documentElement.lang || 'en';

/** Made when it is first needed: to make one takes a weak panel longer than all its use. */
function lazy(make) {
  let made;
  return () => {
    made ??= make();
    return made;
  };
}
const numbers = lazy(() => new Intl.NumberFormat(locale, { maximumFractionDigits: 20 }));
const amounts = lazy(
  () => new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 20 }),
);
const percents = lazy(
  () => new Intl.NumberFormat(locale, { style: 'unit', unit: 'percent', maximumFractionDigits: 1 }),
);
const plurals = lazy(() => new Intl.PluralRules(locale));
const dates = (options) => lazy(() => new Intl.DateTimeFormat(locale, options));
const clock = dates({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const minutes = dates({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const days = dates({ year: 'numeric', month: '2-digit', day: '2-digit' });

/** What separates whole from fraction here, as the number pad offers it. */
export const decimalMark = numbers()
  .formatToParts(1.5)
  .find(({ type }) => type === 'decimal').value;

const decimal = /^-?\d+(\.\d+)?$/;
/** "12345.6789" as "12,345.6789", exact to the last digit; what is no number stays what it is. */
export const number = (value) =>
  decimal.test(`${value}`) ? numbers().format(`${value}`) : `${value}`;

/** The same with two decimals at least, as money is written. */
export const money = (value) => amounts().format(`${value}`);

/**
 * A quantity as a person types it here → the decimal that the edge takes; undefined if none. Where a
 * fraction begins with a comma, a point groups thousands: nobody may count 1.000 and record 1.
 */
export function typedDecimal(text) {
  if (decimalMark !== '.' && text.includes('.')) return undefined;
  const plain = text.trim().replace(decimalMark, '.');
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(plain)) return undefined;
  return plain
    .replace(/^0+(?=\d)/, '')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}
/** A decimal of the edge as it stands in a field, as if it had been typed. */
export const shownDecimal = (value) => `${value}`.replace('.', decimalMark);

/** Millionths of a decimal, exactly. */
export function millionths(text) {
  const [whole, fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.slice(0, 6).padEnd(6, '0')}`);
}
/** A decimal of millionths. */
export function ofMillionths(amount) {
  const digits = `${amount < 0n ? -amount : amount}`.padStart(7, '0');
  const text = `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, '');
  return amount < 0n ? `-${text}` : text;
}
/** How much `part` is of `whole`, 0 to 1, for the length of a bar alone. */
export const share = (part, whole) => {
  const [some, all] = [millionths(part), millionths(whole)];
  return all <= 0n ? 0 : Math.min(1, Number((some * 10_000n) / all) / 10_000);
};

/** "87.5" as "87.5%". */
export const percent = (text) => percents().format(`${text}`);
export const pluralOf = (count) => plurals().select(count);
export const time = (ms) => clock().format(ms);
export const minute = (ms) => minutes().format(ms);
export const day = (ms) => days().format(ms);
/** "14:03:22", with the day before it unless that is today's. */
export const when = (ms, nowMs) => (day(ms) === day(nowMs) ? time(ms) : `${day(ms)} ${time(ms)}`);

const unitOf = (unit, unitDisplay = 'short') =>
  lazy(() => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay }));
const spans = [
  [86_400, unitOf('day')],
  [3_600, unitOf('hour')],
  [60, unitOf('minute')],
  [1, unitOf('second')],
];

/** An age in its two largest units, e.g. "2 hr 11 min". */
export function ageText(ms) {
  let seconds = Math.max(0, Math.floor(ms / 1000));
  const counts = spans.map(([size]) => {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    return count;
  });
  const first = counts.findIndex((count) => count > 0);
  const from = first < 0 ? spans.length - 1 : first;
  return counts
    .map((count, at) => [count, at])
    .slice(from, from + 2)
    .map(([count, at]) => spans[at][1]().format(count))
    .join(' ');
}

/** From so many days on, a unit of so many days. */
const units = [
  [730, 365, unitOf('year', 'long')],
  [90, 30, unitOf('month', 'long')],
  [21, 7, unitOf('week', 'long')],
  [0, 1, unitOf('day', 'long')],
];
/** A span is said again as it was until it is beyond its ends by this share. */
const slack = 0.1;

/**
 * How long something lasts, in the one unit that people plan by, never more than it is. `before` is
 * what this said last: an estimate that moves a little is said as it was.
 */
export function lasting(daysLeft, before) {
  if (before && daysLeft >= before.from * (1 - slack) && daysLeft < before.to * (1 + slack)) {
    return before;
  }
  const [, size, unit] = units.find(([least]) => daysLeft >= least) ?? units.at(-1);
  const count = Math.max(0, Math.floor(daysLeft / size));
  const text = count === 0 ? `< ${unit().format(1)}` : unit().format(count);
  return { text, from: count * size, to: (count + 1) * size };
}
