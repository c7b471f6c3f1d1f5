// A hub as a plant has it, with a real central, and two sites: one is honest, one is not.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headers, type NatsConnection, nkeyAuthenticator, nkeys } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { readCentralConfig } from '../../central/config.ts';
import { startCentral } from '../../central/main.ts';
import { type Account, hubAccounts } from '../../cli/accounts.ts';
import { startHub } from '../../cli/broker.ts';
import {
  beatSubject,
  centralInbox,
  edgeInbox,
  eventStream,
  eventSubject,
  keptSubject,
  liveSubject,
} from '../../shared/subject.ts';
import { openAuthority } from './authority.ts';
import { waitFor } from './plantnet.ts';
import { openRawleaf, type Rawleaf } from './rawleaf.ts';

const waitMs = 60_000;

export function newKey() {
  const pair = nkeys.createUser();
  return { nkey: pair.getPublicKey(), seed: Buffer.from(pair.getSeed()).toString() };
}
type Key = ReturnType<typeof newKey>;

export type Site = Key & {
  name: 'lyon' | 'paris';
  lines: readonly string[];
  line: string;
  inbox: string;
  leaf: Rawleaf;
};
export type Plant = Awaited<ReturnType<typeof openPlant>>;

const clientOf = async (url: string, { seed }: Key, inboxPrefix: string) =>
  connect({ servers: url, authenticator: nkeyAuthenticator(Buffer.from(seed)), inboxPrefix });

/** Two leaves are let in, each with its own lines, and a third key that is not in use. */
export async function openPlant() {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-rogue-'));
  const authority = openAuthority();
  const [central, system, spare] = [newKey(), newKey(), newKey()];
  const keys = { lyon: newKey(), paris: newKey() };
  const linesOf = {
    lyon: ['acme/lyon/turning/M01', 'acme/lyon/turning/M02'],
    paris: ['acme/paris/turning/M01', 'acme/paris/turning/M02'],
  };
  const guests = [
    { nkeys: [keys.lyon.nkey], edges: [linesOf.lyon] },
    { nkeys: [keys.paris.nkey], edges: [linesOf.paris] },
    { nkeys: [spare.nkey], edges: [['acme/nice/turning/M01']] },
  ];
  const asConfigured = (leaves: typeof guests) => ({
    ...hubAccounts([central.nkey], leaves),
    SYS: { users: [{ nkey: system.nkey }] } as unknown as Account,
  });
  const hub = await startHub({
    ...{ directory: join(folder, 'hub'), accounts: asConfigured(guests) },
    tls: authority.issue('hub'),
  });
  hub.adopt({ system_account: 'SYS' });
  await hub.restart();
  const nkeyPath = join(folder, 'central.nk');
  writeFileSync(nkeyPath, central.seed, { mode: 0o600 });
  const program = await startCentral(
    readCentralConfig({
      ...{ storePath: join(folder, 'ledger.db'), natsUrl: hub.url, hubMonitorUrl: hub.httpUrl },
      ...{ natsNkeyPath: nkeyPath, httpPort: 0, logLevel: 'silent' },
      stream: { megabytesMax: 100, keepDays: 1 },
      erp: { url: 'http://127.0.0.1:9', plant: 'HF01', storageLocation: '0001' },
    }),
  );
  const plant = await clientOf(hub.url, central, centralInbox);
  const overseer = await clientOf(hub.url, system, '_INBOX_sys');
  const seen: { subject: string; reply: string; text: string }[] = [];
  plant.subscribe('>', {
    callback: (_error, { subject, reply = '', data }) =>
      void seen.push({ subject, reply, text: Buffer.from(data).toString('latin1') }),
  });
  await plant.flush();

  const tls = authority.issue('leaf');
  const enter = (key: Key, more: object = {}) =>
    openRawleaf({ port: hub.leafPort, seed: key.seed, tls, ...more });
  const opened = async (name: 'lyon' | 'paris'): Promise<Rawleaf> => {
    const leaf = await enter(keys[name]);
    leaf.listen(`${edgeInbox(linesOf[name][0]!)}.>`);
    for (const line of linesOf[name]) leaf.listen(keptSubject(line));
    return leaf;
  };
  const site = async (name: 'lyon' | 'paris'): Promise<Site> => {
    const lines = linesOf[name];
    const inbox = edgeInbox(lines[0]!);
    return { ...keys[name], name, lines, line: lines[0]!, inbox, leaf: await opened(name) };
  };
  const sites = { lyon: await site('lyon'), paris: await site('paris') };

  let marks = 0;
  const refused = headers();
  refused.set('Nats-Expected-Stream', 'another');
  const plantCount = async (): Promise<number> => {
    // The stream writes to disk one message after the other: this one, which it refuses, is behind
    // all that came before.
    await plant.request(eventSubject('acme/nice/turning/M01'), '', {
      ...{ headers: refused, timeout: waitMs },
    });
    const { data } = await plant.request(
      `$JS.API.STREAM.INFO.${eventStream}`,
      '{"subjects_filter":">"}',
      { timeout: waitMs },
    );
    return (JSON.parse(Buffer.from(data).toString()) as { state: { messages: number } }).state
      .messages;
  };
  return {
    ...{
      hub,
      authority,
      keys,
      central,
      spare,
      guests,
      sites,
      plant,
      overseer,
      seen,
      enter,
      asConfigured,
    },
    /** How many messages the stream has taken of all that were sent to it before. */
    plantCount,
    /**
     * Resolves once all that this leaf has sent before has been dealt with at the hub, which cuts
     * off whoever says what it may not; then it has come in anew.
     */
    async settled(site: Site): Promise<void> {
      const mark = `mark-${++marks}`;
      site.leaf.publish(liveSubject(site.line), mark);
      const came = () => seen.some(({ text }) => text === mark);
      await waitFor(() => came() || !site.leaf.isOpen(), waitMs, 'a mark at the plant');
      if (!site.leaf.isOpen()) site.leaf = await opened(site.name);
    },
    /**
     * Resolves once all that the plant has said before has come to this leaf; asked again each
     * second, and by a leaf that has come in anew where the hub has cut it off.
     */
    async told(site: Site): Promise<void> {
      await plant.flush();
      const reply = `${site.inbox}.told.${++marks}`;
      let askedMs = Number.NEGATIVE_INFINITY;
      const answered = async () => {
        if (!site.leaf.isOpen()) site.leaf = await opened(site.name);
        if (performance.now() - askedMs > 1_000) {
          askedMs = performance.now();
          site.leaf.publish(beatSubject(site.line), beatOf(site.line), reply);
        }
        return site.leaf.heard().some(({ subject }) => subject === reply);
      };
      await waitFor(answered, waitMs, 'an answer');
    },
    async close(): Promise<void> {
      for (const { leaf } of Object.values(sites)) leaf.close();
      await Promise.all([plant.close(), overseer.close(), program.close()]);
      await hub.stop();
      authority.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What central answers. */
export const beatOf = (line: string): string =>
  JSON.stringify({ line, nowMs: Date.now(), unsent: 0 });

/** What the server or a service says to a question: the text, or why there is none. */
export const answerTo = (from: NatsConnection, subject: string, body: string): Promise<string> =>
  from.request(subject, body, { timeout: waitMs }).then(
    ({ data }) => Buffer.from(data).toString('latin1'),
    (error: Error) => `none: ${error.message}`,
  );
