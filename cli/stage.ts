import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startHub, startLeaf } from './broker.ts';
import { startHubs } from './hubs.ts';
import type { Broker } from './natsserver.ts';
import { freePorts } from './port.ts';
import { type Program, startProgram } from './program.ts';
import { type LinkProxy, startProxy } from './proxy.ts';

/** Both the sandbox and the connector are told this plant and storage location. */
const place = { plant: 'HF01', storageLocation: '0001' };

export type Stage = {
  hub: Broker;
  /** All servers of the hub; the first of them is `hub`. */
  hubs: readonly Broker[];
  link: LinkProxy;
  leaf: Broker;
  erpUrl: string;
  centralUrl: string;
  edgeUrl: string;
  /** What central was started with. */
  centralConfig: Record<string, unknown>;
  erp: Program;
  central: Program;
  edge: Program;
  /** SIGKILL, no goodbye; the program is down until it is started again on the same files. */
  killEdge(): Promise<void>;
  startEdge(): Promise<void>;
  /** The edge ends, and starts again with this in its configuration besides. */
  restartEdge(more: Record<string, unknown>): Promise<void>;
  killCentral(): Promise<void>;
  startCentral(): Promise<void>;
  close(): Promise<void>;
};

type Parts = {
  directory: string;
  lines: readonly { line: string; lanes: number; machine?: string }[];
  /** Servers of the hub; 1 if absent. The link is the leaf's way to the first of them. */
  hubs?: number;
  /** Longest that the sandbox takes to commit or drop a document, ms. */
  maxInFlightMs?: number;
  edgePort?: number;
  /** What differs in the edge's configuration. */
  edgeConfig?: Record<string, unknown>;
  /** And in central's; what is undefined is left out. */
  centralConfig?: Record<string, unknown>;
};

/**
 * A whole plant on this machine, every part a process of its own: hub and leaf with a link between
 * them that can be cut, the ERP sandbox, central and one edge. Resolves once all of them answer.
 */
export async function startStage(parts: Parts): Promise<Stage> {
  const { directory, maxInFlightMs = 2_000 } = parts;
  mkdirSync(directory, { recursive: true });
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    const hubs = await openHub(join(directory, 'hub'), parts.hubs);
    closing.push(() => Promise.all(hubs.map((one) => one.stop())));
    const [hub, ...others] = hubs as [Broker, ...Broker[]];
    const link = await startProxy({ targetPort: hub.leafPort });
    closing.push(() => link.close());
    const hubLeafPort = [link.port, ...others.map(({ leafPort }) => leafPort)];
    const leaf = await startLeaf({ directory: join(directory, 'leaf'), hubLeafPort });
    closing.push(leaf.stop);
    const erp = await startProgram({
      name: 'erp',
      entry: 'central/sandbox/main.ts',
      config: { path: join(directory, 'erp.sqlite'), ...place, maxInFlightMs },
      directory,
    });
    closing.push(() => erp.stop());
    const { central, edge } = await programs(parts, { hubs, leaf, erpUrl: erp.url });
    const stage: Stage = {
      ...{ hub, hubs, link, leaf, erp, close, erpUrl: erp.url },
      central: await startProgram(central),
      edge: await startProgram(edge),
      centralConfig: central.config,
      centralUrl: '',
      edgeUrl: '',
      killEdge: () => stage.edge.kill(),
      async startEdge() {
        stage.edge = await startProgram(edge);
      },
      async restartEdge(more) {
        await stage.edge.stop();
        Object.assign(edge.config, more);
        await stage.startEdge();
      },
      killCentral: () => stage.central.kill(),
      async startCentral() {
        stage.central = await startProgram(central);
      },
    };
    closing.push(
      () => stage.central.stop(),
      () => stage.edge.stop(),
    );
    stage.centralUrl = stage.central.url;
    stage.edgeUrl = stage.edge.url;
    return stage;
  } catch (error) {
    await close();
    throw error;
  }
}

const openHub = async (directory: string, members = 1): Promise<Broker[]> =>
  members === 1 ? [await startHub({ directory })] : startHubs({ directory, members });

/** How central and the edge are started, and started again on the same files and ports. */
async function programs(
  { directory, lines, maxInFlightMs = 2_000, centralConfig, edgePort = 0, edgeConfig }: Parts,
  { hubs, leaf, erpUrl }: { hubs: readonly Broker[]; leaf: Broker; erpUrl: string },
) {
  const [centralPort, freePort] = await freePorts(2);
  const central = {
    storePath: join(directory, 'ledger.sqlite'),
    natsUrl: hubs.map(({ url }) => url).join(','),
    hubMonitorUrl: hubs.map(({ httpUrl }) => httpUrl).join(','),
    ...(hubs.length > 1 ? { stream: { replicas: hubs.length } } : {}),
    httpPort: centralPort,
    skewMaxHours: 876_000, // the days of a made-up shop are not ours
    erp: { url: erpUrl, ...place, maxInFlightMs, clientTimeoutMs: maxInFlightMs },
    ...centralConfig,
  };
  const edge = {
    storePath: join(directory, 'edge.sqlite'),
    natsUrl: leaf.url,
    leafMonitorUrl: leaf.httpUrl,
    httpPort: edgePort || freePort,
    ackTimeoutMs: 2_000,
    lines,
    ...edgeConfig,
  };
  return {
    central: { name: 'central', entry: 'central/main.ts', config: central, directory },
    edge: { name: 'edge', entry: 'edge/main.ts', config: edge, directory },
  };
}
