const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const shiftMs = 8 * hourMs;
const firstShiftMs = 6 * hourMs;
const shiftNames = ['early', 'late', 'night'] as const;

/** 01:00 UTC on the last Sunday of a month (0 is January), Unix ms. */
function lastSunday(year: number, month: number): number {
  const lastDay = new Date(Date.UTC(year, month + 1, 0));
  return lastDay.getTime() - lastDay.getUTCDay() * dayMs + hourMs;
}

/** What local time in Lyon is ahead of UTC, ms: the rule of the European Union since 1996. */
export function offsetMs(atMs: number): number {
  const year = new Date(atMs).getUTCFullYear();
  const summer = atMs >= lastSunday(year, 2) && atMs < lastSunday(year, 9);
  return summer ? 2 * hourMs : hourMs;
}

/** What a wall clock in the plant shows as passed; wrong by an hour when the clocks change. */
export const wallMs = (fromMs: number, toMs: number): number =>
  toMs - fromMs + offsetMs(toMs) - offsetMs(fromMs);

const shiftNumber = (atMs: number): number =>
  Math.floor((atMs + offsetMs(atMs) - firstShiftMs) / shiftMs);

/** The shift at `atMs`: its name ("2026-03-27 late") and its number since the epoch. */
export function shiftAt(atMs: number): { name: string; number: number } {
  const number = shiftNumber(atMs);
  const day = new Date(number * shiftMs + firstShiftMs).toISOString().slice(0, 10);
  return { name: `${day} ${shiftNames[((number % 3) + 3) % 3]}`, number };
}

/** When the next shift begins (06:00, 14:00 or 22:00 local time), Unix ms. */
export function nextShiftMs(atMs: number): number {
  const localMs = (shiftNumber(atMs) + 1) * shiftMs + firstShiftMs;
  return localMs - offsetMs(localMs - offsetMs(atMs));
}
