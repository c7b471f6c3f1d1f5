import type { NatsConnection } from '@nats-io/nats-core';
import { dial, openStanding } from '../shared/connection.ts';
import { type EndpointName, wayOf } from '../shared/endpoints.ts';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import { hubTlsOf } from '../shared/hubtls.ts';
import { deskInbox, deskSubject } from '../shared/subject.ts';
import { askCentral, type Told, tokenIn, urlIn } from './central.ts';

/** An answer takes at most this long, ms, unless it is said otherwise. */
const answerMaxMs = 15_000;

/** Options that say where central is asked. */
export const whereOptions = {
  central: { type: 'string' },
  nats: { type: 'string' },
  'nkey-path': { type: 'string' },
  'ca-path': { type: 'string' },
  'token-path': { type: 'string' },
} as const;
/** What a usage says of them. */
export const whereUsage = `  --central URL     central's address, e.g. http://127.0.0.1:8090; or
  --token-path FILE with --central: a token that proves who asks; see holdfast token
  --nats URL        the hub's, e.g. tls://hub.example:4222: the same over NATS
  --nkey-path FILE  with --nats: the seed of a user who may ask there
  --ca-path FILE    with --nats tls://: PEM of the authority of the hub's certificate`;

type Where = Readonly<Partial<Record<keyof typeof whereOptions, string | undefined>>>;
/** How central is asked; `close` when no more is asked. */
export type Asking = Readonly<{
  ask: <T>(name: EndpointName, fields?: object, maxMs?: number) => Promise<Told<T>>;
  close: () => Promise<void>;
}>;

/** Over HTTP: fields of the path in it, and the others as the query or the body. */
function overHttp(url: string, token: string | undefined): Asking {
  return {
    ask(name, fields = {}, maxMs = answerMaxMs) {
      const { method, path } = wayOf(name);
      const rest = new Map(Object.entries(fields).filter(([, value]) => value !== undefined));
      const filled = path.replace(/:(\w+)/g, (_, field: string) => {
        const value = `${rest.get(field) ?? ''}`;
        rest.delete(field);
        return encodeURIComponent(value);
      });
      if (method === 'POST') {
        return askCentral(url, filled, Object.fromEntries(rest), maxMs, token);
      }
      const query = new URLSearchParams();
      for (const [key, value] of rest) query.set(key, `${value}`);
      const asked = rest.size > 0 ? `${filled}?${query}` : filled;
      return askCentral(url, asked, undefined, maxMs, token);
    },
    close: async () => undefined,
  };
}

function overNats(connection: NatsConnection, url: string): Asking {
  return {
    async ask<T>(name: EndpointName, fields: object = {}, maxMs = answerMaxMs): Promise<Told<T>> {
      try {
        const options = { timeout: maxMs };
        const asked = JSON.stringify(fields);
        const answer = await connection.request(deskSubject(name), asked, options);
        const said = answer.json<T & { code: string; message: string }>();
        const isError = answer.headers?.has('Nats-Service-Error-Code') ?? false;
        return isError ? { code: said.code, message: said.message } : { answer: said };
      } catch (cause) {
        const words = `${(cause as Error).message}: does central serve there, and may you ask it?`;
        throw new Fault('UNREACHABLE', `central: ${url}: ${words}`, { cause });
      }
    },
    close: () => connection.close(),
  };
}

/** Throws Fault INVALID for options that name no place or two, and UNREACHABLE for a silent hub. */
export async function openAsking({ central, nats, ...paths }: Where): Promise<Asking> {
  const { 'nkey-path': nkeyPath, 'ca-path': caPath, 'token-path': tokenPath } = paths;
  if (nats === undefined) {
    if (nkeyPath !== undefined) throw invalid('--nkey-path', 'is for --nats');
    if (caPath !== undefined) throw invalid('--ca-path', 'is for --nats');
    return overHttp(urlIn(central, '--central'), tokenIn(tokenPath));
  }
  if (tokenPath !== undefined) throw invalid('--token-path', 'is for --central');
  if (central !== undefined) throw invalid('--nats', 'stands for --central, not beside it');
  const servers = urlIn(nats, '--nats');
  const standing = openStanding('the hub refuses these', Date.now, () => undefined);
  const tls = hubTlsOf({ urls: servers, caPath, names: ['--nats', '--ca-path'] });
  const parts = { servers, name: 'holdfast-desk', inboxPrefix: deskInbox, nkeyPath, tls };
  return overNats(await dial(parts, standing), servers);
}

/** Asks, and closes whatever comes of it. Throws as `openAsking`. */
export async function asking<R>(where: Where, work: (asking: Asking) => Promise<R>): Promise<R> {
  const open = await openAsking(where);
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}
