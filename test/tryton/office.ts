import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSession } from '../../central/tryton/session.ts';
import { systemClock } from '../../shared/clock.ts';

export type Row = Record<string, unknown>;
export type Office = ReturnType<typeof openOffice>;
type Given = Readonly<{
  url: string;
  user: string;
  password: string;
  folder: string;
  database?: string;
}>;

const callMaxMs = 120_000;

/**
 * Tryton as its own people use it: planners, stock keepers, quality, accountants; by JSON-RPC, as
 * its clients do. Every failure throws.
 */
export function openOffice({ url, user, password, folder, database = 'erp' }: Given) {
  const passwordPath = join(folder, `${user}.password`);
  writeFileSync(passwordPath, password, { mode: 0o600 });
  const options = { url, database, user, passwordPath, timeoutMs: callMaxMs };
  const tryton = openSession({ ...options, clock: systemClock });
  let context: Row = { language: 'en' };

  /** The result of a method, by the model's name and its own. */
  async function call<T = unknown>(method: string, ...params: unknown[]): Promise<T> {
    const reply = await tryton.change(undefined, method, ...params, context);
    if (reply.kind !== 'result') throw new Error(`${method}: ${JSON.stringify(reply)}`);
    return reply.result as T;
  }

  return {
    call,
    passwordPath,
    /** The company of what is called from now on. */
    enter: (company: number): void => {
      context = { ...context, company };
    },
    create: (model: string, values: Row[]) => call<number[]>(`model.${model}.create`, values),
    one: async (model: string, values: Row): Promise<number> =>
      (await call<number[]>(`model.${model}.create`, [values]))[0]!,
    write: (model: string, ids: number[], values: Row) => call(`model.${model}.write`, ids, values),
    /** Pushes a button of these records; what it answers. */
    push: (model: string, button: string, ids: number[]) => call(`model.${model}.${button}`, ids),
    rows: (model: string, domain: unknown[], fields: string[]) =>
      call<Row[]>(`model.${model}.search_read`, domain, 0, null, [['id', 'ASC']], fields),
    /** The id of the one record that the domain means. */
    async id(model: string, domain: unknown[]): Promise<number> {
      const ids = await call<number[]>(`model.${model}.search`, domain, 0, 1, null);
      if (ids[0] === undefined) throw new Error(`${model}: none is ${JSON.stringify(domain)}`);
      return ids[0];
    },
    /** Goes through a wizard: its states in turn, each with what is entered. */
    async wizard(name: string, steps: readonly (readonly [string, Row])[], about: Row = {}) {
      const kept = context;
      context = { ...context, ...about };
      const [session] = await call<[number]>(`wizard.${name}.create`);
      const entered: Row = {};
      for (const [state, values] of steps) {
        Object.assign(entered, values);
        await call(`wizard.${name}.execute`, session, entered, state);
      }
      await call(`wizard.${name}.delete`, session);
      context = kept;
    },
  };
}
