import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
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
  decisionFields,
  documentFields,
  stockPostingFields,
} from './entity.ts';
import type { Inspections } from './inspection.ts';
import type { Master } from './master.ts';
import type { Masters } from './masters.ts';
import { errorBody } from './message.ts';
import {
  alteredConfirmation,
  alteredDocument,
  alteredPosting,
  answer,
  checkUnknown,
  misfortune,
} from './mishap.ts';
import type { Movements } from './movement.ts';
import {
  confirmationServices,
  documentRoot,
  expands,
  ignored,
  inspectionRoot,
  reading,
  stockRoot,
} from './reading.ts';
import type { Reversals } from './reversal.ts';
import type { Sessions } from './session.ts';
import type { Stock } from './stock.ts';
import { type SupplierParts, supplierRoutes } from './supplierservice.ts';
import { yearOf } from './view.ts';

export type Parts = SupplierParts &
  Readonly<{
    config: SandboxConfig;
    confirmations: Confirmations;
    movements: Movements;
    stock: Stock;
    reversals: Reversals;
    inspections: Inspections;
    master: Master;
    masters: Masters;
    sessions: Sessions;
  }>;

const orderRoot = '/API_PRODUCTION_ORDER_2_SRV';

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

  for (const one of confirmationServices) confirmationRoutes(app, parts, one);
  for (const [root, set] of [
    [documentRoot, 'A_MaterialDocumentHeader'],
    [orderRoot, 'A_ProductionOrder_2'],
    [stockRoot, 'A_MatlStkInAcctMod'],
    [inspectionRoot, 'A_InspectionLot'],
  ]) {
    app.get(`${root}/`, async () => ({ d: { EntitySets: [set] } }));
  }

  app.post(`${documentRoot}/A_MaterialDocumentHeader`, async (request, reply) => {
    const given = readFields(documentFields, request.body, 'A_MaterialDocumentHeader');
    const { ReferenceDocument: key } = given;
    if (key !== undefined) checkUnknown(parts, key, movements.find(key, false));
    return answer(parts, reply, movements.post(alteredDocument(parts, given)));
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
  inspectionRoutes(app, parts);
  supplierRoutes(app, parts);
  reading(app, parts);

  app.get<Named>(`${orderRoot}/*`, async (request) => {
    const [number] = named(request, "A_ProductionOrder_2\\('([^']{1,12})'\\)");
    return { d: shownOrder(master, number!) };
  });
};

/** The confirmations of production orders, or of process orders: the same by other names [K]. */
function confirmationRoutes(
  app: FastifyInstance,
  parts: Parts,
  { root, category, set, cancel }: (typeof confirmationServices)[number],
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

/** Usage decisions, and the stock postings by which they are carried out. */
function inspectionRoutes(app: FastifyInstance, parts: Parts): void {
  const { inspections } = parts;
  app.post(`${inspectionRoot}/A_InspLotUsageDecision`, async (request, reply) => {
    const given = readFields(decisionFields, request.body, 'A_InspLotUsageDecision');
    return answer(parts, reply, inspections.decide(given));
  });
  app.post(`${inspectionRoot}/A_InspLotMatlDocItem`, async (request, reply) => {
    const given = readFields(stockPostingFields, request.body, 'A_InspLotMatlDocItem');
    return answer(parts, reply, inspections.move(alteredPosting(parts, given)));
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

/** The parameters of a function import. */
function asked(request: FastifyRequest): Record<string, string> {
  const given = Object.entries(request.query as Record<string, string>);
  return Object.fromEntries(given.filter(([name]) => !ignored.has(name)));
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

const statuses = { INVALID: 400, REFUSED: 400, UNKNOWN: 404, CONFLICT: 412 } as const;

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
