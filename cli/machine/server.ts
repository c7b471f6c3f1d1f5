import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AddressSpace,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
} from 'node-opcua';
import { Fault } from '../../shared/fault.ts';

export type Login = { user: string; password: string };
type Parts = Readonly<{
  /** Its certificates; made if there are none. */
  pki: string;
  port: number;
  advertised: number | undefined;
  encrypted: boolean;
  trustAll: boolean;
  login: Login;
  nodesets: readonly string[];
  build(space: AddressSpace): void;
}>;

export type Opened = Awaited<ReturnType<typeof openServer>>;

const shutdownMs = 2_000;

/**
 * An OPC UA server at a port of 127.0.0.1. Encrypted: it takes Basic256Sha256 with signature and
 * encryption only, and only the user of `login`, which may change. Throws Fault UNREACHABLE if the
 * port is taken.
 */
export async function openServer(parts: Parts) {
  const { pki, port, advertised, encrypted, trustAll, login, nodesets, build } = parts;
  mkdirSync(pki, { recursive: true });
  const managers = ['pki', 'users'].map(
    (name) =>
      new OPCUACertificateManager({
        rootFolder: join(pki, name),
        automaticallyAcceptUnknownCertificate: trustAll,
      }),
  );
  const server = new OPCUAServer({
    ...{ port, host: '127.0.0.1', hostname: '127.0.0.1', nodeset_filename: [...nodesets] },
    ...(advertised === undefined
      ? {}
      : { advertisedEndpoints: `opc.tcp://127.0.0.1:${advertised}` }),
    ...{ serverCertificateManager: managers[0]!, userCertificateManager: managers[1]! },
    serverInfo: { applicationUri: 'urn:holdfast:machine:server', productUri: 'holdfast-machine' },
    buildInfo: { productName: 'Holdfast simulated machine' },
    securityModes: [encrypted ? MessageSecurityMode.SignAndEncrypt : MessageSecurityMode.None],
    securityPolicies: [encrypted ? SecurityPolicy.Basic256Sha256 : SecurityPolicy.None],
    allowAnonymous: !encrypted,
    userManager: {
      isValidUser: (user: string, password: string) =>
        user === login.user && password === login.password,
    },
    maxConnectionsPerEndpoint: 100,
    // No window in which changes are gathered: every one is told.
    serverCapabilities: { maxSessions: 50, minSupportedSampleRate: 0 },
  });
  try {
    await server.initialize();
    build(server.engine.addressSpace!);
    await server.start();
  } catch (cause) {
    await server.shutdown(0).catch(() => undefined);
    const { message } = cause as Error;
    if (!/EADDRINUSE|listen/.test(message)) throw cause;
    throw new Fault('UNREACHABLE', `port ${port}: ${message}`, { cause });
  }
  return {
    port: server.endpoints[0]!.port,
    /** SHA-256 of its certificate, hex. */
    thumbprint: (): string => createHash('sha256').update(server.getCertificate()).digest('hex'),
    sessions: (): number => server.currentSessionCount,
    expireSessions(): number {
      const sessions = server.engine.getSessions();
      for (const { authenticationToken } of sessions) {
        server.engine.closeSession(authenticationToken, true, 'Timeout');
      }
      return sessions.length;
    },
    /** Says no goodbye to its clients. */
    async close(): Promise<void> {
      const timer = new Promise<void>((resolve) => setTimeout(resolve, shutdownMs).unref());
      await Promise.race([server.shutdown(0), timer]);
    },
  };
}
