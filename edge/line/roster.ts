import { Fault } from '../../shared/fault.ts';
import { asStated, type Policy, templates } from '../../statecharts/policy.ts';
import { readStore } from '../store/replay.ts';
import { type Actor, type Parts as ActorParts, startActor } from './actor.ts';
import { prefaced, type Softwares } from './software.ts';

export type Roster = ReturnType<typeof openRoster>;

type Line = { line: string; lanes: number; policy?: Policy | undefined };

type Parts = ActorParts & {
  /** What a line says before anything else; without it nothing is said of software. */
  due?: Softwares['due'] | undefined;
};

/** The lines of this edge by name. Every actor is rebuilt from the store, never repaired. */
export function openRoster(lines: readonly Line[], parts: Parts) {
  const actors = new Map<string, Actor>();
  const { due = () => undefined } = parts;
  for (const { line, lanes, policy = templates.discrete } of lines) {
    actors.set(line, prefaced(startActor(line, { lanesMax: lanes, policy }, parts), due));
  }
  // A line that this edge no longer has states nothing more, but what it stated stands.
  const former = parts.store.lines().filter((line) => !actors.has(line));
  const all = [
    ...actors.values(),
    ...former.map((line) => startActor(line, { ...asStated, lanesMax: 0 }, parts)),
  ];
  const byId = new Map(all.map((actor) => [actor.head().line, actor]));

  /** Forgets what is in memory and reads the store again, checking every link of every chain. */
  function rebuild(): void {
    parts.book.clear();
    parts.cleared?.();
    for (const actor of all) actor.rewind();
    parts.reading?.(true);
    try {
      readStore({ ...parts, actorOf: (line) => byId.get(line)! });
    } finally {
      parts.reading?.(false);
    }
  }
  rebuild();

  return {
    rebuild,
    actors: [...actors.values()],
    /** With the lines that this edge had before. */
    all,
    damaged: () => all.some((actor) => actor.damaged()),

    /** The line's actor; throws Fault UNKNOWN that names the lines there are. */
    actor(line: string): Actor {
      const actor = actors.get(line);
      if (actor) return actor;
      const known = [...actors.keys()].slice(0, 20).join(', ');
      throw new Fault('UNKNOWN', `command.line: ${line} is no line of this edge; known: ${known}`);
    },
  };
}
