import { spawn } from 'node:child_process';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { onTestFinished, type TestContext, test } from 'vitest';
import { freePorts } from '../../cli/port.ts';
import { Fault } from '../../shared/fault.ts';
import { findPeer, type Peer } from './provision.ts';

let found: Promise<Peer | Fault> | undefined;

/** The peer, or why there is none on this machine; looked for once. */
function peer(): Promise<Peer | Fault> {
  found ??= findPeer().catch((error: unknown) => {
    if (error instanceof Fault) return error;
    throw error;
  });
  return found;
}

/** A test against open62541; where it cannot be had it says that it was not run, and why. */
export const testPeer = (name: string, body: (peer: Peer) => Promise<void>, timeoutMs = 120_000) =>
  test(
    name,
    async (context: TestContext) => {
      const is = await peer();
      if (is instanceof Fault) context.skip(is.message);
      else await body(is);
    },
    timeoutMs,
  );

/** Certificate and key of the peer, and the certificate of the client that it trusts; DER. */
export type Papers = Readonly<{ certificate: string; key: string; trusted: string }>;

/** Papers for the peer, which trusts nobody but itself as yet; and what a mapping pins. */
export async function papersOf(folder: string): Promise<{ papers: Papers; pin: string }> {
  const rootFolder = join(folder, 'peer');
  const manager = new OPCUACertificateManager({ rootFolder, disableFileWatchers: true });
  await manager.initialize();
  const outputFile = join(rootFolder, 'peer.pem');
  await manager.createSelfSignedCertificate({
    ...{ applicationUri: 'urn:holdfast:peer', dns: ['localhost'], ip: ['127.0.0.1'] },
    ...{ subject: '/CN=peer', startDate: new Date(), validity: 30, outputFile },
  });
  const key = createPrivateKey(readFileSync(join(rootFolder, 'own/private/private_key.pem')));
  await manager.dispose();
  const { raw } = new X509Certificate(readFileSync(outputFile));
  const papers = {
    certificate: join(folder, 'peer.der'),
    key: join(folder, 'peer.key.der'),
    trusted: join(folder, 'trusted.der'),
  };
  writeFileSync(papers.certificate, raw);
  writeFileSync(papers.trusted, raw);
  writeFileSync(papers.key, key.export({ type: 'pkcs1', format: 'der' }));
  return { papers, pin: createHash('sha256').update(raw).digest('hex') };
}
type Start = Readonly<{ first?: number; papers?: Papers; password?: string }>;

/** Starts a peer on a free port; it makes what it is told to, and can be killed and come back. */
export async function startPeer({ program, libraries }: Peer, given: Start = {}) {
  const [port] = await freePorts(1);
  const open = async ({ first = 0, papers, password = '' }: Start) => {
    const secure = papers ? [papers.certificate, papers.key, papers.trusted] : [];
    const child = spawn(program, [`${port}`, `${first}`, ...secure], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, LD_LIBRARY_PATH: libraries, PEER_PASSWORD: password },
    });
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    if ((await lines.next()).value !== 'ready') throw new Error('peer: did not start');
    return { child, lines };
  };
  let running = await open(given);
  let shown = given.first ?? 0;
  const kill = async () => {
    const { child } = running;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  onTestFinished(kill);

  return {
    port: port!,
    kill,
    shown: () => shown,
    freeze: () => running.child.kill('SIGSTOP'),
    thaw: () => running.child.kill('SIGCONT'),
    async make(pieces: number): Promise<void> {
      running.child.stdin!.write(`${pieces}\n`);
      shown = Number((await running.lines.next()).value);
    },
    async start(more: Start = {}): Promise<void> {
      running = await open({ ...given, ...more });
      shown = more.first ?? given.first ?? 0;
    },
  };
}
