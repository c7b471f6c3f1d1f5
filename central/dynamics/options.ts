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
import { address, origin, timeZone } from '../erpfields.ts';

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
