import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import { readFields } from '../../shared/field.ts';
import { quantityText } from '../../shared/quantity.ts';
import type { SandboxConfig } from './config.ts';
import type { Confirmations } from './confirmation.ts';
import {
  cancelConfirmationFields,
  cancelDocumentFields,
  confirmationFields,
  decimalText,
  documentFields,
} from './entity.ts';
import type { Faults } from './faults.ts';
import type { Master } from './master.ts';
import { errorBody } from './message.ts';
import type { Movements } from './movement.ts';
import { confirmationRoot, documentRoot, ignored, reading, stockRoot } from './reading.ts';
import type { Reversals } from './reversal.ts';
import type { Sessions } from './session.ts';
import type { Stock } from './stock.ts';

export type Parts = Readonly<{
  config: SandboxConfig;
  confirmations: Confirmations;
  movements: Movements;
  stock: Stock;
  reversals: Reversals;
  master: Master;
  faults: Faults;
  sessions: Sessions;
  clock: Clock;
  maxInFlightMs: number;
  signal: AbortSignal; // aborts when the sandbox closes: nothing is committed after
}>;

const orderRoot = '/API_PRODUCTION_ORDER_2_SRV';

/**
 * SAP's OData V2 services, as far as Holdfast needs them.
 *
 * A request has been committed or dropped `maxInFlightMs` after it was read here. Properties and
 * options that SAP has and the sandbox does not are refused, never ignored.
 */
export const service: FastifyPluginAsync<Parts> = async (app, parts) => {
  const { confirmations, movements, master, sessions } = parts;
  app.addHook('preHandler', async (_request, reply) => misfortune(parts, reply));
  app.addHook('preHandler', async (request, reply) => checkToken(sessions, request, reply));
  app.setErrorHandler((error, _request, reply) => {
    const { code, text } = errorOf(error);
    return reply.code(code).send(errorBody(text));
  });

  for (const [root, set] of [
    [confirmationRoot, 'ProdnOrdConf2'],
    [documentRoot, 'A_MaterialDocumentHeader'],
    [orderRoot, 'A_ProductionOrder_2'],
    [stockRoot, 'A_MatlStkInAcctMod'],
  ]) {
    app.get(`${root}/`, async () => ({ d: { EntitySets: [set] } }));
  }

  app.post(`${confirmationRoot}/ProdnOrdConf2`, async (request, reply) => {
    const given = readFields(confirmationFields, request.body, 'ProdnOrdConf2');
    return answer(parts, reply, confirmations.post(given));
  });
  app.post(`${confirmationRoot}/CancelProdnOrdConf`, async (request, reply) => {
    const given = readFields(cancelConfirmationFields, asked(request), 'CancelProdnOrdConf');
    return answer(parts, reply, confirmations.cancel(given), 200);
  });

  app.post(`${documentRoot}/A_MaterialDocumentHeader`, async (request, reply) => {
    const given = readFields(documentFields, request.body, 'A_MaterialDocumentHeader');
    return answer(parts, reply, movements.post(given));
  });
  app.post(`${documentRoot}/Cancel`, async (request, reply) => {
    const given = readFields(cancelDocumentFields, asked(request), 'Cancel');
    return answer(parts, reply, parts.reversals.cancel(given), 200);
  });
  reading(app, parts);

  app.get<{ Params: { '*': string } }>(`${orderRoot}/*`, async ({ params }) => {
    const [, number] = /^A_ProductionOrder_2\('([^']{1,12})'\)$/.exec(params['*']) ?? [];
    if (number === undefined) throw new Fault('UNKNOWN', `${params['*'].slice(0, 80)}: not found`);
    return { d: shownOrder(master, number) };
  });
};

/** Hands out a token where one is fetched; refuses a change without a live one. */
async function checkToken(sessions: Sessions, request: FastifyRequest, reply: FastifyReply) {
  const token = request.headers['x-csrf-token'];
  const changes = request.method === 'POST';
  if (!changes && typeof token === 'string' && token.toLowerCase() === 'fetch') {
    const opened = sessions.open();
    reply.header('x-csrf-token', opened.token).header('set-cookie', opened.cookies);
  }
  if (changes && !sessions.holds(token, request.headers.cookie)) {
    reply.code(403).header('x-csrf-token', 'Required').type('text/plain');
    return reply.send('CSRF token validation failed');
  }
  return undefined;
}

/** The faults before the commit: wait, answer badly, cut. Returns nothing if all goes well. */
async function misfortune(parts: Parts, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const { faults, clock, maxInFlightMs, signal } = parts;
  const { latencyMs } = faults.settings;
  const arrivedMs = performance.now();
  const failure = faults.before();
  if (latencyMs > 0) await clock.sleep(latencyMs, signal);
  const tooLate = performance.now() - arrivedMs > maxInFlightMs;
  if (signal.aborted || tooLate || failure === 'drop') return cut(reply);
  if (failure === 'broken') {
    return reply.code(500).type('text/html').send('<html><body>500 Server Error</body></html>');
  }
  if (failure) {
    reply.code(failure === 'busy' ? 503 : 429).type('text/plain');
    return reply.header('retry-after', faults.retryAfter(clock.nowMs())).send(failure);
  }
  return undefined;
}

/** What was just committed, unless the answer gets lost. */
function answer({ faults }: Parts, reply: FastifyReply, entity: object, code = 201): FastifyReply {
  if (faults.after()) return cut(reply);
  return reply.code(code).send({ d: entity });
}

function cut(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.socket?.destroy();
  return reply;
}

/** The parameters of a function import. */
function asked(request: FastifyRequest): Record<string, string> {
  const given = Object.entries(request.query as Record<string, string>);
  return Object.fromEntries(given.filter(([name]) => !ignored.has(name)));
}

/** Names of A_ProductionOrder_2 as read in the wild; its other properties are not shown [K]. */
function shownOrder(master: Master, number: string): object {
  const order = master.known(number);
  return {
    ManufacturingOrder: order.number,
    Material: order.material,
    TotalQuantity: decimalText(order.quantity),
    ProductionUnit: order.unit,
    OrderIsReleased: order.closed === 0n,
    OrderIsClosed: order.closed === 1n,
    OrderIsDelivered: order.received >= order.quantity,
    ActualDeliveredQuantity: quantityText(order.received),
  };
}

const statuses = { INVALID: 400, REFUSED: 400, UNKNOWN: 404 } as const;

function errorOf(error: unknown): { code: number; text: string } {
  if (error instanceof Fault) {
    const code = (statuses as Record<string, number>)[error.code];
    if (code !== undefined) return { code, text: error.message };
  }
  const { statusCode } = error as { statusCode?: number };
  if (statusCode !== undefined && statusCode < 500) {
    return { code: statusCode, text: (error as Error).message };
  }
  throw error;
}
