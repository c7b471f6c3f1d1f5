import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/log.ts';
import { openBreaker } from '../erp/breaker.ts';
import type { Erp } from '../erp/erp.ts';
import type { InboundConfig } from './config.ts';
import type { Inbound } from './inbound.ts';
import { pull } from './puller.ts';

type Parts = {
  erp: Pick<Erp, 'receipts'>;
  inbound: Inbound;
  config: InboundConfig | undefined;
  clock: Clock;
  waitMs: () => number;
  moved: () => void;
  log: Logger;
};

/** The loop that reads receipts, with a circuit of its own; none where nothing is configured. */
export function pullsOf(parts: Parts): ((signal: AbortSignal) => Promise<void>)[] {
  const { erp, inbound, config, clock, waitMs, moved, log } = parts;
  const { receipts } = erp;
  if (!config || !receipts) return [];
  const breaker = openBreaker({ nowMs: clock.nowMs, waitMs, log });
  const told = { moved, stands: inbound.stands };
  return [(signal) => pull({ receipts, inbound, config, breaker, ...told, clock, log, signal })];
}
