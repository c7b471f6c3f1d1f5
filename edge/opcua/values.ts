import { DataType, type DataValue, NodeId, type Variant } from 'node-opcua-client';
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
  const one = isList(given) ? given[select.index] : given;
  if (typeof one !== 'object' || one === null) return null;
  const fields = one as Record<string, unknown>;
  const names = select.field === 'id' ? ['iD', 'id', 'ID'] : [select.field];
  const found = names.map((name) => fields[name]).find((field) => field !== undefined);
  return typeof found === 'number' || typeof found === 'string' ? found : null;
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
  if (needs === 'number' && !numeric.has(dataType)) return `is a ${name}, not a number`;
  return undefined;
}
