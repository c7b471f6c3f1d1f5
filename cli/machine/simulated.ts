import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type AddressSpace, nodesets } from 'node-opcua';
import { Fault } from '../../shared/fault.ts';
import { namespaceUri, readConfig, unitsOf } from './config.ts';
import type { At } from './control.ts';
import { memoryPaths } from './memory.ts';
import { type Opened, openServer } from './server.ts';
import { openStation, type Station } from './station.ts';

export type Simulated = Awaited<ReturnType<typeof openMachine>>;

/**
 * A simulated machine in this process: an OPC UA server at 127.0.0.1 whose counters are as wide as
 * told, with one unit or several. What a unit counts is in its memory in the machine's folder
 * before a client can read it. Throws Fault INVALID for a bad configuration, UNREACHABLE for a port
 * that is taken.
 */
export async function openMachine(given: unknown) {
  const config = readConfig(given);
  const { folder, unit, loadTags, user, password } = config;
  mkdirSync(folder, { recursive: true });
  const login = { user, password };
  let server: Opened;

  const build = (space: AddressSpace): void => {
    const own = space.registerNamespace(namespaceUri);
    for (const station of stations.values()) station.build(space, own);
  };
  const open = async (port: number): Promise<void> => {
    server = await openServer({
      ...{ pki: pkiFolder(folder), port, advertised: config.advertised, login, build },
      ...{ encrypted: config.security === 'encrypted', trustAll: config.trustAll },
      nodesets: [
        nodesets.standard,
        ...(config.profile === 'packml-opc30050' ? [nodesets.packML] : []),
        ...(config.jobs ? [nodesets.isa95JobControl] : []),
      ],
    });
  };
  const reopen = async (): Promise<void> => {
    const { port } = server;
    await server.close();
    mkdirSync(pkiFolder(folder, 1));
    await open(port);
  };
  const paths = memoryPaths(config);
  const stations = new Map(
    unitsOf(config).map((name, index): [string, Station] => {
      const own = { config, name, memoryPath: paths[index]!, loadTags: index === 0 ? loadTags : 0 };
      return [name, openStation({ ...own, login, reopen, server: () => server })];
    }),
  );
  const closeStations = (): void => {
    for (const station of stations.values()) station.close();
  };
  try {
    await open(config.port);
  } catch (error) {
    closeStations();
    throw error;
  }
  for (const station of stations.values()) station.begin();
  const { perform, truth } = stations.get(unit)!;
  const at: At = ([name = unit, ...more]) => {
    const station = stations.get(name);
    if (station && more.length === 0) return station;
    const known = [...stations.keys()].join(', ');
    throw new Fault('UNKNOWN', `${name.slice(0, 40)} is no unit; known are ${known}`);
  };
  return {
    port: server!.port,
    /** Where clients connect. */
    url: `opc.tcp://127.0.0.1:${config.advertised ?? server!.port}`,
    /** Of its first unit, whose name may be left out. */
    ...{ perform, truth, at },
    async close(): Promise<void> {
      await server.close();
      closeStations();
    },
  };
}

/** The folder of the present certificate; with `next`, of the one after it. */
function pkiFolder(folder: string, next = 0): string {
  let count = 0;
  while (count < 10_000 && existsSync(join(folder, `pki-${count + 1}`))) count += 1;
  return join(folder, `pki-${count + next}`);
}
