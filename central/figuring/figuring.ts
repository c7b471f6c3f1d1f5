import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { invalid } from '../../shared/field.ts';
import type { FigureRow, FiguresTold } from '../../shared/figures.ts';
import { nextTurn } from '../../shared/loop.ts';
import { quantityText } from '../../shared/quantity.ts';
import { paged } from '../desk/operation.ts';
import type { Plans } from '../downlink/plans.ts';
import type { Dossier } from '../ledger/dossier.ts';
import { figuresOf, pieces } from './catalogue.ts';
import type { Cell } from './cells.ts';
import { type Fold, openFold } from './fold.ts';
import { type Group, of, totalOf } from './groups.ts';
import { type FigureConfig, openPlant } from './plant.ts';
import { type References, referencesOf } from './reference.ts';
import { type Asked, openSorting } from './sorting.ts';
import { varianceOf } from './variance.ts';
import { openWaits } from './waits.ts';

/** Most figures of facts that one answer is made of, most days, and most groups in one page. */
const cellsMax = 400_000;
export const daysMax = 800;
export const figureRowsMax = 500;
/** Facts and stretches that are read on before an answer. */
const readMax = 100_000;
const dayMs = 86_400_000;
/** A production day may begin so long before or end so long after the same day of UTC. */
const zoneMs = 2 * dayMs;

type Parts = Readonly<{
  db: Database;
  dossier: Dossier;
  config: FigureConfig;
  skewMaxMs: number;
  /** By which versions of routings and bills things are made; by the config alone without it. */
  plans?: (() => Plans) | undefined;
  /** Most sums that one answer is made of; `cellsMax` if not said. */
  most?: number;
}>;
export type Figuring = ReturnType<typeof openFiguring>;

const msOf = (day: string): number => Date.parse(`${day}T00:00Z`);

/** Figures of facts, put together as they are asked for. */
export function openFiguring({ db, dossier, config, skewMaxMs, plans, ...limits }: Parts) {
  const { most = cellsMax } = limits;
  const plant = openPlant(config);
  const openReferences = referencesOf(config, plans);
  const fold: Fold = openFold({ db, plant, keepDays: config.keepDays, skewMaxMs });
  const facts = db.prepare<[], number>('SELECT coalesce(max(position), 0) FROM fact').pluck();
  const waits = openWaits(fold.moments, plant);

  /** The days that are meant: the last one that facts tell of, unless it is said. */
  function daysOf({ from, to }: Asked): { from: string; to: string } | undefined {
    const heard = fold.lines().map(({ line, heardMs }) => {
      return plant.daysOf(line).calendar.placeOf(heardMs).productionDay;
    });
    const last = to ?? from ?? heard.sort().at(-1);
    if (last === undefined) return undefined;
    const first = from ?? last;
    if (first > last) throw invalid('from', `${first} is after ${last}`);
    if (msOf(last) - msOf(first) >= daysMax * dayMs) {
      throw invalid('from', `at most ${daysMax} days can be asked for at once`);
    }
    return { from: first, to: last };
  }

  /** Takes every sum of these days, a day at a time, other work between. */
  async function each(days: { from: string; to: string }, take: (cell: Cell) => void) {
    const [fromMs, untilMs] = [msOf(days.from) - zoneMs, msOf(days.to) + zoneMs];
    let left = most;
    for (let atMs = fromMs; atMs < untilMs; atMs += dayMs) {
      const cells = fold.cells.between(atMs, atMs + dayMs, left + 1);
      left -= cells.length;
      if (left < 0) {
        throw new Fault('FULL', `figures: more than ${most} sums: ask for fewer days`);
      }
      for (const cell of cells) take(cell);
      await nextTurn();
    }
  }

  function rowOf(
    group: Group,
    days: { from: string; to: string },
    isOfLines: boolean,
    holds: ReturnType<ReturnType<typeof waits.of>>,
    references: References,
  ): FigureRow {
    const { key, about, told, line, posted, at } = group;
    const order = about.order === null ? undefined : dossier.order(about.order);
    const varied = order && varianceOf(group, order, references);
    const executionMs = waits.execution(about.order, at, days);
    const all = pieces(group);
    const quantities = (sums: Record<string, bigint>) => ({
      ...{ good: quantityText(of(sums, 'good')), scrap: quantityText(of(sums, 'scrap')) },
      ...{ rework: quantityText(of(sums, 'rework')), held: quantityText(of(sums, 'held')) },
      total: quantityText(totalOf(sums)),
    });
    return {
      ...{ key, ...about },
      unit: typeof all === 'string' || all.unit === '' ? null : all.unit,
      made: typeof all === 'string' ? null : quantities(all.sums),
      figures: figuresOf(group, { isOfLines, executionMs, holds, varied }),
      doubt: {
        facts: Number(of(told, 'doubtful') + of(posted, 'doubtful')),
        ms: Number(of(line, 'doubt')),
      },
      late: Number(of(told, 'lateReports')),
      heardMs: fold.lines().find((one) => one.line === about.line)?.heardMs ?? null,
      variance: varied?.told ?? null,
    };
  }

  return {
    ...{ readOn: fold.readOn, behind: fold.behind, catchUp: fold.catchUp },

    /**
     * Figures of the facts that the ledger holds, after reading on. Throws Fault INVALID for days
     * that are none, FULL for more than one answer can be made of, UNKNOWN for an `after` that is
     * not listed.
     */
    async told(asked: Asked): Promise<FiguresTold> {
      await fold.catchUp(readMax);
      const days = daysOf(asked);
      const state = { by: asked.by, currency: config.currency ?? null };
      const read = { facts: facts.get()!, notYet: fold.behind() };
      if (!days) return { ...state, ...read, from: null, to: null, rows: [], next: null };
      const references = openReferences();
      const { take, groups, about, groupOf, isWhole } = openSorting({
        ...{ plant, references, dossier, asked, days },
      });
      await each(days, take);
      const waited = waits.of(days, (hold, atMs) => {
        const place = about({ ...hold, kind: 'told', name: '' }, atMs);
        return place && groupOf(place, atMs)?.key;
      });
      const inOrder = [...groups.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
      const page = paged(inOrder, ({ key }) => key, asked);
      const rows = page.rows.map((group) =>
        rowOf(group, days, isWhole, waited(group.key), references),
      );
      return { ...state, ...read, ...days, rows, next: page.next };
    },
  };
}
