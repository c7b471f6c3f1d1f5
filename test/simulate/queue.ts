import type { Life } from './life.ts';

/** Something that happens at an instant, unless it was called off or its life has ended. */
export type Step = { atMs: number; number: number; life: Life; run: () => void; off: boolean };

const before = (a: Step, b: Step): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.number < b.number);

/** Steps by time; those of one instant in the order they came. A binary heap. */
export function openQueue() {
  const heap: Step[] = [];
  let count = 0;

  function rise(index: number): void {
    const step = heap[index]!;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(step, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = step;
  }

  function sink(step: Step): void {
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, step)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = step;
  }

  return {
    add(step: Step): void {
      step.number = ++count;
      heap.push(step);
      rise(heap.length - 1);
    },
    next: (): Step | undefined => heap[0],
    drop(): void {
      const last = heap.pop()!;
      if (heap.length > 0) sink(last);
    },
  };
}
