import type { FastifyInstance } from 'fastify';
import { readFields, record, text } from '../shared/field.ts';
import { changeFields, saying } from './amendments.ts';
import { answered } from './answered.ts';
import type { Desk } from './desk.ts';

const proposing = { ...saying, changes: record('What it shall say instead.', changeFields) };
const settling = { ...saying, document: text('Its number in the ERP.', 100) };

type Asked = { Params: { key: string }; Body: unknown };

/** What a person may ask and say of postings; each act answers how the posting stands. */
export function deskRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/v1/desk', async () => desk.parked());
  app.get<Asked>('/v1/desk/:key', async ({ params }, reply) =>
    answered(reply, () => desk.show(params.key)),
  );
  app.get<Asked>('/v1/desk/:key/dryRun', async ({ params }, reply) =>
    answered(reply, () => desk.trial(params.key)),
  );
  const acts = {
    retry: (key: string, body: unknown) => desk.retry(key, readFields(saying, body, 'body')),
    giveUp: (key: string, body: unknown) => desk.giveUp(key, readFields(saying, body, 'body')),
    edit(key: string, body: unknown) {
      const { changes, ...said } = readFields(proposing, body, 'body');
      desk.edit(key, said, changes);
    },
    missing: (key: string, body: unknown) => desk.missing(key, readFields(saying, body, 'body')),
    approve: (key: string, body: unknown) => desk.approve(key, readFields(saying, body, 'body')),
    reject: (key: string, body: unknown) => desk.reject(key, readFields(saying, body, 'body')),
    settle(key: string, body: unknown) {
      const { document, ...said } = readFields(settling, body, 'body');
      desk.settle(key, said, document);
    },
  };
  for (const [name, act] of Object.entries(acts)) {
    app.post<Asked>(`/v1/desk/:key/${name}`, async ({ params: { key }, body }, reply) =>
      answered(reply, () => {
        act(key, body);
        return desk.show(key);
      }),
    );
  }
}
