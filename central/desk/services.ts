import { headers, type Msg, type NatsConnection } from '@nats-io/nats-core';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import { type Fields, invalid } from '../../shared/field.ts';
import { parseJson } from '../../shared/json.ts';
import type { Logger } from '../../shared/log.ts';
import { release } from '../../shared/release.ts';
import { askedSubject, deskService, deskSubject } from '../../shared/subject.ts';
import { statusOf } from './answered.ts';
import type { Board } from './board.ts';
import type { Door } from './door.ts';
import { openMicroservice } from './microservice.ts';
import type { Operation } from './operation.ts';
import { operationsOf } from './operations.ts';

/** Largest request, bytes, */
const requestBytesMax = 256 * 1024;
/** and largest answer: what a server lets through, less room for headers. */
export const answerBytesMax = 1000 * 1024;
/** Most requests that are being answered at once; more are refused at once. */
export const servedMax = 32;

type Parts = Readonly<{
  connection: Pick<NatsConnection, 'subscribe'>;
  board: Board;
  /** Unlike any boot before. */
  bootId: string;
  clock: Clock;
  log: Logger;
  /** Who asks, as far as the hub proves it; nobody is proved without it. */
  door?: Pick<Door, 'askerOf'>;
}>;

const shut: Pick<Door, 'askerOf'> = { askerOf: () => ({ way: 'nats' }) };
const kinds = ['json', 'text', 'csv'] as const;
type Kind = (typeof kinds)[number];
type Asked = Readonly<{ given: Record<string, unknown>; as: Kind }>;
const accepted: Readonly<Record<string, Kind>> = { 'text/plain': 'text', 'text/csv': 'csv' };

/** Bare text is the operation's main field; an empty request asks for what needs no field. */
function parse(data: Uint8Array, main: string | undefined): Record<string, unknown> {
  const bare = Buffer.from(data).toString().trim();
  if (bare === '') return {};
  if (!bare.startsWith('{')) {
    if (main !== undefined && !/^["[]/.test(bare)) return { [main]: bare };
    throw invalid('request', 'must be a JSON object');
  }
  return parseJson(data, 'request') as Record<string, unknown>;
}

/** The answer as it was asked for. */
function shown({ name, text, csv }: Operation, as: Kind, answer: unknown): string {
  if (as === 'json') return JSON.stringify(answer);
  if (as === 'text') return text(answer);
  if (csv) return csv(answer);
  throw invalid('request.as', `${name} is not told as csv`);
}

function read({ data, headers: given }: Msg, main: string | undefined): Asked {
  if (data.length > requestBytesMax) {
    throw invalid('request', `must be at most ${requestBytesMax} bytes`);
  }
  const { as = undefined, ...rest } = parse(data, main);
  if (as !== undefined && !kinds.includes(as as Kind)) {
    throw invalid('request.as', `must be one of ${kinds.join(', ')}`);
  }
  const accepts = given?.get('Accept') ?? '';
  return { given: rest, as: (as as Kind | undefined) ?? accepted[accepts] ?? 'json' };
}

/** What a field holds, for people who look with `nats service info`. */
const fieldsText = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, { doc }]) => `${name}: ${doc}`)
    .join(' | ');

/** The answer, or Fault UNREACHABLE after so long. */
async function within<T>(work: Promise<T>, ms: number, clock: Clock): Promise<T> {
  const done = new AbortController();
  const late = async (): Promise<never> => {
    await clock.sleep(ms, done.signal);
    throw new Fault('UNREACHABLE', `no answer within ${ms} ms: look whether it was done`);
  };
  try {
    return await Promise.race([work, late()]);
  } finally {
    done.abort();
  }
}

/** How an error is told: in the headers of the protocol, and as JSON like over HTTP. */
function refuse(message: Msg, code: string, words: string, status: number): string {
  const said = headers();
  said.set('Nats-Service-Error-Code', `${status}`);
  said.set('Nats-Service-Error', words.replace(/\s+/g, ' '));
  message.respond(JSON.stringify({ code, message: words }), { headers: said });
  return words;
}

/**
 * Serves every operation as `hf.desk.<name>`. A request is a JSON object of the operation's fields,
 * or bare text for its main one; `as` or the header `Accept: text/plain` asks for a table.
 */
export function openServices({ connection, board, bootId, clock, log, door = shut }: Parts) {
  let served = 0;

  async function work(one: Operation, message: Msg): Promise<void> {
    const { given, as } = read(message, one.main);
    const begun = Promise.resolve(one.answer(given, 'request', door.askerOf(message)));
    const answer = await within(begun, one.maxMs, clock);
    const text = shown(one, as, answer);
    const size = Buffer.byteLength(text);
    if (size > answerBytesMax) {
      const advice = 'limit' in one.fields ? 'ask for less with limit' : 'ask over HTTP';
      throw new Fault('FULL', `answer: ${size} bytes, at most ${answerBytesMax} fit: ${advice}`);
    }
    message.respond(text);
  }

  async function serve(one: Operation, message: Msg): Promise<string | undefined> {
    if (served >= servedMax) {
      const words = `${servedMax} requests are being answered: ask again`;
      return refuse(message, 'FULL', words, 429);
    }
    served += 1;
    try {
      await work(one, message);
      return undefined;
    } catch (error) {
      if (error instanceof Fault) {
        return refuse(message, error.code, error.message, statusOf(error.code));
      }
      log.error({ err: error, subject: message.subject }, 'a request to the desk was not answered');
      return refuse(message, 'BUG', 'central could not answer: its log says why', 500);
    } finally {
      served -= 1;
    }
  }

  return openMicroservice({
    ...{ connection, name: deskService, id: bootId, version: release },
    description: 'What the central team can see and do.',
    endpoints: operationsOf(board).map((one) => ({
      ...{ name: one.name, subject: deskSubject(one.name), also: askedSubject(one.name) },
      metadata: {
        ...{ description: one.doc, fields: fieldsText(one.fields) },
        acts: one.acts ? 'yes, unless dryRun is true' : 'no',
      },
      serve: (message: Msg) => serve(one, message),
    })),
    ...{ nowMs: clock.nowMs, monotonicMs: clock.monotonicMs },
  });
}
