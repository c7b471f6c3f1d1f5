/** Where processes wait until somebody opens it. */
export type Gate = { waiting: Process[] };
/** A stretch of work in plant time: yields how long it takes, ms, or the gate it waits at. */
export type Process = Generator<number | Gate, void>;

type Entry = { atMs: number; turn: number; process: Process };
export type Timeline = ReturnType<typeof openTimeline>;

export const newGate = (): Gate => ({ waiting: [] });

/** Plant time: many processes, one at a time, the earliest first, ties in the order they came. */
export function openTimeline(startMs: number) {
  const heap: Entry[] = [];
  let nowMs = startMs;
  let turns = 0;

  const before = (a: Entry, b: Entry) => a.atMs < b.atMs || (a.atMs === b.atMs && a.turn < b.turn);

  function push(process: Process, atMs: number): void {
    const entry = { atMs, turn: turns++, process };
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  function pop(): Entry | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  function goOn(process: Process): void {
    const { done, value } = process.next();
    if (done) return;
    if (typeof value === 'number') push(process, nowMs + value);
    else value.waiting.push(process);
  }

  return {
    nowMs: () => nowMs,

    /** Begins `process` at once and comes back when it first waits. */
    spawn: goOn,

    /** Lets everybody who waits at `gate` look again. */
    open(gate: Gate): void {
      const { waiting } = gate;
      gate.waiting = [];
      for (const process of waiting) push(process, nowMs);
    },

    /** Goes on with the earliest process until it waits again; false when nobody is left to go. */
    next(): boolean {
      const entry = pop();
      if (!entry) return false;
      nowMs = entry.atMs;
      goOn(entry.process);
      return true;
    },
  };
}
