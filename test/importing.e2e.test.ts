// Goal: who imports a log knows before what would be sent, and which lines an edge lacks for it.
// Method: a short log, an edge whose lines stand in areas of their own, and the command itself.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { run } from '../cli/import.ts';
import { testFolder } from './helpers/folder.ts';
import { inRun, ofOrder, report } from './helpers/foreign.ts';
import { startBox } from './helpers/pagebox.ts';

const place = { site: 'lyon', stream: 'lyon/M01', line: 'M01' };
const { operation, operator } = report;
const rows = [
  { ...ofOrder, site: 'lyon', stream: 'lyon/ERP', type: 'workorder.released' },
  { ...ofOrder, ...place, operation, operator, type: 'operation.started' },
  { ...inRun, ...place, type: 'phase.started' },
  { ...report, ...place },
];
Object.assign(rows[0]!, { orderQty: 50, uom: 'EA', part: 'Hub' });

function logFile(): string {
  const path = join(testFolder(), 'log.jsonl');
  const eventId = (index: number) => `0b5c9d1e-7a55-5f0e-8c39-${`${index}`.padStart(12, '0')}`;
  const texts = rows.map((row, index) =>
    JSON.stringify({ ...row, eventId: eventId(index), streamSeq: index + 1 }),
  );
  writeFileSync(path, texts.join('\n'));
  return path;
}

/** The command, and what it says. */
async function importing(...args: string[]) {
  const heard = (stream: NodeJS.WriteStream) => {
    const said: string[] = [];
    const write = vi.spyOn(stream, 'write').mockImplementation((text) => {
      said.push(`${text}`);
      return true;
    });
    return { said, restore: () => void write.mockRestore() };
  };
  const [out, errors] = [heard(process.stdout), heard(process.stderr)];
  onTestFinished(errors.restore);
  onTestFinished(out.restore);
  const code = await run(args);
  out.restore();
  errors.restore();
  return { code, text: out.said.join(''), error: errors.said.join('') };
}

test('a dry run says what would be sent, and sends nothing', async () => {
  const { url } = await startBox();
  const alone = await importing(logFile(), '--dry-run');
  expect(alone.code).toBe(0);
  expect(alone.text).toMatch(/ReleaseOrder +1\n.*StartOperation +1\nStartPhase +1\nReport/s);
  expect(alone.text).toMatch(/acme\/lyon\/shop\/ERP +1\nacme\/lyon\/shop\/M01 +3\n/);
  expect(alone.text).toContain('from 2026-03-02T02:50:00.000Z to 2026-03-02T02:50:00.000Z');
  const { text } = await importing(logFile(), '--dry-run', '--edge', url);
  expect(text).toMatch(/acme\/lyon\/shop\/ERP +1 +the edge has no such line\n/);
  expect(text).toMatch(/acme\/lyon\/turning\/M01 +3\n/);
  expect(text).toMatch(/edge does not have:\n +acme\/lyon\/shop\/ERP\nlines that it has:\n/);
  const { orders } = (await (await fetch(`${url}/v1/status`)).json()) as { orders: unknown[] };
  expect(orders).toEqual([]);
});

test('what an edge has lines for is sent if that is asked for', async () => {
  const { url } = await startBox();
  const { text } = await importing(logFile(), '--edge', url, '--partly');
  expect(text).toMatch(/refused +4\n/);
  expect(text).toContain('lines of the log that the edge does not have');
});

test('lines in areas of their own are found; one of them states whole orders', async () => {
  const { url } = await startBox();
  const lacking = await importing(logFile(), '--edge', url);
  expect(lacking.code).toBe(1);
  expect(lacking.error).toMatch(/^import: nothing was sent\nlines of the log .*shop\/ERP\n/s);
  expect(lacking.error).toContain('the line that states whole orders by\n--planning');
  const { code, text } = await importing(logFile(), '--edge', url, '--planning', 'M02');
  expect(text).toMatch(/accepted +4\n/);
  expect(code).toBe(0);
  const wrong = await importing(logFile(), '--edge', url, '--area', 'paint', '--dry-run');
  expect(wrong.text).toMatch(/acme\/lyon\/paint\/M01 +3 +the edge has no such line/);
});

test('the example of docs/import.md is a row that can be read', async () => {
  const [, example] = /```\n(\{.+\})\n```/.exec(readFileSync('docs/import.md', 'utf8'))!;
  const path = join(testFolder(), 'log.jsonl');
  writeFileSync(path, example!);
  expect(await importing(path, '--dry-run')).toMatchObject({
    code: 0,
    text: expect.stringMatching(/ReportQuantity +1/),
  });
});
