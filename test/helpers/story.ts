import { openBook } from '../../edge/line/book.ts';
import { readCommand } from '../../shared/command.ts';
import type { Content } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { judge } from '../../statecharts/plant.ts';
import { type Policy, templates } from '../../statecharts/policy.ts';

let asked = 0;

/**
 * What is asked, and the reason it is refused for; without one it must be accepted. The third is
 * the event id of what is stated.
 */
export type Step = [given: object, answer?: string, eventId?: string];

/** A plant that only judges: no store, no clock. Says "accepted", or why not. */
export function openStory(lanesMax: number, policy: Policy = templates.discrete) {
  const book = openBook();
  return {
    book,
    /** What came of it, and what a person should know of it: "accepted, overCompletion". */
    ask(given: object, eventId = `e-${++asked}`): string {
      const { line, statement } = readCommand(given);
      const atMs = statement.atMs ?? 0;
      const fact = { ...statement, eventId, recordedMs: atMs, clock: 'source', atMs } as Content;
      try {
        const verdict = judge(book.look, line, { lanesMax, policy }, fact);
        const flags = verdict.flags.join(' ');
        if (flags === '') book.apply(line, fact, verdict);
        else book.apply(line, { ...fact, flags }, verdict);
        return ['accepted', ...verdict.flags].join(', ');
      } catch (error) {
        if (error instanceof Fault && error.code === 'REFUSED') return error.message;
        throw error;
      }
    },
  };
}

/** Asks all of it, one after the other; what came of it beside what should have. */
export function play(lanesMax: number, steps: readonly Step[], policy?: Policy) {
  const story = openStory(lanesMax, policy);
  const came = steps.map(([given, , eventId]) => story.ask(given, eventId));
  const should = steps.map(([, answer]) => answer ?? 'accepted');
  return { ...story, came, should };
}
