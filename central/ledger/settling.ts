import type { Database } from '../../shared/database.ts';
import { waitingMax } from '../../shared/kept.ts';
import type { Queue } from '../posting/queue.ts';
import type { Early } from './early.ts';
import type { Settled } from './keeper.ts';
import type { Movements } from './movements.ts';

type Open = Readonly<{ first: number | undefined; waiting: readonly number[] }>;
type Sources = { queue: Queue; early: Early };

/** What of a line's postings is not settled; read again only after one of them has moved. */
export function openSettling(db: Database, movements: Movements) {
  const open = new Map<string, Open>();

  function openOf(line: string, { queue, early }: Sources): Open {
    const known = open.get(line);
    if (known) return known;
    const waiting = [...queue.waiting(line, waitingMax), ...early.of(line, waitingMax)];
    waiting.sort((a, b) => a - b);
    const read = { first: queue.firstOpen(line), waiting: waiting.slice(0, waitingMax) };
    if (!db.inTransaction) open.set(line, read);
    return read;
  }

  return {
    /** A posting of the line is new or has moved. */
    touched(line: string): void {
      open.delete(line);
      movements.touch(line);
    },
    /** Nothing that was read is believed any more. */
    undone(): void {
      open.clear();
      movements.any();
    },

    /** How far the ERP has what a line stated up to a sequence. */
    of(line: string, sequence: number, sources: Sources): Settled {
      const { first, waiting } = openOf(line, sources);
      const settled = first === undefined ? sequence : Math.min(sequence, first - 1);
      return { settled, waiting };
    },
  };
}
