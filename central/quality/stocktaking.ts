import type { Clock } from '../../shared/clock.ts';
import type { Bell } from '../../shared/loop.ts';
import type { Standing } from '../erp/breaker.ts';
import type { Erp } from '../erp/erp.ts';
import type { Figures } from '../erp/figures.ts';
import type { Question, Warehouse } from './warehouse.ts';

/** Pause between two looks at what is to be asked, ms. */
const passMs = 1_000;
/** Most lots that are asked of the ERP for one look. */
const lotsAtOnce = 20;

type Parts = {
  wards: { isOpen: () => boolean };
  warehouse: Pick<Warehouse, 'due' | 'take' | 'cannotTell'>;
  erp: Pick<Erp, 'name' | 'figures'>;
  /** While the ERP is down it is not asked. */
  erpStanding: () => Standing;
  /** Told that something was planned. */
  moved: () => void;
  bell: Bell; // rings when the ledger took something
  /** Looked at though nothing has come, ms. */
  idleMs: number;
  clock: Clock;
  signal: AbortSignal;
};

/** Asks one question after the other; what moved meanwhile is asked again in a later look. */
async function ask(figures: Figures, all: readonly Question[], parts: Parts): Promise<void> {
  for (const question of all) {
    if (parts.signal.aborted || parts.erpStanding().state === 'down') return;
    const told = await figures.stock(question.material, question.lot);
    parts.warehouse.take(question, told);
    parts.moved();
  }
}

/**
 * Asks the ERP what there is of lots that holds of central reach and none of our orders made, until
 * `signal` aborts: at once, and again and again while they are held, for what comes in meanwhile.
 */
export async function takeStock(parts: Parts): Promise<void> {
  const { wards, warehouse, erp, bell, idleMs, clock, signal } = parts;
  while (!signal.aborted) {
    const seen = bell.rings();
    if (wards.isOpen()) {
      const all = warehouse.due(lotsAtOnce);
      if (erp.figures) await ask(erp.figures, all, parts);
      else for (const { lot } of all) warehouse.cannotTell(lot, cannotAsk(erp));
      await clock.sleep(passMs, signal);
      if (all.length === lotsAtOnce) continue;
    }
    await bell.wait(seen, idleMs, signal);
  }
}

const cannotAsk = ({ name }: Pick<Erp, 'name'>): string =>
  `the connector ${name} cannot ask for figures`;
