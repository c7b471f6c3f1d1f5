const hourMs = 3_600_000;
const shiftMs = 8 * hourMs;
const dayMs = 24 * hourMs;
/** Days of a week on which nobody works; every simulation begins on a Friday. */
const weekend = [1, 2];
/** From so many hours on a plant has nights. */
export const longHours = 48;

/** When each shift begins, of those that begin within so many hours. */
function shifts(hours: number): number[] {
  const days = Array.from({ length: Math.ceil(hours / 24) }, (_, day) => day);
  return days.filter((day) => !weekend.includes(day % 7)).map((day) => day * dayMs);
}

/**
 * So many hours of a plant as they are worked: a day or less all the time, and a longer time in one
 * shift of 8 hours on five days of seven. In between the plant stands still, and fails as before.
 */
export function workOf(hours: number) {
  if (hours < longHours) return { hours, at: (workMs: number) => workMs };
  const begins = shifts(hours);
  return {
    /** Hours of work in it. */
    hours: (begins.length * shiftMs) / hourMs,
    /** When this much time has been worked. */
    at: (workMs: number): number => {
      const shift = Math.min(begins.length - 1, Math.floor(workMs / shiftMs));
      return begins[shift]! + workMs - shift * shiftMs;
    },
  };
}
