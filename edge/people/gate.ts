import type { FastifyRequest } from 'fastify';
import { type Command, readCommand } from '../../shared/command.ts';
import { bodies } from '../../shared/event.ts';
import { Fault } from '../../shared/fault.ts';
import { invalid, readFields, text } from '../../shared/field.ts';
import type { Person, Token } from '../../shared/people.ts';
import { meaningMax } from '../../shared/personal.ts';
import { tokenHash } from '../../shared/pin.ts';
import { mayAsk, mayTurn } from '../../shared/roles.ts';
import type { Signing } from '../line/signing.ts';
import type { PeopleBook } from './file.ts';
import { bearerOf, cookieOf } from './guard.ts';
import { checkCredential, checkProof, type Prove, proofFields } from './proof.ts';
import type { Session, Sessions } from './sessions.ts';

/** A command, in the name of who may ask it, and who signs it. */
export type Asked = Readonly<{ command: Command; signing?: Signing | undefined }>;
/** Throws Fault INVALID or REFUSED for one that may not be asked. */
export type ReadAsked = (given: unknown) => Asked;

/** Who may act. Everything throws Fault REFUSED where somebody may not. */
export type Gate = Readonly<{
  /** What reads the commands of one request. */
  commands(request: FastifyRequest): Promise<ReadAsked>;
  /** What is asked of machines, with who asks. */
  machines(request: FastifyRequest, act: string): unknown;
  backup(request: FastifyRequest): void;
  /** Who asks for an outage drill. */
  drill(request: FastifyRequest, given: unknown): unknown;
}>;

/** Addresses of this machine. */
const ownIps = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** Without people: who asks is what the command says. */
export const openDoor: Gate = {
  commands: async () => (given) => ({ command: readCommand(given) }),
  machines: ({ body }) => body,
  backup: () => undefined,
  drill({ ip }, given) {
    if (ownIps.has(ip)) return given;
    throw denied('role', 'without people a drill is asked for on the box itself');
  },
};

export type Present = Readonly<{ person: Person; session: Session }>;
type Parts = Readonly<{
  book: PeopleBook;
  sessions: Sessions;
  prove: Prove;
  nowMs: () => number;
}>;
export type PeopleGate = ReturnType<typeof openGate>;

export const signatureFields = { ...proofFields, meaning: text('What it means.', meaningMax) };

const denied = (rule: string, why: string): Fault => new Fault('REFUSED', why, { rule });

/** The same, by `actor`; throws Fault INVALID where it says another, or signs by itself. */
function inNameOf(given: unknown, actor: string, field = 'actor'): unknown {
  if (typeof given !== 'object' || given === null) return given;
  const said = (given as Record<string, unknown>)[field];
  if (said === undefined || said === null || said === actor) return { ...given, [field]: actor };
  throw invalid(`command.${field}`, `must be absent or ${actor}, who asks`);
}

function refuseSigned(given: unknown): void {
  const body = (given as { body?: { signature?: unknown } | null } | null)?.body;
  if (typeof body !== 'object' || body?.signature == null) return;
  const advice = 'is written by the edge: give "signature" beside the commands';
  throw invalid('command.body.signature', advice);
}

/** The command with the meaning of its signature, where it has a place for it. */
function withMeaning(command: Command, meaning: string): Command {
  const { statement } = command;
  if (!('signature' in bodies[statement.type])) return command;
  const body = Object.freeze({ ...statement.body, signature: meaning });
  return Object.freeze({ ...command, statement: { ...statement, body } as typeof statement });
}

const isNamed = ({ actors }: Token, actor: unknown): boolean =>
  typeof actor === 'string' &&
  actors.some((one) => one === actor || (one.endsWith('*') && actor.startsWith(one.slice(0, -1))));

/** Who somebody is who asks, and what they may. */
export function openGate({ book, sessions, prove, nowMs }: Parts) {
  function present(request: FastifyRequest): Present | undefined {
    const token = cookieOf(request);
    const session = token === undefined ? undefined : sessions.of(token);
    const person = session && book.byId(session.person);
    return person && !isOut(person) ? { person, session } : undefined;
  }

  /** Locked, gone, or beyond their time: since the session began. */
  function isOut({ locked, left, validUntilMs = Number.POSITIVE_INFINITY }: Person): boolean {
    return locked || left || nowMs() >= validUntilMs;
  }

  function program(request: FastifyRequest): Token | undefined {
    const bearer = bearerOf(request);
    const token = bearer === undefined ? undefined : book.token(tokenHash(bearer));
    return token && nowMs() < (token.untilMs ?? Number.POSITIVE_INFINITY) ? token : undefined;
  }

  function must(request: FastifyRequest): Present {
    const known = present(request);
    if (!known) throw denied('signIn', 'sign in first');
    return { ...known, session: sessions.touch(known.session) };
  }

  /** Proves who signs: the one who is signed in, or a second person beside them. */
  async function sign(
    given: unknown,
    present: Present,
    station: string,
  ): Promise<[Person, Signing]> {
    const { meaning, ...proof } = readFields(signatureFields, given, 'signature');
    const { person, session } = present;
    const isShort = proof.badge === undefined && proof.name === undefined;
    if (isShort && !session.signs) {
      throw invalid('signature.name', 'or badge must be given for the first one of a session');
    }
    if (!isShort) checkProof(proof, 'signature');
    const signer = isShort
      ? await prove.byPin(person, proof.pin, station)
      : await prove.byName(proof, station);
    checkCredential(signer, nowMs());
    if (!isShort && signer.id === person.id) sessions.sign(session);
    const { id, name, credentialUntilMs } = signer;
    const components = isShort ? 1 : 2;
    return [signer, { person: id, name, meaning, components, credentialUntilMs }];
  }

  function checkRole(person: Person, { command }: Command): void {
    if (mayAsk(person.roles).includes(command)) return;
    throw denied('role', `${person.name} (${person.roles.join(', ')}) may not ask ${command}`);
  }

  /** A program speaks for machines and systems, and signs nothing. */
  const ofProgram =
    (token: Token): ReadAsked =>
    (given) => {
      refuseSigned(given);
      const command = readCommand(given);
      if (isNamed(token, command.statement.actor)) return { command };
      throw denied('role', `token ${token.id} may not speak for ${command.statement.actor}`);
    };

  return {
    /** Who is signed in at the screen that asks. */
    present,
    must,

    async commands(request: FastifyRequest): Promise<ReadAsked> {
      const { signature } = request.body as { signature?: unknown };
      const token = program(request);
      if (token) {
        if (signature == null) return ofProgram(token);
        throw invalid('signature', 'must be given by a person');
      }
      const own = must(request);
      const [actor, signing] =
        signature == null ? [own.person] : await sign(signature, own, request.ip);
      return (given) => {
        refuseSigned(given);
        const command = readCommand(inNameOf(given, actor.id));
        checkRole(actor, command);
        return signing ? { command: withMeaning(command, signing.meaning), signing } : { command };
      };
    },

    machines(request: FastifyRequest, act: string): unknown {
      const { body } = request;
      const token = program(request);
      if (token) {
        const { by } = (body ?? {}) as { by?: unknown };
        if (by === undefined || isNamed(token, by)) return body;
        throw denied('role', `token ${token.id} may not speak for another`);
      }
      const { person } = must(request);
      if (mayTurn(person.roles, act)) return inNameOf(body, person.id, 'by');
      throw denied('role', `${person.name} (${person.roles.join(', ')}) may not decide ${act}`);
    },

    backup(request: FastifyRequest): void {
      const token = program(request);
      if (token?.backup) return;
      if (token) throw denied('role', `token ${token.id} may not fetch backups`);
      const { person } = must(request);
      if (person.roles.includes('technician')) return;
      throw denied('role', `${person.name} (${person.roles.join(', ')}) may not fetch backups`);
    },

    drill(request: FastifyRequest, given: unknown): unknown {
      const token = program(request);
      if (token && isNamed(token, 'system:drill')) return inNameOf(given, 'system:drill', 'by');
      if (token) throw denied('role', `token ${token.id} may not speak for system:drill`);
      const { person } = must(request);
      if (person.roles.includes('technician')) return inNameOf(given, person.id, 'by');
      throw denied('role', `${person.name} (${person.roles.join(', ')}) may not drill an outage`);
    },
  };
}
