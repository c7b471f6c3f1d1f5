import { backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';
import { type Bell, openBell } from './loop.ts';
import type { Family } from './metrics.ts';
import { type Attributes, type Otlp, otlpOf, readHeaders, type Span } from './otlp.ts';

/** Spans that wait for the collector; those that come when so many wait are dropped. */
export const waitingMax = 4_096;
/** Most that go out together, and how long fewer of them wait for more, ms. */
export const batchMax = 512;
const gatherMs = 1_000;
/** A batch is sent so often, with growing pauses up to the longest, ms; then it is dropped. */
export const attemptsMax = 8;
const pauseMaxMs = 30_000;
const timeoutMs = 10_000;
/** When the program ends the collector has so long for what waits, ms. */
const closingMs = 1_000;
/** Answers after which the same may be sent again (OTLP/HTTP). */
const passing = new Set([429, 502, 503, 504]);

type Parts = {
  otlp: Otlp;
  /** What tells them: `service.name` and what it is called. */
  resource: Attributes;
  clock: Clock;
  log: Logger;
  post?: typeof fetch;
};
export type Exporter = ReturnType<typeof openExporter>;

/**
 * Carries spans to a collector, and is never in the way: `tell` only puts them into a bounded
 * queue; what does not fit, and what the collector does not take, is dropped and counted.
 */
export function openExporter(parts: Parts) {
  const { clock, otlp } = parts;
  const counts = { told: 0, dropped: 0, refused: 0 };
  const leaving = new AbortController();
  const ended = new AbortController(); // the collector has had its time
  const bell = openBell(clock);
  let waiting: Span[] = [];

  async function run(): Promise<void> {
    const send = sending(parts, counts, { leaving: leaving.signal, ended: ended.signal });
    while (!leaving.signal.aborted) {
      const seen = bell.rings();
      if (waiting.length < batchMax) await gather(bell, seen, () => waiting.length, leaving.signal);
      if (leaving.signal.aborted) break;
      const batch = waiting.slice(0, batchMax);
      waiting = waiting.slice(batch.length);
      if (batch.length > 0) await send(batch);
    }
    const left = waiting.slice(0, batchMax);
    counts.dropped += waiting.length - left.length;
    waiting = [];
    if (left.length > 0) await send(left);
  }
  const running = run();

  return {
    ratio: otlp.sampleRatio,
    tell(span: Span): void {
      if (waiting.length >= waitingMax) {
        counts.dropped += 1;
        return;
      }
      waiting.push(span);
      if (waiting.length === 1 || waiting.length === batchMax) bell.ring();
    },
    /** A span was lost before it came here. */
    lost(spans = 1): void {
      counts.dropped += spans;
    },
    waiting: () => waiting.length,
    families: (): Family[] => [
      {
        ...{ name: 'trace_spans_total', type: 'counter' },
        help: 'Spans: told, dropped, or refused by the collector; since start.',
        samples: Object.entries(counts).map(([outcome, value]) => ({ labels: { outcome }, value })),
      },
    ],
    async close(): Promise<void> {
      leaving.abort();
      const end = setTimeout(() => ended.abort(), closingMs);
      await running;
      clearTimeout(end);
    },
  };
}

/** Resolves once there are spans and a short while has passed for more, or there are many. */
async function gather(bell: Bell, seen: number, size: () => number, signal: AbortSignal) {
  if (size() === 0) await bell.wait(seen, 3_600_000, signal);
  const from = bell.rings();
  if (size() > 0 && size() < batchMax) await bell.wait(from, gatherMs, signal);
}

type Counts = { told: number; dropped: number; refused: number };

/** `leaving`: nothing is tried again; `ended`: no answer is waited for. */
type Ends = Readonly<{ leaving: AbortSignal; ended: AbortSignal }>;

/** Sends a batch until it is taken, refused, or was tried too often; never rejects. */
function sending({ otlp, resource, clock, log, post = fetch }: Parts, counts: Counts, ends: Ends) {
  const headers = { ...readHeaders(otlp), 'content-type': 'application/json' };
  let isAway = false;

  async function once(spans: readonly Span[]): Promise<'again' | 'over'> {
    const body = JSON.stringify(otlpOf(resource, spans));
    const options = { method: 'POST', redirect: 'manual', headers, body } as const;
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ends.ended]);
    const response = await post(otlp.url, { ...options, signal });
    const said = await response.text();
    if (passing.has(response.status)) return 'again';
    const rejected = response.ok ? rejectedIn(said) : spans.length;
    counts.refused += Math.min(spans.length, rejected);
    counts.told += spans.length - Math.min(spans.length, rejected);
    if (rejected > 0) log.warn({ status: response.status, spans: rejected }, 'spans were refused');
    isAway = false;
    return 'over';
  }

  return async (spans: readonly Span[]): Promise<void> => {
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const came = await once(spans).catch((error: Error) => {
        if (!isAway) log.warn({ reason: error.message }, 'the collector of traces does not answer');
        isAway = true;
        return 'again' as const;
      });
      if (came === 'over') return;
      if (ends.leaving.aborted) break;
      await clock.sleep(backoff(attempt, pauseMaxMs), ends.leaving);
    }
    counts.dropped += spans.length;
  };
}

function rejectedIn(text: string): number {
  try {
    const { partialSuccess } = JSON.parse(text || '{}') as {
      partialSuccess?: { rejectedSpans?: string | number };
    };
    return Number(partialSuccess?.rejectedSpans ?? 0) || 0;
  } catch {
    return 0;
  }
}
