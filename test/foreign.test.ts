import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openLedger } from '../central/ledger/ledger.ts';
import { ledgerMigrations } from '../central/ledger/shelf.ts';
import { commandOf, factOf, readForeign } from '../cli/foreign.ts';
import { decodeContent, encodeContent } from '../shared/codec.ts';
import { readCommand } from '../shared/command.ts';
import { openDatabase } from '../shared/database.ts';
import fc from './helpers/check.ts';
import { about, inRun, ofOrder, place, report } from './helpers/foreign.ts';
import { testShared } from './helpers/shared.ts';

const { operator, uom } = report;
const rows: Record<string, object> = {
  'quantity.reported': report,
  'phase.started': { ...inRun, type: 'phase.started' },
  'phase.ended': { ...inRun, type: 'phase.ended', wallMinutes: 290 },
  'operation.started': { ...about, operator, type: 'operation.started', operationName: 'Grinding' },
  'operation.completed': { ...about, operator, type: 'operation.completed' },
  'workorder.released': { ...ofOrder, type: 'workorder.released', orderQty: 250, uom, part: 'Hub' },
  'workorder.closed': { ...ofOrder, type: 'workorder.closed' },
  'quality.hold.placed': {
    ...{ ...about, operator, type: 'quality.hold.placed', holdId: 'H00505', scope: 'quantity' },
    ...{ qtyHeld: 76, uom, reason: 'MRB' },
  },
};

const bytes = (row: object | string): Buffer =>
  Buffer.from(typeof row === 'string' ? row : JSON.stringify(row));
const read = (row: object | string) => readForeign(bytes(row), 12, place);
const contentOf = (row: object | string) => encodeContent(factOf(read(row)).content);

describe('an event of the foreign log', () => {
  test('becomes a command whose id comes from its own', () => {
    expect(commandOf(read(report))).toEqual({
      commandId: 'import-0b5c9d1e-7a55-5f0e-8c39-1d1f0a6f2b11',
      correlationId: 'WO-0178',
      line: 'acme/S1/shop/M03',
      type: 'ReportQuantity',
      atMs: Date.UTC(2026, 2, 2, 2, 50),
      actor: 'person:4445',
      order: 'WO-0178',
      operation: '0010',
      body: {
        ...{ run: 'R00406', phase: 'run', good: '31', scrap: '2', rework: '0', held: '0' },
        ...{ unit: 'EA', inRework: false },
      },
    });
  });

  test('becomes a fact at the place that the log gave it', () => {
    const { content, ...position } = factOf(read(rows['phase.ended']!));
    expect(position).toEqual({ line: 'acme/S1/shop/M03', epoch: 1, sequence: 3 });
    expect(content).toMatchObject({
      ...{ eventId: report.eventId, type: 'PhaseEnded', clock: 'source', actor: 'person:4445' },
      ...{ correlationId: 'WO-0178', order: 'WO-0178', operation: '0010' },
      ...{ atMs: Date.UTC(2026, 2, 2, 2, 50), recordedMs: Date.UTC(2026, 2, 2, 2, 50) },
      body: { run: 'R00406', statedMs: 290 * 60_000 },
    });
    expect(content).not.toHaveProperty('commandId');
  });

  test('of a whole order belongs to the line ERP, without routing and tolerance', () => {
    const { line, content } = factOf(read(rows['workorder.released']!));
    expect(line).toBe('acme/S1/shop/ERP');
    expect(content).toMatchObject({ type: 'OrderReleased', actor: 'system:ERP' });
    expect(content.body).toEqual({ material: 'Hub', quantity: '250', unit: 'EA' });
    expect(content).not.toHaveProperty('operation');
  });

  test.each(Object.entries(rows))('%s is a command that a line understands', (_type, row) => {
    const { statement } = readCommand(commandOf(read(row)));
    const { content } = factOf(read(row));
    expect(content.type).toBe(statement.type);
    expect(decodeContent(encodeContent(content))).toEqual(content);
  });
});

describe('D2: two spellings of one event are one fact, byte for byte', () => {
  const text = JSON.stringify(report);
  test.each([
    ['another order of keys', JSON.stringify(Object.fromEntries(Object.entries(report).reverse()))],
    ['1 and 1.0', text.replace('"qtyGood":31', '"qtyGood":31.0').replace(':2,', ':2.00,')],
    ['exponents', text.replace('"qtyGood":31', '"qtyGood":3.1e1').replace(':3,', ':0.3E+1,')],
    ['another zone of the same instant', text.replace('02:50:00Z', '02:50:00.000+00:00')],
    ['marks of the transport', JSON.stringify({ ...report, _attempt: 2, _headers: { a: [1] } })],
    ['a key that only looks special', `{"__proto__":{"type":"x"},${text.slice(1)}`],
    ['blanks and escapes', text.replaceAll(',"', ' ,\t"').replace('R00406', '\\u005200406')],
    ['capitals in the UUID', text.replace('0b5c9d1e', '0B5C9D1E')],
  ])('%s', (_name, other) => {
    expect(other).not.toBe(text);
    expect(contentOf(other)).toEqual(contentOf(report));
  });

  test('and one fact at central, where the others are repeats', () => {
    const db = openDatabase(':memory:', ledgerMigrations);
    const ledger = openLedger({ db, nowMs: () => 0, note: () => {}, undone: () => {} });
    const spellings = [
      { ...report, streamSeq: 1 },
      Object.fromEntries(Object.entries({ ...report, streamSeq: 1 }).reverse()),
      { ...report, streamSeq: 1, ts: '2026-03-02T02:50:00.000+00:00' },
      { ...report, streamSeq: 1, _attempt: 2 },
    ];
    for (const row of spellings) {
      const { line, epoch, sequence, content } = factOf(read(row));
      const place = { line, epoch, first: sequence, before: null, after: null };
      ledger.accept([{ segment: { ...place, facts: [encodeContent(content)] } }]);
    }
    expect(ledger.head('acme/S1/shop/M03')).toMatchObject({ sequence: 1, repeats: 3 });
    expect([ledger.facts(), ledger.parkedCount()]).toEqual([1, 0]);
  });

  test('whatever the quantities and the order of the keys', () => {
    const digits = fc.stringMatching(/^(0|[1-9]\d{0,11})(\.\d{0,5}[1-9])?$/);
    const shuffled = fc.shuffledSubarray(Object.keys(report), { minLength: 21 });
    fc.assert(
      fc.property(digits, fc.nat(3), shuffled, (good, zeros, keys) => {
        const longer = good.includes('.') ? good : `${good}.0`;
        const spelt = (keys: string[], number: string) =>
          `{${keys
            .map((key) => [key, (report as Record<string, unknown>)[key]] as const)
            .map(([key, value]) => [key, key === 'qtyGood' ? number : JSON.stringify(value)])
            .map(([key, value]) => `"${key}":${value}`)
            .join(',')}}`;
        const one = contentOf(spelt(Object.keys(report), good));
        expect(contentOf(spelt(keys, `${longer}${'0'.repeat(zeros)}`))).toEqual(one);
        expect(decodeContent(one).body).toMatchObject({ good });
      }),
    );
  });
});

describe('a bad row is refused by its number, its field and the limit', () => {
  const without = ({ ...row }: Record<string, unknown>, key: string) => {
    delete row[key];
    return row;
  };
  const text = JSON.stringify(report);
  test.each<[object | string, string | RegExp]>([
    [{ ...report, type: 'machine.exploded' }, /^row 12\.type: "machine.exploded" is no event we/],
    [{ ...report, type: '__proto__' }, /^row 12\.type: .* is no event we know/],
    [{ ...report, ts: '2012/1/2 0:00:00' }, /^row 12\.ts: must be a time by RFC 3339/],
    [{ ...report, ts: '2026-03-02T02:51:00Z' }, 'row 12.tsLocal: must be the same instant as ts'],
    [without({ ...report, ts: '1969-12-31T23:59:59Z' }, 'tsLocal'), /^row 12\.ts: must be from 19/],
    [{ ...report, qtyGood: -1 }, /^row 12\.qtyGood: must not be negative/],
    [{ ...report, qtyGood: '12' }, /^row 12\.qtyGood: must be a number of at most 12 digits/],
    [{ ...report, qtyGood: null }, /^row 12\.qtyGood: must be a number/],
    [text.replace(':31', ':1e400'), /^row 12\.qtyGood: must be a number/],
    [text.replace(':31', ':0.0000001'), /^row 12\.qtyGood: .*6 decimals/],
    [text.replace(':31', ':NaN'), /^row 12: must be JSON: no value at character \d+/],
    [text.replace(':31', ':-Infinity'), /^row 12: must be JSON/],
    [text.replace(':31', ':0x10'), /^row 12: must be JSON/],
    [text.replace(':31', ':1_000'), /^row 12: must be JSON/],
    [{ ...report, lane: 1.5 }, /^row 12\.lane: must be a whole number from 1 to 1000/],
    [{ ...report, streamSeq: 0 }, /^row 12\.streamSeq: must be a whole number from 1/],
    [{ ...report, eventId: '7' }, 'row 12.eventId: must be a UUID'],
    [{ ...report, stream: 'S1/M04' }, 'row 12.stream: must be S1/M03'],
    [{ ...report, line: '>', stream: 'S1/>' }, /^row 12\.line: must be enterprise\/site/],
    [{ ...report, workOrder: 'x'.repeat(41) }, /^row 12\.workOrder: must be 1 to 40 characters/],
    [{ ...report, colour: 'red' }, 'row 12.colour: unknown'],
    [without(report, 'phase'), /^row 12\.phase: must be one of setup, run, breakdown/],
    [`{"type":"x",${text.slice(1)}`, /^row 12: key "type" is there twice at character/],
    [`\uFEFF${text}`, /^row 12: must be JSON/],
    [text.replace('R00406', '\\ud800'), /^row 12: half a surrogate pair/],
    [`${text.slice(0, -1)},"_a":"${'x'.repeat(65_536)}"}`, /^row 12: must be at most 65536 bytes/],
    ['[1]', 'row 12: must be a JSON object'],
    ['['.repeat(40_000), /^row 12: must have at most 32 levels/],
    ['', /^row 12: must be JSON/],
  ])('%j', (row, message) => {
    expect(() => read(row)).toThrow(message);
  });

  test('bytes that are no UTF-8', () => {
    const broken = Buffer.concat([bytes('{"a":"'), Buffer.of(0xff), bytes('"}')]);
    expect(() => readForeign(broken, 3, place)).toThrow('row 3: must be UTF-8');
  });

  test('several mistakes are named together', () => {
    expect(() => read({ ...report, qtyGood: -1, uom: '', lane: 0 })).toThrow(
      /row 12\.qtyGood: .*; row 12\.uom: |row 12\.lane: .*; row 12\.qtyGood: /,
    );
  });
});

testShared(
  'machine-shop/replay.scrambled.jsonl.gz',
  'D1, D2: real repeats are one fact each',
  (path) => {
    const first = new Map<string, Buffer>();
    let repeats = 0;
    const rows = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
    rows.forEach((row, index) => {
      const { content, line, sequence } = factOf(readForeign(bytes(row), index + 1, place));
      const encoded = encodeContent(content);
      const known = first.get(`${line} ${sequence}`);
      if (!known) first.set(`${line} ${sequence}`, encoded);
      else if (known.equals(encoded)) repeats += 1;
    });
    expect([first.size, repeats]).toEqual([8_242, 931]);
  },
);

testShared('machine-shop', 'T2: runs over the start of summer time last an hour less', (folder) => {
  const { global } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  const started = new Map<string, number>();
  const across: { srcRow: number; minutes: number }[] = [];
  const rows = gunzipSync(readFileSync(join(folder, 'replay.sorted.jsonl.gz')));
  rows
    .toString()
    .trimEnd()
    .split('\n')
    .forEach((row, index) => {
      const { content, line } = factOf(readForeign(bytes(row), index + 1, place));
      const { atMs, type, body } = content;
      if (type === 'PhaseStarted') started.set(`${line} ${body.run}`, atMs);
      if (type !== 'PhaseEnded' || body.statedMs === undefined) return;
      const passedMs = atMs - started.get(`${line} ${body.run}`)!;
      const minutes = (body.statedMs - passedMs) / 60_000;
      if (minutes !== 0) across.push({ srcRow: JSON.parse(row).srcRow, minutes });
    });
  expect(across.map(({ srcRow }) => srcRow).sort((a, b) => a - b)).toEqual(global.rowsAcrossDst);
  expect(new Set(across.map(({ minutes }) => minutes))).toEqual(new Set([60]));
});
