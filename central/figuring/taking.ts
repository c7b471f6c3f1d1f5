import type { Content } from '../../shared/event.ts';
import { quantity, zero } from '../../shared/quantity.ts';
import type { Correctable, Effect } from '../../statecharts/correction.ts';
import { changeOf } from '../../statecharts/linetime.ts';
import { hasFlag, keyOf } from '../../statecharts/tables.ts';
import { amounts, increments, lastedMs, type Tally } from '../../statecharts/tally.ts';
import type { Accepted } from '../ledger/ledger.ts';
import type { Cells, Place, Sums } from './cells.ts';
import type { Moments } from './moments.ts';
import type { Plant } from './plant.ts';
import type { Spending } from './spending.ts';
import type { Timed } from './timed.ts';

const pieces: ReadonlySet<string> = new Set<keyof Tally>([
  ...(['heldByHolds', 'freedGood', 'freedScrap', 'freedRework'] as const),
]);
type Stated = { -readonly [K in 'counts' | 'pieces']: Sums };

/** What a fact itself adds, without the reports that it makes count. */
function statedBy(fact: Content, run: Parameters<typeof increments>[1]): Stated {
  const stated: Stated = { counts: {}, pieces: {} };
  for (const [name, value] of Object.entries(increments(fact, run, []))) {
    stated[pieces.has(name) ? 'pieces' : 'counts'][name] = BigInt(value);
  }
  if (fact.type === 'PhaseEnded' && run) {
    const ms = lastedMs(fact, run.startedMs);
    if (ms === undefined || ms < 0) stated.counts['untimed'] = 1n;
  }
  return stated;
}

const unitOf = (fact: Content): string =>
  'unit' in fact.body && typeof fact.body.unit === 'string' ? fact.body.unit : '';

type Parts = Readonly<{
  cells: Cells;
  spending: Spending;
  moments: Moments;
  plant: Plant;
  /** The report itself, as the ledger holds it. */
  timedOf: (eventId: string) => Timed | undefined;
}>;
export type Taking = ReturnType<typeof openTaking>;

/** Adds what facts say to the cells where it was true; within a transaction of whoever calls. */
export function openTaking({ cells, spending, moments, plant, timedOf }: Parts) {
  const fromMs = (line: string, atMs: number): number =>
    plant.daysOf(line).calendar.stretchAt(atMs).fromMs;

  function at({ fact, atMs }: Timed, kind: Place['kind'], more: Partial<Place> = {}): Place {
    const { line, order, operation } = fact;
    return { line, fromMs: fromMs(line, atMs), kind, order, operation, ...more };
  }

  /** A report counts where it was stated first, whatever has become of it. */
  function count(stated: Timed, { fact, origin, sign }: Effect): void {
    const first = (origin ?? fact).eventId;
    const home = first === stated.fact.eventId ? stated : (timedOf(first) ?? stated);
    if ('good' in fact.body) {
      const place = at(home, 'made', { unit: fact.body.unit });
      const { order, operation } = origin ?? fact;
      cells.add({ ...place, order, operation }, amounts([{ fact, origin, sign }]));
    } else if (fact.type === 'MaterialConsumed' || fact.type === 'MaterialReturned') {
      const { material, unit } = fact.body;
      const amount = quantity(fact.body.quantity, 'quantity') * BigInt(sign);
      const used = fact.type === 'MaterialConsumed' ? amount : -amount;
      cells.add(at(home, 'used', { name: material, unit }), { used });
    }
  }

  /** What quality decides on a lot; what it decides on pieces at an operation is counted there. */
  function decide(stated: Timed): void {
    const { fact } = stated;
    if (fact.type !== 'HoldDispositioned' || fact.lot === undefined) return;
    const { disposition, quantity: decided, unit } = fact.body;
    const amount = quantity(decided, 'quantity');
    cells.add(at(stated, 'lot', { name: fact.lot, unit }), { [disposition]: amount });
  }

  function inspect(stated: Timed): void {
    const { fact } = stated;
    if (fact.type !== 'InspectionRecorded') return;
    const { lot, order, operation, body } = fact;
    const about =
      lot !== undefined
        ? keyOf('lot', lot)
        : order !== undefined
          ? keyOf('order', order, operation ?? '')
          : keyOf('inspection', body.inspection);
    const isFirst = moments.inspected(about, stated.atMs);
    cells.add(at(stated, 'told'), isFirst ? { inspections: 1n } : { reinspections: 1n });
  }

  /** What counts by this fact, where nothing has been corrected: itself. */
  function ownEffects(fact: Accepted): readonly Effect[] {
    if (hasFlag(fact, 'late')) return [];
    if (fact.type === 'QuantityReported') return [{ fact, origin: fact, sign: 1 }];
    const isMoved = fact.type === 'MaterialConsumed' || fact.type === 'MaterialReturned';
    return isMoved ? [{ fact: fact as Correctable, origin: undefined, sign: 1 }] : [];
  }

  return (stated: Timed, effects: readonly Effect[] | undefined): void => {
    const { fact, atMs, doubt } = stated;
    const { line, position } = fact;
    const run = moments.note(stated);
    const { counts, pieces: decided } = statedBy(fact, run);
    cells.add(at(stated, 'told'), doubt ? { ...counts, doubtful: 1n } : counts);
    if (Object.values(decided).some((sum) => sum !== zero)) {
      cells.add(at(stated, 'made', { unit: unitOf(fact) }), decided);
    }
    for (const effect of effects ?? ownEffects(fact)) count(stated, effect);
    decide(stated);
    inspect(stated);
    spending.note({ line, atMs, position, doubt, change: changeOf(fact) });
  };
}
