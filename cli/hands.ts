import { Fault } from '../shared/fault.ts';
import type { Ears, Heard } from './ears.ts';
import { type Kind, unitOf } from './mappings.ts';
import type { Park } from './park.ts';
import type { Work } from './tasks.ts';

/** What a machine has made must be booked within this time, ms, over every fault of the demo. */
const bookedMaxMs = 120_000;
/** What a unit has been told to make, as its counters should tell it. */
type Told = { total: number; good: number; scrap: number };

/** Lets machines work, and waits until the edge has booked it: then it is one fact more. */
export function openHands(park: Park, ears: Ears) {
  const told = new Map<string, Told>();
  const lost: string[] = [];

  async function booked(what: string, is: (heard: Heard) => boolean): Promise<void> {
    if (!(await ears.until(is, bookedMaxMs))) lost.push(what);
  }

  return {
    /** What was not booked in time, in words. */
    lost: lost as readonly string[],

    async make(work: Work): Promise<void> {
      const { line } = work;
      const place = park.places.find((one) => one.line === line)!;
      const of = (heard: Heard, unit: string) =>
        heard.lines.find((one) => one.line === line)?.units.find((one) => one.unit === unit);
      if ('state' in work) {
        const state = work.state as 'idle';
        await park.unit(line, 1).perform('state', { state });
        return booked(`${line} is ${state}`, (heard) => of(heard, 'lane1')?.state === state);
      }
      const { lane, good, scrap, rework } = grains(work, place.kind);
      const unit = unitOf(place.code, lane);
      const before = told.get(unit) ?? { total: 0, good: 0, scrap: 0 };
      const total = before.total + good + scrap + rework;
      const now: Told = { total, good: before.good + good, scrap: before.scrap + scrap };
      told.set(unit, now);
      await park.unit(line, lane).perform('make', { good, bad: scrap, rework });
      await booked(`${unit}: ${total} pieces`, (heard) => {
        const counters = of(heard, `lane${lane}`)?.counters ?? [];
        return (
          counters.length > 0 &&
          counters.every(({ counter, counted }) => Number(counted) >= now[counter as keyof Told])
        );
      });
    },
  };
}
export type Hands = ReturnType<typeof openHands>;

/** Counts of the machine's registers. */
function grains(work: Extract<Work, { lane: number }>, { decimals = 0, profile }: Kind) {
  const grain = 10 ** (3 - decimals);
  if (work.rework > 0 && profile === 'packml-opc30050') {
    throw new Fault('INVALID', `${work.line}: a machine with ${profile} cannot tell rework`);
  }
  const { lane, good, scrap, rework } = work;
  return { lane, good: good / grain, scrap: scrap / grain, rework: rework / grain };
}
