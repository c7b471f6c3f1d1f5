import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  AttributeIds,
  type ClientSession,
  coerceNodeId,
  type DataValue,
  MessageSecurityMode,
  makeBrowsePath,
  type NodeId,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  TimestampsToReturn,
  UserTokenType,
} from 'node-opcua';

export type Login = Readonly<{ user: string; password: string }>;
export const standardLogin: Login = { user: 'edge', password: 'edge-password' };
export type Watcher = Awaited<ReturnType<typeof openWatcher>>;

type Parts = Readonly<{
  url: string;
  /** Null: unencrypted and anonymous. */
  login?: Login | null;
  /** Encrypted, and says no name. */
  anonymous?: boolean;
  namespace?: string;
  folder?: string;
}>;

/** One identity for all clients of a process, as making a key takes its time. */
let shared: string | undefined;
function ownFolder(): string {
  if (shared === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'watcher-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    shared = folder;
  }
  return shared;
}

/**
 * A plain client, with nothing of an edge's care: one session, no reconnection. Without a login it
 * connects unencrypted and anonymously. Rejects with what the server said if it is not let in.
 */
export async function openWatcher({
  url,
  login = standardLogin,
  anonymous = false,
  namespace = 'urn:holdfast:machine',
  folder = ownFolder(),
}: Parts) {
  const encrypted = login !== null;
  const client = OPCUAClient.create({
    clientCertificateManager: new OPCUACertificateManager({
      rootFolder: join(folder, 'pki'),
      automaticallyAcceptUnknownCertificate: true,
    }),
    securityMode: encrypted ? MessageSecurityMode.SignAndEncrypt : MessageSecurityMode.None,
    securityPolicy: encrypted ? SecurityPolicy.Basic256Sha256 : SecurityPolicy.None,
    ...{ endpointMustExist: false, transportTimeout: 5_000, defaultTransactionTimeout: 5_000 },
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 200 },
  });
  const close = async (): Promise<void> => {
    await Promise.race([client.disconnect().catch(() => undefined), delay(3_000)]);
  };
  let session: ClientSession;
  try {
    await client.connect(url);
    session = await (login && !anonymous
      ? client.createSession({ type: UserTokenType.UserName, ...nameOf(login) })
      : client.createSession());
  } catch (error) {
    await close();
    throw error;
  }
  const namespaces = await session.readNamespaceArray();
  const nodeId = (id: string) => coerceNodeId(`ns=${namespaces.indexOf(namespace)};${id}`);
  return {
    ...{ client, session, namespaces, nodeId, close },
    /** What of that namespace and name lies below a node. */
    async below(parent: NodeId, uri: string, name: string): Promise<NodeId> {
      const path = makeBrowsePath(parent, `/${namespaces.indexOf(uri)}:${name}`);
      const { targets } = await session.translateBrowsePath(path);
      if (targets?.[0]) return targets[0].targetId;
      throw new Error(`there is no ${name} below ${parent}`);
    },
    async read(id: string): Promise<unknown> {
      const node = { nodeId: nodeId(id), attributeId: AttributeIds.Value };
      return (await session.read(node, 0)).value.value;
    },
    /** Every value that comes, in the order in which it does. */
    async watch(ids: readonly string[], { everyMs = 100, queue = 1_000, lifetime = 100 } = {}) {
      const heard: { id: string; value: DataValue }[] = [];
      const subscription = await session.createSubscription2({
        ...{ requestedPublishingInterval: everyMs, requestedLifetimeCount: lifetime },
        ...{ requestedMaxKeepAliveCount: 10, publishingEnabled: true },
      });
      for (const id of ids) {
        const item = await subscription.monitor(
          { nodeId: nodeId(id), attributeId: AttributeIds.Value },
          { samplingInterval: 0, queueSize: queue, discardOldest: true },
          TimestampsToReturn.Both,
        );
        item.on('changed', (value: DataValue) => heard.push({ id, value }));
      }
      return heard;
    },
  };
}

const nameOf = ({ user, password }: Login) => ({ userName: user, password });

/** Waits until it is so, at most `maxMs`; says what it waited for if it never is. */
export async function until(what: string, isSo: () => unknown, maxMs = 30_000): Promise<void> {
  const deadlineMs = performance.now() + maxMs;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error(`after ${maxMs} ms it is not so: ${what}`);
    await delay(20);
  }
}
