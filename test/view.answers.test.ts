// Goal: a plant's own screens can rely on what is published of answers: all that they tell, and
// nothing else. Method: edges in rich states; every answer is held to its schema, every property
// of a schema must be seen with a value, and every object says that it has no more.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { openApi } from '../edge/view/openapi.ts';
import type { JsonSchema } from '../shared/jsonschema.ts';
import { response, serveMachines } from './helpers/answersbox.ts';
import { testFolder } from './helpers/folder.ts';
import { openJobs } from './helpers/jobbox.ts';
import { mappingText } from './helpers/machine.ts';
import { accepted, startManned, token } from './helpers/people.ts';
import { described, objectsIn, told } from './helpers/schemapaths.ts';
import { command, lots, m01, m02, quality, quantityHold, shop } from './helpers/shop.ts';
import { troubledStatus } from './helpers/troubled.ts';
import { doseAsked, stopped } from './helpers/writebox.ts';

const api = openApi();
const schemas = api.components.schemas as Record<string, JsonSchema>;
type Operation = { responses: { 200: { content: Record<string, { schema: JsonSchema }> } } };

/** The schema of a way's answer, e.g. "get /v1/status". */
function schemaOf(way: string): JsonSchema {
  const [method, path] = way.split(' ');
  const operation = api.paths[path!]![method!] as Operation;
  return operation.responses[200].content['application/json']!.schema;
}

/** Holds answers to their schemas, and remembers what was seen in them. */
function openBook() {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema(api, 'api');
  const seen = new Map<string, Set<string>>();
  const known = new Map<string, ValidateFunction>();
  const compile = (way: string): ValidateFunction =>
    ajv.compile(JSON.parse(JSON.stringify(schemaOf(way)).replaceAll('"#/', '"api#/')));
  return {
    fits(way: string, answer: unknown): void {
      const validate = known.get(way) ?? compile(way);
      known.set(way, validate);
      expect([way, validate(answer), validate.errors]).toEqual([way, true, null]);
      seen.set(way, new Set([...(seen.get(way) ?? []), ...told(answer)]));
    },
    unseen: (way: string): string[] =>
      [...described(schemas, schemaOf(way))].filter((path) => !seen.get(way)?.has(path)),
  };
}

const ways = [
  ...['get /v1/status', 'get /v1/lots/{lot}', 'get /v1/orders/{order}/balance', 'get /v1/charts'],
  ...['get /v1/machines', 'post /v1/machines/pieces', 'post /v1/machines/counter'],
  ...['post /v1/machines/jobs', 'post /v1/machines/writes', 'get /v1/line'],
];
test.each(ways)('%s: every object says all that it has', (way) => {
  const objects = objectsIn(schemas, schemaOf(way));
  const open = objects.filter(([, { additionalProperties }]) => additionalProperties !== false);
  const isFree = (path: string) => /(^|\.)(body|values)$/.test(path);
  expect(objects.length).toBeGreaterThan(0);
  expect(open.map(([path]) => path).filter((path) => !isFree(path))).toEqual([]);
});

const op = { order: 'WO-1', operation: '0010' };
const routing = {
  operations: [
    { operation: '0010', name: 'Turning' },
    { operation: '0020', name: 'Washing' },
  ],
};
const versions = [{ kind: 'item', record: 'BOLT', version: 'A' }];
const expiryMs = 4_000_000_000_000;
const story = [
  [shop.release(routing), shop.release({ versions }, 'WO-2'), shop.start(), shop.phase('R1')],
  [shop.staff('R1', ['person:1']), shop.report('R1', { good: '9', held: '5', scrap: '1' })],
  [command('StartShift', { shift: 'A' }, { people: ['person:1'] }), shop.consume('S1')],
  [shop.produce('L1', { inspect: true, expiryMs }), lots.release('L1')],
  [lots.split('L1', { L2: '4', L3: '2' }), shop.produce('L4', { inspect: true })],
  [quantityHold('H1', '5'), quality.review('H1'), quality.propose('H1')],
  [lots.hold('H2', 'L2', '4'), quality.inspect('I1'), shop.start({ operation: '0020' })],
  [shop.phase('R2', { lane: 2 }, { operation: '0020' })],
  [shop.report('R2', { good: '12' }, { operation: '0020' })],
  [shop.hold('H4', 'operation', op, { sinceMs: 1 })],
  [quality.inspect('I2', {}), shop.hold('H3', 'line', {}, { nonconformance: 'N1' })],
];

test('a whole edge at work, with people and a machine that is away', async () => {
  const book = openBook();
  const mapping = join(testFolder(), 'press.yaml');
  writeFileSync(mapping, mappingText().replace('127.0.0.1:4840', '127.0.0.1:9'));
  const plant = await startManned({
    lines: [{ line: m01, lanes: 2, machine: mapping }, { line: m02 }],
  });
  const screen = plant.screen({ authorization: `Bearer ${token}` });
  const look = async (way: string, path = way.split(' ')[1]!) => {
    const { status, body } = await screen.call('GET', path);
    expect([path, status]).toEqual([path, 200]);
    book.fits(way, body);
    return body;
  };
  const views = async () => {
    await look('get /v1/line', `/v1/line?line=${encodeURIComponent(m01)}`);
    return look('get /v1/status');
  };
  await views();
  for (const commands of story) {
    accepted(await screen.ask(commands.map((one) => ({ ...one, actor: 'system:mes' }))));
    await views();
  }
  for (const lot of ['S1', 'L1', 'L2', 'L4']) await look('get /v1/lots/{lot}', `/v1/lots/${lot}`);
  for (const order of ['WO-1', 'WO-2']) {
    await look('get /v1/orders/{order}/balance', `/v1/orders/${order}/balance`);
  }
  await look('get /v1/charts');
  await look('get /v1/machines');
  book.fits('get /v1/status', { ...(await views()), ...troubledStatus() });

  expect(book.unseen('get /v1/charts')).toEqual([]);
  expect(book.unseen('get /v1/lots/{lot}')).toEqual([]);
  expect(book.unseen('get /v1/orders/{order}/balance')).toEqual([]);
  const own = book.unseen('get /v1/status').filter((path) => !path.startsWith('machines.'));
  // A hold that is over, a year of forgetting, an hour of growth, a file that is no more, and a set
  // of reference data that cannot be taken.
  const rare = [
    ...['holds.outcome', 'retention.waitsFor', 'disk.daysLeft', 'people.trouble'],
    ...['reference.waits', 'program.build'],
  ];
  expect(own.sort()).toEqual(rare.sort());
});

const ask = { line: m01, unit: 'press', operation: '0010', by: 'person:1' };
const sending = `    jobs:
      object: "/m:Jobs"
      allow: [Store, Start, Clear]
      perMinute: 60
      parameters: { Speed: { value: 5, unit: "1/min" } }
      actuals: { good: Good, scrap: Bad }
    events: { plc: { at: "ua;i=2253", raise: fault } }
`;
const content = {
  materials: [{ material: 'STEEL', quantity: '1.5', unit: 'kg', lot: 'S1' }],
  ...{ startMs: 1_000, endMs: 2_000, priority: 3 },
};

/** A press that has jobs, steel of an unknown lot, a standing alarm, and pieces told too early. */
function pressed() {
  const box = openJobs(sending);
  const [line] = box.machines.lines;
  const known = line!.units.get('press')!;
  known.memory = { ...known.memory, owed: new Map([['scrap', -2_000_000n]]) };
  box.store.commit(() => {
    const about = { unit: 'press', why: 'lotUnknown', run: 'R1', job: '', lot: '' } as const;
    const used = {
      kind: 'consumed',
      pieces: 2_500_000n,
      material: 'STEEL',
      measure: 'kg',
    } as const;
    box.machines.ledger.addLoose(m01, { ...about, ...used, fromMs: 5, untilMs: 9 });
  });
  const alarm = { type: 't', source: 'Filler', condition: 'ua;i=7', stands: true, severity: 500 };
  const event = { ...alarm, eventId: '1', message: 'film torn' };
  box.say('events plc', null, { event: { ...event, kind: 'condition' } });
  box.say('events plc', null, { event: { ...event, kind: 'notRefreshed' } });
  return box;
}

test('machines with jobs, alarms, loose pieces and a counter that is not believed', async () => {
  const book = openBook();
  const box = pressed();
  const { say, pass } = box;
  const { get, post } = await serveMachines(box);
  const look = async () => book.fits('get /v1/machines', await get('/machines'));
  const act = async (name: string, body: object) =>
    book.fits(`post /v1/machines/${name}`, await post(`/machines/${name}`, body));
  await look();
  box.decide(shop.release({ versions }, 'WO-2'));
  await act('jobs', { ...ask, order: 'WO-2', action: 'Store', ...content });
  await act('jobs', { ...ask, order: 'WO-1', action: 'Store' });
  await look();
  await box.rounds();
  await act('jobs', { ...ask, order: 'WO-1', action: 'Start' });
  await box.rounds();
  box.jobs.set('WO-1/0010', 'Running');
  await box.rounds();
  say('counter good', 107n);
  pass(1_000);
  box.jobs.set('WO-1/0010', 'Ended');
  await box.rounds(4);
  await look(); // it does not know what came of it
  box.responds(() => response);
  await box.rounds(8, 120_000);
  await look();

  for (const [tag, value] of [
    ['state', 3n],
    ['job', 'WO-1'],
    ['level temp', 50],
  ] as const)
    say(tag, value);
  pass(2_000);
  await look();
  box.decide(shop.hold('H1', 'order', { order: 'WO-1' }));
  say('counter good', 5_000_100n);
  pass(1_000);
  await look();
  await act('counter', { line: m01, unit: 'press', counter: 'good', by: 'person:7' });
  await act('writes', { on: false, by: 'person:7' });
  const rows = box.machines.ledger.loose();
  box.decide(shop.produce('L9')); // of bolts, and no steel
  await act('pieces', { id: rows[0]!.id, run: 'R1', lot: 'L9', by: 'person:7' });
  await act('pieces', { id: rows[0]!.id, reason: 'spilt', by: 'person:7' });
  await act('pieces', { id: rows[1]!.id, run: 'R1', by: 'person:7' });
  box.listener.changed('reconnecting', 'no answer');
  await look();

  const show = stopped();
  const second = await serveMachines(show);
  await second.post('/machines/jobs', { ...ask, order: 'WO-1', action: 'Prepare', ...doseAsked });
  book.fits('get /v1/machines', await second.get('/machines'));
  for (const way of ways.filter((one) => one.includes('machines'))) {
    // What became of samples and events is counted by each of the code's own words.
    const isCount = (path: string) => /\.(samples|eventCounts)\.\w+$/.test(path);
    const unseen = book.unseen(way).filter((path) => !isCount(path));
    expect([way, unseen]).toEqual([way, []]);
  }
});
