import { commandSchemas } from '../../shared/commandschema.ts';
import { type JsonSchema, schemaOf } from '../../shared/jsonschema.ts';
import { lineField } from '../../shared/subject.ts';
import { statusOf } from '../http/statuses.ts';
import { counterFields, piecesFields } from '../machine/desk.ts';
import { askFields, turnFields } from '../machine/jobdesk.ts';
import { drillFields } from '../uplink/drill.ts';
import { doorsOf, sessionRoutes, signature } from './door.ts';
import { listMax } from './facts.ts';
import { codeMax } from './scan.ts';
import { machineAnswers } from './told/machines.ts';
import { ref } from './told/shapes.ts';
import { type Parameter, type Route, schemas } from './told.ts';

const text = (maxLength?: number): JsonSchema => ({
  type: 'string',
  ...(maxLength ? { maxLength } : {}),
});
const line: Parameter = {
  name: 'line',
  doc: lineField.doc,
  schema: lineField.schema!,
  required: true,
};
const place: JsonSchema = { type: 'string', pattern: '^\\d{1,15}\\.\\d{1,15}$' };
const after: Parameter = { name: 'after', doc: 'Epoch and sequence of a fact.', schema: place };
const events = 'text/event-stream';

/** What can be asked of an edge. A floor test holds the app to it. */
const routes: readonly Route[] = [
  {
    ...{ method: 'post', path: '/v1/commands', faults: ['INVALID', 'FULL'] },
    summary: 'Asks commands; each is answered for itself, once it is on disk.',
    body: {
      type: 'object',
      properties: {
        signature,
        commands: { type: 'array', items: ref('Command'), minItems: 1, maxItems: 500 },
      },
      required: ['commands'],
    },
    answer: ref('Answers'),
  },
  ...sessionRoutes,
  {
    ...{ method: 'get', path: '/v1/line', query: [line], answer: ref('LineView') },
    ...{ summary: 'Everything that a line’s screen shows.', faults: ['INVALID', 'UNKNOWN'] },
  },
  {
    ...{ method: 'get', path: '/v1/events', type: events, faults: ['INVALID', 'UNKNOWN', 'FULL'] },
    summary: 'Tells the status whenever it changes; with a line, that line’s view as "line".',
    query: [{ ...line, required: false }],
  },
  {
    ...{ method: 'get', path: '/v1/hold', answer: ref('HoldView'), faults: ['INVALID', 'UNKNOWN'] },
    summary: 'A hold, what it is on, and what each decision would do.',
    query: [
      { name: 'hold', doc: 'Identity of the hold.', schema: text(40), required: true },
      { name: 'disposition', doc: 'Only this one.', schema: text() },
      {
        name: 'quantity',
        doc: 'Of so much; of all that is undecided if not said.',
        schema: text(),
      },
    ],
  },
  {
    ...{ method: 'get', path: '/v1/scan', answer: ref('Scan'), faults: ['INVALID'] },
    summary: 'What a scanned code is at this edge.',
    query: [
      { name: 'code', doc: 'As the scanner sends it.', schema: text(codeMax), required: true },
    ],
  },
  {
    ...{ method: 'get', path: '/v1/facts', answer: ref('FactList') },
    ...{ summary: 'Facts of a line in order.', faults: ['INVALID', 'UNKNOWN'] },
    query: [
      ...[line, after],
      {
        name: 'limit',
        doc: 'Most of them.',
        schema: { type: 'integer', minimum: 1, maximum: listMax },
      },
    ],
  },
  {
    ...{ method: 'get', path: '/v1/facts/:eventId', answer: ref('FactView') },
    ...{ summary: 'One fact, whole.', faults: ['INVALID', 'UNKNOWN'] },
  },
  {
    ...{ method: 'get', path: '/v1/facts/stream', type: events, query: [line, after] },
    summary: 'Facts of a line as they are stored, behind "after" or Last-Event-ID.',
    faults: ['INVALID', 'UNKNOWN', 'FULL'],
  },
  {
    ...{ method: 'get', path: '/v1/status', answer: ref('Status'), faults: [] },
    summary: 'All lines, open orders and holds, the last facts, and how the edge stands.',
  },
  {
    ...{ method: 'get', path: '/v1/lots/:lot', answer: ref('Lot'), faults: ['UNKNOWN'] },
    summary: 'Where a lot came from and what became of it.',
  },
  {
    ...{ method: 'get', path: '/v1/orders/:order/balance', answer: ref('Balance') },
    ...{ summary: 'Where the pieces of an order are.', faults: ['UNKNOWN'] },
  },
  ...(
    [
      ['pieces', piecesFields, 'Whose pieces are that no run was open for.'],
      ['counter', counterFields, 'A counter goes on from the value that was not believed.'],
      ['jobs', askFields, 'Asks something of a machine.'],
      ['writes', turnFields, 'Switches all writing to machines off or on.'],
    ] as const
  ).map(
    ([name, fields, summary]): Route => ({
      ...{ method: 'post', path: `/v1/machines/${name}`, summary, body: schemaOf(fields) },
      ...{ answer: machineAnswers[name], faults: ['INVALID', 'REFUSED', 'UNKNOWN', 'FULL'] },
    }),
  ),
  {
    ...{ method: 'get', path: '/v1/machines', answer: ref('MachinesNow'), faults: ['UNKNOWN'] },
    summary: 'What machines say.',
  },
  {
    ...{ method: 'post', path: '/v1/backup', type: 'application/vnd.sqlite3' },
    ...{ summary: 'A copy of the store.', faults: ['UNKNOWN', 'FULL'] },
  },
  {
    ...{
      method: 'post',
      path: '/v1/drill',
      answer: { type: 'object' },
      body: schemaOf(drillFields),
    },
    ...{ summary: 'Holds the uplink down for a time.', faults: ['INVALID', 'REFUSED', 'FULL'] },
  },
  {
    ...{ method: 'delete', path: '/v1/drill', status: 204, faults: ['REFUSED'] },
    summary: 'Ends it before its time.',
  },
  {
    ...{ method: 'get', path: '/v1/charts', answer: ref('Charts'), faults: [] },
    summary: 'The charts that decide.',
  },
  {
    ...{ method: 'get', path: '/v1/charts/:name.svg', type: 'image/svg+xml' },
    ...{ summary: 'A picture of a chart.', faults: ['INVALID', 'UNKNOWN'] },
    query: [{ name: 'state', doc: 'State that is lit.', schema: text() }],
  },
  {
    ...{ method: 'get', path: '/v1/openapi.json', answer: { type: 'object' }, faults: [] },
    summary: 'This description.',
  },
  {
    ...{ method: 'get', path: '/metrics', type: 'text/plain', faults: [] },
    summary: 'What a scraper reads.',
  },
];

const names = /:(\w+)/g;

function operationOf(route: Route) {
  const {
    path,
    summary,
    query = [],
    body,
    answer,
    type = 'application/json',
    status = 200,
  } = route;
  const parameters = [
    ...[...path.matchAll(names)].map(([, name]) => ({
      ...{ name, in: 'path', required: true, schema: text() },
    })),
    ...query.map(({ doc, required = false, ...rest }) => {
      return { in: 'query', description: doc, required, ...rest };
    }),
  ];
  const own = route.faults.map((code) => statusOf[code]);
  const doors = doorsOf(route.method);
  const faults = [...new Set([...own, ...Object.keys(doors).map(Number)])];
  const fault = { 'application/json': { schema: ref('Fault') } };
  const content = { [type]: { schema: answer ?? { type: 'string' } } };
  return {
    ...{ summary, parameters },
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } }
      : {}),
    responses: {
      [status]: { description: summary, ...(status === 204 ? {} : { content }) },
      ...Object.fromEntries(
        faults.map((number) => [
          number,
          {
            description:
              doors[number] ?? route.faults.filter((code) => statusOf[code] === number).join(', '),
            content: fault,
          },
        ]),
      ),
    },
  };
}

/** The edge's API as OpenAPI 3.1, from the tables that read and answer. */
export function openApi() {
  const commands = commandSchemas();
  const mapping = Object.fromEntries(
    Object.keys(commands).map((type) => [type, `#/components/schemas/${type}`]),
  );
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(names, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Holdfast edge', version: '1', description: 'See docs/api.md.' },
    paths,
    components: {
      schemas: {
        Command: {
          oneOf: Object.keys(commands).map(ref),
          discriminator: { propertyName: 'type', mapping },
        },
        ...commands,
        ...schemas,
      },
    },
  };
}
