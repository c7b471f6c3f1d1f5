import type { FastifyInstance, FastifyReply } from 'fastify';
import { Fault } from '../shared/fault.ts';
import { id, readFields, text } from '../shared/field.ts';
import type { Desk } from './desk.ts';

const saying = {
  by: id('Who says it, e.g. "person:17".', 64),
  reason: text('Why.', 200),
};
const settling = { ...saying, document: text('Its number in the ERP.', 100) };

/** The answer, or in words why there is none. */
function answered<T>(reply: FastifyReply, work: () => T): T | FastifyReply {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { code, message } = error;
    const status = code === 'UNKNOWN' ? 404 : code === 'REFUSED' ? 409 : 400;
    return reply.code(status).send({ code, message });
  }
}

type Asked = { Params: { key: string }; Body: unknown };

/** What a person may ask and say of parked postings; each act answers how the posting stands. */
export function deskRoutes(app: FastifyInstance, desk: Desk): void {
  app.get('/v1/desk', async () => desk.parked());
  app.get<Asked>('/v1/desk/:key', async ({ params }, reply) =>
    answered(reply, () => desk.show(params.key)),
  );
  const acts = {
    retry: (key: string, body: unknown) => desk.retry(key, readFields(saying, body, 'body')),
    giveUp: (key: string, body: unknown) => desk.giveUp(key, readFields(saying, body, 'body')),
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
