import { Fault } from '../../shared/fault.ts';
import { type Event, type Sheet, type SheetName, sheets } from './charts.ts';
import { type Course, listenTo, nameOf, type Path, restOf, type Step, unlike } from './paths.ts';
import { openRide, type Ride } from './ride.ts';

type Next = readonly string[];

/** One thing of a chart's kind, and how each event of the sheet is brought about. */
export type Rig = Readonly<{
  /** As the chart is told of it: "lot L-1". */
  name: string;
  /** As it is kept; undefined before the first fact. */
  state(): string | undefined;
  /**
   * Each sees to the surroundings, which may not move the thing, and returns the command that is
   * the event itself, or what is done in its place; `next` is what the thing is told after it.
   * Throws Fault REFUSED where that cannot be.
   */
  drives: Readonly<Record<string, (event: Event, next: Next) => object | (() => void)>>;
}>;
export type Driver = Readonly<{
  lines?: number;
  /** It can take all ways out of a state one after the other, coming back each time. */
  comesBack?: boolean;
  /** How many courses share a ride, where no thing of a ride reaches another. */
  together?: number;
  /** Once in every ride. */
  prepare?(ride: Ride): void;
  /** The `n`th thing of a ride; `plan` names what it will be told. */
  rig(ride: Ride, n: number, plan: readonly string[]): Rig;
}>;
export type Heard = ReturnType<typeof listenTo>;
export type Went = Readonly<{ went: number; why?: string }>;

/** Leads a thing along paths; `ask` puts the commands, `heard` hears what its chart is told. */
export function openGuide(
  { chart, events }: Sheet,
  heard: Heard | undefined,
  ask: (given: object) => void = () => undefined,
) {
  function bring(rig: Rig, { name, from }: Step, next: Next): string | undefined {
    const bringAbout = rig.drives[name];
    if (!bringAbout) return `nothing drives ${name}`;
    const own = bringAbout(events[name]!, next);
    const at = rig.state() ?? chart.initial;
    if (at !== from) return `what is around it leads from ${from} to ${at}`;
    heard?.forget();
    if (typeof own === 'function') own();
    else ask(own);
    return undefined;
  }

  function take(rig: Rig, step: Step, next: Next): string | undefined {
    try {
      const why = bring(rig, step, next);
      if (why !== undefined) return why;
    } catch (error) {
      if (error instanceof Fault && error.code === 'REFUSED') return error.message;
      throw error;
    }
    const at = rig.state() ?? chart.initial;
    if (at !== step.to) return `leads to ${at} instead of ${step.to}`;
    return heard && unlike(heard.of(rig.name), step.name, events);
  }

  /** How many steps of the path went as the graph says, and why no more. */
  return (rig: Rig, path: Path): Went => {
    const names = path.map(({ name }) => name);
    for (const [went, step] of path.entries()) {
      const why = take(rig, step, names.slice(went + 1));
      if (why !== undefined) return { went, why };
    }
    return { went: path.length };
  };
}

/** What went otherwise than the graph and the list say: of a path that is on the list, its end. */
export function surprise(path: Path, isListed: boolean, { went, why }: Went): string[] {
  const should = path.length - (isListed ? 1 : 0);
  if (went === should) return [];
  const how = went > should ? 'is on the list, and can be' : why;
  return [`${nameOf(path.slice(0, went + 1))}: ${how}`];
}

/** What a ride came to; `broken` if the edge keeps or says anything else afterwards. */
type Outcome = Readonly<{ steps: number; surprises: readonly string[]; broken?: string }>;

function brokenBy(ride: Ride, courses: readonly Course[]): { broken?: string } {
  try {
    ride.check();
    return {};
  } catch (error) {
    const [first] = courses.flatMap(({ runs, never }) => [...runs, ...never]);
    return { broken: `${nameOf(first!)}, and after it: ${(error as Error).message}` };
  }
}

/** Drives courses in one ride. */
function goAlong(sheet: Sheet, heard: Heard, driver: Driver, courses: readonly Course[]): Outcome {
  const ride = openRide(driver.lines);
  driver.prepare?.(ride);
  const guide = openGuide(sheet, heard, ride.ask);
  const surprises: string[] = [];
  let steps = 0;
  let rigs = 0;
  const rigFor = (plan: readonly string[]): Rig => driver.rig(ride, rigs++, plan);

  /** Leads along the path: from where it is, if the thing can come back to `end`; else anew. */
  function lead(path: Path, end: Path, isListed: boolean, before: Rig | undefined): Rig {
    const at = before?.state() ?? sheet.chart.initial;
    const back = driver.comesBack && before ? restOf(end, at) : undefined;
    const rig = back ? before! : rigFor(path.map(({ name }) => name));
    const way = [...(back ?? end), ...path.slice(end.length)];
    const { went, ...why } = guide(rig, way);
    const skipped = path.length - way.length;
    surprises.push(...surprise(path, isListed, { went: skipped + went, ...why }));
    steps += went;
    return rig;
  }

  for (const { path, runs, never } of courses) {
    let rig: Rig | undefined;
    for (const way of never) rig = lead(way, way.slice(0, -1), true, rig);
    for (const run of runs) {
      lead(run, path, false, rig);
      rig = undefined;
    }
  }
  const broken = brokenBy(ride, courses);
  ride.close();
  return { steps, surprises, ...broken };
}

/** Drives all courses of a chart of the edge; returns the surprises. */
export function drive(
  name: SheetName,
  driver: Driver,
  courses: readonly Course[],
): { steps: number; surprises: string[] } {
  const sheet: Sheet = sheets[name];
  const heard = listenTo(sheet.chart);
  const surprises = new Set<string>();
  const driven = courses.filter(({ runs, never }) => runs.length + never.length > 0);
  const { together = 1 } = driver;
  let steps = 0;

  /** The first course that breaks a ride of its own, where one of several has broken it. */
  function culprit(some: readonly Course[]): string | undefined {
    for (const one of some) {
      const { broken } = goAlong(sheet, heard, driver, [one]);
      if (broken !== undefined) return broken;
    }
    return undefined;
  }

  for (let at = 0; at < driven.length; at += together) {
    const some = driven.slice(at, at + together);
    const outcome = goAlong(sheet, heard, driver, some);
    steps += outcome.steps;
    for (const one of outcome.surprises) surprises.add(one);
    if (outcome.broken !== undefined) surprises.add(culprit(some) ?? outcome.broken);
  }
  heard.stop();
  return { steps, surprises: [...surprises] };
}
