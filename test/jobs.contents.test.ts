// Goal: a job says what it is to the machine, and nothing that the mapping does not ask for.
// Method: a machine that remembers what it got; an order as planning released it.
import { expect, test } from 'vitest';
import { contentBytesMax } from '../edge/machine/content.ts';
import { lookedMax, openVersions } from '../edge/machine/release.ts';
import { openJobs } from './helpers/jobbox.ts';
import { running } from './helpers/machinebox.ts';
import { shop } from './helpers/shop.ts';

const parameters = `{
        Speed: { value: 60, unit: 1/min }, Pieces: { from: quantity },
        Recipe: { from: material, map: { BOLT: R-7 } }, Temp: { low: 100, high: 220 }, Note: {} }`;
const mapped = (given = parameters) =>
  `    jobs: { object: "/m:Jobs", allow: [Store, Start], perMinute: 60, parameters: ${given} }\n`;
const given = { Temp: 180.5, Note: 'first of the week' };

test('Store says material, quantity, parameters, needs, times and priority', async () => {
  const box = openJobs(mapped());
  box.ask('Store', {
    ...{ parameters: given, quantity: '250.5', startMs: 1_000, endMs: 2_000, priority: 7 },
    materials: [{ material: 'STEEL', quantity: '12.5', unit: 'KGM', lot: 'L-1' }],
  });
  await box.rounds();
  expect(box.orders).toEqual([
    {
      description: 'order WO-1, operation 0010',
      workMaster: { id: 'BOLT', versions: [] },
      parameters: [
        { id: 'Speed', value: 60, unit: '1/min' },
        { id: 'Pieces', value: 250.5 },
        { id: 'Recipe', value: 'R-7' },
        { id: 'Temp', value: 180.5 },
        { id: 'Note', value: 'first of the week' },
      ],
      materials: [
        { material: 'BOLT', use: 'Produced', quantity: '250.5', unit: 'EA' },
        { material: 'STEEL', use: 'Consumed', quantity: '12.5', unit: 'KGM', lot: 'L-1' },
      ],
      ...{ startMs: 1_000, endMs: 2_000, priority: 7 },
    },
  ]);
  expect(box.told().sent).toEqual({ order: box.orders[0] });
  const [asked] = box.db.prepare('SELECT what FROM job_log').pluck().all() as string[];
  expect(asked).toContain('asked Store {"order":{"description"');
});

test('what is asked is what is sent, though the order changes meanwhile', async () => {
  const box = openJobs(mapped('{}'));
  box.ask('Store');
  box.decide(shop.release({ quantity: '7' }, 'WO-2'));
  await box.rounds();
  expect(box.orders[0]!.materials[0]!.quantity).toBe('100000');
});

test.each([
  ['must be given', 'parameters.Temp: must be given; job.parameters.Note: must be given', {}],
  ['must be within its limits', 'Temp: must be a number from 100 to 220', { Temp: 220.1 }],
  ['must be a number where it has limits', 'Temp: must be a number from 100', { Temp: '180' }],
  ['must be asked for', 'parameters.Speed: is none that the mapping asks for', { Speed: 1 }],
  ['must be known', 'parameters.Torque: is none that the mapping asks for', { Torque: 1 }],
])('a value of a request %s', (_, why, more) => {
  const box = openJobs(mapped());
  expect(() => box.ask('Store', { parameters: more })).toThrow(why);
  expect(box.docket.all()).toEqual([]);
});

test('what the mapping cannot translate, no end before its begin, no contents with a Start', () => {
  const box = openJobs(mapped('{ Recipe: { from: material, map: { NUT: R-8 } } }'));
  expect(() => box.ask('Store')).toThrow('the mapping has nothing for material BOLT');
  const plain = openJobs(mapped('{}'));
  expect(() => plain.ask('Store', { startMs: 2, endMs: 1 })).toThrow('endMs: must not be before');
  expect(() => plain.ask('Start', { priority: 1 })).toThrow('not with Start');
  expect(() => plain.ask('Store', { quantity: '0' })).toThrow('quantity: must be more than 0');
  const materials = Array.from({ length: 50 }, (_, index) => ({
    ...{ material: '漢'.repeat(40), lot: `${index}`.padEnd(40, '5'), unit: 'U'.repeat(20) },
    quantity: '999999999999.999999',
  }));
  const parameters = Object.fromEntries(
    Array.from({ length: 45 }, (_, index) => [`P${index}`, '5'.repeat(100)]),
  );
  const asks = Object.keys(parameters).map((name) => `${name}: {}`);
  const large = openJobs(mapped(`{ ${asks.join(', ')} }`));
  expect(() => large.ask('Store', { materials, parameters })).toThrow(
    `must have at most ${contentBytesMax} bytes of contents, has`,
  );
});

test('the versions of a release go with its material, as far as they are looked for', async () => {
  const box = openJobs(mapped('{}'));
  const versions = [{ kind: 'item', record: 'NUT', version: 'B' }] as const;
  box.decide(shop.release({ material: 'NUT', versions }, 'WO-3'));
  box.decide(shop.release({ material: 'NUT' }, 'WO-33'));
  box.ask('Store', { order: 'WO-3' });
  await box.rounds();
  expect(box.orders[0]!.workMaster).toEqual({ id: 'NUT', versions });
  const found = openVersions(box.db);
  expect([found('WO-3'), found('WO-33'), found('WO-9')]).toEqual([versions, [], []]);
});

test('a release that is too old is not looked for', () => {
  const box = running();
  const versions = [{ kind: 'item', record: 'NUT', version: 'B' }] as const;
  box.decide(shop.release({ material: 'NUT', versions }, 'WO-3'));
  expect(openVersions(box.db)('WO-3')).toEqual(versions);
  expect(openVersions(box.db, 1)('WO-3')).toEqual(versions);
  box.decide(shop.release({}, 'WO-4'));
  expect(openVersions(box.db, 1)('WO-3')).toEqual([]);
  expect(lookedMax).toBe(100_000);
});
