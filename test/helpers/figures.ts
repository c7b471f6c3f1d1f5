// A central that is asked for figures: what its lines have stated, and when.
import { expect } from 'vitest';
import { type FigureConfig, figureField } from '../../central/figuring/plant.ts';
import type { Content } from '../../shared/event.ts';
import type { FigureName, FiguresTold } from '../../shared/figures.ts';
import { openAsked } from './board.ts';
import { stated } from './central.ts';
import { content, history } from './facts.ts';

export const hourMs = 3_600_000;
/** 06:00 in Lyon on a Monday, when the early shift begins. */
export const startMs = Date.UTC(2026, 10, 30, 5);
export const at = (hours: number) => {
  const atMs = startMs + Math.round(hours * hourMs);
  return { atMs, recordedMs: atMs };
};
export const site = 'acme/lyon';
export const lyon = {
  ...{ site, timeZone: 'Europe/Paris', dayStart: '06:00' },
  shifts: [
    { shift: 'early', start: '06:00', end: '14:00' },
    { shift: 'late', start: '14:00', end: '22:00' },
  ],
};
export const read = (given: object): FigureConfig => figureField.read(given, 'figures');

export function openFigures(given: object = {}, world: { skewMaxMs?: number } = {}) {
  const central = openAsked([], { figures: read(given), ...world });
  const all = new Map<string, Content[]>();
  function hear(line: string, ...facts: Content[]): void {
    const known = all.get(line) ?? [];
    all.set(line, known);
    const first = known.length + 1;
    known.push(...facts);
    central.ledger.accept([{ segment: history(line, known).segment(first, known.length) }]);
  }
  async function ask(query = ''): Promise<FiguresTold> {
    const reply = await central.app.inject(`/v1/figures${query}`);
    expect([reply.statusCode, reply.body]).toEqual([200, expect.any(String)]);
    return reply.json();
  }
  async function of(names: readonly FigureName[], query = '') {
    const { rows } = await ask(query);
    return rows.map(({ key, figures }) => [
      key,
      ...names.map((name) => figures[name].value ?? figures[name].why),
    ]);
  }
  return { ...central, hear, ask, of };
}

/** Every sum as it is stored, in order. */
export const sumsIn = ({ db }: Pick<ReturnType<typeof openFigures>, 'db'>) =>
  db
    .prepare<[], Record<string, string | number>>(
      `SELECT line, from_ms, kind, order_number, operation, name, unit, body FROM figure
       ORDER BY line, from_ms, kind, order_number, operation, name, unit`,
    )
    .all();

const bolts = { unit: 'EA', material: 'BOLT' };
const prices = {
  currency: 'EUR',
  sites: [lyon],
  ideals: [{ line: site, perHour: '60' }],
  prices: [
    { material: 'STEEL', perUnit: '1.2' },
    { material: 'BOLT', perUnit: '9.5' },
  ],
  rates: [{ at: site, machinePerHour: '60', labourPerHour: '38.5', perInspection: '12' }],
  routings: [{ material: 'BOLT', operation: '0010', setupMinutes: '30', minutesPerUnit: '1' }],
  bills: [{ material: 'BOLT', component: 'STEEL', unit: 'EA', perUnit: '2' }],
};

/** A working week of some lines, with scrap, rework, holds and documents. */
export function openWeek(lines: readonly string[], orderOf = (at: number) => `WO-${100 + at}`) {
  const world = openFigures(prices);
  const { end, report, consume, keep, free } = stated;
  let orders = 0;
  for (let day = 0; day < 5; day++) {
    for (const [index, line] of lines.entries()) {
      const hours = day * 24 + index * 0.25;
      const order = orderOf(orders++);
      const op = { order, operation: '0010' };
      const when = (later: number) => ({ ...op, ...at(hours + later) });
      const good = 300 + ((day * 53 + index * 91) % 140);
      const scrap = (day * 7 + index * 5) % 23;
      const phase = (run: string, later: number, body: object) =>
        content(
          `${order} ${run}`,
          'PhaseStarted',
          { run, phase: 'run', lane: 1, rework: false, ...body },
          { ...when(later), actor: 'person:4' },
        );
      world.time.nowMs = startMs + (hours + 8) * hourMs;
      world.hear(
        line,
        content(`${order} released`, 'OrderReleased', { ...bolts, quantity: '400' }, when(0)),
        phase('S', 0.1, { phase: 'setup' }),
        end('S', when(0.6)),
        phase('R', 0.6, {}),
        consume(`HEAT-${day}`, `${2 * good + 40}`, when(1)),
        report(`${good}`, { scrap: `${scrap}`, rework: '6' }, when(6.5)),
        end('R', when(6.5)),
        keep(`H-${order}`, '2', when(6.6)),
        free(`H-${order}`, '2', at(hours + 6.6 + (index + 1) * 0.4)),
        phase('W', 6.7, { rework: true }),
        report('5', { scrap: '1', run: 'W', inRework: true }, when(7.2)),
        end('W', when(7.2)),
      );
      world.time.nowMs += 60_000 * (1 + index * 7);
      world.postAll();
    }
  }
  return world;
}
