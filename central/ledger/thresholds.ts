import { fallback, flag, integer, optional, type Read, record } from '../../shared/field.ts';

/**
 * What the stock `nats server check stream|consumer` reads from metadata instead of flags: keys of
 * natscli 0.2 and later (`monitor/stream.go` and `monitor/consumer.go` of jsm.go).
 */
const prefix = 'io.nats.monitor.';

const thresholdFields = {
  enabled: fallback(flag('False takes the thresholds off the streams again.'), true),
  unreadCritical: fallback(
    integer('Segments that central has not read, and that are an alarm.', 1, 1e9),
    5_000,
  ),
  peerLagCritical: fallback(integer('Operations that a copy may be behind.', 1, 1e9), 1_000),
  peerSilentCriticalS: fallback(integer('How long a copy may be silent, s.', 1, 3_600), 10),
  linesCritical: optional(
    integer('So many lines in the stream are an alarm: more than the plant has.', 2, 1e6),
  ),
};
export type Thresholds = Read<typeof thresholdFields>;
export const usualThresholds: Thresholds = {
  ...{ enabled: true, unreadCritical: 5_000, peerLagCritical: 1_000, peerSilentCriticalS: 10 },
};
export const thresholdsField = fallback(
  record('Thresholds by which "nats server check" alarms without flags.', thresholdFields),
  usualThresholds,
);
type Metadata = Readonly<Record<string, string>>;

/**
 * Of a stream with so many copies. `peer-expect` must be there: without it the CLI expects none,
 * and a stream that stands alone has one, so that the check would always be critical.
 */
export function streamThresholds(given: Thresholds, replicas: number): Metadata {
  if (!given.enabled) return {};
  const { peerLagCritical, peerSilentCriticalS, linesCritical } = given;
  return named({
    enabled: 'true',
    'peer-expect': `${replicas}`,
    'peer-lag-critical': `${peerLagCritical}`,
    'peer-seen-critical': `${peerSilentCriticalS}s`,
    // With a warning below the critical number the CLI reads both as most, and not as least.
    ...(linesCritical === undefined
      ? {}
      : { 'subjects-warn': `${linesCritical - 1}`, 'subjects-critical': `${linesCritical}` }),
  });
}

/** Of the consumer that stands where central's ledger has read to. */
export const consumerThresholds = ({ enabled, unreadCritical }: Thresholds): Metadata =>
  enabled ? named({ enabled: 'true', 'unprocessed-critical': `${unreadCritical}` }) : {};

const named = (values: Metadata): Metadata =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));

/** The keys that are ours to set: others of the same prefix are a person's, and stay. */
const ours = new Set(
  [
    ...['enabled', 'peer-expect', 'peer-lag-critical', 'peer-seen-critical', 'subjects-warn'],
    ...['subjects-critical', 'unprocessed-critical'],
  ].map((name) => `${prefix}${name}`),
);

/** What stands in the metadata with our thresholds in it, and nothing else changed. */
export const withThresholds = (there: Metadata = {}, wanted: Metadata = {}): Metadata => ({
  ...Object.fromEntries(Object.entries(there).filter(([name]) => !ours.has(name))),
  ...wanted,
});
