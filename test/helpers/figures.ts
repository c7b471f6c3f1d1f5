// A central that is asked for figures: what its lines have stated, and when.
import { expect } from 'vitest';
import { type FigureConfig, figureField } from '../../central/figuring/plant.ts';
import type { Content } from '../../shared/event.ts';
import type { FigureName, FiguresTold } from '../../shared/figures.ts';
import { openAsked } from './board.ts';
import { history } from './facts.ts';

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

export function openFigures(given: object = {}) {
  const central = openAsked([], { figures: read(given) });
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
