import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { readEdgeConfig } from '../../edge/config.ts';
import type { Answer, Stated } from '../../edge/line/answers.ts';
import { startEdge } from '../../edge/main.ts';
import type { Fact } from '../../shared/event.ts';
import type { PeopleFile, Person, Token } from '../../shared/people.ts';
import { newSalt, slowHash, tokenHash } from '../../shared/pin.ts';
import { testFolder } from './folder.ts';
import { m01, m02 } from './shop.ts';

const dayMs = 86_400_000;
const salt = newSalt();
/** The least that a file may ask for: these tests sign people in some hundred times. */
const cost = { n: 1_024, r: 8, p: 1 };
export const badgeHash = (badge: string): Promise<string> => slowHash(badge, salt, cost);

/** Each person's PIN is known to the tests alone. */
export const pins = { ada: '271828', bea: '314159', cem: '161803', dan: '141421' } as const;
type Name = keyof typeof pins;
const hashes = new Map<Name, Person['pin']>();
const hashOf = async (name: Name) => {
  const known = hashes.get(name) ?? { ...cost, salt, hash: await slowHash(pins[name], salt, cost) };
  hashes.set(name, known);
  return known;
};
export const token = `hf_line_${'t'.repeat(43)}`;

const person = async (key: Name, id: string, name: string, more: Partial<Person>) => ({
  ...{ id, name, pin: await hashOf(key), badges: [], roles: ['operator'] as const },
  ...{ credentialUntilMs: Date.now() + 30 * dayMs, locked: false, left: false, ...more },
});

/** An operator, a lead, and two of quality; Ada has two badges. */
export async function samplePeople(): Promise<PeopleFile> {
  const badges = await Promise.all([badgeHash('badge-1'), badgeHash('badge-2')]);
  const program: Token = {
    ...{ id: 'line', hash: tokenHash(token), actors: ['machine:*', 'system:mes'], backup: true },
  };
  return {
    version: 1,
    badge: { ...cost, salt },
    people: [
      await person('ada', 'person:17', 'Ada Lovelace', { badges, roles: ['operator', 'quality'] }),
      await person('bea', 'person:18', 'Beatrice', { roles: ['lead', 'technician'] }),
      await person('cem', 'person:19', 'Cem', { roles: ['quality'] }),
      await person('dan', 'person:20', 'Dan', { roles: ['quality'] }),
    ],
    tokens: [program],
  };
}

export function writePeople(path: string, file: PeopleFile): void {
  writeFileSync(path, JSON.stringify(file), { mode: 0o600 });
  chmodSync(path, 0o600);
}

export const configOf = (folder: string, more: object = {}) => ({
  ...{ storePath: join(folder, 'edge.sqlite'), peoplePath: join(folder, 'people.json') },
  ...{ natsUrl: 'nats://127.0.0.1:9', logLevel: 'silent', httpPort: 0 },
  lines: [{ line: m01, lanes: 2 }, { line: m02 }],
  ...more,
});

type Told = {
  person: { id: string; credentialUntilMs: number } | null;
  answers: (Answer & { facts: readonly Stated[] })[];
  rule: string;
  message: string;
  untilMs: number;
};
export type Reply = { status: number; body: Told; headers: Headers };

/** A screen: it keeps its cookie, as a browser does. */
export function openScreen(url: string, headers: Record<string, string> = {}) {
  let cookie: string | undefined;
  async function call(method: string, path: string, body?: unknown, more = {}): Promise<Reply> {
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(cookie === undefined ? {} : { cookie }),
        ...headers,
        ...more,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const [set] = reply.headers.getSetCookie();
    if (set !== undefined) cookie = set.split(';')[0];
    const text = await reply.text();
    const isJson = reply.headers.get('content-type')?.includes('json');
    const told = isJson ? JSON.parse(text) : text;
    return { status: reply.status, body: told, headers: reply.headers };
  }
  return {
    call,
    cookie: () => cookie,
    session: () => call('GET', '/v1/session'),
    signIn: (proof: object) => call('POST', '/v1/session', proof),
    signOut: () => call('DELETE', '/v1/session'),
    ask: (commands: object[], signature?: object) =>
      call('POST', '/v1/commands', { commands, signature }),
  };
}

/** Facts as an edge's status tells the last of them, oldest first. */
export async function lastFacts(url: string): Promise<Fact[]> {
  const reply = await fetch(`${url}/v1/status`);
  return ((await reply.json()) as { facts: Fact[] }).facts.toReversed();
}

/** An edge with people, for this test. */
export async function startManned(more: object = {}, change = (file: PeopleFile) => file) {
  const folder = testFolder();
  const config = configOf(folder, more);
  writePeople(config.peoplePath, change(await samplePeople()));
  let edge = await startEdge(readEdgeConfig(config));
  let isOpen = true;
  const stop = async () => {
    if (isOpen) await edge.close();
    isOpen = false;
  };
  onTestFinished(stop);
  return {
    ...{ folder, config, stop },
    url: () => edge.url,
    screen: (headers?: Record<string, string>) => openScreen(edge.url, headers),
    async restart(): Promise<void> {
      await edge.close();
      isOpen = false;
      edge = await startEdge(readEdgeConfig(config));
      isOpen = true;
    },
    facts: () => lastFacts(edge.url),
  };
}
export const accepted = ({ body }: Reply) => {
  for (const answer of body.answers) expect(answer).toMatchObject({ status: 'accepted' });
  return body.answers;
};
