import { DataType, type DataValue, NodeId, type Variant } from 'node-opcua-client';
import type { AlarmEntry } from '../machine/alarms.ts';
import { plainText } from '../machine/plaintext.ts';
import type { Plain } from '../machine/sample.ts';
import type { Tag } from '../machine/tags.ts';

const wide = new Set([DataType.Int64, DataType.UInt64]);
const whole = new Set([
  ...[DataType.SByte, DataType.Byte, DataType.Int16, DataType.UInt16, DataType.Int32],
  ...[DataType.UInt32, DataType.Int64, DataType.UInt64],
]);
const numeric = new Set([...whole, DataType.Float, DataType.Double]);

/** A value as we keep it, with what the tag selects of a structure or an array. */
export function plainOf({ value }: DataValue, select: Tag['select']): Plain {
  const { dataType, value: given } = value;
  if (given === null || given === undefined) return null;
  if (select === undefined) return scalar(dataType, given);
  if ('alarms' in select) return alarmsOf(isList(given) ? given : [given], select.alarms);
  const one = isList(given) ? given[select.index] : given;
  const found = fieldOf(one, ...(select.field === 'id' ? ids : [select.field]));
  return typeof found === 'number' || typeof found === 'string' ? found : null;
}

/** How an ID is spelt by what decodes it. */
const ids = ['iD', 'id', 'ID'];

function fieldOf(structure: unknown, ...names: string[]): unknown {
  if (typeof structure !== 'object' || structure === null) return undefined;
  const fields = structure as Record<string, unknown>;
  return names.map((name) => fields[name]).find((field) => field !== undefined);
}

/** The first alarms of a PackML list, as the JSON of `AlarmEntry[]`. */
function alarmsOf(given: ArrayLike<unknown>, entries: number): string {
  const word = (value: unknown): string => {
    const text =
      typeof value === 'object' && value !== null && 'text' in value ? value.text : value;
    return plainText(`${text ?? ''}`);
  };
  const shown = Array.from(given)
    .slice(0, entries)
    .map((one): AlarmEntry => {
      const [id, value, message] = [ids, ['value'], ['message']].map((names) =>
        word(fieldOf(one, ...names)),
      );
      return {
        ...{ id: id!, value: value!, message: message! },
        trigger: fieldOf(one, 'trigger') !== false,
      };
    });
  return JSON.stringify(shown);
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || ArrayBuffer.isView(value);

export function scalar(dataType: DataType, value: unknown): Plain {
  if (wide.has(dataType)) return wideOf(dataType, value);
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
    return value;
  }
  if (value instanceof NodeId) return value.toString().replace(/^ns=\d+;/, '');
  if (typeof value === 'object' && value !== null && 'text' in value) return `${value.text}`;
  return null;
}

/** 64 bits come as two halves of 32, the upper one first. */
function wideOf(dataType: DataType, value: unknown): Plain {
  if (typeof value === 'bigint' || typeof value === 'number') return BigInt(value);
  if (!isList(value) || value.length !== 2) return null;
  const bits = (BigInt(Number(value[0]) >>> 0) << 32n) | BigInt(Number(value[1]) >>> 0);
  return dataType === DataType.Int64 ? BigInt.asIntN(64, bits) : bits;
}

/** Why a value is not what the tag needs; undefined if it is, or nothing is there to be judged. */
export function mismatchOf({ needs, select }: Tag, value: Variant): string | undefined {
  const { dataType } = value;
  if (dataType === DataType.Null || value.value === null || value.value === undefined) {
    return undefined;
  }
  if (select !== undefined) {
    return dataType === DataType.ExtensionObject ? undefined : 'is no PackML structure';
  }
  const name = DataType[dataType];
  if (isList(value.value) && !wide.has(dataType)) return `is a list of ${name}, not one value`;
  if (needs === 'integer' && !whole.has(dataType)) return `is a ${name}, not a whole number`;
  if (needs === 'boolean' && dataType !== DataType.Boolean) return `is a ${name}, not a Boolean`;
  if (needs === 'number' && !numeric.has(dataType)) return `is a ${name}, not a number`;
  return undefined;
}
