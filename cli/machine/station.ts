import { type AddressSpace, DataType, type Namespace, type UAObject } from 'node-opcua';
import type { MachineConfig } from './config.ts';
import { makeDisplay } from './display.ts';
import { addHerald, type Herald } from './herald.ts';
import { addJobs, type OnJobs } from './jobs.ts';
import { openMemory } from './memory.ts';
import { addOkuma, makePlayer } from './okuma.ts';
import { addOpc30050 } from './opc30050.ts';
import { makePerform } from './perform.ts';
import { addGeneric, addPackTags, addVariable, scalar, type View } from './plain.ts';
import type { Login, Opened } from './server.ts';
import { follow, startWork } from './shift.ts';
import { type Kept, makeUnit } from './unit.ts';
import { addCommandTags, addWritable } from './writable.ts';

/** What is true of a unit of a machine, whatever a client could see of it. */
export type Truth = Readonly<
  Pick<Kept, 'state' | 'mode' | 'shown' | 'made' | 'inProduction' | 'result' | 'results'> &
    Pick<Kept, 'lot' | 'level' | 'stopReason' | 'alarms' | 'jobs' | 'asked' | 'written'> & {
      /** SHA-256 of its server's certificate, hex; of the present one. */
      certificate: string;
      sessions: number;
      /** True once a recording is at its end. */
      ended: boolean;
    }
>;

type Parts = Readonly<{
  config: MachineConfig;
  name: string;
  memoryPath: string;
  loadTags: number;
  login: Login;
  server: () => Opened;
  /** Comes back on the same port with another certificate. */
  reopen: () => Promise<void>;
}>;
export type Station = ReturnType<typeof openStation>;

/** A unit of a machine: what it does, counts and keeps, and what of it clients see. */
export function openStation(parts: Parts) {
  const { config, name, memoryPath, loadTags, login, server, reopen } = parts;
  const memory = openMemory<Kept>(memoryPath);
  const { bits, signed, counterFrom, decimals } = config;
  const width = { bits, signed };
  const unit = makeUnit({ width, counterFrom, kept: memory.read() });
  const player = config.profile === 'okuma' ? makePlayer({ unit, speed: config.speed }) : undefined;
  let display = makeDisplay();
  let herald: Herald | undefined;
  let load: (() => void) | undefined;

  const changed = (atMs?: number): void => {
    memory.keep(unit.now as Kept);
    display.refresh(atMs);
  };
  const work = startWork({ config, unit, player, changed, load: () => load?.() });
  const perform = makePerform({
    ...{ unit, changed, login, reopen, server, display: () => display },
    ...{ rate: work.rate, play: work.play, herald: () => herald },
  });
  let stopScript: (() => void) | undefined;

  return {
    perform,

    /** Adds it to a new server, which tells it to clients from now on. */
    build(space: AddressSpace, own: Namespace): void {
      const manner = display.manner();
      display = makeDisplay();
      display.as(manner);
      const view: View = { space, own, name, unit, width, decimals, display };
      const object = addProfile(view, config, changed, player?.values);
      herald = player ? undefined : addHerald(view, object, unit.now.alarms);
      if (config.jobs) addJobs(view, object, decideJobs(view, changed));
      load = addLoad(view, loadTags);
      changed();
    },

    /** Follows its script, and then its life, from now on. */
    begin(): void {
      stopScript = follow(config, perform);
    },

    truth(): Truth {
      const { jobFrom: _, ...now } = unit.now;
      return structuredClone({
        ...{ ...now, certificate: server().thumbprint(), sessions: server().sessions() },
        ended: player?.ended() ?? false,
      });
    },

    close(): void {
      stopScript?.();
      work.stop();
      memory.close();
    },
  };
}

/** Adds what the profile asks for, and gives the object below which jobs are. */
function addProfile(
  view: View,
  { profile }: MachineConfig,
  changed: () => void,
  recorded: ReadonlyMap<string, string> | undefined,
): UAObject {
  const { space, own, name, unit } = view;
  if (profile === 'packml-opc30050') return addOpc30050(view, changed);
  if (recorded) addOkuma(view, recorded);
  else if (profile === 'generic') {
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
  ({ unit }: View, changed: () => void): OnJobs =>
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
