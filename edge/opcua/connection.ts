import {
  AttributeIds,
  type ClientSession,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  type UserIdentityInfo,
  UserTokenType,
} from 'node-opcua-client';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import { readSecret } from '../../shared/secret.ts';
import type { Mapping } from '../machine/mapping.ts';
import type { Listener } from '../machine/port.ts';
import type { Tag } from '../machine/tags.ts';
import { answerMs, bounded, faultOf } from './bounded.ts';
import { openEar } from './ear.ts';
import { readServer, readSkew } from './incarnation.ts';
import { type Bound, type Resolved, resolve } from './resolve.ts';
import { openSending } from './sending.ts';
import type { Connection } from './supervisor.ts';
import type { Trust } from './trust.ts';

export type Parts = Readonly<{
  mapping: Mapping;
  tags: readonly Tag[];
  trust: Trust;
  listener: Listener;
  clock: Clock;
}>;

/** How long each step that is more than one request may take, ms. */
const connectMs = 15_000;
const resolveMs = 30_000;
const closeMs = 3_000;
/** Attempts of a reconnect that may fail in so short a time, ms; a server that refuses is fast. */
const failuresMax = 5;
const failuresMs = 10_000;
const applicationName = 'Holdfast edge';

/** A session with the line's server. Throws Fault REFUSED or UNREACHABLE, having closed all. */
export async function openConnection(parts: Parts): Promise<Connection> {
  const { mapping, trust } = parts;
  const client = clientOf(parts);
  try {
    await bounded(trustServer(client, parts), connectMs, 'server: connect');
    const user = userOf(mapping);
    const session = await bounded(client.createSession2(user), answerMs, 'server: session');
    return await openSession(parts, client, session);
  } catch (error) {
    await bounded(client.disconnect(), closeMs, 'server: close').catch(() => undefined);
    throw faultOf(error, 'server');
  }

  async function trustServer(one: OPCUAClient, { mapping: { endpoint } }: Parts): Promise<void> {
    if (endpoint.mode !== 'None') {
      const shown = await certificateOf(parts);
      await trust.pin(shown, endpoint.serverCertificate);
    }
    await one.connect(endpoint.url);
  }
}

function clientOf(
  { mapping: { endpoint, session, line }, trust }: Parts,
  open = false,
): OPCUAClient {
  return OPCUAClient.create({
    applicationName,
    clientName: `${applicationName} ${line}`,
    clientCertificateManager: trust.manager,
    certificateFile: trust.certificateFile,
    securityMode: MessageSecurityMode[open ? 'None' : endpoint.mode],
    securityPolicy: SecurityPolicy[open ? 'None' : endpoint.policy],
    endpointMustExist: false,
    // With retries a connection that is lost is taken up again, session and queue included.
    connectionStrategy: { initialDelay: 500, maxDelay: 2_000, maxRetry: open ? 0 : 1 },
    keepSessionAlive: true,
    requestedSessionTimeout: session.timeoutMs,
    transportTimeout: answerMs,
    defaultTransactionTimeout: answerMs,
  });
}

/** The certificate that the server shows for the endpoint that is meant. */
async function certificateOf(parts: Parts): Promise<Uint8Array | undefined> {
  const { mode, policy, url } = parts.mapping.endpoint;
  const client = clientOf(parts, true);
  try {
    await client.connect(url);
    const endpoints = await client.getEndpoints();
    const meant = endpoints.find(
      ({ securityMode, securityPolicyUri }) =>
        securityMode === MessageSecurityMode[mode] && securityPolicyUri === SecurityPolicy[policy],
    );
    if (meant) return meant.serverCertificate;
    throw new Fault('REFUSED', `server: has no endpoint with ${mode} and ${policy}`);
  } finally {
    await client.disconnect().catch(() => undefined);
  }
}

/** Read at every attempt, so that a new password needs no restart. Throws Fault REFUSED. */
function userOf({ endpoint: { user, passwordPath } }: Mapping): UserIdentityInfo {
  if (user === undefined) return { type: UserTokenType.Anonymous };
  try {
    const password = readSecret(passwordPath!, 'endpoint.passwordPath');
    return { type: UserTokenType.UserName, userName: user, password };
  } catch (error) {
    throw new Fault('REFUSED', (error as Error).message, { cause: error });
  }
}

async function openSession(
  parts: Parts,
  client: OPCUAClient,
  session: ClientSession,
): Promise<Connection> {
  const { mapping, tags, listener, clock } = parts;
  const { epoch, skewMs } = await readServer(session, clock);
  let bound: readonly Bound[] = [];
  let unbound: Resolved['unbound'] = new Map();
  let fault: Fault | undefined;
  let isLost = false;
  let failures: number[] = [];
  const end = (why: Fault): void => {
    fault ??= why;
  };
  const ear = openEar({ listener, clock, epoch, session, end });

  client.on('connection_lost', () => {
    isLost = true;
    ear.hold();
  });
  client.on('reconnection_attempt_has_failed', (error) => {
    const why = faultOf(error, 'server: reconnect');
    const nowMs = clock.monotonicMs();
    failures = [...failures.filter((atMs) => nowMs - atMs < failuresMs), nowMs];
    if (why.code === 'REFUSED' || failures.length > failuresMax) end(why);
  });
  session.on('session_closed', () => end(new Fault('UNREACHABLE', 'server: closed the session')));
  session.on('session_restored', () => {
    verify().catch((error: unknown) => end(faultOf(error, 'server: restored session')));
  });

  /** After a reconnect: it is the same server, and what was missed is read before all else. */
  async function verify(): Promise<void> {
    const now = await readServer(session, clock);
    if (now.epoch !== epoch) throw new Fault('UNREACHABLE', 'server: has started anew');
    listener.skew(now.skewMs);
    const read = bound.filter(({ tag }) => !tag.events);
    const nodes = read.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value }));
    const values =
      nodes.length === 0 ? [] : await bounded(session.read(nodes), answerMs, 'server: values');
    ear.release(values, read);
    ear.refresh();
    await ear.word(mapping.session.staleAfterMs);
    isLost = false;
  }

  /** Nothing is asked of a server that was lost, or that has started anew behind our back. */
  async function sure(): Promise<void> {
    if (isLost || fault) throw new Fault('UNREACHABLE', 'server: the connection is lost');
    const now = await readServer(session, clock);
    if (now.epoch !== epoch) throw new Fault('UNREACHABLE', 'server: has started anew');
  }

  return {
    async resolve() {
      const found = await bounded(resolve(session, tags), resolveMs, 'server: address space');
      bound = found.bound;
      ear.knows(found.namespaces);
      unbound = found.unbound;
      return unbound;
    },
    async subscribe() {
      const { publishingMs, keepAliveCount, timeoutMs } = mapping.session;
      const created = session.createSubscription2({
        requestedPublishingInterval: publishingMs,
        requestedMaxKeepAliveCount: keepAliveCount,
        requestedLifetimeCount: Math.max(3 * keepAliveCount, Math.ceil(timeoutMs / publishingMs)),
        maxNotificationsPerPublish: 0,
        publishingEnabled: true,
        priority: 10,
      });
      const subscription = await bounded(created, answerMs, 'server: subscription');
      const listening = ear.listen(subscription, bound, mapping.session);
      const unfit = await bounded(listening, resolveMs, 'server: items');
      if (unfit.size > 0) listener.bound(new Map([...unbound, ...unfit]));
      await ear.word(mapping.session.staleAfterMs + answerMs);
    },
    skewMs: () => skewMs,
    measure: () => readSkew(session, clock),
    jobs: openSending({ session, epoch, sure }),
    look: () => ({ fault, isLost, heardMs: ear.heardMs() }),
    async close() {
      ear.close();
      const closing = session
        .close(true)
        .catch(() => undefined)
        .then(() => client.disconnect());
      await bounded(closing, closeMs, 'server: close').catch(() => undefined);
      client.removeAllListeners();
      session.removeAllListeners();
    },
  };
}
