import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { invalid, optional, readFields } from '../../shared/field.ts';
import type { Language } from '../../shared/press.ts';
import { mayAsk } from '../../shared/roles.ts';
import { lineField } from '../../shared/subject.ts';
import type { Present } from './gate.ts';
import { cookieOf } from './guard.ts';
import type { People } from './people.ts';
import { checkProof, proofFields } from './proof.ts';
import { sessionMaxMs } from './sessions.ts';

/** What every screen is told, whoever is signed in. */
export type Screen = Readonly<{ idleMs: number; language: Language }>;
type Parts = Readonly<{ people?: People | undefined; screen: Screen }>;

export const sessionFields = {
  ...proofFields,
  line: optional({ ...lineField, doc: 'Line of the screen: where it is stated.' }),
};
/** What was given by TLS is never sent without it. */
const flagsOf = ({ protocol }: FastifyRequest): string =>
  `HttpOnly; SameSite=Strict; Path=/${protocol === 'https' ? '; Secure' : ''}`;
const forget = (request: FastifyRequest, reply: FastifyReply): unknown =>
  reply.header('set-cookie', `holdfast=; ${flagsOf(request)}; Max-Age=0`);

/** Signing in and out at a screen. */
export const sessionRoutes: FastifyPluginAsync<Parts> = async (app, { people, screen }) => {
  const told = (present: Present | undefined) => {
    const signIn = people !== undefined;
    const isEmpty = people?.isEmpty() ?? false;
    const may = present ? mayAsk(present.person.roles) : [];
    const person = present && people ? people.told(present) : null;
    return { person, signIn, isEmpty, ...screen, mayAsk: may };
  };

  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, text === '' ? {} : JSON.parse(text as string));
    } catch {
      done(invalid('body', 'is not JSON')); // never with a part of it: a PIN may be in there
    }
  });

  app.get('/session', async (request) => told(people?.gate.present(request)));
  if (!people) return;

  app.post<{ Body: unknown }>('/session', async (request, reply) => {
    const { line, ...proof } = readFields(sessionFields, request.body, 'session');
    checkProof(proof, 'session');
    const { token, present } = await people.signIn(proof, request.ip, line, cookieOf(request));
    const flags = `${flagsOf(request)}; Max-Age=${sessionMaxMs / 1_000}`;
    reply.header('set-cookie', `holdfast=${token}; ${flags}`);
    return told(present);
  });

  app.put('/session', async (request) => told(people.gate.must(request)));

  app.delete('/session', async (request, reply) => {
    people.signOut(cookieOf(request));
    forget(request, reply);
    return reply.code(204).send();
  });
};
