import {
  choice,
  type Field,
  fallback,
  id,
  integer,
  invalid,
  optional,
  type Read,
  record,
  text,
} from '../../shared/field.ts';
import { address, origin, timeZone } from '../erp/erpfields.ts';

const name = (doc: string): Field<string> => ({
  doc: `${doc} 1 to 80 letters, digits and "_".`,
  read(value, at) {
    if (typeof value === 'string' && /^[A-Za-z]\w{0,79}$/.test(value)) return value;
    throw invalid(at, 'must be 1 to 80 letters, digits and "_", a letter first');
  },
});

const tokens = address(
  'Where Entra ID gives tokens, e.g. "https://login.example/TENANT/oauth2/v2.0/token".',
  ({ href }) => href,
);

/** A filter with one place for what is looked for. */
const filter = (doc: string, place: string): Field<string> => ({
  doc: `${doc} {${place}} stands for it.`,
  read(value, at) {
    const given = text(doc, 200).read(value, at);
    if (given.includes(`{${place}}`)) return given;
    throw invalid(at, `must name {${place}}`);
  },
});

/**
 * How a message is read back. Every name here is unverified [K]: the vendor's pages document the
 * message's fields in a business event and the four states, and no OData entity of them.
 */
export const messageFields = {
  entity: fallback(name('OData entity set of the messages.'), 'SysMessageProcessorMessages'),
  idField: fallback(name('Its number; also looked for in the answer that queues.'), 'MessageId'),
  stateField: fallback(name('Queued, Processed, Failed or Canceled.'), 'MessageState'),
  contentField: fallback(name('The message as it was sent.'), 'MessageContent'),
  wordsField: fallback(name('What the ERP said when it failed.'), 'MessageInfolog'),
  keyFilter: fallback(filter('Finds by our key.', 'key'), "MessageContent eq '*{key}*'"),
  ticketFilter: fallback(filter('Finds by number.', 'ticket'), "MessageId eq '{ticket}'"),
};
const messageStandards = Object.fromEntries(
  Object.entries(messageFields).map(([key, field]) => [key, field.read(undefined, key)]),
) as Read<typeof messageFields>;

/**
 * A custom message by which a batch gets a disposition code. D365 has none: the names are those of
 * one public integration, which added its own.
 */
export const dispositionFields = {
  messageType: name('Type of the custom message, e.g. TSIUpdateBatchDisposition.'),
  blocked: id('Disposition code that keeps a batch from being used and sold.', 20),
};

/**
 * What is handed over of master data and orders. Names of the entity sets are unverified [K], but
 * for that of items; none of them says when it was changed, so that a field must be added.
 */
export const entityFields = {
  items: fallback(name('Released products.'), 'ReleasedProductsV2'),
  resources: fallback(name('Resources.'), 'OperationsResources'),
  bomVersions: fallback(name('Versions of bills of material.'), 'BillOfMaterialsVersionsV3'),
  bomLines: fallback(name('Their lines.'), 'BillOfMaterialsLinesV3'),
  routeVersions: fallback(name('Versions of routes.'), 'RouteVersionsV2'),
  routeOperations: fallback(name('Their operations.'), 'RouteOperationsV2'),
  routeProperties: fallback(name('Times of these.'), 'RouteOperationPropertiesV2'),
  orders: fallback(name('Production orders.'), 'ProductionOrderHeaders'),
  orderOperations: fallback(name('Their operations.'), 'ProductionOrderRouteOperations'),
};
const entityStandards = Object.fromEntries(
  Object.entries(entityFields).map(([key, field]) => [key, field.read(undefined, key)]),
) as Read<typeof entityFields>;
export const masterFields = {
  changedField: name('Extension field of items, resources, versions and orders: when changed.'),
  lineField: name('Extension field of resources with the line, enterprise/site/area/line.'),
  revisionField: optional(
    name('Field of items with their revision; the time of the change if not.'),
  ),
  entities: fallback(record('Entity sets.', entityFields), entityStandards),
};

export const dynamicsFields = {
  kind: choice('The connector.', ['dynamics']),
  url: origin,
  tokenUrl: tokens,
  clientId: id('The application that Entra ID knows.', 100),
  clientSecretPath: text('File with its secret; read again for every token.', 4_096),
  scope: optional(text('What the token is for; "<url>/.default" if absent.', 500)),
  company: id('Legal entity, _companyId.', 4),
  queue: fallback(name('Message queue.'), 'JmgMES3P'),
  keyField: optional(
    name('Extension field of every message type that carries our key; docs/dynamics.md.'),
  ),
  messages: fallback(record('How a message is read back.', messageFields), messageStandards),
  masters: optional(record('What it hands over; docs/dynamics.md.', masterFields)),
  disposition: optional(record('How a batch is blocked.', dispositionFields)),
  blockedStatus: optional(id('Inventory status of what is received into blocked stock.', 20)),
  site: optional(id('Production site of receipts.', 20)),
  warehouse: optional(id('Production warehouse of receipts.', 20)),
  clientTimeoutMs: fallback(integer('Wait for each answer, ms.', 10, 600_000), 30_000),
  maxInFlightMs: fallback(
    integer('After this time D365 has queued or dropped a call, ms; [K].', 0, 3_600_000),
    60_000,
  ),
  timeZone,
};

export type DynamicsConfig = Read<typeof dynamicsFields>;
export type DynamicsOptions = { kind: 'dynamics'; url: string; tokenUrl: string } & {
  readonly [K in keyof typeof dynamicsFields]?: unknown;
};
