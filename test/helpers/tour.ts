import { Fault } from '../../shared/fault.ts';
import { type Event, type Sheet, type SheetName, sheets } from './charts.ts';
import {
  type Contradiction,
  type Course,
  coursesOf,
  listenTo,
  nameOf,
  type Path,
  type Step,
  unlike,
} from './paths.ts';
import { openRide, type Ride } from './ride.ts';

/** One thing of a chart's kind, and how each event of the sheet is brought about. */
export type Rig = Readonly<{
  /** As the chart is told of it: "lot L-1". */
  name: string;
  /** As it is kept; undefined before the first fact. */
  state(): string | undefined;
  /**
   * Each sees to the surroundings, which may not move the thing, and returns the command that is
   * the event itself, or what is done in its place. Throws Fault REFUSED where that cannot be.
   */
  drives: Readonly<Record<string, (event: Event) => object | (() => void)>>;
}>;
export type Driver = Readonly<{
  lines?: number;
  /** It can take all ways out of a state one after the other, coming back each time. */
  comesBack?: boolean;
  /** Once in every ride. */
  prepare?(ride: Ride): void;
  /** The `n`th thing of a ride; `plan` names all that it will be told. */
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
  function bring(rig: Rig, { name, from }: Step): string | undefined {
    const bringAbout = rig.drives[name];
    if (!bringAbout) return `nothing drives ${name}`;
    const own = bringAbout(events[name]!);
    const at = rig.state() ?? chart.initial;
    if (at !== from) return `what is around it leads from ${from} to ${at}`;
    heard?.forget();
    if (typeof own === 'function') own();
    else ask(own);
    return undefined;
  }

  function take(rig: Rig, step: Step): string | undefined {
    try {
      const why = bring(rig, step);
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
    for (const [went, step] of path.entries()) {
      const why = take(rig, step);
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

/** Drives all courses of a chart of the edge, each in a ride of its own; returns the surprises. */
export function drive(
  name: SheetName,
  driver: Driver,
  list: readonly Contradiction[],
): { steps: number; surprises: string[] } {
  const sheet: Sheet = sheets[name];
  const heard = listenTo(sheet.chart);
  const surprises: string[] = [];
  let steps = 0;

  function goAlong({ runs, never }: Course): void {
    const ride = openRide(driver.lines);
    driver.prepare?.(ride);
    const guide = openGuide(sheet, heard, ride.ask);
    for (const [n, path] of [...runs, ...never].entries()) {
      const plan = path.map((step) => step.name);
      const went = guide(driver.rig(ride, n, plan), path);
      surprises.push(...surprise(path, n >= runs.length, went));
      steps += went.went;
    }
    try {
      ride.check();
    } catch (error) {
      surprises.push(`${nameOf(runs[0] ?? never[0]!)}, and after it: ${(error as Error).message}`);
    }
    ride.close();
  }

  for (const course of coursesOf(name, list, driver)) {
    if (course.runs.length + course.never.length > 0) goAlong(course);
  }
  heard.stop();
  return { steps, surprises: [...new Set(surprises)] };
}
