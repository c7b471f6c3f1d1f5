import pino, { type Logger } from 'pino';

export type { Logger };

/** JSON lines on stderr, one field name for one thing everywhere; `level` as pino names it. */
export const openLog = (name: string, level: string): Logger =>
  pino(
    { name, level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination(2),
  );
