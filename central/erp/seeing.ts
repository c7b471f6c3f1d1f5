import type { Clock } from '../../shared/clock.ts';
import type { Database } from '../../shared/database.ts';
import type { Exporter } from '../../shared/exporter.ts';
import type { ReaderSeen } from '../feed/readers.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { StreamSeen } from '../ledger/mark.ts';
import { openTrail } from '../story/trail.ts';
import type { Erp } from './erp.ts';
import { openMeter } from './meter.ts';

type Parts = {
  db: Database;
  clock: Clock;
  ledger: Ledger;
  erp: Erp;
  exporter?: Exporter | undefined;
};

/** The ledger and the ERP as the loops use them: measured, and told of where traces are. */
export function openSeeing({ db, clock, ledger, erp, exporter }: Parts) {
  const trail = exporter && openTrail({ db, exporter, nowMs: clock.nowMs });
  const meter = openMeter(clock);
  let hub: StreamSeen | undefined;
  let readers: readonly ReaderSeen[] = [];
  return {
    ledger: trail?.watched(ledger) ?? ledger,
    erp: meter.measured(trail?.followed(erp) ?? erp),
    meter,
    /** The hub's stream was looked at. */
    seen(stream: StreamSeen): void {
      hub = stream;
    },
    hubSeen: () => hub,
    /** The readers of the feed were looked at. */
    read(seen: readonly ReaderSeen[]): void {
      readers = seen;
    },
    readersSeen: () => readers,
  };
}
