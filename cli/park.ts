import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../shared/fault.ts';
import type { Ears, Heard } from './ears.ts';
import type { MachineOptions } from './machine/config.ts';
import { type HallMachine, type Machine, startHall, startMachine } from './machine/machine.ts';
import { type Kind, kinds, mappingOf, unitOf } from './mappings.ts';
import type { Shop } from './shop.ts';
import type { Work } from './tasks.ts';

/** What a line's machines have made; weights in thousandths, all else in pieces. */
export type Made = { good: number; scrap: number; rework: number };

/** Of this line the machine is a process of its own, so that it can be killed. */
export const alone = 'M01';
/** What a machine has made must be booked within this time, ms, over every fault of the demo. */
const bookedMaxMs = 60_000;
const password = 'edge-password';

export type Park = Awaited<ReturnType<typeof startPark>>;
type Place = Readonly<{ line: string; code: string; lanes: number; kind: Kind }>;
/** What a unit has been told to make, as its counters should tell it. */
type Told = { total: number; good: number; scrap: number };

/**
 * The machines of the shop's lines: an OPC UA server for each line, with a unit for each lane,
 * encrypted, and a mapping of it for the edge. All of them stand idle.
 */
export async function startPark(
  directory: string,
  { lines, lanes }: Pick<Shop, 'lines' | 'lanes'>,
) {
  const folder = join(directory, 'machines');
  mkdirSync(folder, { recursive: true });
  const places = lines.map((line): Place => {
    const code = line.split('/').at(-1)!;
    return { line, code, lanes: lanes[line]!, kind: kinds[code]! };
  });
  const options = Object.fromEntries(places.map((place) => [place.code, optionsOf(place)]));
  const { [alone]: own, ...others } = options;
  const [single, hall] = await Promise.all([
    startMachine({ ...own!, folder: join(folder, alone) }),
    startHall(join(folder, 'hall'), others),
  ]);
  const machines = new Map<string, Machine | HallMachine>(
    places.map(({ line, code }) => [line, code === alone ? single : hall.machines[code]!]),
  );
  const passwordPath = join(folder, 'password');
  writeFileSync(passwordPath, `${password}\n`, { mode: 0o600 });
  const mappings = await Promise.all(
    places.map(async (place) => {
      const machine = machines.get(place.line)!;
      const { certificate } = await machine.truth();
      if (place.kind.tellsState) await machine.perform('state', { state: 'idle' });
      const endpoint = { url: machine.url, serverCertificate: certificate };
      const path = join(folder, `${place.code}.yaml`);
      writeFileSync(path, mappingOf(place, { ...endpoint, user: 'edge', passwordPath }));
      return { line: place.line, lanes: place.lanes, machine: path };
    }),
  );
  return {
    ...{ places, machines, single, mappings },
    tellsState: (line: string): boolean => places.find((one) => one.line === line)!.kind.tellsState,
    link: (line: string) => machines.get(line)!.link,
    unit: (line: string, lane: number) => machines.get(line)!.unit(unitOf(codeOf(line), lane)),
    /** What the units of each line have ever made, whatever anybody has heard of it. */
    async truth(): Promise<Map<string, Made>> {
      const rows = places.map(async (place): Promise<[string, Made]> => {
        return [place.line, await madeBy(machines.get(place.line)!, place)];
      });
      return new Map(await Promise.all(rows));
    },
    made: (line: string): Promise<Made> =>
      madeBy(machines.get(line)!, places.find((one) => one.line === line)!),
    async close(): Promise<void> {
      await Promise.all([single.stop(), hall.stop()]);
    },
  };
}

async function madeBy(machine: HallMachine, { code, lanes }: Place): Promise<Made> {
  const sum: Made = { good: 0, scrap: 0, rework: 0 };
  for (let lane = 1; lane <= lanes; lane++) {
    const { made } = await machine.unit(unitOf(code, lane)).truth();
    sum.good += made.good;
    sum.scrap += made.defective;
    sum.rework += made.processed - made.good - made.defective;
  }
  return sum;
}

export const codeOf = (line: string): string => line.split('/').at(-1)!;

function optionsOf({ code, lanes, kind }: Place): MachineOptions {
  const [unit, ...units] = Array.from({ length: lanes }, (_, index) => unitOf(code, index + 1));
  const { profile, decimals = 0, jobs = false, bits = 32, counterFrom = 0 } = kind;
  const width = { bits, signed: bits === 32, counterFrom };
  return { profile, unit: unit!, units, decimals, jobs, ...width, password };
}

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
        heard.machines.lines
          .find((one) => one.line === line)
          ?.units.find((one) => one.unit === unit);
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
