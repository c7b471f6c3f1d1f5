import { choice, fallback, flag, integer, invalid, type Read } from '../../shared/field.ts';

const percent = (doc: string) => fallback(integer(doc, 0, 100), 0);

export const faultFields = {
  seed: fallback(integer('Seed of the dice below.', 0, 4_294_967_295), 1),
  latencyMs: fallback(integer('Wait before every answer and commit, ms.', 0, 600_000), 0),
  busyPercent: percent('Before the commit: 503.'),
  throttlePercent: percent('Before the commit: 429 with Retry-After.'),
  brokenPercent: percent('Before the commit: 500 without an ERP body.'),
  dropPercent: percent('Before the commit: the connection is cut.'),
  loginPercent: percent('Before the commit: 200 with a page to log on, in HTML.'),
  softPercent: percent('Before the commit: 200 with an error in the body.'),
  alteredPercent: percent('A thousandth more is committed than was sent; of a decision less.'),
  lostPercent: percent('After the commit: the connection is cut, so the answer is lost.'),
  barePercent: percent('After the commit: the answer has the number, and no amounts or items.'),
  emptyPercent: percent('After the commit: 204 without a body.'),
  truncatedPercent: percent('After the commit: half of the answer’s JSON.'),
  uniqueKeys: fallback(flag('Refuses a key that stands in a document already.'), false),
  retryAfterSeconds: fallback(integer('Retry-After of 429 and 503, s.', 0, 3_600), 1),
  retryAfterForm: fallback(choice('How Retry-After is spelled.', ['seconds', 'date']), 'seconds'),
};
export type FaultSettings = Read<typeof faultFields>;

const failures = ['busy', 'throttle', 'broken', 'drop', 'login', 'soft'] as const;
export type Failure = (typeof failures)[number];
const spoilings = ['lost', 'bare', 'empty', 'truncated'] as const;
export type Spoiling = (typeof spoilings)[number];
export type Faults = ReturnType<typeof openFaults>;

/** What goes wrong on demand. Seeded dice, thrown in the order of arrival. */
export function openFaults(calm: FaultSettings, maxInFlightMs: number) {
  let settings = calm;
  let roll = dice(settings.seed);

  const sumOf = (kinds: readonly (Failure | Spoiling)[], given: FaultSettings): number =>
    kinds.reduce((all, kind) => all + given[`${kind}Percent`], 0);

  /** Which of these it is, by one throw. */
  function thrown<K extends Failure | Spoiling>(kinds: readonly K[]): K | undefined {
    let mark = roll();
    return kinds.find((kind) => {
      mark -= settings[`${kind}Percent`];
      return mark < 0;
    });
  }

  return {
    get settings(): FaultSettings {
      return settings;
    },

    /** Throws Fault INVALID if the latency would break the promise of `maxInFlightMs`. */
    set(given: FaultSettings): void {
      if (given.latencyMs > maxInFlightMs) {
        throw invalid('faults.latencyMs', `must be at most maxInFlightMs, ${maxInFlightMs}`);
      }
      for (const [when, kinds] of [['before', failures] as const, ['after', spoilings] as const]) {
        if (sumOf(kinds, given) <= 100) continue;
        throw invalid('faults', `percents ${when} the commit must add up to 100 at most`);
      }
      settings = given;
      roll = dice(given.seed);
    },

    /** What befalls this request before its commit. */
    before: (): Failure | undefined => thrown(failures),
    /** True if this request is committed with another quantity. */
    alters: (): boolean => settings.alteredPercent > 0 && roll() < settings.alteredPercent,
    /** What befalls this request's answer after its commit. */
    after: (): Spoiling | undefined => thrown(spoilings),

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
