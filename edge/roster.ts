import { decodeContent, genesis, link } from '../shared/codec.ts';
import type { Fact } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { asStated, type Policy, templates } from '../statecharts/policy.ts';
import { type Actor, type Parts, startActor } from './actor.ts';
import type { Row } from './store.ts';

export type Roster = ReturnType<typeof openRoster>;

type Line = { line: string; lanes: number; policy?: Policy | undefined };

/** The lines of this edge by name. Every actor is rebuilt from the store, never repaired. */
export function openRoster(lines: readonly Line[], parts: Parts) {
  const actors = new Map<string, Actor>();
  for (const { line, lanes, policy = templates.discrete } of lines) {
    actors.set(line, startActor(line, { lanesMax: lanes, policy }, parts));
  }
  // A line that this edge no longer has states nothing more, but what it stated stands.
  const former = parts.store.lines().filter((line) => !actors.has(line));
  const all = [
    ...actors.values(),
    ...former.map((line) => startActor(line, { ...asStated, lanesMax: 0 }, parts)),
  ];
  const byId = new Map(all.map((actor) => [actor.head().line, actor]));

  /**
   * Checks the row against the chain and takes it in. A line with a row that does not hold stops
   * there, alone: its other rows still stand, because other lines have gone on from them.
   */
  function take(row: Row, links: Map<number, Pick<Row, 'hash' | 'state'>>): void {
    const actor = byId.get(row.line)!;
    const { epoch, sequence } = row;
    const last = sequence === 1 ? undefined : links.get(row.line);
    const before = sequence === 1 ? genesis(actor.path, epoch) : last?.hash;
    const state = last?.state ?? null;
    links.set(row.line, row);
    try {
      if (before && !link(before, row.bytes).equals(row.hash)) {
        throw new Fault('CORRUPT', 'its bytes do not match the hash chain');
      }
      const content = decodeContent(row.bytes);
      actor.replay(content, state, row.state);
      parts.stated({ ...content, line: actor.path, epoch, sequence } as Fact);
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause;
      const place = `${actor.path} stopped at epoch ${epoch}, sequence ${sequence}`;
      actor.fail(new Fault('CORRUPT', `${place}: ${cause.message}`, { cause }));
    }
  }

  /** Forgets what is in memory and reads the store again, checking every link of every chain. */
  function rebuild(): void {
    parts.book.clear();
    for (const actor of all) actor.rewind();
    const links = new Map<number, Row>();
    for (const row of parts.store.history()) take(row, links);
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
