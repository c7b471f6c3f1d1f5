import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What a machine has made in truth, and what it shows of it. */
export type Made = { good: number; scrap: number };
export type Shown = { good: number; scrap: number; state: number; mode: number; reason: number };
export type Press = ReturnType<typeof openPress>;

const range = 2 ** 32;

/**
 * A machine: what it shows rises with what it makes, starts again after 32 bits, and is kept over a
 * restart in `path`, as by a controller with retentive memory.
 */
export function openPress(path: string, { isKept, first }: { isKept: boolean; first: number }) {
  const before = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as { made: Made; shown: Shown })
    : undefined;
  const made: Made = before?.made ?? { good: 0, scrap: 0 };
  const rest = { state: 6, mode: 1, reason: 0 };
  const shown: Shown =
    before && isKept ? before.shown : { good: first, scrap: 0, ...(before ? { ...rest } : rest) };
  const changed = new Set<() => void>();

  function keep(): void {
    writeFileSync(`${path}.new`, JSON.stringify({ made, shown }));
    renameSync(`${path}.new`, path);
    for (const tell of changed) tell();
  }
  keep();

  return {
    made: (): Made => ({ ...made }),
    shown: (): Shown => ({ ...shown }),
    onChange: (tell: () => void): void => void changed.add(tell),

    /** Makes pieces: on disk before anybody sees them. */
    make(good: number, scrap = 0): void {
      made.good += good;
      made.scrap += scrap;
      shown.good = (shown.good + good) % range;
      shown.scrap = (shown.scrap + scrap) % range;
      keep();
    },

    set(change: Partial<Omit<Shown, 'good' | 'scrap'>>): void {
      Object.assign(shown, change);
      keep();
    },

    /** Sets what the counters show, as somebody at the controller may. */
    reset(good: number, scrap: number): void {
      shown.good = good;
      shown.scrap = scrap;
      keep();
    },
  };
}
