import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Entrance, Fate } from '../cli/entrance.ts';
import { importLog, importTable, run } from '../cli/import.ts';
import { testFolder } from './helpers/folder.ts';
import { place, report } from './helpers/foreign.ts';

/** An entrance that remembers what came, and answers as told. */
function listening(fate: (eventId: string) => Fate = () => ({ kind: 'accepted' })) {
  const batches: string[][] = [];
  const entrance: Entrance = {
    async send(events) {
      batches.push(events.map(({ eventId }) => eventId));
      return events.map(({ eventId }) => fate(eventId));
    },
    close: async () => undefined,
  };
  return { entrance, batches };
}

const numbered = (number: number) =>
  `0b5c9d1e-7a55-5f0e-8c39-${number.toString(16).padStart(12, '0')}`;
const log = (count: number): string =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ ...report, eventId: numbered(index), streamSeq: index + 1 }),
  ).join('\n');

describe('an import', () => {
  const logFile = (content: string | Buffer): string => {
    const path = join(testFolder(), 'log.jsonl');
    writeFileSync(path, content);
    return path;
  };

  test.each([
    ['plain', (text: string) => text],
    ['gzip', (text: string) => gzipSync(text)],
    ['with a mark, CRLF, empty rows', (t: string) => `\uFEFF${t.replaceAll('\n', '\r\n\r\n')}\r\n`],
  ])('brings every row once and in order: %s', async (_name, encode) => {
    const { entrance, batches } = listening();
    const result = await importLog({ path: logFile(encode(log(1_203))), place, entrance });
    expect(result).toMatchObject({ read: 1_203, accepted: 1_203, bad: 0, refused: [] });
    expect(batches.map((batch) => batch.length)).toEqual([500, 500, 203]);
    expect(batches.flat()).toEqual(Array.from({ length: 1_203 }, (_, index) => numbered(index)));
  });

  test('goes on after bad rows, and shows twenty of them', async () => {
    const rows = log(60).split('\n');
    for (let index = 0; index < 50; index += 2) rows[index] = rows[index]!.replace(':31', ':NaN');
    rows[51] = `{"x":"${'y'.repeat(200_000)}"}`;
    const { entrance, batches } = listening();
    const result = await importLog({ path: logFile(rows.join('\n')), place, entrance });
    expect(result).toMatchObject({ read: 60, accepted: 34, bad: 26 });
    expect(batches.flat()).toHaveLength(34);
    expect(result.complaints).toHaveLength(20);
    expect(result.complaints[1]).toMatch(/^row 3: must be JSON/);
    expect(importTable(result)).toContain('and 6 more bad rows');
  });

  test('counts refusals by their reason, and shows the first of each', async () => {
    const { entrance } = listening((eventId) => {
      const held = `order WO-${eventId.slice(-2)} has open holds: H${eventId.slice(-3)}`;
      if (/[05]$/.test(eventId)) return { kind: 'refused', code: 'REFUSED', reason: held };
      return { kind: /f$/.test(eventId) ? 'repeat' : 'accepted' };
    });
    const result = await importLog({ path: logFile(log(32)), place, entrance });
    expect(result).toMatchObject({ accepted: 26, repeats: 2 });
    const reason = 'order WO-00 has open holds: H000';
    expect(result.refused).toEqual([{ code: 'REFUSED', count: 4, row: 1, reason }]);
    expect(importTable(result)).toContain(`refused 4 × REFUSED, first in row 1: ${reason}`);
  });

  test('of a damaged gzip brings what could be read, and says so', async () => {
    const whole = gzipSync(log(4_000), { level: 1 });
    const path = logFile(whole.subarray(0, whole.length - 2_000));
    const { entrance } = listening();
    const result = await importLog({ path, place, entrance });
    expect(result.failure).toContain('file: ');
    expect(result.accepted).toBeGreaterThan(0);
    expect(result.accepted).toBeLessThan(4_000);
  });

  test('that only reads ends with 1 if a row is bad, and with 0 if none is', async () => {
    expect(await run([logFile(log(3)), '--dry-run'])).toBe(0);
    expect(await run([logFile('{}'), '--dry-run'])).toBe(1);
    expect(await run([join(testFolder(), 'none'), '--dry-run'])).toBe(1);
    expect(await run([])).toBe(1);
    expect(await run(['log', '--edge', 'ftp://x', '--unknown'])).toBe(1);
  });
});
