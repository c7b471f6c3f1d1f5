import { openMeter } from '../../central/erp/meter.ts';
import { feedFields } from '../../central/feed/config.ts';
import { openMetrics } from '../../central/metrics.ts';
import { readFields } from '../../shared/field.ts';
import { bare } from './bare.ts';
import type { openFleet } from './fleet.ts';

const reader = { reader: 'qms', behind: 3, sinceMs: 1_000 };

/** What central serves at /metrics of this fleet's ledger; `more` stands in for what it lacks. */
export function meteredCentral(fleet: ReturnType<typeof openFleet>, more: object = {}) {
  const seen = { bytes: 5_000, bytesMax: 10_000, segments: 7, unread: 2 };
  const meter = openMeter({ nowMs: Date.now, monotonicMs: () => 0 });
  const feed = { feed: readFields(feedFields, {}, 'feed'), readersSeen: () => [reader] };
  const own = { ...fleet, ...bare, meter, hubSeen: () => seen, ...feed, isShared: false };
  const hubTrouble = () => undefined;
  const metrics = openMetrics({ ...own, hubTrouble, ...more });
  return { meter, metrics };
}
