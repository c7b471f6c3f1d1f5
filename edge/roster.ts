import { decodeContent, genesis, link } from '../shared/codec.ts';
import type { Fact } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { type Actor, type Parts, startActor } from './actor.ts';
import type { Row } from './store.ts';

export type Roster = ReturnType<typeof openRoster>;

type Line = { line: string; lanes: number };

/** The lines of this edge by name. Every actor is rebuilt from the store, never repaired. */
export function openRoster(lines: readonly Line[], parts: Parts) {
  const actors = new Map<string, Actor>();
  const byId = new Map<number, Actor>();
  for (const { line, lanes } of lines) {
    const actor = startActor(line, lanes, parts);
    actors.set(line, actor);
    byId.set(actor.head().line, actor);
  }

  /** Checks the row against the chain and takes it in; a line that breaks stops there, alone. */
  function take(row: Row, links: Map<number, Buffer>): void {
    const actor = byId.get(row.line);
    if (!actor || actor.failure()) return;
    const before = links.get(row.line);
    const expected = link(before ?? genesis(actor.path, row.epoch), row.bytes);
    try {
      if ((before || row.sequence === 1) && !expected.equals(row.hash)) {
        throw new Fault('CORRUPT', 'its bytes do not match the hash chain');
      }
      const content = decodeContent(row.bytes);
      actor.replay(content);
      const { epoch, sequence } = row;
      parts.stated({ ...content, line: actor.path, epoch, sequence } as Fact);
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause;
      const place = `${actor.path} stopped at epoch ${row.epoch}, sequence ${row.sequence}`;
      actor.fail(new Fault('CORRUPT', `${place}: ${cause.message}`, { cause }));
    }
    links.set(row.line, row.hash);
  }

  /** Forgets what is in memory and reads the store again, checking every link of every chain. */
  function rebuild(): void {
    parts.book.clear();
    const links = new Map<number, Buffer>();
    for (const row of parts.store.history()) take(row, links);
    for (const actor of actors.values()) actor.rewind();
  }
  rebuild();

  return {
    rebuild,
    actors: [...actors.values()],

    /** The line's actor; throws Fault UNKNOWN that names the lines there are. */
    actor(line: string): Actor {
      const actor = actors.get(line);
      if (actor) return actor;
      const known = [...actors.keys()].slice(0, 20).join(', ');
      throw new Fault('UNKNOWN', `command.line: ${line} is no line of this edge; known: ${known}`);
    },
  };
}
