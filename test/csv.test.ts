// Goal: nothing in a CSV that we write is a formula to whoever opens it, and nothing is lost by it.
// Method: the places and signs that OWASP names, words made by chance of them, cut as spreadsheets
// of several countries cut a file, and read back by another program's reader of RFC 4180.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { columnsOf, commonColumns } from '../cli/export/columns.ts';
import { openCsv } from '../cli/export/csv.ts';
import { csvCell, csvOf } from '../shared/csv.ts';
import { goldenMessages } from '../shared/feed/golden.ts';
import { type RecalledRow, recallCsv, recallHash } from '../shared/recalltext.ts';
import fc from './helpers/check.ts';
import { testFolder } from './helpers/folder.ts';

const { exactText } = (await import(resolve('docs/examples/csv-cell.js'))) as {
  exactText: (cell: string) => string;
};
const read = (csv: string): string[][] => parse(csv, { relaxColumnCount: true });
const cellsOf = (...row: string[]) => read(csvOf([row]))[0]!;

test.each([
  ['=1+1', "'=1+1"],
  ['+49', "'+49"],
  ['-2+3', "'-2+3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\tx', "'\tx"],
  ['\rx', "'\rx"],
  ['\nx', "'\nx"],
  ['＝1', "'＝1"],
  ['  =1', "'  =1"],
  ['"=1', '\'"=1'],
  ["'=1", "''=1"],
  ["it's", "it's"],
  ["'90s", "'90s"],
  ['A;=1', "A;'=1"],
  ['A; "=1', 'A;\' "=1'],
  ['A\n=1', "A\n'=1"],
  ['A;B', 'A;B'],
  ['A=1', 'A=1'],
  ['-', "'-"],
  ['-5', '-5'],
  ['-5.25', '-5.25'],
  ['-1e3', "'-1e3"],
])('a text %j is the cell %j, and is found again', (text, cell) => {
  expect(cellsOf(text, 'x')).toEqual([cell, 'x']);
  expect(exactText(cell)).toBe(text);
});

test('numbers, flags and what says nothing are as they are', () => {
  expect([-5, 1e-7, 0, true, null, ''].map(csvCell)).toEqual(['-5', '1e-7', '0', 'true', '', '""']);
});

/** Words of all that may be dangerous, and of what is not. */
const words = fc
  .array(fc.constantFrom(...'=+-@|%＝＋;,\t\r\n"\' \0aZ9'), { maxLength: 12 })
  .map((all) => all.join(''));

/** A file as a spreadsheet cuts it: quotes count only where they begin a cell. */
function cut(csv: string, separator: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at <= csv.length; at++) {
    let cell = '';
    if (csv[at] === '"') {
      for (at += 1; at < csv.length && (csv[at] !== '"' || csv[at + 1] === '"'); at++) {
        if (csv[at] === '"') at += 1;
        cell += csv[at];
      }
      at += 1;
    }
    for (; at < csv.length && csv[at] !== separator && !/[\r\n]/.test(csv[at]!); at++) {
      cell += csv[at];
    }
    cells.push(cell);
  }
  return cells;
}

test('whatever is written, no spreadsheet sees a formula, and a reader has the very text', () => {
  const cell = fc.oneof(words, fc.string(), fc.double().map(String));
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 3 })), (cells) => {
      const rows = cells.map((row) => ['a', ...row]); // each file of ours begins with a word
      const csv = csvOf(rows);
      for (const separator of [',', ';', '\t']) {
        for (const seen of cut(csv, separator)) {
          const isNumber = /^-?\d+(\.\d+)?$/.test(seen);
          if (!isNumber) expect(seen, JSON.stringify(csv)).not.toMatch(/^[\s\0]*[=+\-@|%＝＋－＠]/);
        }
      }
      expect(read(csv).map((row) => row.map(exactText))).toEqual(rows);
    }),
    { numRuns: 3_000 },
  );
});

const bad = '=HYPERLINK("http://x");@A1\n-2+3';
const isBad = /^[\s\0]*[=+\-@|%]/;
const isNumber = /^-?\d+(\.\d+)?$/;

test('an export of a day: no text of a fact is a formula, and each is found again', () => {
  const folder = testFolder();
  for (const [name, { data }] of goldenMessages()) {
    const body = Object.fromEntries(
      Object.entries(data.body).map(([key, value]) => [
        key,
        typeof value === 'string' && !isNumber.test(value) ? bad : value,
      ]),
    );
    const fact = { ...data, order: bad, actor: bad, body };
    for (const columns of [commonColumns, columnsOf(data.type)!]) {
      const path = join(folder, name);
      const sheet = openCsv(path, columns);
      sheet.add(fact);
      sheet.close();
      const [head, cells] = read(readFileSync(path, 'utf8')) as [string[], string[]];
      expect(cells.filter((cell) => isBad.test(cell) && !isNumber.test(cell))).toEqual([]);
      const exact = Object.fromEntries(cells.map((cell, at) => [head[at], exactText(cell)]));
      expect([exact['order'], exact['actor'], exact['line']]).toEqual([bad, bad, data.line]);
      if (columns === commonColumns) expect(JSON.parse(exact['body']!)).toEqual(body);
      else
        for (const [key, value] of Object.entries(body)) {
          if (typeof value === 'string') expect(exact[`body_${key}`], name).toBe(value);
        }
    }
  }
});

const none = { document: null, key: null, quantity: null, order: null, lot: null };
const recalled: RecalledRow = {
  ...{ kind: 'lot', name: 'S-1', there: 'there', state: null, material: 'STEEL', unit: 'EA' },
  ...{ line: 'acme/lyon/turning/M01', lines: ['acme/lyon/turning/M01'], atMs: 1, ...none },
  figures: {
    ...{ made: '5', used: '7', parted: '0', left: '-2' },
    ...{ unrestricted: '0', blocked: '0', scrapped: '0' },
  },
  ...{ holds: [], decided: null, erpStock: null },
};

test('a recall: ids are no formulas, figures stay numbers, the same rows have one hash', () => {
  const rows = [recalled, { ...recalled, name: bad, material: '+STEEL' }];
  const csv = recallCsv(rows);
  const [head, plain, odd] = read(csv) as [string[], string[], string[]];
  expect(plain[head.indexOf('left')]).toBe('-2');
  expect(odd.filter((cell) => isBad.test(cell) && !isNumber.test(cell))).toEqual([]);
  expect(odd.map(exactText)).toEqual(expect.arrayContaining([bad, '+STEEL']));
  expect(recallHash(rows)).toBe(hash('sha256', csv));
  expect(recallHash(rows)).toBe(recallHash(structuredClone(rows)));
  // A text that was written so by a person is another than one that we have made harmless.
  const twin = (name: string) => recallHash([{ ...recalled, name }]);
  expect(twin("'=1")).not.toBe(twin('=1'));
  const decided = { ...recalled, decided: 'C-1: scrap 2 EA' };
  expect(recallCsv([decided]).split('\r\n')[0]).toMatch(/,holds,decided,erpStock$/);
  expect(recallHash([decided])).not.toBe(recallHash([recalled]));
  // What was handed to an authority by an older release has this hash still.
  expect(recallHash([recalled])).toBe(
    '2791c3c409d9c4f230adefc589d8166e1a30b660a24c8dd5151a459477efbbe1',
  );
});
