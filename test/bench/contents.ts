import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeContent } from '../../shared/codec.ts';
import { readCommand } from '../../shared/command.ts';
import type { Content } from '../../shared/event.ts';
import { edge, lines, opening, reporting } from './work.ts';

/**
 * What each line of the measured edge states at first (an order, its operation, a run), and what it
 * states again and again (a piece), as an edge writes it.
 */
export async function contents(): Promise<{ first: Content[][]; report: Content[] }> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const plant = edge(directory);
    for (const command of opening()) await plant.intake.ask(command);
    for (const index of lines.keys()) await plant.intake.ask(readCommand(reporting(index)));
    const read = plant.db.prepare<[string], Buffer>(
      `SELECT bytes FROM event JOIN line ON line.id = event.line WHERE path = ? ORDER BY sequence`,
    );
    const all = lines.map((line) => read.pluck().all(line).map(decodeContent));
    plant.close();
    return { first: all.map((facts) => facts.slice(0, -1)), report: all.map((own) => own.at(-1)!) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
