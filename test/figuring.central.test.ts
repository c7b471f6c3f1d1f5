// Goal: every figure is what ISO 22400-2 and the plant's prices say of the facts, and nothing is
// made up: what is not known is told as not known, with the reason.
// Method: a shift that was worked out by hand, told to a central that is asked over HTTP.
import { describe, expect, test } from 'vitest';
import type { Content } from '../shared/event.ts';
import type { FiguresTold } from '../shared/figures.ts';
import { stated } from './helpers/central.ts';
import { content } from './helpers/facts.ts';
import { at, hourMs, lyon, openFigures, site } from './helpers/figures.ts';
import { m01, m02 } from './helpers/shop.ts';

const config: object = {
  currency: 'EUR',
  sites: [lyon],
  ideals: [{ line: m01, material: 'BOLT', perHour: '50' }],
  prices: [
    { material: 'STEEL', perUnit: '1.2' },
    { site, material: 'BOLT', perUnit: '9' },
  ],
  rates: [{ at: site, machinePerHour: '60', labourPerHour: '30', perInspection: '12.5' }],
  routings: [{ material: 'BOLT', operation: '0010', setupMinutes: '15', minutesPerUnit: '1.5' }],
  bills: [{ material: 'BOLT', component: 'STEEL', unit: 'EA', perUnit: '2' }],
};
const op = { order: 'WO-1', operation: '0010' };
let made = 0;
function phase(run: string, about: object, body: object = {}): Content {
  const whole = { run, phase: 'run' as const, lane: 1, rework: false, ...body };
  return content(`phase ${++made}`, 'PhaseStarted', whole, { ...op, ...about });
}
const state = (name: 'stopped' | 'execute', about: object): Content =>
  content(`state ${++made}`, 'EquipmentStateChanged', { state: name, reason: 'jam' }, about);
const inspect = (about: object): Content =>
  content(
    `inspect ${++made}`,
    'InspectionRecorded',
    { inspection: `I${made}`, result: 'passed' },
    { ...op, ...about },
  );

/** Four hours of a shift: an hour of them stopped or set up, 80 pieces, 60 of them good at once. */
function shift() {
  const world = openFigures(config);
  const { release, end, report, consume } = stated;
  world.hear(
    m01,
    { ...release(), ...at(0) },
    phase('S1', at(0), { phase: 'setup' }),
    end('S1', at(0.5)),
    phase('R1', { ...at(0.5), actor: 'person:4' }),
    consume('HEAT', '170', at(0.6)),
    report('60', { scrap: '10', rework: '10' }, at(1.5)),
    inspect(at(2)),
    state('stopped', at(2.5)),
    state('execute', at(3)),
    inspect(at(3.2)),
    end('R1', at(3.5)),
    phase('W1', { ...at(3.5), actor: 'person:5' }, { rework: true }),
    report('9', { run: 'W1', scrap: '1', inRework: true }, at(3.9)),
    end('W1', at(4)),
  );
  return world;
}

describe('a shift that was worked out by hand', () => {
  test('OEE is availability times effectiveness times quality ratio', async () => {
    const { ask } = shift();
    const [row, ...more] = (await ask()).rows;
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      ...{ key: m01, site, line: m01, unit: 'EA', late: 0, doubt: { facts: 0, ms: 0 } },
      made: { good: '69', scrap: '11', rework: '10', held: '0', total: '80' },
      figures: {
        // Actual production time 3 h (0.5 to 2.5, 3 to 4) of 4 h that have passed.
        availability: {
          value: '75.0',
          basis: {
            ...{ runMs: `${3 * hourMs}`, plannedMs: `${4 * hourMs}` },
            ...{ stopMs: `${0.5 * hourMs}`, setupMs: `${0.5 * hourMs}` },
          },
        },
        // 80 pieces at 50 an hour are 1.6 h, of 3 h.
        performance: { value: '53.3', basis: { idealMs: `${1.6 * hourMs}` } },
        quality: { value: '75.0', basis: { good: '60', total: '80', unit: 'EA' } },
        oee: { value: '30.0' }, // 60 good at 50 an hour: 1.2 h of 4 h
        yield: { value: '86.3', basis: { good: '69', total: '80' } },
        firstPassYield: { value: '75.0', basis: { good: '60', judged: '80' } },
        scrapRatio: { value: '13.8', basis: { scrap: '11', total: '80' } },
        reworkRatio: { value: '12.5', basis: { rework: '10', total: '80' } },
        setupRatio: { value: '14.3' }, // 0.5 of 3.5 h
        throughput: { value: null, why: 'ofOrders' },
      },
    });
  });

  test('poor quality costs material and work so far, rework time, and inspections', async () => {
    const { ask } = shift();
    const [{ figures }] = (await ask()).rows as [FiguresTold['rows'][number]];
    expect(figures).toMatchObject({
      // A bolt: 2 STEEL at 1.2, and 1.5 min of a machine at 60 and a person at 30 an hour: 4.65.
      scrapCost: { value: '51.15', basis: { scrap: '11', by: 'costSoFar' } },
      // Half an hour of a machine and of a person.
      reworkCost: { value: '45.00', basis: { reworkMs: '1800000', labourMs: '1800000' } },
      reinspectionCost: { value: '12.50', basis: { inspections: '1' } },
      appraisalCost: { value: '12.50', basis: { inspections: '1' } },
      copq: { value: '121.15', basis: { scrapCost: '51.15', reworkCost: '45.00' } },
    });
  });

  test('an order is set against its plan, as ordered and as made', async () => {
    const { ask } = shift();
    const [{ figures, variance, ...row }] = (await ask('?by=order')).rows as [
      FiguresTold['rows'][number],
    ];
    expect(row).toMatchObject({ key: 'WO-1', order: 'WO-1', product: 'BOLT', line: null });
    expect(variance).toEqual({
      ordered: '100',
      operations: [
        {
          ...{ operation: '0010', total: '80' },
          planned: { setupMs: '900000', runMs: '9000000', labourMs: '9900000' },
          expected: { setupMs: '900000', runMs: '7200000', labourMs: '8100000' },
          // Set up 0.5 h; ran 3 h and half an hour again; people: 3.5 h and half an hour.
          actual: { setupMs: '1800000', runMs: '12600000', labourMs: '14400000' },
        },
      ],
      materials: [
        { material: 'STEEL', unit: 'EA', planned: '200', expected: '160', actual: '170' },
      ],
    });
    expect(figures).toMatchObject({
      availability: { value: null, why: 'ofLines' },
      performance: { value: '53.3' },
      throughput: { value: '20.000', basis: { executionMs: `${4 * hourMs}` } },
      processRatio: { value: '75.0' },
      timeVariance: { value: '6300000' }, // 4 h less 2.25 h
      labourVariance: { value: '6300000' },
      materialVariance: { value: '12.00', basis: { actualCost: '204.00', expectedCost: '192.00' } },
    });
  });

  test('groups by shift and product, and filters, are of the same facts', async () => {
    const { of, hear } = shift();
    hear(m02, { ...stated.release('WO-2'), ...at(9) });
    const names = ['quality', 'oee'] as const;
    expect(await of(names, '?by=shift')).toEqual([
      [`${site} 2026-11-30 early`, '75.0', '30.0'],
      [`${site} 2026-11-30 late`, 'nothingMade', 'nothingRan'],
    ]);
    expect(await of(names, '?by=product')).toEqual([['BOLT', '75.0', 'ofLines']]);
    expect(await of(names, `?by=shift&line=${m01}`)).toEqual([
      [`${site} 2026-11-30 early`, '75.0', '30.0'],
    ]);
    expect(await of(names, '?by=order&order=WO-2')).toEqual([['WO-2', 'nothingMade', 'ofLines']]);
    expect(await of(names, '?shift=late')).toEqual([[m02, 'nothingMade', 'nothingRan']]);
    expect(await of(names, '?from=2026-11-29&to=2026-11-29')).toEqual([]);
  });
});
