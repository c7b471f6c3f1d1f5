import { schemaOf } from '../../shared/jsonschema.ts';
import { signatureFields } from '../people/gate.ts';
import { sessionFields } from '../people/routes.ts';
import { ref } from './told/shapes.ts';
import type { Route } from './told.ts';

/** A signature beside commands, where people are known. */
export const signature = schemaOf(signatureFields);
/** Where people are known: nobody is signed in, it is not for them, they ask too often. */
export const doorFaults: readonly number[] = [401, 403, 429];

const session = { path: '/v1/session', answer: ref('Session'), doors: doorFaults };

/** Signing in and out; but for the first only where people are configured. */
export const sessionRoutes: readonly Route[] = [
  {
    ...{ ...session, method: 'get', doors: [], faults: [] },
    summary: 'Who is signed in at this screen.',
  },
  {
    ...{ ...session, method: 'post', faults: ['INVALID', 'REFUSED'] },
    ...{ summary: 'Signs in; sets the cookie "holdfast".', body: schemaOf(sessionFields) },
  },
  {
    ...{ ...session, method: 'put', faults: ['REFUSED'] },
    ...{ summary: 'Somebody is there: the session goes on.', body: { type: 'object' } },
  },
  {
    ...{ ...session, method: 'delete', status: 204, faults: [] },
    summary: 'Signs out.',
  },
];
