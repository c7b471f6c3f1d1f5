import { join } from 'node:path';
import pino from 'pino';
import { openBook } from '../../edge/line/book.ts';
import { openIntake } from '../../edge/line/intake.ts';
import { openRoster } from '../../edge/line/roster.ts';
import { migrations } from '../../edge/store/schema.ts';
import { openSnapshotter } from '../../edge/store/snapshotter.ts';
import { openStore } from '../../edge/store/store.ts';
import { upgrade } from '../../edge/store/upgrade.ts';
import { type Command, readCommand } from '../../shared/command.ts';
import { openDatabase } from '../../shared/database.ts';
import { eventIds, systemRandom } from '../../shared/identity.ts';

/** Lines of the measured edge. */
export const lines = Array.from({ length: 20 }, (_, index) => `acme/lyon/hall/L${index + 1}`);

const log = pino({ level: 'silent' });

/** An edge in this process, without link and page; it goes on from what is in the folder. */
export function edge(directory: string, nowMs = Date.now) {
  const db = openDatabase(join(directory, 'edge.sqlite'), migrations);
  const store = openStore(db);
  const book = openBook(store.written);
  const parts = { store, book, nowMs, eventId: eventIds(nowMs, systemRandom), stated: () => {} };
  const roster = openRoster(
    lines.map((line) => ({ line, lanes: 4 })),
    parts,
  );
  upgrade({ store, book, roster });
  const snapshotter = openSnapshotter({ store, book, log });
  const intake = openIntake({ store, roster, committed: snapshotter.committed });
  const close = () => {
    snapshotter.write();
    db.close();
  };
  return { db, intake, facts: store.snapshots.position, close };
}

const actor = 'person:4445';

/** Commands that open one run at every line. */
export function opening(): Command[] {
  return lines.flatMap((line, index) => {
    const about = { line, actor, order: `WO-${index}`, operation: '0010' };
    const { operation: _, ...order } = about;
    const released = { material: 'P-1', quantity: '999999999', unit: 'EA' };
    const run = { run: 'R1', phase: 'run', lane: 1, rework: false };
    return [
      { ...order, type: 'ReleaseOrder', commandId: `r${index}`, body: released },
      { ...about, type: 'StartOperation', commandId: `s${index}` },
      { ...about, type: 'StartPhase', commandId: `p${index}`, body: run },
    ].map(readCommand);
  });
}

/** The `index`-th report, as it comes in from outside. */
export const reporting = (index: number): unknown => ({
  commandId: `q${index}`,
  line: lines[index % lines.length],
  type: 'ReportQuantity',
  actor,
  order: `WO-${index % lines.length}`,
  operation: '0010',
  body: {
    run: 'R1',
    phase: 'run',
    good: '1',
    scrap: '0',
    rework: '0',
    held: '0',
    unit: 'EA',
    inRework: false,
  },
});
