import { execFile } from 'node:child_process';

/** Longest that systemd's helper may take to pass a word on, ms. */
const tellTimeoutMs = 5_000;
/** systemd ends a program of which nothing came for so long; it is told so often in that time. */
const beatsInTime = 3;

/** A word for systemd. `said` is called with what went wrong, if anything did. */
export type Tell = (word: string, said: (error: Error | null) => void) => void;

/**
 * By systemd's own helper, because Node opens no datagram socket of the local kind: a process that
 * lives for some milliseconds. The unit must say NotifyAccess=all.
 */
const byHelper: Tell = (word, said) => {
  execFile('systemd-notify', [word], { timeout: tellTimeoutMs }, said);
};

/**
 * Tells systemd, where it has started us and asks for it, that we are ready, that we still turn,
 * and that we are about to end. Each beat is a turn of the event loop, for which all else waits: a
 * loop that hangs is silent, and systemd starts us anew. Elsewhere nothing is told to anybody.
 */
export function openNotify(env: NodeJS.ProcessEnv, tell: Tell = byHelper) {
  const asked = env['NOTIFY_SOCKET'] !== undefined;
  const watchdogMs = Number(env['WATCHDOG_USEC'] ?? 0) / 1_000;
  let beating: NodeJS.Timeout | undefined;
  const say = (word: string): void => {
    if (!asked) return;
    tell(word, (error) => {
      if (error) process.stderr.write(`systemd-notify ${word}: ${error.message.trim()}\n`);
    });
  };
  return {
    ready(): void {
      say('READY=1');
      if (!asked || !(watchdogMs > 0)) return;
      beating = setInterval(() => say('WATCHDOG=1'), watchdogMs / beatsInTime);
      beating.unref();
    },
    stopping(): void {
      clearInterval(beating);
      say('STOPPING=1');
    },
  };
}
