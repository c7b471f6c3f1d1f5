import { type Failure, live, type Outcome, type Scenario } from './plant.ts';

type Failed = Pick<Outcome, 'virtualMs'> & { failure: Failure };
const hourMs = 3_600_000;
/** Most scenarios that are tried. */
const triesMax = 150;

/** The same failure with as little as possible around it, and what it was made of. */
export async function shrink(scenario: Scenario, { failure, virtualMs }: Failed) {
  const before = <T extends { atMs: number }>(all: readonly T[]) =>
    all.filter(({ atMs }) => atMs <= virtualMs); // the rest has not happened
  const { mishaps, wishes } = scenario;
  let best: Scenario = { ...scenario, mishaps: before(mishaps), wishes: before(wishes) };
  let outcome: Outcome | undefined;
  let tries = 0;

  async function still(next: Scenario): Promise<boolean> {
    if (tries >= triesMax) return false;
    tries += 1;
    const lived = await live(next);
    if (lived.failure?.invariant !== failure.invariant) return false;
    best = next;
    outcome = lived;
    return true;
  }

  /** Leaves out halves, quarters … and single ones, as long as it still fails. */
  async function thin(name: 'mishaps' | 'wishes'): Promise<void> {
    for (let size = Math.ceil(best[name].length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let from = best[name].length - size; from > -size; from -= size) {
        const rest = [...best[name]];
        if (rest.splice(Math.max(0, from), size).length > 0) await still({ ...best, [name]: rest });
      }
    }
  }

  await thin('mishaps');
  await thin('wishes');
  await thin('mishaps');
  const lastMs = Math.max(0, ...[...best.mishaps, ...best.wishes].map(({ atMs }) => atMs));
  await still({ ...best, hours: Math.min(best.hours, lastMs / hourMs + 0.2) });
  return { scenario: best, outcome: outcome ?? (await live(best)), tries };
}
