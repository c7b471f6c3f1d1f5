import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { trytonErp } from '../../central/tryton/connector.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/log.ts';
import { posting } from './goods.ts';
import { options } from './works.ts';

export const secret = 'correct horse battery staple';
export const count = posting('count', {
  ...{ kind: 'confirmation', order: 'WO-1', operation: '0010', unit: 'EA', yield: '5' },
});

export type Answer = readonly [status: number, body: unknown, headers?: Record<string, string>];
type Call = Readonly<{ method: string; params: unknown[]; session: string | undefined }>;
/** What is answered: nothing given, as in good order; 'cut': the connection ends; 'mute': never. */
export type Script = (call: Call, times: number) => Answer | 'cut' | 'mute' | undefined;

export const row = {
  ...{ id: 7, kind: 'confirmation', cancels: null, unit: 'EA', final: false },
  ...{ good: { __class__: 'Decimal', decimal: '5' }, scrap: null, rework: null },
  ...{ setup: null, machine: null, 'moves.': [], 'cycles.': [] },
  'production.': { number: '1', reference: 'WO-1' },
  'work.': { 'operation.': { name: '0010' } },
};

/** A Tryton in good order: what it answers to each method. */
function inOrder({ method, params }: Call, documents: readonly unknown[]): unknown {
  const codes = JSON.stringify(params[0]);
  if (method === 'common.db.login') return [2, 'a session'];
  if (method === 'model.holdfast.document.post') return 7;
  if (method === 'model.holdfast.document.search_read') {
    return codes.includes('"key"') ? documents : [];
  }
  if (method === 'model.company.company.search_read') return [{ id: 1 }];
  if (method === 'model.production.search_read') {
    const works = [{ id: 3, state: 'draft', 'operation.': { name: '0010' } }];
    return [{ id: 5, location: 9, 'works.': works }];
  }
  if (method === 'model.stock.location.search_read') {
    if (codes.includes('child_of')) return [];
    return [
      { id: 1, code: 'WH', type: 'warehouse', storage_location: 2 },
      { id: 3, code: 'QUAR', type: 'storage' },
      { id: 4, code: 'SCRAP', type: 'lost_found' },
    ];
  }
  throw new Error(`not asked in these tests: ${method}`);
}

/** An address where `script` answers; and what was called there. */
export async function tryton(script: Script, documents: readonly unknown[] = [row], more = {}) {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method, params } = JSON.parse(body);
    const call = { method, params, session: request.headers.authorization };
    calls.push(call);
    const times = calls.filter((made) => made.method === method).length;
    const answer = script(call, times) ?? [200, { id: 1, result: inOrder(call, documents) }];
    if (answer === 'cut') return void request.socket.destroy();
    if (answer === 'mute') return;
    const [status, said, headers = {}] = answer;
    response.writeHead(status, headers);
    response.end(typeof said === 'string' ? said : JSON.stringify(said));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  writeFileSync(join(folder, 'holdfast.password'), `${secret}\n`);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = { ...systemClock, sleep: async () => undefined };
  const given = options(url, folder, more);
  const logged: unknown[] = [];
  const log = { error: (about: unknown) => logged.push(about) } as unknown as Logger;
  const erp = trytonErp(given, { clock, log });
  return {
    ...{ erp, calls, logged },
    count: (name: string) => calls.filter(({ method }) => method.endsWith(name)).length,
  };
}
