// Goal: what of a machine waits for a person is said on its line's tile, in words.
import { expect, test } from 'vitest';
import { readMachines } from '../edge/machine/report.ts';
import { running } from './helpers/machinebox.ts';
import { m01 } from './helpers/shop.ts';

type Tile = { text: string; tone: string };
const { machineOf } = (await import(new URL('../edge/page/matters.js', import.meta.url).href)) as {
  machineOf: (machines: unknown, line: string) => Tile;
};

const more = `    job: { at: "m;s=Job" }
    events: { plc: { at: "ua;i=2253" } }`;

test('pieces of another job, material of an unknown lot, and what stands, are told', () => {
  const box = running({ more });
  const tile = (): string => machineOf(readMachines(box.machines, box.book), m01).text;
  expect(tile()).toBe('');
  box.say('job', 'WO-2');
  box.say('counter good', 104n);
  box.pass(1_000);
  expect(tile()).toBe('4 good of no job, made while the machine named another job: WO-2');
  for (const condition of ['a', 'b']) {
    const about = { kind: 'condition', eventId: condition, type: '', source: '' } as const;
    const event = { ...about, condition, stands: true, severity: 1, message: `m${condition}` };
    box.say('events plc', null, { event });
  }
  box.pass(1_000);
  expect(tile()).toContain('press says: ma, and 1 more');
  const unplaced = {
    ...{ line: m01, pieces: '1200.5', kind: 'consumed', why: 'lotUnknown' },
    ...{ material: 'STEEL', measure: 'kg', job: '' },
  };
  const machines = { ...readMachines(box.machines, box.book), unattributed: [unplaced] };
  expect(machineOf(machines, m01).text).toMatch(
    /1.200\.5 kg of STEEL consumed of no job, of which lot is not known/,
  );
});
