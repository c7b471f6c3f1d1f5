export type Said = {
  good: bigint;
  kind: 'report' | 'reversal' | 'correction';
  of: number;
  on: boolean;
};

/** A list of all that was said, each on or off; what is corrected or reversed is off. */
export function openList() {
  const all: Said[] = [];

  function say(kind: Said['kind'], good: bigint, of = -1): boolean {
    if (kind === 'correction' && all[of]?.kind === 'reversal') return false;
    const changed = kind === 'report' ? [] : turned(of, false, kind === 'reversal');
    if (!changed) return false;
    for (const at of changed) all[at]!.on = !all[at]!.on;
    all.push({ good, kind, of: kind === 'report' ? -1 : of, on: true });
    return true;
  }

  /**
   * What goes on or off with it; nothing if one of them is so already. `deep`: what it stood for
   * itself is on again when it goes off, and off when it is on again.
   */
  function turned(at: number, on: boolean, deep: boolean): number[] | undefined {
    const { on: was, of, kind } = all[at]!;
    if (was === on) return undefined;
    if (!deep || of < 0) return [at];
    const more = turned(of, !on, kind === 'reversal');
    return more && [at, ...more];
  }

  const good = () =>
    all.reduce((sum, { on, kind, good }) => (on && kind !== 'reversal' ? sum + good : sum), 0n);
  return { all, say, good };
}
