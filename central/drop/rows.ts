import { CsvError, parse } from 'csv-parse/sync';
import { invalid } from '../../shared/field.ts';
import { parseJson } from '../../shared/json.ts';
import { readB2mml } from './b2mml.ts';
import type { Row } from './row.ts';

/** Largest file, bytes, and most rows in one. */
export const fileBytesMax = 1024 * 1024;
export const rowsMax = 500;
/** Longest row of a CSV file, characters. */
const recordMax = 64 * 1024;

/**
 * What a file asks for, row by row, by the ending of its name: `.json` (a row, or a list of them),
 * `.csv` (the first line names the fields; comma or semicolon), `.xml` (B2MML). Throws Fault
 * INVALID, naming the limit, for a file that is none, is too large or empty.
 */
export function readRows(name: string, bytes: Buffer): Row[] {
  if (bytes.length > fileBytesMax) throw invalid('file', `must be at most ${fileBytesMax} bytes`);
  const rows = reader(name)(textOf(bytes));
  if (rows.length === 0) throw invalid('file', 'must ask for something: it has no row');
  if (rows.length > rowsMax) throw invalid('file', `must have at most ${rowsMax} rows`);
  return rows;
}

function reader(name: string): (text: string) => Row[] {
  const ending = /\.(?:json|csv|xml)$/i.exec(name)?.[0].slice(1).toLowerCase();
  if (ending === 'json') return ofJson;
  if (ending === 'csv') return ofCsv;
  if (ending === 'xml') return readB2mml;
  throw invalid('file', 'its name must end in .json, .csv or .xml');
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid('file', 'must be UTF-8');
  }
}

function ofJson(text: string): Row[] {
  const given = parseJson(Buffer.from(text), 'file');
  const rows = Array.isArray(given) ? given : [given];
  return rows.map((row: unknown, index) => {
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as Row;
    return { broken: `row ${index + 1}: must be an object` };
  });
}

/** A cell that is empty says nothing. */
function ofCsv(text: string): Row[] {
  try {
    const rows = parse(text, {
      ...{ bom: true, columns: true, trim: true, skip_empty_lines: true },
      ...{ delimiter: [',', ';'], max_record_size: recordMax, to: rowsMax + 1 },
    }) as Record<string, string>[];
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([, value]) => value !== '')),
    );
  } catch (error) {
    if (error instanceof CsvError)
      throw invalid('file', `is no CSV: ${error.message.slice(0, 200)}`);
    throw error;
  }
}
