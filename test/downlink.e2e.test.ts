// Goal: an order that is released in the ERP is made at a line and posted, and nobody touches
// Holdfast in between; a change set becomes active at its time on the plants that are online, and
// on the one that was not when it returns.
// Method: a hub, three leaves, three edges, central and the ERP sandbox, each a process of its own;
// a program stands for the machine, and persons ask the desk.
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startHub, startLeaf } from '../cli/broker.ts';
import { startProgram } from '../cli/program.ts';
import { startProxy } from '../cli/proxy.ts';
import { testFolder } from './helpers/folder.ts';
import { waitFor } from './helpers/plantnet.ts';

/** Ten programs begin: seen to take 70 s beside three other tests. */
const timeoutMs = 600_000;
const soonMs = 30_000;
const place = { plant: '1000', storageLocation: '0001' };
const plants = [1, 2, 3].map((at) => ({
  ...{ plant: `${at}000`, site: `acme/p${at}`, line: `acme/p${at}/turning/M01` },
  center: `SAW${at}`,
}));

type Approved = { site: string; number: number; activeMs: number };
type Json = Record<string, never> & Record<string, unknown>;
async function call(url: string, path: string, body?: object): Promise<Json> {
  const headers = { 'content-type': 'application/json' };
  const how = body && { method: 'POST', headers, body: JSON.stringify(body) };
  const reply = await fetch(url + path, how);
  const answer = (await reply.json()) as Json;
  if (!reply.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

async function startPlants() {
  const directory = testFolder();
  const hub = await startHub({ directory: join(directory, 'hub') });
  onTestFinished(hub.stop);
  const own = { path: join(directory, 'erp.sqlite'), ...place, maxInFlightMs: 1_000 };
  const program = async (name: string, entry: string, config: object) => {
    const started = await startProgram({ name, entry, config, directory });
    onTestFinished(started.stop);
    return started.url;
  };
  const erp = await program('erp', 'central/sandbox/main.ts', own);
  const central = await program('central', 'central/main.ts', {
    ...{ storePath: join(directory, 'ledger.sqlite'), natsUrl: hub.url, httpPort: 0 },
    hubMonitorUrl: hub.httpUrl,
    erp: { url: erp, ...place, maxInFlightMs: 1_000, clientTimeoutMs: 1_000 },
    downlink: { everySeconds: 1, sites: plants.map(({ plant, site }) => ({ plant, site })) },
  });
  const edges = await Promise.all(
    plants.map(async ({ line, plant }) => {
      const link = await startProxy({ targetPort: hub.leafPort });
      onTestFinished(() => link.close());
      const at = { directory: join(directory, `leaf${plant}`), name: `leaf${plant}` };
      const leaf = await startLeaf({ ...at, hubLeafPort: link.port });
      onTestFinished(leaf.stop);
      const url = await program(`edge${plant}`, 'edge/main.ts', {
        ...{ storePath: join(directory, `edge${plant}.sqlite`), natsUrl: leaf.url, httpPort: 0 },
        ...{ ackTimeoutMs: 1_000, lines: [{ line, lanes: 1 }] },
      });
      return { url, line, link };
    }),
  );
  return { erp, central, edges };
}
type Plants = Awaited<ReturnType<typeof startPlants>>;
type Edge = Plants['edges'][number];

const specification = (at: number, version: string) => ({
  ...{ set: 'A_InspectionPlan', key: `Q${at}` },
  entity: {
    ...{ InspectionPlanGroup: `Q${at}`, InspectionPlanInternalVersion: version },
    ...{ Plant: `${at}000`, Material: 'BOLT' },
    to_InspPlanCharacteristic: { results: [{ InspectionSpecification: 'width' }] },
  },
});

/** Everybody's item, and work centre, routing and specification of each plant. */
const masters = [
  { set: 'A_Product', key: 'BOLT', entity: { Product: 'BOLT', BaseUnit: 'EA' } },
  ...plants.flatMap(({ plant, line, center }, index) => [
    {
      ...{ set: 'A_WorkCenters', key: center },
      entity: { WorkCenter: center, Plant: plant, YY1_Line_WCT: line },
    },
    {
      ...{ set: 'ProductionRoutingHeader', key: center },
      entity: {
        ...{ ProductionRoutingGroup: `R${plant}`, Plant: plant, Product: 'BOLT' },
        ProductionRoutingInternalVers: '1',
        to_Operation: { results: [{ Operation: '0010', WorkCenter: center }] },
      },
    },
    specification(index + 1, '1'),
  ]),
];

const setOf = async ({ url }: Edge): Promise<number> =>
  ((await call(url, '/v1/status'))['reference'] as unknown as { active: number }[])[0]!.active;
const applied = async ({ url }: Edge, set: number) => {
  const { facts } = (await call(url, '/v1/status')) as unknown as {
    facts: { type: string; atMs: number; body: { set: number; activeMs: number } }[];
  };
  return facts.find(({ type, body }) => type === 'ReferenceApplied' && body.set === set)!;
};

/** A person drafts what has come to each plant, and approves it; when each is to be active. */
async function approve({ central }: Plants, records: number, inMs?: number) {
  const waiting = async () => (await call(central, '/v1/downlink'))['undrafted'];
  const all = plants.map(({ site }) => ({ site, records }));
  const isThere = async () => JSON.stringify(await waiting()) === JSON.stringify(all);
  await waitFor(isThere, soonMs, `${records} records to come to each plant`);
  const said = { by: 'person:17', reason: 'change 12' };
  const when = inMs === undefined ? {} : { activeMs: Date.now() + inMs };
  for (const { site } of plants) {
    const { draft } = await call(central, '/v1/downlink/sets', { site, ...said, ...when });
    await call(central, `/v1/downlink/sets/${draft}/approve`, said);
  }
  const { sets } = (await call(central, '/v1/downlink')) as unknown as { sets: Approved[] };
  return sets;
}

const shift = ({ url, line }: Edge) =>
  call(url, '/v1/commands', {
    commands: [
      {
        ...{ commandId: 'shift', line, type: 'StartShift', actor: 'person:1', shift: 'early' },
        body: { people: ['person:1'] },
      },
    ],
  });

/** What the machine's program does with an order that its line has: all of it. */
async function make({ url, line }: Edge, order: string): Promise<void> {
  let asked = 0;
  const commands = (
    [
      ['StartOperation', {}],
      ['StartPhase', { run: 'R1', phase: 'run', lane: 1, rework: false }],
      [
        'ReportQuantity',
        {
          ...{ run: 'R1', phase: 'run', good: '10', scrap: '0', rework: '0', held: '0' },
          ...{ unit: 'EA', inRework: false },
        },
      ],
      ['EndPhase', { run: 'R1' }],
      ['ProduceLot', { material: 'BOLT', quantity: '10', unit: 'EA' }, { lot: 'L-1' }],
      ['CompleteOperation', {}],
      ['CompleteOrder', {}, { operation: undefined }],
      ['CloseOrder', {}, { operation: undefined }],
    ] as const
  ).map(([type, body, about = {}]) => ({
    ...{ commandId: `plc ${order} ${++asked}`, line, type, order, operation: '0010' },
    ...{ actor: 'machine:plc-7', body, ...about },
  }));
  const { answers } = await call(url, '/v1/commands', { commands });
  expect((answers as unknown as { status: string }[]).map(({ status }) => status)).toEqual(
    Array(commands.length).fill('accepted'),
  );
}

test(
  'from the release in the ERP to its documents nobody touches it; a set comes at its time',
  async () => {
    const all = await startPlants();
    const { erp, central, edges } = all;
    await call(erp, '/sandbox/materials', { material: 'BOLT', unit: 'EA', price: '1' });
    await call(erp, '/sandbox/masters', masters);
    await approve(all, 4);
    for (const edge of edges) {
      await waitFor(async () => (await setOf(edge)) === 1, soonMs, `set 1 at ${edge.line}`);
    }

    await call(erp, '/sandbox/orders', {
      ...{ order: '4711', material: 'BOLT', quantity: '10', unit: 'EA', plant: '2000' },
      operations: [{ operation: '0010', workCenter: 'SAW2' }],
    });
    const [, edge] = edges as [Edge, Edge, Edge];
    const orders = async () =>
      (await call(edge.url, '/v1/status'))['orders'] as unknown as object[];
    await waitFor(async () => (await orders()).length === 1, soonMs, 'the order at its line');
    await make(edge, '4711');
    const books = async () => JSON.stringify(await call(erp, '/sandbox/summary'));
    await waitFor(async () => (await books()).includes('"received":"10"'), soonMs, 'the receipt');
    const final = '"yield":"10","scrap":"0","rework":"0","final":true';
    const isFinal = async () => (await books()).includes(final);
    await waitFor(isFinal, soonMs, 'the final confirmation');
    expect(await call(central, '/v1/downlink')).toMatchObject({ orders: [], differences: 0 });

    const [first, second, third] = edges as [Edge, Edge, Edge];
    third.link.cut();
    await shift(third); // it works on
    await call(
      erp,
      '/sandbox/masters',
      [1, 2, 3].map((at) => specification(at, '2')),
    );
    // At its approval, if that comes later.
    const approved = (await approve(all, 1, 3_500)).filter(({ number }) => number === 2);
    expect(approved).toHaveLength(3);
    for (const online of [first, second]) {
      const { activeMs } = approved.find(({ site }) => online.line.startsWith(`${site}/`))!;
      await waitFor(async () => (await setOf(online)) === 2, soonMs, `set 2 at ${online.line}`);
      const { atMs, body } = await applied(online, 2);
      expect(body.activeMs).toBe(activeMs);
      // By central's clock, known to half of a heartbeat's longest round trip.
      expect(atMs).toBeGreaterThanOrEqual(activeMs - 1_500);
    }
    expect(await setOf(third)).toBe(1);
    third.link.heal();
    await waitFor(async () => (await setOf(third)) === 2, soonMs, 'set 2 where it was offline');
    const told = async () =>
      ((await call(central, '/v1/downlink'))['lines'] as unknown as { number: number }[]).map(
        ({ number }) => number,
      );
    await waitFor(async () => `${await told()}` === '2,2,2', soonMs, 'central to hear of it');
  },
  timeoutMs,
);
