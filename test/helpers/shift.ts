import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { freePorts } from '../../cli/port.ts';
import { readEdgeConfig } from '../../edge/config.ts';
import { startEdge } from '../../edge/main.ts';
import { startEdgeProcess } from './edgeprocess.ts';
import { testFolder } from './folder.ts';
import { configOf, lastFacts, openScreen, pins, samplePeople, writePeople } from './people.ts';
import { m01, m02, shop } from './shop.ts';

const operations = [{ operation: '0010', name: 'Turning' }];
/** Orders WO-1 and WO-2 are released; the first one runs if `begun` says so. */
const released = [shop.release({ operations }), shop.release({ operations }, 'WO-2')];
const begun = [shop.start(), shop.phase('R1')];

export type Shift = Awaited<ReturnType<typeof startShift>>;

type Own = Readonly<{ idle?: boolean; outside?: boolean; [field: string]: unknown }>;

/**
 * An edge with people and work for a shift, on a port that stays its own; it can be stopped and
 * started again, and is killed as a program of its own where it is `outside`. The lead has released
 * WO-1 and WO-2, and WO-1 runs unless `idle`.
 */
export async function startShift({ idle = false, outside = false, ...more }: Own = {}) {
  const folder = testFolder();
  const [httpPort] = await freePorts(1);
  const lines = [{ line: m01, lanes: 2, idealPerHour: '60' }, { line: m02 }];
  const given = configOf(folder, { lines, httpPort, ...more });
  writePeople(join(folder, 'people.json'), await samplePeople());
  const url = `http://127.0.0.1:${httpPort}`;
  const { start, stop } = outside ? await openOutside(folder, given) : await openInside(given);
  const lead = openScreen(url);
  await lead.signIn({ name: 'Beatrice', pin: pins.bea });

  /** What the lead asks from elsewhere; all of it is accepted. */
  async function ask(...commands: object[]): Promise<void> {
    const bare = commands.map((given) => ({ ...given, actor: undefined, atMs: undefined }));
    const { body } = await lead.ask(bare);
    expect(body.answers).toMatchObject(commands.map(() => ({ status: 'accepted' })));
  }
  await ask(...released, ...(idle ? [] : begun));

  const facts = () => lastFacts(url);
  return {
    ...{ url, ask, facts, start, stop, folder },
    all: async (type: string) => (await facts()).filter((fact) => fact.type === type),
  };
}

async function openInside(given: object) {
  const config = readEdgeConfig(given);
  let edge: Awaited<ReturnType<typeof startEdge>> | undefined = await startEdge(config);
  const stop = async () => {
    const last = edge;
    edge = undefined;
    await last?.close();
  };
  onTestFinished(stop);
  return {
    stop,
    start: async () => {
      edge ??= await startEdge(config);
    },
  };
}

async function openOutside(folder: string, given: object) {
  const { start, kill } = await startEdgeProcess(join(folder, 'edge.json'), given);
  return { start, stop: kill };
}
