// How numbers and names are said on the page. Quantities are exact decimals and stay texts.

export const joined = (texts) => texts.filter(Boolean).join(' · ');

/** "QuantityReported" as "Quantity reported". */
export const words = (name) => name.replace(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** "12345.6789" as "12 345.6789", with spaces at which no line breaks; what is no number stays. */
export function grouped(value) {
  const [whole, ...fraction] = `${value}`.split('.');
  return [whole.replace(/(?<=\d)(?=(\d{3})+$)/g, '\u202f'), ...fraction].join('.');
}

/** The first of some ids, and how many more there are. */
export const first = ([id = '', ...more]) => (more.length > 0 ? `${id} + ${more.length}` : id);

export const day = (ms) => new Date(ms).toLocaleDateString('sv-SE');
export const time = (ms) => new Date(ms).toTimeString().slice(0, 8);
/** "14:03:22", with the day before it unless that is today's. */
export const when = (ms, nowMs) => (day(ms) === day(nowMs) ? time(ms) : `${day(ms)} ${time(ms)}`);

/** From so many days on, a unit of so many days. */
const units = [
  [730, 365, 'years'],
  [90, 30, 'months'],
  [21, 7, 'weeks'],
  [0, 1, 'days'],
];
/** A span is said again as it was until it is beyond its ends by this share. */
const slack = 0.1;

/**
 * How long something lasts, in the one unit that people plan by, never more than it is. `before` is
 * what this said last: an estimate that moves a little is said as it was.
 */
export function lasting(days, before) {
  if (before && days >= before.from * (1 - slack) && days < before.to * (1 + slack)) return before;
  const [, unit, name] = units.find(([least]) => days >= least) ?? units.at(-1);
  const count = Math.max(0, Math.floor(days / unit));
  const text = count === 0 ? 'under 1 day' : `${count} ${count === 1 ? name.slice(0, -1) : name}`;
  return { text, from: count * unit, to: (count + 1) * unit };
}
