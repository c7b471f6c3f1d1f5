import { join } from 'node:path';
import {
  DataType,
  type Namespace,
  nodesets,
  OPCUACertificateManager,
  OPCUAServer,
  StatusCodes,
  type UAVariable,
} from 'node-opcua';
import { addJobs } from './jobs.ts';
import { addPackml } from './packml.ts';
import type { Press, Shown } from './press.ts';

export const machineNamespace = 'http://holdfast.example/machines/';

type Parts = Readonly<{
  port: number;
  folder: string; // for its certificates
  presses: ReadonlyMap<string, Press>;
  /** More tags of every machine, which change with each beat. */
  ballast: number;
  /** The machines are there by OPC 30050 as well. */
  packml?: boolean | undefined;
  /** And take jobs. */
  jobs?: boolean | undefined;
  user?: string | undefined;
  password?: string | undefined;
  sessionTimeoutMaxMs?: number | undefined;
}>;

/** The tags of a machine: by our own names, and by those of PackML. */
const tags: [name: string, dataType: DataType, of: keyof Shown][] = [
  ['Good', DataType.UInt32, 'good'],
  ['Scrap', DataType.UInt32, 'scrap'],
  ['State', DataType.UInt16, 'state'],
  ['Mode', DataType.UInt16, 'mode'],
  ['Reason', DataType.UInt16, 'reason'],
  ['Status.StateCurrent', DataType.Int32, 'state'],
  ['Status.UnitModeCurrent', DataType.Int32, 'mode'],
  ['Admin.ProdProcessedCount[0].AccCount', DataType.UInt32, 'good'],
  ['Admin.ProdDefectiveCount[0].AccCount', DataType.UInt32, 'scrap'],
];

function addPress(namespace: Namespace, objects: never, name: string, press: Press): void {
  const variables: [UAVariable, DataType, keyof Shown][] = tags.map(([tag, dataType, of]) => {
    const value = { dataType, value: press.shown()[of] };
    const browseName = `${name}.${tag}`;
    const about = { organizedBy: objects, browseName, nodeId: `s=${browseName}`, dataType, value };
    return [namespace.addVariable(about), dataType, of];
  });
  const tell = () => {
    const shown = press.shown();
    const now = new Date();
    for (const [variable, dataType, of] of variables) {
      if (variable.readValue().value.value === shown[of]) continue;
      variable.setValueFromSource({ dataType, value: shown[of] }, StatusCodes.Good, now);
    }
  };
  press.onChange(tell);
}

/** An OPC UA server with machines in it, as a builder of machines would ship it. */
export async function startServer(parts: Parts) {
  const { port, folder, presses, ballast, user, password } = parts;
  const manager = (name: string, isOpen: boolean) =>
    new OPCUACertificateManager({
      rootFolder: join(folder, name),
      automaticallyAcceptUnknownCertificate: isOpen,
      disableFileWatchers: true,
    });
  const serverCertificateManager = manager('pki', true);
  await serverCertificateManager.initialize();
  const server = new OPCUAServer({
    port,
    host: '127.0.0.1',
    hostname: '127.0.0.1',
    nodeset_filename: [
      nodesets.standard,
      ...(parts.packml ? [nodesets.packML] : []),
      ...(parts.jobs ? [nodesets.isa95JobControl] : []),
    ],
    serverCertificateManager,
    allowAnonymous: user === undefined,
    userManager: {
      isValidUser: (name: string, given: string) => name === user && given === password,
    },
    serverInfo: { applicationUri: 'urn:holdfast:machines', productUri: 'urn:holdfast:machines' },
    buildInfo: { productName: 'Holdfast machines' },
    maxConnectionsPerEndpoint: 200,
    serverCapabilities: { maxSessions: 200, maxSubscriptions: 200 },
  });
  await server.initialize();
  const space = server.engine.addressSpace!;
  const namespace = space.registerNamespace(machineNamespace);
  const objects = space.rootFolder.objects as never;
  const beats: (() => void)[] = [];
  const receivers = new Map<string, ReturnType<typeof addJobs>>();
  for (const [name, press] of presses) {
    addPress(namespace, objects, name, press);
    if (parts.packml) addPackml(space, namespace, name, press);
    if (parts.jobs) receivers.set(name, addJobs(space, namespace, objects, name));
    beats.push(...ballastOf(namespace, objects, name, ballast));
  }
  await server.start();
  return {
    endpoint: server.getEndpointUrl(),
    receivers,
    beat: (): void => {
      for (const beat of beats) beat();
    },
    close: () => server.shutdown(100),
  };
}

/** Tags that only change, each by one with a beat. */
function ballastOf(namespace: Namespace, objects: never, name: string, count: number) {
  return Array.from({ length: count }, (_, index) => {
    let value = 0;
    const dataType = DataType.Double;
    const browseName = `${name}.Tag${index}`;
    const variable = namespace.addVariable({
      ...{ organizedBy: objects, browseName, nodeId: `s=${browseName}`, dataType },
      value: { dataType, value },
    });
    return () => {
      value += 1;
      variable.setValueFromSource({ dataType, value }, StatusCodes.Good, new Date());
    };
  });
}
