import { openBook } from '../../edge/book.ts';
import { readCommand } from '../../shared/command.ts';
import type { Content } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { judge } from '../../statecharts/plant.ts';

/** What is asked, and the reason it is refused for; without a reason it must be accepted. */
export type Step = [given: object, refused?: string];

/** A plant that only judges: no store, no clock. Says "accepted", or why not. */
export function openStory(lanesMax: number) {
  const book = openBook();
  return {
    book,
    ask(given: object): string {
      const { line, statement } = readCommand(given);
      const known = { eventId: '', recordedMs: 0, clock: 'source', atMs: statement.atMs ?? 0 };
      const fact = { ...statement, ...known } as Content;
      try {
        book.apply(line, fact, judge(book.look, line, lanesMax, fact));
        return 'accepted';
      } catch (error) {
        if (error instanceof Fault && error.code === 'REFUSED') return error.message;
        throw error;
      }
    },
  };
}

/** Asks all of it, one after the other; what came of it beside what should have. */
export function play(lanesMax: number, steps: readonly Step[]) {
  const story = openStory(lanesMax);
  const came = steps.map(([given]) => story.ask(given));
  const should = steps.map(([, refused]) => refused ?? 'accepted');
  return { ...story, came, should };
}
