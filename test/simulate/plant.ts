import type { Posting } from '../../central/erp/erp.ts';
import type { Database } from '../../shared/database.ts';
import { openCentralBox, openEdgeBox } from './box.ts';
import { plant as bugsOf } from './bugs.ts';
import { openDispatcher } from './dispatcher.ts';
import { openErp } from './erp.ts';
import { heal, kinds, nameOf } from './faults.ts';
import { openFitter } from './fitter.ts';
import { openHub } from './hub.ts';
import { checkAnswers, checkEnd } from './invariants.ts';
import { paceOf } from './pace.ts';
import { openPeople } from './people.ts';
import type { Mishap } from './scene.ts';
import { inspectsOn, type Wish } from './story.ts';
import { openWatch } from './watch.ts';
import { openWorld } from './world.ts';

export const site = 'acme/lyon/hall';
export const edgeLines = [
  ['M1', 'M2'],
  ['P1', 'P2'],
].map((lines) => lines.map((line) => `${site}/${line}`));
export const boxNames = [...edgeLines.map((_, index) => `edge${index + 1}`), 'central'];

/** All that happens in a simulated plant; whatever else there is follows from the seed. */
export type Scenario = Readonly<{
  seed: number;
  hours: number;
  mishaps: readonly Mishap[];
  wishes: readonly Wish[];
  bug?: string | undefined;
}>;
export type Failure = Readonly<{ invariant: string; detail: string }>;
export type Outcome = Readonly<{
  failure?: Failure;
  trace: readonly string[];
  digest: string;
  steps: number;
  virtualMs: number;
  facts: number;
  documents: number;
  /** How often the plant came to what is known to be open. */
  known: number;
}>;

const hourMs = 3_600_000;
/** After the story everything must have come to rest within this time, ms. */
const restMs = hourMs;
const lookMs = 5_000;
const watchMs = 60_000;

/** Lives through the scenario to its end, or to the first thing that is not as it must be. */
export async function live(scenario: Scenario): Promise<Outcome> {
  let failure: Failure | undefined;
  const failed = (invariant: string, detail: string): void => {
    failure ??= { invariant, detail };
  };
  const world = openWorld(scenario.seed, (life, error) => {
    const all = [...boxes, ...fitter.ghosts().map(({ box }) => box)];
    const box = all.find(({ name }) => name === life.name);
    if (box && box.life() === life) box.threw(error);
    else if (!box) failed('the simulator itself', `${(error as Error).stack}`);
  });
  const hub = openHub(world, failed);
  const books = openErp(world);
  let asked: (posting: Posting) => void = () => undefined;
  const bugs = bugsOf(scenario.bug);
  const pace = paceOf(scenario.seed, scenario.hours);
  const told = { failed, asked: (posting: Posting) => asked(posting) };
  const inspections = inspectsOn(scenario.seed) ? [{}] : [];
  const parts = { world, pace, hub, books, bugs, inspections, ...told };
  const edges = edgeLines.map((lines, index) => openEdgeBox(parts, boxNames[index]!, lines));
  const central = openCentralBox(parts);
  const boxes = [...edges, central];
  const open = (name: string, lines: readonly string[]) => openEdgeBox(parts, name, lines);
  const fitter = openFitter({ world, edges, central, open, failed });
  const people = openPeople(world, edges, failed);
  const dispatcher = openDispatcher({ ...scenario, world, edges, central });
  const scene = { world, hub, books, edges, central, fitter, people };
  const watch = openWatch({ ...scene, failed });
  asked = watch.asked;

  let still = 0;
  let healed = false;
  const look = () => {
    watch.look();
    fitter.tend();
    const isDone = healed && people.done() && dispatcher.done();
    still = isDone && watch.isQuiet() ? still + 1 : 0;
    world.after(world.nature, healed ? lookMs : watchMs, look);
  };
  for (const box of boxes) box.start();
  look();
  people.begin(scenario.wishes);
  for (const mishap of scenario.mishaps) {
    world.after(world.nature, mishap.atMs, () => {
      world.say(`! ${nameOf(mishap, boxNames)}`);
      kinds[mishap.kind]!(scene, mishap);
    });
  }
  const over = () => failure !== undefined;
  await world.run(scenario.hours * hourMs, over);
  heal(scene);
  healed = true;
  await world.run(restMs, () => over() || still >= 3);
  if (!failure) checkAnswers({ ...scene, failed });
  if (!failure && still < 3) failed('the plant does not come to rest', watch.unrest());
  if (!failure) checkEnd({ ...scene, failed });
  if (!failure) dispatcher.check(failed);

  return {
    ...(failure && { failure }),
    trace: world.trace(),
    digest: world.digest(),
    steps: world.steps(),
    virtualMs: world.nowMs(),
    facts: factsIn(central.disk.real()),
    documents: books.books.length,
    known: fitter.known(),
  };
}

/** None where central has not come to make its tables. */
function factsIn(db: Database): number {
  const table = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'fact'").get();
  return table ? (db.prepare('SELECT count(*) FROM fact').pluck().get() as number) : 0;
}
