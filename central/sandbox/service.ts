import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Fault } from '../../shared/fault.ts';
import { invalid, readFields } from '../../shared/field.ts';
import { quantityText } from '../../shared/quantity.ts';
import type { Confirmations } from './confirmation.ts';
import {
  cancelConfirmationFields,
  cancelDocumentFields,
  confirmationFields,
  decimalText,
  documentFields,
} from './entity.ts';
import type { Master, OrderCategory } from './master.ts';
import { errorBody } from './message.ts';
import {
  alteredConfirmation,
  alteredDocument,
  answer,
  checkUnknown,
  type Mishaps,
  misfortune,
} from './mishap.ts';
import type { Movements } from './movement.ts';
import type { Reversals } from './reversal.ts';
import type { Sessions } from './session.ts';
import { yearOf } from './view.ts';

export type Parts = Mishaps &
  Readonly<{
    confirmations: Confirmations;
    movements: Movements;
    reversals: Reversals;
    master: Master;
    sessions: Sessions;
  }>;

const documentRoot = '/API_MATERIAL_DOCUMENT_SRV';
const orderRoot = '/API_PRODUCTION_ORDER_2_SRV';
const itemSet = 'to_MaterialDocumentItem';
const ignored = new Set(['$format', 'sap-client', '$expand']);

/**
 * SAP's OData V2 services, as far as Holdfast needs them.
 *
 * A request has been committed or dropped `maxInFlightMs` after it was read here. Properties and
 * options that SAP has and the sandbox does not are refused, never ignored.
 */
export const service: FastifyPluginAsync<Parts> = async (app, parts) => {
  const { movements, master, sessions } = parts;
  app.addHook('preHandler', async (_request, reply) => misfortune(parts, reply));
  app.addHook('preHandler', async (request, reply) => checkToken(sessions, request, reply));
  app.setErrorHandler((error, _request, reply) => {
    const { code, text } = errorOf(error);
    return reply.code(code).send(errorBody(text));
  });

  confirmationRoutes(app, parts, '/API_PROD_ORDER_CONFIRMATION_2_SRV', {
    ...{ category: 'production', set: 'ProdnOrdConf2', cancel: 'CancelProdnOrdConf' },
  });
  confirmationRoutes(app, parts, '/API_PROC_ORDER_CONFIRMATION_2_SRV', {
    ...{ category: 'process', set: 'ProcOrdConf2', cancel: 'CancelProcOrdConf' },
  });
  for (const [root, set] of [
    [documentRoot, 'A_MaterialDocumentHeader'],
    [orderRoot, 'A_ProductionOrder_2'],
  ]) {
    app.get(`${root}/`, async () => ({ d: { EntitySets: [set] } }));
  }

  app.post(`${documentRoot}/A_MaterialDocumentHeader`, async (request, reply) => {
    const given = readFields(documentFields, request.body, 'A_MaterialDocumentHeader');
    const { ReferenceDocument: key } = given;
    if (key !== undefined) checkUnknown(parts, key, movements.find(key, false));
    return answer(parts, reply, movements.post(alteredDocument(parts, given)));
  });
  app.get(`${documentRoot}/A_MaterialDocumentHeader`, async (request) => {
    const pattern = /^ReferenceDocument eq '([^']{1,16})'$/;
    return { d: { results: movements.find(filtered(request, pattern)[0]!, expands(request)) } };
  });
  app.get<Named>(`${documentRoot}/*`, async (request) => {
    const key = "MaterialDocumentYear='(\\d{4})',MaterialDocument='(\\d{1,10})'";
    const [year, number] = named(request, `A_MaterialDocumentHeader\\(${key}\\)`);
    const row = movements.one(BigInt(number!));
    const isThere = row !== undefined && yearOf(row) === year;
    return { d: there(request, isThere ? movements.shown(row, expands(request)) : undefined) };
  });
  app.post(`${documentRoot}/Cancel`, async (request, reply) => {
    const given = readFields(cancelDocumentFields, asked(request), 'Cancel');
    return answer(parts, reply, parts.reversals.cancel(given), 200);
  });
  app.get(`${documentRoot}/A_MaterialDocumentItem`, async (request) => {
    const year = "ReversedMaterialDocumentYear eq '(\\d{4})'";
    const pattern = new RegExp(`^ReversedMaterialDocument eq '(\\d{1,10})' and ${year}$`);
    const [number, inYear] = filtered(request, pattern);
    return { d: { results: movements.reversing(number!, inYear!) } };
  });

  app.get<Named>(`${orderRoot}/*`, async (request) => {
    const [number] = named(request, "A_ProductionOrder_2\\('([^']{1,12})'\\)");
    return { d: shownOrder(master, number!) };
  });
};

type Twin = { category: OrderCategory; set: string; cancel: string };

/** The confirmations of production orders, or of process orders: the same by other names [K]. */
function confirmationRoutes(
  app: FastifyInstance,
  parts: Parts,
  root: string,
  { category, set, cancel }: Twin,
): void {
  const { confirmations } = parts;
  app.get(`${root}/`, async () => ({ d: { EntitySets: [set] } }));
  app.post(`${root}/${set}`, async (request, reply) => {
    const given = readFields(confirmationFields, request.body, set);
    const { ExternalSystemConfirmation: key } = given;
    if (key !== undefined) checkUnknown(parts, key, confirmations.find(key, category));
    const altered = alteredConfirmation(parts, given);
    return answer(parts, reply, confirmations.post(altered, category));
  });
  app.get(`${root}/${set}`, async (request) => {
    const pattern = /^ExternalSystemConfirmation eq guid'([0-9a-fA-F-]{36})'$/;
    return { d: { results: confirmations.find(filtered(request, pattern)[0]!, category) } };
  });
  app.get<Named>(`${root}/*`, async (request) => {
    const key = "ConfirmationGroup='(\\d{1,10})',ConfirmationCount='(\\d{1,8})'";
    const [group, count] = named(request, `${set}\\(${key}\\)`);
    return { d: there(request, confirmations.one(group!, count!, category)) };
  });
  app.post(`${root}/${cancel}`, async (request, reply) => {
    const given = readFields(cancelConfirmationFields, asked(request), cancel);
    return answer(parts, reply, confirmations.cancel(given, category), 200);
  });
}

type Named = { Params: { '*': string } };
const notFound = ({ params }: { params: Named['Params'] }): Fault =>
  new Fault('UNKNOWN', `${params['*'].slice(0, 80)}: not found`);

/** The keys in the address of one entity. Throws Fault UNKNOWN for another address. */
function named(request: { params: Named['Params'] }, pattern: string): string[] {
  const keys = new RegExp(`^${pattern}$`).exec(request.params['*'])?.slice(1);
  if (keys) return keys;
  throw notFound(request);
}

/** Throws Fault UNKNOWN for none. */
function there(request: { params: Named['Params'] }, entity: object | undefined): object {
  if (entity) return entity;
  throw notFound(request);
}

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

const expands = ({ query }: FastifyRequest): boolean =>
  (query as Record<string, string>)['$expand'] === itemSet;

/** The parameters of a function import. */
function asked(request: FastifyRequest): Record<string, string> {
  const given = Object.entries(request.query as Record<string, string>);
  return Object.fromEntries(given.filter(([name]) => !ignored.has(name)));
}

/** The values that the request's $filter asks for. Throws Fault INVALID for any other option. */
function filtered(request: FastifyRequest, pattern: RegExp): string[] {
  const { $filter = '', ...rest } = request.query as Record<string, string>;
  const [other] = Object.keys(rest).filter((key) => !ignored.has(key));
  if (other !== undefined) throw invalid(other.slice(0, 40), 'this option is not offered here');
  const values = pattern.exec($filter)?.slice(1);
  if (values) return values;
  throw invalid('$filter', `only ${pattern.source} is offered here`);
}

/** Names of A_ProductionOrder_2 as read in the wild; its other properties are not shown [K]. */
function shownOrder(master: Master, number: string): object {
  const order = master.known(number);
  if (order.process) throw new Fault('UNKNOWN', `order ${number}: is no production order`);
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
