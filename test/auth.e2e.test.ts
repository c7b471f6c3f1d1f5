// Goal: an edge whose credentials are refused goes on, says so, and drains when they are renewed;
// and no credentials reach beyond their own lines (N1, N5). Method: a real hub and leaf that know
// their users, and change their mind by a reload.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeyAuthenticator, nkeys, PermissionViolationError } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { expect, onTestFinished, test } from 'vitest';
import { read } from '../cli/drive.ts';
import { edgePermissions } from '../cli/permissions.ts';
import { readEdgeConfig } from '../edge/config.ts';
import { startEdge } from '../edge/main.ts';
import { encodeSegment } from '../shared/segment.ts';
import {
  bellSubject,
  commandSubject,
  edgeInbox,
  enrolSubject,
  eventSubject,
  historySubject,
  keptSubject,
  liveSubject,
  straySubject,
} from '../shared/subject.ts';
import { content, history } from './helpers/facts.ts';
import { testFolder } from './helpers/folder.ts';
import { waitFor } from './helpers/plantnet.ts';
import { m01, m02 } from './helpers/shop.ts';
import { openWire } from './helpers/wire.ts';

const timeoutMs = 180_000;
/** Servers that start again beside other work were seen to take more than ten seconds. */
const waitMs = 30_000;
/** Growing pauses make four or five attempts in this time; every 250 ms would be 16. */
const refusedForMs = 4_000;
const attemptsMax = 7;

/** A new user with its seed in a file. */
function newKey() {
  const pair = nkeys.createUser();
  const seed = Buffer.from(pair.getSeed()).toString();
  const path = join(testFolder(), 'user.nk');
  writeFileSync(path, `${seed}\n`, { mode: 0o600 });
  return { nkey: pair.getPublicKey(), seed, path };
}
const userOf = ({ nkey }: { nkey: string }, line: string) => {
  return { nkey, permissions: edgePermissions([line]) };
};

type Wire = Awaited<ReturnType<typeof openWire>>;
type Edge = Awaited<ReturnType<Wire['edge']>>;

const attempts = async ({ leaf }: Wire): Promise<number> =>
  (await read<{ total_connections: number }>(leaf.httpUrl, '/varz')).total_connections;

/** The way says that the leaf refuses the edge, and the edge still states facts. */
async function isRefused(wire: Wire, edge: Edge): Promise<void> {
  const said = async () => (await edge.status()).way;
  await waitFor(async () => (await said()).detail?.startsWith('auth:') ?? false, waitMs);
  const before = await attempts(wire);
  await edge.state(10);
  await new Promise((resolve) => setTimeout(resolve, refusedForMs));
  const way = await said();
  expect(way).toMatchObject({ state: 'down' });
  expect(way.detail).toMatch(
    /^auth: the leaf refuses this edge's credentials since 20\S+Z \(Authorization Violation\)$/,
  );
  expect((await attempts(wire)) - before).toBeLessThanOrEqual(attemptsMax);
  const metrics = await (await fetch(`${edge.url}/metrics`)).text();
  expect(metrics).toMatch(/^holdfast_edge_credentials_refused\{line="[^"]+"\} 1$/m);
}

test(
  'N1: credentials revoked while connected: it goes on, says auth, and drains once renewed',
  async () => {
    const key = newKey();
    const wire = await openWire({ leaf: [userOf(key, m01)] });
    const central = await wire.central();
    const edge = await wire.edge('edge', m01, { natsNkeyPath: key.path });
    await edge.state(10);
    await edge.until('kept', 10);

    wire.leaf.letIn([userOf(newKey(), m01)]);
    await isRefused(wire, edge);
    expect(await edge.status()).toMatchObject({ head: 20, sent: 10 });

    const renewed = newKey();
    wire.leaf.letIn([userOf(renewed, m01)]);
    writeFileSync(key.path, renewed.seed);
    await edge.until('kept', 20);
    // An answer of the hub that was late is said for a moment, though its facts are kept.
    await waitFor(async () => (await edge.status()).way.detail === undefined, waitMs);
    expect(await central.status()).toMatchObject({ facts: 20, gaps: [] });
  },
  timeoutMs,
);

test(
  'N1: credentials revoked while offline, or never valid: the same, also without a fact to send',
  async () => {
    const key = newKey();
    const wire = await openWire({ leaf: [userOf(key, m01)] });
    await wire.central();
    const edge = await wire.edge('edge', m01, { natsNkeyPath: key.path });
    await edge.state(10);
    await edge.until('kept', 10);
    await wire.leaf.stop();
    const away = async () => (await edge.status()).way.detail ?? '';
    await edge.state(1);
    await waitFor(async () => (await edge.status()).way.state === 'down', waitMs);
    expect(await away()).not.toMatch(/^auth:/);

    wire.leaf.letIn([userOf(newKey(), m01)]); // read when it starts again
    await wire.leaf.restart();
    const late = await wire.edge('late', m02, { natsNkeyPath: newKey().path });
    await isRefused(wire, edge);
    expect((await late.status()).way.detail).toMatch(/^auth:/);
    wire.leaf.letIn([userOf(key, m01)]);
    await edge.until('kept', 21);
  },
  timeoutMs,
);

test(
  "N5: line A's credentials reach no subject of line B, at the leaf and at the hub",
  async () => {
    const [a, b, carrier, central] = [newKey(), newKey(), newKey(), newKey()];
    const wire = await openWire({
      leaf: [userOf(a, m01), userOf(b, m02)],
      hub: [
        { nkey: central.nkey },
        { nkey: carrier.nkey, permissions: edgePermissions([m01]) }, // line B is not of this site
      ],
      seed: carrier.seed,
    });
    const ledger = await wire.central('ledger', { natsNkeyPath: central.path });
    const edge = await wire.edge('edge', m01, { natsNkeyPath: a.path });
    await edge.state(10);
    await edge.until('kept', 10);

    const client = async (seed: string, line: string) => {
      const authenticator = nkeyAuthenticator(Buffer.from(seed));
      const inboxPrefix = edgeInbox(line);
      const connection = await connect({ servers: wire.leaf.url, authenticator, inboxPrefix });
      onTestFinished(() => connection.close());
      return connection;
    };
    const stranger = await client(a.seed, m01);
    const refused: string[] = [];
    void (async () => {
      for await (const event of stranger.status()) {
        if (event.type !== 'error' || !(event.error instanceof PermissionViolationError)) continue;
        refused.push(event.error.subject);
      }
    })();
    const segment = encodeSegment(
      history(m02, [content('foreign', 'ShiftStarted', { people: ['1'] })]).segment(1, 1),
    );
    const asked = [enrolSubject, historySubject, straySubject, commandSubject];
    const kinds = [eventSubject, liveSubject, ...asked];
    const closed = [...kinds.map((of) => of(m02)), keptSubject(m01), keptSubject(m02)];
    for (const subject of closed) stranger.publish(subject, segment);
    const heard = [keptSubject(m02), bellSubject(m02)];
    for (const subject of heard) stranger.subscribe(subject);
    await stranger.flush();
    await waitFor(() => refused.length > closed.length + 1, waitMs);
    expect(refused).toEqual([...closed, ...heard]);

    // The leaf lets this one in, and the hub does not: a leaf that lies gains nothing.
    const other = await client(b.seed, m02);
    other.publish(eventSubject(m02), segment);
    await other.flush();

    // What A may say and is not A's: parked for a person.
    stranger.publish(eventSubject(m01), segment);
    await stranger.flush();
    await waitFor(async () => (await ledger.status()).arrivalsParked > 0, waitMs);
    const { parked, lines } = await ledger.status();
    expect(parked.map(({ reason }) => reason)).toEqual([`security: claims to be ${m02}`]);
    expect(lines.map(({ line }) => line)).toEqual([m01]);
    await edge.state(10);
    await edge.until('kept', 20);

    // What central has for A's line comes down by A's credentials alone.
    const body = { line: m01, order: 'WO-1', operation: '0010', rework: 'RW-1', quantity: '1' };
    const payload = { ...body, unit: 'EA', by: 'person:17', reason: 'may be ground' };
    const sent = await fetch(`${ledger.url}/v1/reworks`, {
      ...{ method: 'POST', body: JSON.stringify(payload) },
      headers: { 'content-type': 'application/json' },
    });
    expect(sent.status).toBe(200);
    await edge.until('kept', 21); // the order is unknown there: it says so
  },
  timeoutMs,
);

test.each([
  ['is not there', undefined, /^natsNkeyPath: .*user\.nk: cannot be read: ENOENT$/],
  ['holds no seed', 'SUAB-not-a-seed', /^natsNkeyPath: .*: must hold the seed of a user, "SU..."$/],
  ['holds the public key', newKeyName(), /must hold the seed of a user/],
])('a file with the seed that %s is refused at the start', async (_name, text, message) => {
  const natsNkeyPath = join(testFolder(), 'user.nk');
  if (text !== undefined) writeFileSync(natsNkeyPath, text);
  const config = readEdgeConfig({
    ...{ storePath: join(testFolder(), 'edge.sqlite'), natsUrl: 'nats://127.0.0.1:9', httpPort: 0 },
    ...{ logLevel: 'silent', lines: [{ line: m01 }], natsNkeyPath },
  });
  await expect(startEdge(config)).rejects.toMatchObject({
    ...{ code: 'INVALID', message: expect.stringMatching(message) },
  });
});

function newKeyName(): string {
  return nkeys.createUser().getPublicKey();
}

test('what an edge may say is documented as it is', () => {
  const page = readFileSync('docs/credentials.md', 'utf8');
  const [, snippet] = /```json\n([\s\S]*?)```/.exec(page)!;
  expect(JSON.parse(snippet!)).toEqual(edgePermissions([m01]));
});
