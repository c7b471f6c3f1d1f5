/** How a supplier's deliveries of one material went. */
export type Counter = Readonly<{
  run: number; // accepted in a row, of those that were inspected
  since: number; // not inspected in a row
  recent: string; // the last results since the last switch: A accepted, R rejected
  tightened: 0 | 1;
}>;
export const begun: Counter = { run: 0, since: 0, recent: '', tightened: 0 };

/** Results that are looked at for a switch, and rejections among them that tighten (ISO 2859-1). */
const recentMax = 5;
const rejectionsMax = 2;
/** Nobody counts further. */
const countMax = 1_000_000;

/** A delivery came, and was inspected or not. */
export const came = (counter: Counter, isInspected: boolean): Counter => ({
  ...counter,
  since: isInspected ? 0 : Math.min(counter.since + 1, countMax),
});

/**
 * A delivery was decided. Two rejected of the last five make inspection tightened, five accepted in
 * a row normal again: the switching rules of ISO 2859-1, as far as they are known here [K].
 */
export function decided(counter: Counter, isAccepted: boolean): Counter {
  const recent = `${counter.recent}${isAccepted ? 'A' : 'R'}`.slice(-recentMax);
  const run = isAccepted ? Math.min(counter.run + 1, countMax) : 0;
  const rejections = recent.split('R').length - 1;
  const isEased = counter.tightened === 1 && recent === 'A'.repeat(recentMax);
  const isTightened = counter.tightened === 0 && rejections >= rejectionsMax;
  if (isEased) return { ...counter, run, recent: '', tightened: 0 };
  if (isTightened) return { ...counter, run, recent: '', tightened: 1 };
  return { ...counter, run, recent };
}
