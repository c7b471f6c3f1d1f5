import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../shared/fault.ts';
import type { Books, Check } from './audit.ts';
import { products } from './catalogue.ts';
import { ask, read } from './drive.ts';
import { startMachine } from './machine/machine.ts';
import { grouped } from './progress.ts';
import type { Shop, ShopOrder } from './shop.ts';

/** The line of the demo whose pieces a machine counts; nobody reports them. */
export const pressLine = 'holdfast/lyon/pressing/P01';
const unit = 'P01';
const order: ShopOrder = {
  ...{ order: 'PRESS-1', material: products[0]!.material, unit: products[0]!.unit },
  ...{ quantity: '5000', tolerancePercent: 10 },
  operations: [{ operation: '0010', name: 'Pressing', line: pressLine }],
};
const about = { order: order.order, operation: '0010' };
const run = 'PRESS-RUN-1';
/** A piece is made so often, ms; of nine one is scrap. */
const pieceMs = 250;
const scrapEvery = 9;
/** After its last piece all must be booked within this time, ms. */
const bookedMaxMs = 60_000;

export type Press = Awaited<ReturnType<typeof startPress>>;
type Made = { good: number; scrap: number };

const mappingOf = (port: number) => `# Machine P01 of the demo, by its PackTags.
version: 1
line: ${pressLine}
endpoint: { url: "opc.tcp://127.0.0.1:${port}", mode: None, policy: None }
session: { bookMs: 500 }
namespaces: { m: "urn:holdfast:machine" }
units:
  press:
    profile: packml-tags
    root: "m;s=${unit}."
    counters:
      good: { at: "m;s=${unit}.Good", counts: good, maxPerSec: 20 }
      scrap: { from: ProdDefectiveCount, counts: scrap, maxPerSec: 20 }
`;

/** The shop, with the order of the press beside its own. */
export const withPress = (shop: Shop): Shop => ({ ...shop, orders: [...shop.orders, order] });

/** A simulated machine in a process of its own, and its mapping for the edge. */
export async function startPress(directory: string) {
  const folder = join(directory, 'press');
  const machine = await startMachine({ profile: 'packml-tags', unit, security: 'none', folder });
  const mapping = join(folder, 'P01.yaml');
  writeFileSync(mapping, mappingOf(machine.link.port));
  let isWorking = false;
  let working: Promise<void> = Promise.resolve();

  async function truth(): Promise<Made> {
    const { good, defective: scrap } = (await machine.truth()).made;
    return { good, scrap };
  }

  async function work(): Promise<void> {
    for (let piece = 1; isWorking; piece++) {
      await machine.perform('make', piece % scrapEvery === 0 ? { bad: 1 } : { good: 1 });
      await delay(pieceMs);
    }
  }

  return {
    line: { line: pressLine, lanes: 1, machine: mapping },
    endpoint: machine.url,

    /** Opens a run for it, waits until the edge knows its counters, and lets it make pieces. */
    async begin(edgeUrl: string, signal: AbortSignal): Promise<void> {
      const { material, quantity, unit, tolerancePercent } = order;
      const operations = [{ operation: '0010', name: 'Pressing' }];
      const release = { material, quantity, unit, tolerancePercent, operations };
      const phase = { run, phase: 'run', lane: 1, rework: false };
      await command(edgeUrl, signal, [
        ['ReleaseOrder', { order: order.order }, release],
        ['StartOperation', about, {}],
        ['StartPhase', about, phase],
      ]);
      await until(async () => (await knownCounters(edgeUrl)) === 2, 'the edge to hear the press');
      isWorking = true;
      working = work();
    },

    /** It makes no more; once all is booked its run ends and its order is closed. */
    async finish(edgeUrl: string, signal: AbortSignal): Promise<void> {
      isWorking = false;
      await working;
      const made = await truth();
      const is = async () => textOf(await bookedOf(edgeUrl)) === textOf(made);
      await until(is, `${textOf(made)} to be booked`);
      await command(edgeUrl, signal, [
        ['EndPhase', about, { run }],
        ['CompleteOperation', about, {}],
        ['CloseOrder', { order: order.order }, {}],
      ]);
    },

    /** What it has made, and what the edge has booked of it, in words. */
    async says(edgeUrl: string): Promise<string> {
      return `⚙ press: made ${textOf(await truth())}; booked ${textOf(await bookedOf(edgeUrl))}`;
    },

    /** Whether edge and central have of the press what it made, and how many facts it led to. */
    async audit({ edge, totals }: Books): Promise<{ check: Check; facts: number }> {
      const made = textOf(await truth());
      const line = edge.lines.find((one) => one.line === pressLine) as Row | undefined;
      const places = { 'at the edge': line, 'at central': totals.lines[pressLine] as Row };
      const against = Object.entries(places).flatMap(([where, row]) => {
        const is = row ? textOf(row) : 'nothing';
        return is === made ? [] : [`${where}: ${is}, should be ${made}`];
      });
      const says = `every piece that the press counted is at central once (${made})`;
      return { check: { says, against }, facts: line?.head ?? 0 };
    },

    async close(): Promise<void> {
      isWorking = false;
      await working.catch(() => undefined);
      await machine.stop();
    },
  };
}

type Row = { good: string | number; scrap: string | number; head: number };
const textOf = ({ good, scrap }: { good: string | number; scrap: string | number }): string =>
  `${grouped(Number(good))} good, ${grouped(Number(scrap))} scrap`;

type Lines = { line: string; good: string; scrap: string }[];
type Heard = { machines: { lines: { units: { counters: unknown[] }[] }[] } };

async function bookedOf(edgeUrl: string): Promise<{ good: string; scrap: string }> {
  const { lines } = await read<{ lines: Lines }>(edgeUrl, '/v1/status');
  return lines.find(({ line }) => line === pressLine) ?? { good: '0', scrap: '0' };
}

async function knownCounters(edgeUrl: string): Promise<number> {
  const { machines } = await read<Heard>(edgeUrl, '/v1/status');
  return machines.lines[0]?.units[0]?.counters.length ?? 0;
}

async function until(is: () => Promise<boolean>, what: string): Promise<void> {
  const deadlineMs = performance.now() + bookedMaxMs;
  while (!(await is())) {
    if (performance.now() > deadlineMs) throw new Fault('UNREACHABLE', `press: waits for ${what}`);
    await delay(100);
  }
}

/** Asks the edge, as a person at the press would. Throws Fault REFUSED with its reason. */
async function command(
  edgeUrl: string,
  signal: AbortSignal,
  asked: readonly (readonly [type: string, subject: object, body: object])[],
): Promise<void> {
  const commands = asked.map(([type, subject, body]) => ({
    ...{ commandId: `press-${type}`, line: pressLine, type, actor: 'person:4999' },
    ...{ ...subject, body },
  }));
  for (const { status, commandId, reason } of await ask(edgeUrl, commands, signal)) {
    if (status === 'refused') throw new Fault('REFUSED', `press: ${commandId}: ${reason}`);
  }
}
