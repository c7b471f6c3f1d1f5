/** Work that was done in advance of its allowance, ms, before more is refused. */
const debtMaxMs = 50;

export type Allowance = ReturnType<typeof openAllowance>;

/**
 * What a share of the time allows of work that must not push out what is more needed. The work of a
 * moment may go beyond it; what comes then is refused until time has made up for it.
 */
export function openAllowance(share: number, monotonicMs: () => number) {
  let debtMs = 0;
  let atMs = monotonicMs();
  return {
    isSpent(): boolean {
      const nowMs = monotonicMs();
      debtMs = Math.max(0, debtMs - (nowMs - atMs) * share);
      atMs = nowMs;
      return debtMs > debtMaxMs;
    },
    /** It took so long, ms. */
    add(ms: number): void {
      debtMs += ms;
    },
  };
}
