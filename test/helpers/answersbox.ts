import { onTestFinished } from 'vitest';
import { buildHttp } from '../../edge/http/http.ts';
import { openMachineDesk } from '../../edge/machine/desk.ts';
import type { JobResponse } from '../../edge/machine/port.ts';
import { readMachines } from '../../edge/machine/report.ts';
import { systemClock } from '../../shared/clock.ts';
import { eventIds, systemRandom } from '../../shared/identity.ts';
import { openBell } from '../../shared/loop.ts';
import type { openJobs } from './jobbox.ts';

/** What a machine says in the end of a job that made bolts of steel. */
export const response: JobResponse = {
  ...{ id: 'R-1', state: 'Ended', startMs: 1_000, endMs: 2_000 },
  data: [
    { id: 'Good', value: '5', unit: 'EA' },
    { id: 'Bad', value: '1', unit: '' },
  ],
  materials: [{ material: 'BOLT', use: 'Produced', quantity: '5', unit: 'EA', lot: 'L1' }],
};

/** The API of an edge whose press takes jobs; its status but for what only a whole edge has. */
export async function serveMachines(box: ReturnType<typeof openJobs>) {
  const { machines, book, roster, intake, desk, status } = box;
  const newId = eventIds(() => box.time.nowMs, systemRandom);
  const stop = new AbortController();
  const heard = () => ({ ...readMachines(machines, book), ...desk.status() });
  const app = await buildHttp({
    ...{ intake, status, heard, changed: openBell(), clock: systemClock, signal: stop.signal },
    machines: { ...openMachineDesk({ machines, book, roster, intake, newId }), ...desk },
  });
  onTestFinished(async () => {
    stop.abort();
    await app.close();
  });
  return {
    get: async (path: string) => (await app.inject(`/v1${path}`)).json(),
    async post(path: string, payload: object) {
      const reply = await app.inject({ method: 'POST', url: `/v1${path}`, payload });
      if (reply.statusCode !== 200) throw new Error(`${path}: ${reply.body}`);
      return reply.json();
    },
  };
}
