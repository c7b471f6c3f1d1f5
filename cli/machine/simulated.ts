import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type AddressSpace, DataType, nodesets, type UAObject } from 'node-opcua';
import type { Act } from './acts.ts';
import { type MachineConfig, readConfig } from './config.ts';
import { makeDisplay } from './display.ts';
import { addHerald, type Herald } from './herald.ts';
import { addJobs, type OnJobs } from './jobs.ts';
import { openMemory } from './memory.ts';
import { addOkuma, makePlayer } from './okuma.ts';
import { addOpc30050 } from './opc30050.ts';
import { makePerform } from './perform.ts';
import { addGeneric, addPackTags, addVariable, namespaceUri, scalar, type View } from './plain.ts';
import { type Opened, openServer } from './server.ts';
import { follow, startWork } from './shift.ts';
import { type Kept, makeUnit } from './unit.ts';
import { addCommandTags, addWritable } from './writable.ts';

/** What is true of a machine, whatever a client could see of it. */
export type Truth = Readonly<
  Pick<Kept, 'state' | 'mode' | 'shown' | 'made' | 'inProduction' | 'result' | 'results'> &
    Pick<Kept, 'lot' | 'level' | 'stopReason' | 'alarms' | 'jobs' | 'asked' | 'written'> & {
      /** SHA-256 of its certificate, hex; of the present one. */
      certificate: string;
      sessions: number;
      /** True once a recording is at its end. */
      ended: boolean;
    }
>;
export type Simulated = Awaited<ReturnType<typeof openMachine>>;

/**
 * A simulated machine in this process: an OPC UA server at 127.0.0.1 whose counters are as wide as
 * told. What it counts is in `memory` of its folder before a client can read it. Throws Fault
 * INVALID for a bad configuration, UNREACHABLE for a port that is taken.
 */
export async function openMachine(given: unknown) {
  const config = readConfig(given);
  mkdirSync(config.folder, { recursive: true });
  const memory = openMemory<Kept>(join(config.folder, 'memory'));
  const width = { bits: config.bits, signed: config.signed };
  const unit = makeUnit({ width, counterFrom: config.counterFrom, kept: memory.read() });
  const player = config.profile === 'okuma' ? makePlayer({ unit, speed: config.speed }) : undefined;
  const login = { user: config.user, password: config.password };
  let display = makeDisplay();
  let herald: Herald | undefined;
  let load: (() => void) | undefined;
  let server: Opened;

  const changed = (atMs?: number): void => {
    memory.keep(unit.now as Kept);
    display.refresh(atMs);
  };
  const build = (space: AddressSpace): void => {
    const view: View = {
      ...{ space, own: space.registerNamespace(namespaceUri), name: config.unit },
      ...{ unit, width, display },
    };
    const parts = {
      view,
      config,
      perform: (act: Act, told: unknown) => perform(act, told),
      changed,
    };
    const object = addProfile(parts, player?.values);
    herald = player ? undefined : addHerald(view, object, unit.now.alarms);
    if (config.jobs) addJobs(view, object, decideJobs(parts));
    load = addLoad(view, config.loadTags);
    changed();
  };
  const open = async (port: number): Promise<void> => {
    const manner = display.manner();
    display = makeDisplay();
    display.as(manner);
    server = await openServer({
      ...{ pki: pkiFolder(config.folder), port, advertised: config.advertised, login, build },
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
    mkdirSync(pkiFolder(config.folder, 1));
    await open(port);
  };
  const work = startWork({ config, unit, player, changed, load: () => load?.() });
  const perform = makePerform({
    ...{ unit, changed, login, reopen, display: () => display, server: () => server },
    herald: () => herald,
    ...{ rate: work.rate, play: work.play },
  });
  try {
    await open(config.port);
  } catch (error) {
    work.stop();
    memory.close();
    throw error;
  }
  const stopScript = follow(config, perform);
  return {
    port: server!.port,
    /** Where clients connect. */
    url: `opc.tcp://127.0.0.1:${config.advertised ?? server!.port}`,
    perform,
    truth(): Truth {
      const { jobFrom: _, ...now } = unit.now;
      return structuredClone({
        ...{ ...now, certificate: server.thumbprint(), sessions: server.sessions() },
        ended: player?.ended() ?? false,
      });
    },
    async close(): Promise<void> {
      stopScript();
      work.stop();
      await server.close();
      memory.close();
    },
  };
}

/** The folder of the present certificate; with `next`, of the one after it. */
function pkiFolder(folder: string, next = 0): string {
  let count = 0;
  while (count < 10_000 && existsSync(join(folder, `pki-${count + 1}`))) count += 1;
  return join(folder, `pki-${count + next}`);
}

type Parts = Readonly<{
  view: View;
  config: MachineConfig;
  perform: (act: Act, told: unknown) => Promise<void>;
  changed(): void;
}>;

/** Adds what the profile asks for, and gives the object below which jobs are. */
function addProfile(
  { view, config, changed }: Parts,
  recorded: ReadonlyMap<string, string> | undefined,
): UAObject {
  const { space, own, name, unit } = view;
  if (config.profile === 'packml-opc30050') {
    return addOpc30050(view, changed);
  }
  if (recorded) addOkuma(view, recorded);
  else if (config.profile === 'generic') {
    const parent = addGeneric(view);
    const place = { parent, id: `${name}.JobOrder`, name: 'JobOrder', dataType: DataType.String };
    addWritable(view, place, changed, (job) => unit.ask({ job: String(job ?? '') }));
  } else {
    addPackTags(view);
    addCommandTags(view, changed);
    const { objects } = space.rootFolder;
    return own.addObject({ organizedBy: objects, browseName: name, nodeId: `s=${name}` });
  }
  return space.findNode(`ns=${own.index};s=${name}`) as UAObject;
}

/** Decides what becomes of the jobs, and remembers who asked for what. */
const decideJobs =
  ({ view: { unit }, changed }: Parts): OnJobs =>
  (method, id, decide) => {
    unit.wrote(`JobOrderControl.${method}`, id);
    const { answer, jobs } = decide(unit.now.jobs);
    unit.jobs([...jobs]);
    changed();
    return answer;
  };

/** Variables that do nothing but change, and what changes them all. */
function addLoad({ space, own }: View, count: number): (() => void) | undefined {
  const parent = space.rootFolder.objects;
  const variables = Array.from({ length: count }, (_, index) =>
    addVariable({ own, id: `Load${index}`, name: `Load${index}`, parent }, DataType.Double),
  );
  let value = 0;
  if (count === 0) return undefined;
  return () => {
    value += 1;
    for (const variable of variables) {
      variable.setValueFromSource(scalar(DataType.Double, value));
    }
  };
}
