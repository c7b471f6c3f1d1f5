import { choice, fallback, integer, invalid, type Read } from '../../shared/field.ts';

const percent = (doc: string) => fallback(integer(doc, 0, 100), 0);

export const faultFields = {
  seed: fallback(integer('Seed of the dice below.', 0, 4_294_967_295), 1),
  latencyMs: fallback(integer('Wait before every answer and commit, ms.', 0, 600_000), 0),
  busyPercent: percent('Before the commit: 503.'),
  throttlePercent: percent('Before the commit: 429 with Retry-After.'),
  brokenPercent: percent('Before the commit: 500 without an ERP body.'),
  dropPercent: percent('Before the commit: the connection is cut.'),
  lostPercent: percent('After the commit: the connection is cut, so the answer is lost.'),
  retryAfterSeconds: fallback(integer('Retry-After of 429 and 503, s.', 0, 3_600), 1),
  retryAfterForm: fallback(choice('How Retry-After is spelled.', ['seconds', 'date']), 'seconds'),
};
export type FaultSettings = Read<typeof faultFields>;

const failures = ['busy', 'throttle', 'broken', 'drop'] as const;
export type Failure = (typeof failures)[number];
export type Faults = ReturnType<typeof openFaults>;

/** What goes wrong on demand. Seeded dice, thrown in the order of arrival. */
export function openFaults(calm: FaultSettings, maxInFlightMs: number) {
  let settings = calm;
  let roll = dice(settings.seed);

  return {
    get settings(): FaultSettings {
      return settings;
    },

    /** Throws Fault INVALID if the latency would break the promise of `maxInFlightMs`. */
    set(given: FaultSettings): void {
      if (given.latencyMs > maxInFlightMs) {
        throw invalid('faults.latencyMs', `must be at most maxInFlightMs, ${maxInFlightMs}`);
      }
      const sum = failures.reduce((all, kind) => all + given[`${kind}Percent`], 0);
      if (sum > 100)
        throw invalid('faults', 'percents before the commit must add up to 100 at most');
      settings = given;
      roll = dice(given.seed);
    },

    /** What befalls this request before its commit. */
    before(): Failure | undefined {
      let mark = roll();
      for (const kind of failures) {
        mark -= settings[`${kind}Percent`];
        if (mark < 0) return kind;
      }
      return undefined;
    },

    /** True if this request's answer is lost after its commit. */
    after: (): boolean => roll() < settings.lostPercent,

    retryAfter(nowMs: number): string {
      const { retryAfterSeconds, retryAfterForm } = settings;
      if (retryAfterForm === 'seconds') return `${retryAfterSeconds}`;
      return new Date(nowMs + retryAfterSeconds * 1_000).toUTCString();
    },
  };
}

/** Whole numbers from 0 to 99, the same for the same seed (xorshift of 32 bits). */
function dice(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % 100;
  };
}
