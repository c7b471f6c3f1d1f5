import type { NatsConnection } from '@nats-io/nats-core';
import type { Clock } from '../../shared/clock.ts';
import { encodeKept } from '../../shared/kept.ts';
import type { Bell } from '../../shared/loop.ts';
import { keptSubject } from '../../shared/subject.ts';
import type { Ledger } from './ledger.ts';
import type { Movements } from './movements.ts';

/** How far the ERP has what a line stated. */
export type Settled = { settled: number; waiting: readonly number[] };

/** Word goes out at most this often, ms. */
const sayMinMs = 50;

type Parts = {
  connection: NatsConnection;
  ledger: Ledger;
  settled: (line: string, sequence: number) => Settled;
  bell: Bell; // rings when the ledger or a posting has moved
  movements: Pick<Movements, 'take'>;
  /** Word is repeated for every line at least this often, ms. */
  repeatMs: number;
  clock: Clock;
  signal: AbortSignal;
};

/**
 * Tells every edge what the ledger holds of its lines, until `signal` aborts. Always the whole
 * truth of now and never a difference, so that lost word does no harm.
 */
export async function tellKept(parts: Parts): Promise<void> {
  const { connection, ledger, settled, bell, movements, repeatMs, clock, signal } = parts;
  const said = new Map<string, string>();
  let saidAllMs = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    const seen = bell.rings();
    const again = clock.monotonicMs() - saidAllMs >= repeatMs;
    const moved = movements.take();
    const heads = again || !moved ? ledger.lines() : moved.map(ledger.head);
    for (const { path, epoch, sequence, hash } of heads) {
      if (sequence === 0 && epoch === 1) continue;
      const word = encodeKept({
        epoch,
        sequence,
        hash: hash.toString('hex'),
        ...settled(path, sequence),
      });
      if (!again && said.get(path) === word) continue;
      if (connection.isClosed()) return;
      connection.publish(keptSubject(path), word);
      said.set(path, word);
    }
    if (again) saidAllMs = clock.monotonicMs();
    await clock.sleep(sayMinMs, signal);
    await bell.wait(seen, repeatMs, signal);
  }
}
