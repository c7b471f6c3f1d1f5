import type { AnyStateMachine } from 'xstate';
import { getShortestPaths, getSimplePaths } from 'xstate/graph';
import { type Event, type Sheet, type SheetName, sheets } from './charts.ts';

/** One step of a path: what is asked, by its name in the sheet, and where it leads. */
export type Step = Readonly<{ name: string; from: string; to: string }>;
export type Path = readonly Step[];

/** A step that the graph allows and that cannot be, after what came before; and why not. */
export type Contradiction = Readonly<{
  step: RegExp;
  after(step: Step, before: Path): boolean;
  why: string;
}>;

/** One simple path and every further way out of its last state, as they are driven. */
export type Course = Readonly<{
  path: Path;
  /** Each begins with the path; together they take every way. */
  runs: readonly Path[];
  /** How many further ways there are in `runs`. */
  ways: number;
  /** Those whose last step is on the list. */
  never: readonly Path[];
  /** Paths and ways that hold a step on the list, at their end or before. */
  listed: number;
}>;

/** Every state leads to every other: too many simple paths to walk, and no two of them differ. */
const meshed = new Set<SheetName>(['line']);

export const nameOf = (path: Path): string => path.map(({ name }) => name).join(' > ');

export function simplePathsOf(name: SheetName): Path[] {
  const { chart, events }: Sheet = sheets[name];
  const names = new Map(Object.entries(events).map(([asked, event]) => [event, asked]));
  const options = {
    events: Object.values(events),
    serializeEvent: (event: object) => names.get(event as Event) ?? 'the beginning',
    serializeState: ({ value }: { value: unknown }) => String(value),
  } as Parameters<typeof getShortestPaths>[1];
  const find = meshed.has(name) ? getShortestPaths : getSimplePaths;
  return find(chart.machine as AnyStateMachine, options).map(({ steps }) => {
    const path: Step[] = [];
    for (const { event, state } of steps) {
      const asked = names.get(event as Event);
      const from = path.at(-1)?.to ?? chart.initial;
      if (asked !== undefined) path.push({ name: asked, from, to: String(state.value) });
    }
    return path;
  });
}

/** Every step that the sheet knows, by the state that it leads out of. */
function waysOf({ chart, events }: Sheet): Map<string, Step[]> {
  const waysFrom = (from: string): Step[] =>
    Object.entries(events)
      .filter(([, event]) => chart.can(from, event))
      .map(([name, event]) => ({ name, from, to: chart.step(from, event, 'it') }));
  return new Map(chart.states.map((state) => [state, waysFrom(state)]));
}

export const contradictionOf = (
  list: readonly Contradiction[],
  path: Path,
  at = path.length - 1,
): Contradiction | undefined =>
  at < 0
    ? undefined
    : list.find(
        ({ step, after }) => step.test(path[at]!.name) && after(path[at]!, path.slice(0, at)),
      );

/** The rest of the path from one of its states on; undefined if it never comes there. */
export function restOf(path: Path, state: string | undefined): Path | undefined {
  if (state === path.at(-1)?.to) return [];
  if (state === path[0]?.from) return path;
  const at = path.findIndex(({ to }) => to === state);
  return at < 0 ? undefined : path.slice(at + 1);
}

/** A few runs that take all of the ways: each way in the first run where nothing is against it. */
function runsOf(
  path: Path,
  ways: readonly Step[],
  may: (back: Path, run: Path, way: Step) => boolean,
): Path[] {
  const runs: Path[] = [path];
  for (const way of ways) {
    const backs = runs.map((run) => restOf(path, run.at(-1)?.to));
    const taken = runs.findIndex((run, at) => backs[at] !== undefined && may(backs[at], run, way));
    if (taken < 0) runs.push([...path, way]);
    else runs[taken] = [...runs[taken]!, ...backs[taken]!, way];
  }
  return runs;
}

/**
 * A way that makes a longer simple path is left to the course of that one. A thing `comesBack` to
 * the end of its path to take the next way out of it; else another one takes the path anew.
 */
export function coursesOf(
  name: SheetName,
  list: readonly Contradiction[],
  { comesBack = false, paths = simplePathsOf(name) } = {},
): Course[] {
  const { chart } = sheets[name];
  const waysFrom = waysOf(sheets[name]);
  const simple = new Set(paths.map(nameOf));
  const isListed = (path: Path, from: number): boolean =>
    path.some((_, at) => at >= from && contradictionOf(list, path, at) !== undefined);
  const may = (back: Path, run: Path, way: Step): boolean =>
    (comesBack || back.length === 0) && !isListed([...run, ...back, way], run.length);
  return paths.map((path) => {
    const ways = waysFrom
      .get(path.at(-1)?.to ?? chart.initial)!
      .filter((way) => !simple.has(nameOf([...path, way])));
    if (isListed(path, 0)) {
      const never = isListed(path.slice(0, -1), 0) ? [] : [path];
      return { path, runs: [], ways: 0, never, listed: 1 + ways.length };
    }
    const never = ways.map((way) => [...path, way]).filter((run) => isListed(run, path.length));
    const driven = ways.filter((way) => !isListed([...path, way], path.length));
    const stays = driven.filter(({ from, to }) => from === to);
    const leaves = driven.filter(({ from, to }) => from !== to);
    const runs = runsOf(path, [...stays, ...leaves], may);
    return { path, runs, ways: driven.length, never, listed: never.length };
  });
}

/**
 * What an event's name promises of its surroundings, as fields of the event: a variant what it says
 * otherwise than the plain one, the plain one whatever a variant says otherwise.
 */
export function promisedBy(name: string, events: Sheet['events']): string[] {
  const event = events[name]!;
  const plain = events[event.type];
  const kin = Object.values(events).filter(({ type }) => type === event.type);
  const others = plain === undefined || plain === event ? kin : [plain];
  const fields = others.flatMap((other) =>
    Object.keys({ ...other, ...event }).filter((field) => other[field] !== event[field]),
  );
  return [...new Set(fields)];
}

/** Hears whatever the chart is told, and of what. */
export function listenTo(chart: Sheet['chart']) {
  const { step } = chart;
  const open = chart as { step: typeof step };
  let told: (readonly [name: string, event: Event])[] = [];
  open.step = (state, event, name) => {
    told.push([name, event]);
    return step(state, event, name);
  };
  return {
    forget(): void {
      told = [];
    },
    of: (name: string): Event[] => told.flatMap(([whom, event]) => (whom === name ? [event] : [])),
    stop(): void {
      open.step = step;
    },
  };
}

/** What is wrong with what the chart was told of a thing, if it should be told of one event. */
export function unlike(told: readonly Event[], name: string, events: Sheet['events']) {
  const event = events[name]!;
  const [only, ...more] = told;
  if (only?.type !== event.type || more.length > 0) {
    return `the chart is told of ${told.map(({ type }) => type).join(', ') || 'nothing'}`;
  }
  const broken = promisedBy(name, events).filter((field) => only[field] !== event[field]);
  if (broken.length === 0) return undefined;
  return `the chart is told ${broken.map((field) => `${field}: ${only[field]}`).join(', ')}`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** What is driven and what is not, in words. */
export function census(courses: readonly Course[]): string {
  const paths = courses.filter(({ runs }) => runs.length > 0).length;
  const ways = sum(courses.map((course) => course.ways));
  const listed = sum(courses.map((course) => course.listed));
  return `${paths} paths and ${ways} ways on go as drawn, ${listed} hold what cannot be`;
}

/** Whether the courses come to this entry of the list. */
export const isMet = (
  courses: readonly Course[],
  list: readonly Contradiction[],
  entry: Contradiction,
): boolean =>
  courses.some(({ never }) => never.some((path) => contradictionOf(list, path) === entry));
