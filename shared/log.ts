import pino, { type DestinationStream, type Logger } from 'pino';

export type { Logger };

/**
 * The fields of our log lines: one name for one thing, in every program. A new one is added here
 * and in docs/logs.md. Times end in Ms and are Unix time, but for `ms`, `delayMs`: how long.
 */
export const logFields = [
  ...[
    'line',
    'epoch',
    'sequence',
    'from',
    'to',
    'head',
    'facts',
    'bytes',
    'stores',
    'tokens',
    'orphans',
  ],
  ...['order', 'eventId', 'hold', 'type', 'actor', 'names', 'untilMs', 'site'],
  ...['postingKey', 'kind', 'lane', 'outcome', 'document', 'ms', 'job', 'unit', 'action'],
  ...['state', 'want', 'store', 'ended', 'common', 'parked', 'reports', 'most', 'carried'],
  ...['subject', 'streamSequence', 'segments', 'server', 'servers', 'leases', 'isOnDuty'],
  ...['set', 'records', 'stream', 'what', 'file', 'accepted', 'refused', 'unreadable', 'commands'],
  ...['kept', 'cancelled', 'odd'],
  ...['err', 'reason', 'attempt', 'delayMs', 'status', 'spans'],
] as const;

/** What is never written, whoever puts it into a line; one deep in anything that is logged. */
const secrets = [
  ...['password', 'passphrase', 'pin', 'badge', 'secret', 'seed', 'token', 'authorization'],
  ...['cookie', 'headers'],
];
const redact = { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '…' };

/** JSON lines on stderr, one field name for one thing everywhere; `level` as pino names it. */
export const openLog = (
  name: string,
  level: string,
  to: DestinationStream = pino.destination(2),
): Logger =>
  pino({ name, level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime, redact }, to);
