import { statSync } from 'node:fs';
import { PerformanceObserver, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Database } from './database.ts';
import { openHistogram, pauseBounds } from './histogram.ts';
import type { Family } from './metrics.ts';

/** The event loop is asked so often, ms, whether it comes round in time. */
const lookMs = 20;
/** Its longest pause is noted once in so many ms. */
const noteMs = 1_000;

/** V8's kinds of collection (`NODE_PERFORMANCE_GC_…`), as other programs of Node name them. */
const collections = { 1: 'minor', 4: 'major', 8: 'incremental', 16: 'weakcb' } as const;

/**
 * What any of our programs tells of itself beside its work: how long its event loop stands still,
 * its processor time, memory and garbage. Names are those that Prometheus' own libraries use.
 */
export function openVitals() {
  const pauses = openHistogram(pauseBounds);
  const garbage = openHistogram(pauseBounds);
  let [seenMs, notedMs, worstMs] = [performance.now(), performance.now(), 0];
  // Not `monitorEventLoopDelay`: each time that it is reset, it passes over the time up to its next
  // look, and with it a pause that begins there.
  const looking = setInterval(() => {
    const nowMs = performance.now();
    worstMs = Math.max(worstMs, nowMs - seenMs - lookMs);
    seenMs = nowMs;
    if (nowMs - notedMs < noteMs) return;
    pauses.observe(worstMs / 1_000);
    [notedMs, worstMs] = [nowMs, 0];
  }, lookMs);
  looking.unref();
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as unknown as { detail: { kind: number } }).detail;
      const name = collections[kind as keyof typeof collections] ?? 'other';
      garbage.observe(entry.duration / 1_000, { kind: name });
    }
  });
  observer.observe({ entryTypes: ['gc'] });

  return {
    families: (): Family[] => [...processFamilies(), ...nodeFamilies(pauses, garbage)],
    close(): void {
      clearInterval(looking);
      observer.disconnect();
    },
  };
}

function processFamilies(): Family[] {
  const { user, system } = process.cpuUsage();
  const beganMs = Date.now() - process.uptime() * 1_000;
  return [
    {
      ...{ name: 'process_cpu_seconds_total', type: 'counter' },
      help: 'Processor time that the program has taken.',
      samples: [{ value: (user + system) / 1e6 }],
    },
    {
      ...{ name: 'process_resident_memory_bytes', type: 'gauge' },
      help: 'Memory that the program takes.',
      samples: [{ value: process.memoryUsage.rss() }],
    },
    {
      ...{ name: 'process_start_time_seconds', type: 'gauge' },
      help: 'When the program began, Unix time.',
      samples: [{ value: Math.round(beganMs) / 1_000 }],
    },
  ];
}

type Pauses = ReturnType<typeof openHistogram>;
function nodeFamilies(pauses: Pauses, garbage: Pauses): Family[] {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return [
    {
      ...{ name: 'nodejs_heap_size_used_bytes', type: 'gauge', samples: [{ value: used }] },
      help: 'Heap that is in use.',
    },
    {
      ...{ name: 'nodejs_heap_size_limit_bytes', type: 'gauge', samples: [{ value: limit }] },
      help: 'Heap at which the program ends.',
    },
    {
      ...{ name: 'nodejs_eventloop_pause_seconds', type: 'histogram', of: pauses },
      help: 'The longest time in each second that the event loop stood still.',
    },
    {
      ...{ name: 'nodejs_gc_duration_seconds', type: 'histogram', of: garbage },
      help: 'How long collections of garbage took, by kind: minor, major, incremental, weakcb.',
    },
  ];
}

/** Bytes of a file's write-ahead log; none where the database is in memory, or on a server. */
export function walBytesOf({ name, memory }: Pick<Database, 'name' | 'memory'>): number {
  if (memory) return 0;
  return statSync(`${name}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}
