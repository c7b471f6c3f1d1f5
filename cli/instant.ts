import { invalid } from '../shared/field.ts';

const pattern =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Unix ms of a time as RFC 3339 writes it; what is finer than a ms is cut off, and a leap second
 * is the first instant of the next minute. Throws Fault INVALID that names `name`.
 */
export function readInstant(value: unknown, name: string): number {
  const match = typeof value === 'string' ? pattern.exec(value) : null;
  const atMs = match ? instantOf(match) : undefined;
  if (atMs !== undefined) return atMs;
  throw invalid(name, 'must be a time by RFC 3339, like 2026-03-27T05:00:00Z');
}

function instantOf(match: RegExpExecArray): number | undefined {
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [fraction = '', sign = '+', offsetHour = '0', offsetMinute = '0'] = match.slice(7);
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -1 : 1);
  date.setUTCHours(hour, minute - offset);
  const lastMinute = date.getUTCHours() === 23 && date.getUTCMinutes() === 59;
  if (second === 60 && !lastMinute) return undefined;
  return date.getTime() + second * 1_000 + Number(fraction.padEnd(3, '0').slice(0, 3));
}
