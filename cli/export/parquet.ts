import type { SchemaElement } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { FeedFact } from '../../shared/feed/message.ts';
import { quantity } from '../../shared/quantity.ts';
import type { Column, Kind } from './columns.ts';
import type { Sheet } from './csv.ts';

/** Rows of one row group: as many facts of a sheet are held in memory. */
const groupRows = 10_000;

const elements: Readonly<Record<Kind, Partial<SchemaElement>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  flag: { type: 'BOOLEAN' },
  decimal: { type: 'INT64', converted_type: 'DECIMAL', precision: 18, scale: 6 },
  instant: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
};

const cells: Readonly<Record<Kind, (value: unknown) => unknown>> = {
  text: (value) => `${value}`,
  json: (value) => JSON.stringify(value),
  integer: (value) => BigInt(value as number),
  flag: (value) => value,
  decimal: (value) => quantity(value, 'cell'), // millionths, as the scale has it
  instant: (value) => BigInt(Date.parse(value as string)),
};

/** A Parquet file, Snappy, the same bytes for the same facts; every column may be null. */
export function openParquet(path: string, columns: readonly Column[]): Sheet {
  const schema = [
    { name: 'facts', num_children: columns.length },
    ...columns.map(({ name, kind }) => ({
      ...{ name, repetition_type: 'OPTIONAL' as const },
      ...elements[kind],
    })),
  ] as SchemaElement[];
  const file = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'holdfast' });
  let waiting: FeedFact[] = [];

  function flush(): void {
    if (waiting.length === 0) return;
    const columnData = columns.map(({ name, kind, of }) => ({
      name,
      data: waiting.map((fact) => {
        const value = of(fact);
        return value === undefined || value === null ? null : cells[kind](value);
      }),
    }));
    void file.write({ columnData, rowGroupSize: groupRows });
    waiting = [];
  }
  return {
    add(fact) {
      if (waiting.push(fact) === groupRows) flush();
    },
    close() {
      flush();
      void file.finish();
    },
  };
}
