import type { Content, Fact } from '../../shared/event.ts';
import { type Flag, keyOf, type Look } from '../../statecharts/tables.ts';

/** How the clock stood when a run began: what it had been set by before, as far as is known. */
type Mark = Readonly<{ steps: number; setMs: number; blind: number; own: boolean }>;
/** How long it took without what the clock was set by, if that is known, ms. */
type Span = Readonly<{ elapsedMs?: number }>;
type Ending = Content<'PhaseEnded' | 'RunStaffed'>;
export type Spans = ReturnType<typeof openSpans>;

/**
 * Which open runs the edge's clock was set in, and by how much: a fold over the facts, in the order
 * in which they were stored. A run whose two times are those of another clock is not concerned.
 */
export function openSpans() {
  const begun = new Map<string, Mark>();
  let now = { steps: 0, setMs: 0, blind: 0 };

  /** Undefined where the clock was not set; else the time without that, if it is known. */
  function span(
    { steps, setMs, blind, own }: Mark,
    fact: Ending,
    startedMs: number,
  ): Span | undefined {
    const isOwn = fact.clock === 'edge';
    if (steps === now.steps || !(own || isOwn)) return undefined;
    if (blind !== now.blind || !own || !isOwn) return {};
    return { elapsedMs: Math.max(0, fact.atMs - startedMs - (now.setMs - setMs)) };
  }

  return {
    /** Takes in a stored fact. One that is taken back is told again with all before it. */
    note(fact: Fact): void {
      if (fact.type === 'ClockStepped') {
        const { byMs, during } = fact.body;
        const { steps, setMs, blind } = now;
        now = { steps: steps + 1, setMs: setMs + byMs, blind: blind + (during === 'off' ? 1 : 0) };
      } else if (fact.type === 'EpochBegan') {
        // Some of the history is of another box, and so are the steps in it.
        now = { ...now, steps: now.steps + 1, blind: now.blind + 1 };
      } else if (fact.type === 'PhaseStarted') {
        begun.set(keyOf(fact.line, fact.body.run), { ...now, own: fact.clock === 'edge' });
      } else if (fact.type === 'PhaseEnded') begun.delete(keyOf(fact.line, fact.body.run));
    },

    /** How the clock was set in the run; undefined if it was not. */
    of(line: string, fact: Ending, startedMs: number): Span | undefined {
      const mark = begun.get(keyOf(line, fact.body.run));
      return mark && span(mark, fact, startedMs);
    },
  };
}

/** The fact, marked if the clock was set in its run; nobody else may say how long that took. */
export function spanned(fact: Ending, line: string, look: Look, spans: Spans | undefined): Content {
  const own = { ...fact, body: { ...fact.body } };
  if ('elapsedMs' in own.body) delete own.body.elapsedMs;
  const { startedMs } = look('run', keyOf(line, fact.body.run)) ?? {};
  const span = startedMs === undefined ? undefined : spans?.of(line, fact, startedMs);
  if (!span) return own as Content;
  const flags = [...(fact.flags ? [fact.flags] : []), 'clockStepped' satisfies Flag].join(' ');
  const body = fact.type === 'PhaseEnded' ? { ...own.body, ...span } : own.body;
  return { ...own, flags, body } as Content;
}
