import { schemaOf } from '../../shared/jsonschema.ts';
import { signatureFields } from '../people/gate.ts';
import { sessionFields } from '../people/routes.ts';
import { ref } from './told/shapes.ts';
import type { Route } from './told.ts';

/** A signature beside commands, where people are known. */
export const signature = schemaOf(signatureFields);
/** What the door answers where people are known, and what it means; who acts shows who they are. */
export const doorsOf = (method: Route['method']): Readonly<Record<number, string>> => ({
  429: 'FULL: they ask too often.',
  ...(method === 'get'
    ? {}
    : {
        401: 'REFUSED: nobody is signed in, or it is not proved who asks.',
        403: 'REFUSED: it is not for them, or another page asks.',
      }),
});

const session = { path: '/v1/session', answer: ref('Session') };

/** Signing in and out; but for the first only where people are configured. */
export const sessionRoutes: readonly Route[] = [
  {
    ...{ ...session, method: 'get', faults: [] },
    summary: 'Who is signed in at this screen.',
  },
  {
    ...{ ...session, method: 'post', faults: ['INVALID', 'FULL'] },
    ...{ summary: 'Signs in; sets the cookie "holdfast".', body: schemaOf(sessionFields) },
  },
  {
    ...{ ...session, method: 'put', faults: ['INVALID'] },
    ...{ summary: 'Somebody is there: the session goes on.', body: { type: 'object' } },
  },
  {
    ...{ ...session, method: 'delete', status: 204, faults: ['FULL'] },
    summary: 'Signs out.',
  },
];
