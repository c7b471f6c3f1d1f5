import type { JobDesk } from '../../edge/machine/jobdesk.ts';
import type { MachineLine } from './opcua.ts';
import { waitFor } from './plantnet.ts';
import { m01 } from './shop.ts';

type Row = ReturnType<JobDesk['status']>['jobs'][number];
const about = { line: m01, unit: 'press', order: 'WO-1', operation: '0010', by: 'person:1' };

/** What a person asks of the press of an edge that runs, and what its status tells of the job. */
export function jobsOf(line: MachineLine) {
  const row = async (): Promise<Row | undefined> => {
    const { machines } = await line.status();
    return (machines as unknown as { jobs: Row[] }).jobs[0];
  };
  const post = async (path: string, body: object): Promise<{ status: number; why: string }> => {
    const response = await fetch(`${line.url()}/v1/machines/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { message = '' } = (await response.json()) as { message?: string };
    return { status: response.status, why: message };
  };
  const until = (is: (row: Row) => boolean, what: string, maxMs = 30_000) => {
    let seen: Row | undefined;
    const so = async () => {
      seen = await row();
      return seen !== undefined && is(seen);
    };
    return waitFor(so, maxMs, what).catch((error: Error) => {
      throw new Error(`${error.message}; is ${JSON.stringify(seen)}`);
    });
  };
  return {
    row,
    until,
    /** The HTTP status, and why it was refused. */
    ask: (action: string, more: object = {}) => post('jobs', { ...about, action, ...more }),
    writes: (on: boolean) => post('writes', { on, by: 'person:9' }),
    /** Asks, and waits until it is done at the machine. */
    async done(action: string, more: object = {}): Promise<void> {
      const { status, why } = await post('jobs', { ...about, action, ...more });
      if (status !== 200) throw new Error(`${action}: ${status} ${why}`);
      await until(({ outcome }) => outcome === `done: ${action}`, `${action} to be done`);
    },
  };
}
