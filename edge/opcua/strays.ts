import type { Logger } from '../../shared/log.ts';

/** A line of a stack that is within the library. */
const within = /node_modules[\\/]node-opcua/;

/**
 * Lets no promise of the library stop the edge. It begins some that nobody waits for: structures in
 * a notification are decoded by types that are read from the server, and if the session ends
 * meanwhile the reading fails and nobody hears of it. The session's end is told by other ways. Any
 * other promise that nobody waits for is a bug, and stops the process as before.
 * Returns what ends this.
 */
export function tolerateStrays(log: Pick<Logger, 'warn'>): () => void {
  const stray = (reason: unknown): void => {
    if (!(reason instanceof Error) || !within.test(reason.stack ?? '')) throw reason;
    log.warn({ err: reason }, 'node-opcua: a promise that nobody waits for');
  };
  process.on('unhandledRejection', stray);
  return () => void process.off('unhandledRejection', stray);
}
