import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { migrations as ledgerMigrations, openMemory } from '../../central/memory.ts';
import { readCommand } from '../../shared/command.ts';
import { type Database, openDatabase } from '../../shared/database.ts';
import { type Box, openBox } from './box.ts';
import { testFolder } from './folder.ts';
import { command, m01, m02, shop } from './shop.ts';

/** An edge's file with a small shop's facts of two lines in it, `reports` of them reports. */
export function storeOfShop(reports = 20): { path: string; box: Box } {
  const path = join(testFolder(), 'edge.sqlite');
  const box = openBox(path);
  box.decide(shop.release());
  box.decide(shop.release({}, 'WO-2', { line: m02 }));
  for (const asked of [shop.start(), shop.phase('R1')]) box.decide(asked);
  box.store.commit(() => {
    for (let piece = 1; piece <= reports; piece++) {
      box.roster.actor(m01).decide(readCommand(shop.report('R1')));
    }
  });
  box.decide(shop.start()); // refused: it has begun
  box.decide(command('ChangeEquipmentState', { line: m02 }, { state: 'execute', reason: 'x' }));
  return { path, box };
}

/** A ledger in a file, to which all that the lines have stated was given. */
export function ledgerOf(box: Box, upTo?: number): string {
  const path = join(testFolder(), 'central.sqlite');
  giveAll(box, openDatabase(path, ledgerMigrations), upTo);
  return path;
}

/** Gives all that the lines have stated to a ledger, and tells the edge that it is kept there. */
export function giveAll({ outbox }: Box, db: Database, upTo = Number.MAX_SAFE_INTEGER): void {
  const { ledger } = openMemory({
    db,
    nowMs: () => 1_000,
    waitMs: () => 1_000,
    maxInFlightMs: 1_000,
  });
  for (const line of [m01, m02]) {
    for (;;) {
      const { sent, head } = outbox.marks(line);
      const segment = outbox.segment(line, sent, Math.min(head, upTo));
      if (!segment) break;
      ledger.accept([{ segment }]);
      outbox.setSent(line, 1, sent + segment.facts.length);
      outbox.keep(line, 1, sent + segment.facts.length);
    }
  }
  db.close();
}

/** Flips the bits of `mask` in one byte of a file; returns what stood there. */
export function flip(path: string, at: number, mask = 0xff): number {
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, at);
  const before = byte[0]!;
  writeSync(file, Buffer.of(before ^ mask), 0, 1, at);
  closeSync(file);
  return before;
}

export function sizeOf(path: string): number {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  closeSync(file);
  return size;
}
