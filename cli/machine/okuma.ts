import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DataType } from 'node-opcua';
import { addVariable, scalar, type View } from './plain.ts';
import type { Unit } from './unit.ts';

/** A row of a recording: ms since its begin, then names and values in turn. */
type Row = readonly [ms: number, ...said: string[]];
/** What stands before the rows. */
type Head = Readonly<{ source: string; licence: string; changes: string; machine: string }>;

const file = new URL('okuma.jsonl.gz', import.meta.url);
const counter = 'ppartcount';
/** Items that are numbers; all others are told as text, as they were said. */
const numbers = /load$|speed$|actm$|actw$|cmd$|ovr$|^pCuttingTime$|^p1Fact$|^p1BlockNumber$/;

/** The recording of a real controller that lies beside; see okuma.NOTICE.md. */
export function readRecording(path: string | URL = file): { head: Head; rows: Row[] } {
  const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
  const [head, ...rows] = lines.map((line) => JSON.parse(line) as unknown);
  return { head: head as Head, rows: rows as Row[] };
}

/**
 * Plays the recording as the values of a machine, `speed` times as fast. Values carry the times
 * that they had, relative to the begin and as much faster; some come late, as they did.
 */
export function makePlayer({ unit, speed }: { unit: Unit; speed: number }) {
  const { rows } = readRecording();
  const values = new Map<string, string>();
  let next = 0;
  let last: number | undefined;
  const until = (ms: number): Row[] => {
    const begin = next;
    while (next < rows.length && rows[next]![0] <= ms) next += 1;
    return rows.slice(begin, next);
  };
  const take = ([, ...said]: Row): void => {
    for (let index = 0; index + 1 < said.length; index += 2) {
      values.set(said[index]!, said[index + 1]!);
    }
    const count = Number(values.get(counter));
    if (last !== undefined && count !== last) unit.make(count > last ? count - last : count, 0);
    last = count;
  };
  take(rows[0]!);
  next = 1;
  return {
    values,
    /** What was said up to `ms` after the begin of playing: each row, and its time so reckoned. */
    *advance(ms: number): Generator<number> {
      for (const row of until(ms * speed)) {
        take(row);
        yield row[0] / speed;
      }
    },
    ended: (): boolean => next === rows.length,
  };
}

/** Variables below an object: items of the controller under the names that it gave them. */
export function addOkuma(view: View, values: ReadonlyMap<string, string>): void {
  const { space, own, name, display } = view;
  const parent = own.addObject({
    ...{ organizedBy: space.rootFolder.objects, browseName: name, nodeId: `s=${name}` },
  });
  const typeOf = (item: string): DataType => {
    if (item === counter) return DataType.UInt32;
    return numbers.test(item) ? DataType.Double : DataType.String;
  };
  for (const item of values.keys()) {
    const dataType = typeOf(item);
    const variable = addVariable({ own, id: `${name}.${item}`, name: item, parent }, dataType);
    const read = (): unknown => {
      const said = values.get(item)!;
      // A number that the machine did not know is told as none.
      return dataType === DataType.String ? said : Number.isNaN(Number(said)) ? 0 : Number(said);
    };
    display.show(variable, () => scalar(dataType, read()), item === counter);
  }
}
