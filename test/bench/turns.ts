import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrations, openMemory } from '../../central/memory.ts';
import { steadyMs, systemClock } from '../../shared/clock.ts';
import { encodeContent, genesis } from '../../shared/codec.ts';
import { openDatabase } from '../../shared/database.ts';
import { eventIds, systemRandom } from '../../shared/identity.ts';
import { linksOf, type Segment } from '../../shared/segment.ts';
import { contents } from './contents.ts';
import { lines } from './work.ts';

/** One fact a segment, alone and with others in a transaction: of what a transaction costs. */
const [turns, together] = [100, 50];

/**
 * What central's ledger costs, µs of a processor: a transaction, and a segment in it beside its
 * facts; and how large a fact is.
 */
export async function costsOfLedger() {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-turns-'));
  const db = openDatabase(join(directory, 'ledger.sqlite'), migrations);
  const times = { nowMs: Date.now, waitMs: steadyMs(systemClock), maxInFlightMs: 100 };
  const { ledger } = openMemory({ db, ...times });
  const { first, report } = await contents();
  const id = eventIds(Date.now, systemRandom);
  const heads = lines.map((line) => ({ sequence: 0, hash: genesis(line, 1) as Uint8Array }));
  let [factBytes, count] = [0, 0];

  function segment(index: number, facts: number): Segment {
    const [line, head] = [lines[index]!, heads[index]!];
    const bytes = Array.from({ length: facts }, (_, at) => {
      const content = first[index]![head.sequence + at] ?? report[index]!;
      const commandId = `t${++count}`;
      const when = { eventId: id(), atMs: Date.now(), recordedMs: Date.now() };
      return encodeContent({ ...content, ...when, commandId, correlationId: commandId });
    });
    factBytes = bytes.at(-1)!.length;
    const own = { line, epoch: 1, first: head.sequence + 1, before: head.hash, facts: bytes };
    const after = linksOf({ ...own, after: null }).at(-1)!;
    heads[index] = { sequence: head.sequence + facts, hash: after };
    return { ...own, after };
  }
  /** µs for one transaction of so many segments of so many facts each. */
  function turnOf(segments: number, facts: number): number {
    let us = 0;
    for (let turn = 0; turn < turns; turn++) {
      const all = Array.from({ length: segments }, (_, at) =>
        segment((turn + at) % lines.length, facts),
      );
      const before = process.cpuUsage();
      ledger.accept(all.map((one) => ({ segment: one })));
      const { user, system } = process.cpuUsage(before);
      us += user + system;
    }
    return us / turns;
  }

  for (const index of lines.keys()) ledger.accept([{ segment: segment(index, 20) }]);
  turnOf(1, 1);
  const [alone, many, large] = [turnOf(1, 1), turnOf(together, 1), turnOf(together, 20)];
  db.close();
  rmSync(directory, { recursive: true });
  const eachUs = (many - alone) / (together - 1);
  const factUs = (large - many) / (together * 19);
  const segmentUs = Math.max(1, eachUs - factUs);
  return { turnUs: Math.max(0, alone - eachUs), segmentUs, factUs, factBytes };
}
