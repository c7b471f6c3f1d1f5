import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { random } from '../helpers/random.ts';

/** Percent of the calls that each befalls; the rest goes through. */
export type Odds = Readonly<{
  requestLost: number; // never reaches the ERP; the connection breaks
  answerLost: number; // the ERP runs it; the connection breaks before it has answered
  late: number; // reaches the ERP `lateMs` after the connection broke
  slow: number; // is answered after `lateMs`
  busy: number; // 503, or 429 with Retry-After, by who stands before the ERP
}>;
export const wild: Odds = { requestLost: 5, answerLost: 8, late: 4, slow: 8, busy: 5 };

type Given = Readonly<{ target: string; seed: number; odds?: Odds; lateMs: number }>;

/** Time between handing a request on and cutting the connection to who asked, ms. */
const cutMs = 3;

/**
 * The road to an ERP, of HTTP, on which calls are lost, late or sent away, drawn from `seed`. What
 * befell how many calls is counted; `calm` ends it.
 */
export async function startHazard({ target, seed, odds = wild, lateMs }: Given) {
  const { below } = random(seed);
  const counts = { calls: 0, requestLost: 0, answerLost: 0, late: 0, slow: 0, busy: 0 };
  let isCalm = false;

  function befalls(): keyof Odds | undefined {
    counts.calls += 1;
    let drawn = isCalm ? 100 : below(100);
    for (const [name, percent] of Object.entries(odds) as [keyof Odds, number][]) {
      drawn -= percent;
      if (drawn >= 0) continue;
      counts[name] += 1;
      return name;
    }
    return undefined;
  }

  async function serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(chunk as Buffer);
    const fate = befalls();
    if (fate === 'requestLost') return void asked.socket.destroy();
    if (fate === 'busy') {
      if (below(2) === 0) return void answer.writeHead(503).end('busy');
      return void answer.writeHead(429, { 'retry-after': '1' }).end('busy');
    }
    if (fate === 'late') asked.socket.destroy();
    if (fate === 'late' || fate === 'slow') await delay(lateMs);
    const onward = request(`${target}${asked.url}`, {
      method: asked.method,
      headers: { ...asked.headers, host: new URL(target).host, connection: 'close' },
    });
    onward.on('error', () => asked.socket.destroy());
    onward.on('response', (response) => {
      if (fate === 'answerLost' || fate === 'late') return void response.resume();
      answer.writeHead(response.statusCode!, { 'content-type': 'application/json' });
      response.pipe(answer);
    });
    onward.end(Buffer.concat(chunks), () => {
      if (fate === 'answerLost') setTimeout(() => asked.socket.destroy(), cutMs);
    });
  }

  const server = createServer((asked, answer) => {
    serve(asked, answer).catch(() => asked.socket.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    /** From now on everything goes through. */
    calm(): void {
      isCalm = true;
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
