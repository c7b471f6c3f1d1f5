import type { FastifyRequest } from 'fastify';
import { mayAsk } from '../../shared/roles.ts';
import type { PeopleGate } from '../people/gate.ts';
import type { Watching } from '../view/weighing.ts';

/** Who looks at a screen, and what their roles let them ask. */
export const watchingBy =
  ({ present }: Pick<PeopleGate, 'present'>) =>
  (request: FastifyRequest): Watching => {
    const person = present(request)?.person;
    if (!person) return 'none';
    const may = new Set(mayAsk(person.roles));
    return { id: person.id, roles: person.roles.join(' '), mayAsk: (type) => may.has(type) };
  };
