import type { Shop } from '../../cli/shop.ts';
import { openBook } from '../../edge/line/book.ts';
import { readCommand } from '../../shared/command.ts';
import type { Content } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { judge } from '../../statecharts/plant.ts';
import { templates } from '../../statecharts/policy.ts';

const termsOf = (lanesMax: number) => ({ lanesMax, policy: templates.discrete });

/** Replays a shop through the charts; tells of every answer that is not the announced one. */
export function replay({ commands, lanes }: Shop) {
  const book = openBook();
  const surprises: string[] = [];
  for (const { command, expectRefused = false } of commands) {
    const { line, statement } = readCommand(command);
    const fact = {
      ...statement,
      eventId: command.commandId,
      recordedMs: 0,
      clock: 'source',
    } as Content;
    try {
      book.apply(line, fact, judge(book.look, line, termsOf(lanes[line]!), fact));
      if (expectRefused) surprises.push(`accepted ${JSON.stringify(command)}`);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'REFUSED') throw error;
      if (!expectRefused) surprises.push(`${error.message} ${JSON.stringify(command)}`);
    }
  }
  return { book, surprises };
}
