// Goal: what was planned is taken from the versions of routings and bills that an order was
// released with, or that were in force, else from the config; each figure says from which.
// Method: central's real tables, asked over HTTP; a shift that was worked out by hand.
import { expect, test } from 'vitest';
import type { Content } from '../shared/event.ts';
import type { FigureName } from '../shared/figures.ts';
import { stated } from './helpers/central.ts';
import { content } from './helpers/facts.ts';
import { at, lyon, openFigures, site } from './helpers/figures.ts';
import { m01 } from './helpers/shop.ts';

const config = {
  ...{ currency: 'EUR', sites: [lyon], prices: [{ material: 'STEEL', perUnit: '2' }] },
  rates: [{ at: site, machinePerHour: '60', labourPerHour: '30' }],
};
const planned = {
  routings: [{ material: 'BOLT', operation: '0010', setupMinutes: '15', minutesPerUnit: '1.5' }],
  bills: [{ material: 'BOLT', component: 'STEEL', unit: 'EA', perUnit: '3' }],
};
/** 2 minutes of the machine for each, and 1 of people; 30 minutes to set up. */
const times = { setupMinutes: '30', machineMinutes: '10', labourMinutes: '5', baseQuantity: '5' };
const routing = (version: string, more: object = times, operation = '0010') => ({
  ...{ kind: 'routing', record: 'R-7', version },
  content: { material: 'BOLT', operations: [{ operation, workCenter: 'SAW1', ...more }] },
});
const bom = (version: string, quantity = '20', more: object = { baseQuantity: '10' }) => ({
  ...{ kind: 'bom', record: 'B-1', version },
  content: {
    ...{ material: 'BOLT', ...more },
    components: [{ material: 'STEEL', quantity, unit: 'EA' }],
  },
});
type Named = Readonly<{ kind: string; record: string; version: string }>;
const named = ({ kind, record, version }: Named) => ({ kind, record, version });

function opened(given: object = config) {
  const world = openFigures(given);
  const { hear, app, time } = world;
  const said = { by: 'person:17', reason: 'change 12' };
  async function post(url: string, payload: object) {
    const reply = await app.inject({ method: 'POST', url: `/v1/downlink${url}`, payload });
    return reply.json();
  }
  /** These become a change set that is active from then on. */
  async function active(hours: number, ...references: object[]) {
    time.nowMs = at(hours).atMs;
    const { refused } = await post('/references', { site, ...said, references });
    expect(refused).toEqual([]);
    const { draft } = await post('/sets', { site, ...said });
    await post(`/sets/${draft}/approve`, said);
  }
  /** Half an hour of set-up, two hours of work: 45 good, 5 scrap, of 110 steel. */
  function work(order: string, hours: number, versions?: readonly Named[], unit = 'EA') {
    const op = { order, operation: '0010' };
    const when = (later: number) => ({ ...op, ...at(hours + later) });
    const released = stated.release(order);
    const phase = (run: string, later: number, name: 'setup' | 'run') => {
      const body = { run, phase: name, lane: 1, rework: false };
      return content(`${order} ${run}`, 'PhaseStarted', body, {
        ...{ ...when(later), actor: 'person:4' },
      });
    };
    time.nowMs = at(hours + 3).atMs;
    hear(
      m01,
      {
        ...{ ...released, ...at(hours) },
        body: { ...released.body, unit, ...(versions ? { versions } : {}) },
      } as Content,
      phase('S', 0, 'setup'),
      stated.end('S', when(0.5)),
      phase('R', 0.5, 'run'),
      stated.consume(`HEAT ${order}`, '110', when(0.6)),
      stated.report('45', { scrap: '5', run: 'R', unit }, when(2)),
      stated.end('R', when(2.5)),
    );
  }
  const told = async (order: string, ...names: FigureName[]) => {
    const { rows } = await world.ask(`?by=order&order=${order}&from=2026-11-29&to=2026-12-02`);
    return names.map((name) => {
      const { value, why, basis } = rows[0]!.figures[name];
      return [value ?? why, basis['plannedBy'], basis['versions']];
    });
  };
  return { ...world, active, work, told, post, said };
}
const all = ['performance', 'timeVariance', 'labourVariance', 'materialVariance'] as const;

test('an order is planned by the versions that it was released with', async () => {
  const { active, work, told, ask } = opened({ ...config, ...planned });
  await active(-9, routing('1'), bom('C'));
  await active(-8, routing('2', { ...times, machineMinutes: '20' }), bom('D', '40'));
  work('WO-1', 0, [routing('1'), bom('C')].map(named));
  const [of, by] = ['released', 'routing R-7 1'];
  expect(await told('WO-1', ...all, 'scrapCost')).toEqual([
    ['83.3', of, by], // 50 times 2 minutes of 2 hours
    ['1200000', of, by], // 150 minutes; 30 and 100 were expected
    ['4200000', of, by], // one person at all of it; 30 and 50 were expected
    ['20.00', of, 'bom B-1 C'], // 110 pieces of steel; 100 were expected
    ['32.50', of, 'bom B-1 C, routing R-7 1'], // 5 of 4.00 steel, 2.00 machine, 0.50 labour
  ]);
  const { rows } = await ask('?by=order');
  expect(rows[0]!.variance).toMatchObject({
    operations: [{ operation: '0010', planned: { setupMs: '1800000', runMs: '12000000' } }],
    materials: [{ material: 'STEEL', planned: '200', expected: '100', actual: '110' }],
  });
  const never = [routing('1'), bom('C')].map((one) => ({ ...named(one), version: 'never came' }));
  work('WO-2', 4, never); // what is in force is another version than was named
  expect((await told('WO-2', ...all)).map(([, plannedBy]) => plannedBy)).toEqual(
    Array(4).fill('config'),
  );
});

test('one that names none is planned by what was in force then', async () => {
  const { active, work, told, ask } = opened({ ...config, ...planned });
  await active(-9, routing('1'), bom('C'));
  await active(12, routing('2', { ...times, machineMinutes: '20' }), bom('D', '40'));
  work('WO-1', 0);
  work('WO-2', 24);
  const figures = [...all, 'scrapCost'] as const;
  expect((await told('WO-1', ...figures)).map(([value]) => value)).toEqual([
    ...['83.3', '1200000', '4200000', '20.00', '32.50'],
  ]);
  expect(await told('WO-2', ...figures)).toEqual([
    ['166.7', 'inForce', 'routing R-7 2'],
    ['-4800000', 'inForce', 'routing R-7 2'],
    ['4200000', 'inForce', 'routing R-7 2'],
    ['-180.00', 'inForce', 'bom B-1 D'],
    ['62.50', 'inForce', 'bom B-1 D, routing R-7 2'], // 8.00 steel, 4.00 machine, 0.50 labour
  ]);
  const { rows } = await ask('?by=line&from=2026-11-30&to=2026-12-02');
  expect(rows[0]!.figures.performance).toMatchObject({
    ...{ value: '125.0' },
    basis: { plannedBy: 'inForce', versions: 'routing R-7 1, routing R-7 2' },
  });
  expect(rows[0]!.figures.scrapCost.value).toBe('95.00');
});

test('what no version says, says the config', async () => {
  const { active, work, told } = opened({ ...config, ...planned });
  work('WO-0', -20); // before anything came
  const inKilos = { ...times, baseUnit: 'KG' };
  await active(-9, routing('1', {}), routing('3', inKilos), bom('C', '20', { baseUnit: 'KG' }));
  const byConfig = [
    ['62.5', 'config', undefined], // 75 minutes of 2 hours
    ['3600000', 'config', undefined], // 15 and 75 were expected
    ['3600000', 'config', undefined],
    ['-80.00', 'config', undefined], // 150 pieces of steel were expected
  ];
  expect(await told('WO-0', ...all)).toEqual(byConfig);
  const never = ['never', 'came'].map((version) => named(routing(version)));
  work('WO-1', 0, [named(routing('1')), named(bom('C'))]); // without times, and for another unit
  work('WO-2', 4, [...never, { ...named(bom('C')), record: 'B-9' }]);
  work('WO-3', 8, [named(routing('3'))]);
  for (const order of ['WO-1', 'WO-2', 'WO-3']) expect(await told(order, ...all)).toEqual(byConfig);
});

test('of two that are in force for one material neither counts, nor one of another', async () => {
  const { active, work, told } = opened();
  const other = { ...bom('C'), record: 'B-2' };
  const nuts = { ...bom('C'), record: 'B-3' };
  await active(-9, bom('C'), other, { ...nuts, content: { ...nuts.content, material: 'NUT' } });
  work('WO-1', 0);
  work('WO-2', 4, [named(nuts)]);
  work('WO-3', 8, [named(other)]);
  expect(await told('WO-1', 'materialVariance')).toEqual([['noBill', undefined, undefined]]);
  expect(await told('WO-2', 'materialVariance')).toEqual([['noBill', undefined, undefined]]);
  expect(await told('WO-3', 'materialVariance')).toEqual([['20.00', 'released', 'bom B-2 C']]);
});

test('a version for the unit that is made counts; labour is as long as the machine', async () => {
  const { active, work, told } = opened();
  const { labourMinutes: _, ...alone } = times;
  await active(-9, routing('1', { ...alone, baseUnit: 'EA' }), bom('C', '2', { baseUnit: 'EA' }));
  work('WO-1', 0);
  expect((await told('WO-1', ...all)).map(([value]) => value)).toEqual([
    ...['83.3', '1200000', '1200000', '20.00'],
  ]);
});

test('a lot that quality scraps is at what it was planned by', async () => {
  const { active, hear, work, told } = opened();
  await active(-9, routing('1'), bom('C'));
  await active(-8, bom('D', '40'));
  work('WO-1', 0, [named(routing('1')), named(bom('C'))]);
  hear(
    m01,
    stated.produce('L1', '45', { ...at(2.6), order: 'WO-1' }),
    stated.block('H1', 'L1', '4', at(2.7)),
    stated.decide('H1', 'scrap', '4', { ...at(2.8), lot: 'L1' }),
  );
  expect(await told('WO-1', 'scrapCost')).toEqual([
    ['58.50', 'released', 'bom B-1 C, routing R-7 1'], // 9 of 6.50
  ]);
});
