import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../shared/fault.ts';
import type { MachineOptions } from './machine/config.ts';
import { type HallMachine, type Machine, startHall, startMachine } from './machine/machine.ts';
import { kinds, mappingOf, type Place, unitOf } from './mappings.ts';
import type { Shop } from './shop.ts';

/** What a line's machines have made; weights in thousandths, all else in pieces. */
export type Made = { good: number; scrap: number; rework: number };

/** Of this line the machine is a process of its own, so that it can be killed. */
export const alone = 'M01';
const password = 'edge-password';

export type Park = Awaited<ReturnType<typeof startPark>>;

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
    const code = codeOf(line);
    const kind = kinds[code];
    if (kind) return { line, code, lanes: lanes[line]!, kind };
    throw new Fault('INVALID', `${line}: the demo has no machine for it`);
  });
  const options = Object.fromEntries(places.map((place) => [place.code, optionsOf(place)]));
  const { [alone]: own, ...others } = options;
  const single = await startMachine({ ...own!, folder: join(folder, alone) });
  const hall = await startHall(join(folder, 'hall'), others).catch(async (error: unknown) => {
    await single.stop();
    throw error;
  });
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
    ...{ places, single, mappings },
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
