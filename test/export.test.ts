// Goal: analysts get the facts of a production day, all of them and no other, with exact decimals,
// and the same bytes each time. Method: a ledger with facts of three days, late, with and without a
// production day, of types that nobody knows; files read back by another program's reader.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { expect, onTestFinished, test } from 'vitest';
import { columnsOf } from '../cli/export/columns.ts';
import { openParquet } from '../cli/export/parquet.ts';
import { run } from '../cli/export.ts';
import type { Content } from '../shared/event.ts';
import { goldenMessages } from '../shared/feed/golden.ts';
import { openAsked } from './helpers/board.ts';
import { content, history, report } from './helpers/facts.ts';
import { testFolder } from './helpers/folder.ts';

const day = '2026-11-29';
const dayMs = 86_400_000;
const noonMs = Date.parse(`${day}T12:00:00Z`);
const line = 'acme/lyon/turning/M01';
const greatest = '999999999999.999999';

const at = (name: string, atMs: number, about: Partial<Content> = {}): Content =>
  ({ ...report(name, greatest), atMs, ...about }) as Content;

/** Central over HTTP, with a ledger of three days; facts come when they are true, unless late. */
async function openPlant() {
  const asked = openAsked();
  const { ledger, time } = asked;
  const contents = [
    at('days before', noonMs - 5 * dayMs),
    at('the day before', noonMs - dayMs, { productionDay: '2026-11-28' }),
    at('by its time', noonMs),
    at('stated for the day', noonMs + dayMs, { productionDay: day }), // a shift after midnight
    at('Paris is in the day', Date.parse('2026-11-28T23:30:00Z')),
    at('Paris is behind the day', Date.parse('2026-11-29T23:30:00Z')),
    at('of the day, and stated for another', noonMs, { productionDay: '2026-11-30' }),
    content('odd, "quoted"\n', 'RobotDanced' as never, { steps: 3 } as never, { atMs: noonMs }),
    content(
      'words',
      'OrderCancelRequested',
      { reason: 'a "b", c' },
      { atMs: noonMs, order: '007' },
    ),
    at('days after', noonMs + 3 * dayMs),
    at('late', noonMs, { productionDay: day }),
  ];
  const log = history(line, contents);
  contents.forEach(({ atMs }, index) => {
    time.nowMs = Math.max(time.nowMs, atMs);
    ledger.accept([{ segment: log.segment(index + 1, index + 1) }]);
  });
  const url = await asked.app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => asked.app.close());
  const out = testFolder();
  const write = (folder: string, ...more: string[]) =>
    run(['--day', day, '--out', join(out, folder), '--central', url, ...more]);
  return { ...asked, contents, url, out, write };
}
type Plant = Awaited<ReturnType<typeof openPlant>>;

const sequencesIn = (plant: Plant, folder: string): number[] =>
  readFileSync(join(plant.out, folder, day, 'facts.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row).sequence);

test('a day is what the edge has stated, else by a calendar; late ones too', async () => {
  const plant = await openPlant();
  expect(await plant.write('utc', '--format', 'jsonl')).toBe(0);
  expect(sequencesIn(plant, 'utc')).toEqual([3, 4, 6, 8, 9, 11]);
  const paris = ['--time-zone', 'Europe/Paris', '--format', 'jsonl'];
  await plant.write('paris', ...paris);
  expect(sequencesIn(plant, 'paris')).toEqual([3, 4, 5, 8, 9, 11]);
  await plant.write('six', ...paris, '--day-start', '06:00');
  expect(sequencesIn(plant, 'six')).toEqual([3, 4, 6, 8, 9, 11]);
});

/** What every file of an export holds, by its name. */
function filesOf(plant: Plant, folder: string): Record<string, Buffer> {
  const path = join(plant.out, folder, day);
  const names = readdirSync(path).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(path, name))]));
}

test.each(['parquet', 'csv', 'jsonl'])(
  '%s: the same bytes each time, counted and summed',
  async (format) => {
    const plant = await openPlant();
    await plant.write('one', '--format', format);
    const { length } = plant.contents;
    const more = history(line, [...plant.contents, at('later still', noonMs)]);
    plant.ledger.accept([{ segment: more.segment(length + 1, length + 1) }]);
    await plant.write('two', '--format', format, '--up-to', `${length}`);
    const files = filesOf(plant, 'one');
    expect(filesOf(plant, 'two')).toEqual(files);
    const manifest = JSON.parse(files['manifest.json']!.toString());
    expect(manifest).toMatchObject({
      ...{ export: 1, format, day, timeZone: 'UTC', dayStart: '00:00', upTo: length, facts: 6 },
      types: { 'OrderCancelRequested.v1': 1, 'QuantityReported.v1': 4, 'RobotDanced.v1': 1 },
      ...{ lines: { [line]: 6 }, positions: { first: 3, last: 11 } },
    });
    for (const { file, bytes, sha256 } of manifest.files) {
      expect(files[file]!.length).toBe(bytes);
      expect(createHash('sha256').update(files[file]!).digest('hex')).toBe(sha256);
    }
    expect(Object.keys(files)).toHaveLength(format === 'jsonl' ? 2 : 4);
    await plant.write('three', '--format', format);
    expect(filesOf(plant, 'three')).not.toEqual(files);
  },
);

async function readParquet(file: string, raw = false) {
  const buffer = await asyncBufferFromFile(file);
  const metadata = await parquetMetadataAsync(buffer);
  const decimals = metadata.schema.filter((one) => one.converted_type === 'DECIMAL');
  const kinds = decimals.map(({ name, precision, scale }) => [name, precision, scale]);
  if (raw) for (const one of decimals) delete one.converted_type; // a reader of doubles would round
  return { kinds, metadata, rows: await parquetReadObjects({ file: buffer, metadata }) };
}

test('Parquet: a column a field, exact decimals, bodies nobody knows as JSON', async () => {
  const plant = await openPlant();
  await plant.write('p');
  const folder = join(plant.out, 'p', day);
  const reports = await readParquet(join(folder, 'QuantityReported.v1.parquet'), true);
  expect(reports.kinds).toEqual(
    ['good', 'scrap', 'rework', 'held'].map((name) => [`body_${name}`, 18, 6]),
  );
  expect(reports.rows).toHaveLength(4);
  expect(reports.rows[0]).toMatchObject({
    ...{ type: 'QuantityReported', version: 1n, line, sequence: 3n, order: 'WO-1', lot: null },
    ...{ at: new Date(noonMs), atMs: BigInt(noonMs), body_good: 999999999999999999n },
    ...{ body_unit: 'EA', body_inRework: false, body_reason: null },
  });
  const all = await readParquet(join(folder, 'facts.parquet'));
  const robot = all.rows.find(({ type }) => type === 'RobotDanced')!;
  expect(JSON.parse(robot['body'])).toEqual({ steps: 3 });
  const order = all.rows.find(({ type }) => type === 'OrderCancelRequested')!;
  expect(order['order']).toBe('007');
});

test('Parquet: every type that there is, through more than one row group', async () => {
  const folder = testFolder();
  for (const [name, { data }] of goldenMessages()) {
    const path = join(folder, name);
    const sheet = openParquet(path, columnsOf(data.type)!);
    sheet.add(data);
    sheet.close();
    const { rows } = await readParquet(path, true);
    const fields = Object.entries(data.body).filter(([, value]) => typeof value === 'string');
    for (const [field, value] of fields.filter(([, text]) => !/^[\d.]+$/.test(`${text}`))) {
      expect(rows[0]![`body_${field}`], `${name} ${field}`).toBe(value);
    }
  }
  const { data } = goldenMessages().get('QuantityReported.v1.least')!;
  const path = join(folder, 'many');
  const sheet = openParquet(path, columnsOf(data.type)!);
  for (let sequence = 1; sequence <= 20_001; sequence++) sheet.add({ ...data, sequence });
  sheet.close();
  const { rows, metadata } = await readParquet(path);
  expect([rows.length, metadata.row_groups.length]).toEqual([20_001, 3]);
  expect(rows.every(({ sequence }, index) => sequence === BigInt(index + 1))).toBe(true);
});

test('CSV: cells by RFC 4180, decimals and ids as they are', async () => {
  const plant = await openPlant();
  await plant.write('c', '--format', 'csv');
  const cancel = filesOf(plant, 'c')['OrderCancelRequested.v1.csv']!.toString().split('\r\n');
  expect(cancel[0]!.split(',').slice(-2)).toEqual(['clockTrust', 'body_reason']);
  expect(cancel[1]).toMatch(/,007,.*,"a ""b"", c"$/);
  const reports = filesOf(plant, 'c')['QuantityReported.v1.csv']!.toString();
  expect(reports.split('\r\n')[1]).toContain(`,${greatest},`);
  expect(reports).not.toContain('4445'); // people by pseudonyms
});

test('a day without facts has a manifest alone; none is written over', async () => {
  const plant = await openPlant();
  await run(['--day', '2001-01-01', '--out', plant.out, '--central', plant.url]);
  expect(readdirSync(join(plant.out, '2001-01-01'))).toEqual(['manifest.json']);
  const again = run(['--day', '2001-01-01', '--out', plant.out, '--central', plant.url]);
  await expect(again).rejects.toThrow('--out: ');
});

test('what is asked wrongly is named, and nothing is left behind', async () => {
  const plant = await openPlant();
  await expect(run(['--day', '29.11.', '--out', 'x'])).rejects.toThrow('--day: must be a day');
  await expect(run(['--day', day])).rejects.toThrow('--out: must name a folder');
  await expect(plant.write('x', '--format', 'xls')).rejects.toThrow('--format: must be one of');
  await expect(plant.write('x', '--time-zone', 'Mars')).rejects.toThrow('timeZone: must be a time');
  await expect(plant.write('x', '--up-to', 'x')).rejects.toThrow('upTo: must be a whole number');
  const impossible = run(['--day', '2026-02-30', '--out', plant.out, '--central', plant.url]);
  await expect(impossible).rejects.toThrow('day: must be a day of the calendar');
  writeFileSync(join(plant.out, 'file'), '');
  await expect(plant.write('file')).rejects.toThrow('--out: ');
  expect(existsSync(join(plant.out, 'x'))).toBe(false);
});

test('a large day comes page by page, and each fact once', async () => {
  const { ledger, board } = openAsked();
  const many = Array.from({ length: 1_300 }, (_, index) => at(`many ${index}`, noonMs));
  const log = history(line, many);
  for (let first = 1; first <= 1_300; first += 100) {
    ledger.accept([{ segment: log.segment(first, first + 99) }]);
  }
  const calendar = { timeZone: 'UTC', dayStart: '00:00', shifts: [] };
  const seen: number[] = [];
  let pages = 0;
  for (let after: number | undefined = 0; after !== undefined; pages++) {
    const sheet = board.sheets.facts({ calendar, after });
    seen.push(...sheet.facts.map(({ position }) => position));
    after = sheet.next ?? undefined;
  }
  expect(seen).toEqual(many.map((_, index) => index + 1));
  expect(pages).toBe(3);
  expect(board.sheets.standing()).toMatchObject({ state: 'off', last: 1_300, behind: 1_300 });
});
