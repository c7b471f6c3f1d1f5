import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Fault } from '../../shared/fault.ts';
import {
  fallback,
  flag,
  integer,
  list,
  optional,
  type Read,
  readFields,
  readJson,
  text,
} from '../../shared/field.ts';
import { runService } from '../../shared/service.ts';
import { openPress, type Press } from './press.ts';
import { okuma, play } from './replay.ts';
import { startServer } from './server.ts';

const fields = {
  folder: text('Folder for what the machines keep.', 4_096),
  port: integer('Port of OPC UA.', 1, 65_535),
  controlPort: fallback(integer('Port of the remote control; 0 takes a free one.', 0, 65_535), 0),
  machines: list(text('Name of a machine.', 40), 100),
  kept: fallback(flag('Counters are kept over a restart.'), true),
  first: fallback(integer('What a counter shows that is not kept.', 0, 2 ** 32 - 1), 0),
  everyMs: fallback(
    integer('Each machine makes a good piece so often, ms; 0 for never.', 0, 60_000),
    0,
  ),
  ballast: fallback(integer('More tags of each machine.', 0, 1_000), 0),
  beatMs: fallback(integer('They change so often, ms.', 10, 60_000), 100),
  packml: fallback(flag('They are there by OPC 30050 as well.'), false),
  jobs: fallback(flag('They take jobs by ISA-95 Job Control.'), false),
  replayMs: fallback(integer('A moment of a replay lasts so long, ms.', 10, 60_000), 1_000),
  user: optional(text('Who is let in; anybody if absent.', 100)),
  password: optional(text('The password; of a toy, so it may stand here.', 100)),
};
type Config = Read<typeof fields>;

/** What the remote control takes. */
const orders = {
  machine: text('Which.', 40),
  good: optional(integer('Good pieces to make.', 0, 1e6)),
  scrap: optional(integer('Scrap to make.', 0, 1e6)),
  state: optional(integer('Its state in PackML.', 0, 19)),
  mode: optional(integer('Its mode.', 0, 100)),
  reason: optional(integer('Why it stopped.', 0, 65_535)),
  job: optional(text('A job that it has.', 100)),
  replay: optional(flag('Replay what a real Okuma said.')),
  jobState: optional(integer('What becomes of the job.', 1, 6)),
};
const bodyMax = 10_000;

/** Machines behind an OPC UA server, and a remote control that says what they make. */
export async function startMachines(config: Config) {
  mkdirSync(config.folder, { recursive: true });
  const { kept: isKept, first, folder } = config;
  const presses = new Map(
    config.machines.map((name) => [
      name,
      openPress(join(folder, `${name}.json`), { isKept, first }),
    ]),
  );
  const server = await startServer({ ...config, presses });
  const timers = [setInterval(server.beat, config.beatMs)];
  if (config.everyMs > 0) {
    const makeAll = () => {
      for (const press of presses.values()) press.make(1);
    };
    timers.push(setInterval(makeAll, config.everyMs));
  }

  /** Lets a machine replay the recording, from the beginning. */
  function replay(press: Press): void {
    const moments = okuma();
    const next = () => {
      const moment = moments.shift();
      if (moment) play(press, moment);
      else clearInterval(timer);
    };
    const timer = setInterval(next, config.replayMs);
    timers.push(timer);
  }

  function obey(bytes: Buffer): void {
    const {
      machine,
      good,
      scrap,
      job,
      jobState,
      replay: isReplay,
      ...change
    } = readJson(orders, bytes, 'order');
    const press = presses.get(machine);
    if (!press) throw new Fault('UNKNOWN', `order.machine: ${machine} is none of ours`);
    if (isReplay) replay(press);
    if (job !== undefined) server.receivers.get(machine)?.set(job, jobState ?? 1);
    if (Object.keys(change).length > 0) press.set(change);
    if (good !== undefined || scrap !== undefined) press.make(good ?? 0, scrap ?? 0);
  }

  const control = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request) {
      size += (chunk as Buffer).length;
      if (size <= bodyMax) chunks.push(chunk as Buffer);
    }
    try {
      if (request.method === 'POST') obey(Buffer.concat(chunks));
      const machines = [...presses].map(([name, press]) => {
        const calls = server.receivers.get(name)?.calls() ?? [];
        return { name, made: press.made(), shown: press.shown(), calls };
      });
      response.end(JSON.stringify({ endpoint: server.endpoint, machines }));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      response.writeHead(400).end(JSON.stringify({ message: error.message }));
    }
  });
  await new Promise<void>((resolve) => control.listen(config.controlPort, '127.0.0.1', resolve));
  const { port } = control.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    async close(): Promise<void> {
      for (const timer of timers) clearInterval(timer);
      control.close();
      control.closeAllConnections();
      await server.close();
    },
  };
}

if (import.meta.main) {
  const start = (given: unknown) => startMachines(readFields(fields, given, 'config'));
  await runService({ name: 'machines', fields, start });
}
