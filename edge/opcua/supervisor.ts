import { backoff } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import type { JobPort, LinkState, Listener } from '../machine/port.ts';

/** A session with a server and a subscription in it. Every call ends in bounded time, or throws. */
export type Connection = Readonly<{
  /** Binds every tag that can be; says why the others cannot, by unit. */
  resolve(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Begins to listen; resolves with the first word of the subscription. */
  subscribe(): Promise<void>;
  /** How far the server's clock was ahead when the link came up, ms. */
  skewMs(): number;
  /** The same measured now; undefined where that took too long. Throws Fault UNREACHABLE. */
  measure(): Promise<number | undefined>;
  /** How it stands: a fault is the end of it. */
  look(): Readonly<{ fault?: Fault | undefined; isLost: boolean; heardMs: number }>;
  /** Sends jobs, while it is live. */
  jobs: JobPort;
  close(): Promise<void>;
}>;
/** Throws Fault REFUSED where the server, or we, do not trust the other; UNREACHABLE otherwise. */
export type Connect = () => Promise<Connection>;

type Parts = Readonly<{
  connect: Connect;
  listener: Listener;
  /** Longest silence before it is told that nothing is known, ms. */
  staleAfterMs: number;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}>;

/** A connection is looked at so often, ms; what would be stale before the next look is stale. */
export const lookMs = 250;
/** A connection that is stale or lost for so long more is given up, ms: a new one is made. */
export const graceMs = 10_000;
/** A machine's clock drifts: it is measured so often, ms. */
export const measureEveryMs = 60_000;
/** Pause after a refusal, and after many: trust does not come back by asking again and again. */
const refusedMs = 30_000;
const refusedMaxMs = 600_000;
const retryMaxMs = 15_000;
/** A connection that was live for so long begins the pauses anew. */
const steadyMs = 30_000;

/**
 * Keeps a line connected until `signal` aborts. A connection is live only after the first word of
 * its subscription; silence makes it stale, and one that does not come back is replaced. Where the
 * two sides do not trust each other it stops trying, but for one attempt now and then.
 */
export async function supervise(parts: Parts): Promise<void> {
  const { connect, listener, clock, log, signal } = parts;
  let attempt = 0;
  let refusals = 0;
  let wasLive = false;
  while (!signal.aborted) {
    listener.changed(wasLive ? 'reconnecting' : 'connecting', detailOf(attempt));
    let connection: Connection | undefined;
    let fault: Fault | undefined;
    let liveMs = 0;
    try {
      connection = await connect();
      listener.changed('resolving');
      listener.bound(await connection.resolve());
      listener.skew(connection.skewMs());
      await connection.subscribe();
      listener.jobs(connection.jobs);
      listener.changed('live');
      wasLive = true;
      refusals = 0;
      const beganMs = clock.monotonicMs();
      fault = await watch(connection, parts);
      liveMs = clock.monotonicMs() - beganMs;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      fault = error;
    } finally {
      listener.jobs(undefined);
      await connection?.close();
    }
    if (signal.aborted) return;
    if (liveMs >= steadyMs) attempt = 0;
    if (fault?.code === 'REFUSED') {
      refusals += 1;
      const waitMs = Math.min(refusedMaxMs, refusedMs * 2 ** Math.min(refusals - 1, 10));
      log.error({ err: fault, delayMs: waitMs }, 'machine: refused');
      listener.changed('refused', fault.message);
      await clock.sleep(waitMs, signal);
      continue;
    }
    attempt += 1;
    const waitMs = backoff(attempt + 3, retryMaxMs);
    log.warn({ err: fault, attempt, delayMs: waitMs }, 'machine: not reached');
    listener.changed(wasLive ? 'reconnecting' : 'connecting', fault?.message);
    await clock.sleep(waitMs, signal);
  }
}

const detailOf = (attempt: number): string | undefined =>
  attempt === 0 ? undefined : `attempt ${attempt + 1}`;

/** Tells how a connection stands until it ends; returns why it did. */
async function watch(connection: Connection, parts: Parts): Promise<Fault | undefined> {
  const { listener, staleAfterMs, clock, signal } = parts;
  let told: LinkState = 'live';
  let lostMs: number | undefined;
  let measuredMs = clock.monotonicMs();
  while (!signal.aborted) {
    const { fault, isLost, heardMs } = connection.look();
    if (fault) return fault;
    const nowMs = clock.monotonicMs();
    lostMs = isLost ? (lostMs ?? nowMs) : undefined;
    const silentMs = nowMs - heardMs;
    if (lostMs !== undefined && nowMs - lostMs > staleAfterMs + graceMs) {
      return new Fault('UNREACHABLE', `server: lost for ${Math.round(nowMs - lostMs)} ms`);
    }
    if (silentMs > staleAfterMs + graceMs) {
      return new Fault('UNREACHABLE', `server: silent for ${Math.round(silentMs)} ms`);
    }
    const isStale = silentMs + lookMs > staleAfterMs;
    const state = isLost ? 'reconnecting' : isStale ? 'stale' : 'live';
    const detail = state === 'stale' ? `server: silent for ${Math.round(silentMs)} ms` : undefined;
    if (state !== told) listener.changed(state, detail);
    told = state;
    if (state === 'live' && nowMs - measuredMs >= measureEveryMs) {
      measuredMs = nowMs;
      void measure(connection, parts);
    }
    await clock.sleep(lookMs, signal);
  }
  return undefined;
}

/** Beside the watch: a server that does not answer is for the watch to see. */
async function measure(connection: Connection, { listener, log }: Parts): Promise<void> {
  try {
    const skewMs = await connection.measure();
    if (skewMs !== undefined) listener.skew(skewMs);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    log.debug({ err: error }, 'machine: its clock was not measured');
  }
}
