import { factStream } from '../subject.ts';
import { factSchemas, type ObjectSchema } from './schema.ts';

const place = (what: string) => ({ description: `${what}, escaped as on every subject.` });
const header = (description: string) => ({ type: 'string', description });

const headers = {
  type: 'object',
  properties: {
    'ce-specversion': { type: 'string', const: '1.0' },
    'ce-id': header('eventId: the same for what is told twice.'),
    'ce-type': header('holdfast.<type>.v<version>.'),
    'ce-source': header('/holdfast/<enterprise>/<site>/<area>/<line>, percent-encoded.'),
    'ce-time': header('at, if there is one.'),
    'ce-dataschema': header('$id of the schema of the payload.'),
    'ce-correlationid': header('correlationId, percent-encoded.'),
    traceparent: {
      ...header(
        'W3C Trace Context: the trace that the fact has from the tap to its document, and the ' +
          'span of its telling, below which a reader puts its own. Absent in messages that an ' +
          'older release has told.',
      ),
      pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
    },
    'Hf-Epoch': header('epoch.'),
    'Hf-Sequence': header('sequence.'),
    'Hf-Position': header('position.'),
  },
  required: ['ce-specversion', 'ce-id', 'ce-type', 'ce-source'],
} as const;

const schemaFormat = 'application/schema+json;version=draft-2020-12';

const messageOf = (name: string, payload: ObjectSchema) => ({
  name,
  title: name,
  contentType: 'application/json',
  headers: { $ref: '#/components/schemas/headers' },
  correlationId: { location: '$message.payload#/correlationId' },
  payload: { schemaFormat, schema: payload },
});

/** The type of a schema, whatever its version. */
const typeOf = (name: string): string => name.slice(0, name.lastIndexOf('.v'));

/** The feed as AsyncAPI 3.0: one channel a type, told by central, with every schema in it. */
export function asyncApi() {
  const schemas = factSchemas();
  const parameters = {
    ...{ enterprise: place('Enterprise'), site: place('Site') },
    ...{ area: place('Area'), line: place('Line') },
  };
  const byType = Object.groupBy(Object.keys(schemas), typeOf);
  const types = Object.keys(byType);
  const refs = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));
  const channels = types.map((type) => [
    type,
    {
      address: `hf.fact.{enterprise}.{site}.{area}.{line}.${type}`,
      messages: refs(byType[type]!),
      parameters,
    },
  ]);
  const operations = types.map((type) => [
    `tell${type}`,
    { action: 'send', channel: { $ref: `#/channels/${type}` } },
  ]);
  const messages = Object.entries(schemas).map(([name, schema]) => [name, messageOf(name, schema)]);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Holdfast: facts',
      version: '1.0.0',
      description:
        `Every fact of every line, once it is in central's ledger and in the order of its line, ` +
        `in the JetStream stream ${factStream}. Fields and types may be added at any time: pass ` +
        'over what you do not know. What changes in another way gets another version.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(channels),
    operations: Object.fromEntries(operations),
    components: {
      schemas: { headers },
      messages: Object.fromEntries(messages),
    },
  };
}
