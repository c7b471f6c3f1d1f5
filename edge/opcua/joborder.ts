import { DataType, Variant } from 'node-opcua-client';
import type { JobContent } from '../machine/content.ts';
import { type JobState, jobStateOf } from '../machine/job.ts';
import type { Sent } from '../machine/jobmap.ts';
import { plainText } from '../machine/plaintext.ts';
import type { JobResponse } from '../machine/port.ts';
import { scalar } from './values.ts';

/** What is read of an ISA95StateDataType[]: the first is the state itself, others are within it. */
export type States = readonly Readonly<{ stateNumber?: unknown }>[] | null | undefined;

export const stateIn = (states: States): JobState | undefined =>
  jobStateOf(Number(states?.[0]?.stateNumber));

/** A unit by its name alone: -1 is the number of one that has none (OPC 10000-8). */
const unitOf = (unit: string) => ({
  engineeringUnits: { namespaceUri: '', unitId: -1, displayName: { text: unit } },
});

const variantOf = (value: Sent): Variant => {
  const dataType = { string: DataType.String, boolean: DataType.Boolean, number: DataType.Double };
  return new Variant({
    dataType: dataType[typeof value as 'string' | 'boolean' | 'number'],
    value,
  });
};

/** The fields of an ISA95JobOrderDataType; those that are absent are not sent. */
export function orderFields(job: string, order: JobContent | undefined) {
  if (!order) return { jobOrderID: job };
  const { description, workMaster, parameters, materials, startMs, endMs, priority } = order;
  const versions = workMaster.versions.map(({ kind, record, version }) => {
    return { ID: kind, value: variantOf(version), description: [{ text: record }] };
  });
  return {
    jobOrderID: job,
    description: [{ text: description }],
    workMasterID: [
      { ID: workMaster.id, ...(versions.length === 0 ? {} : { parameters: versions }) },
    ],
    ...(startMs === undefined ? {} : { startTime: new Date(startMs) }),
    ...(endMs === undefined ? {} : { endTime: new Date(endMs) }),
    priority: priority ?? 0,
    ...(parameters.length === 0
      ? {}
      : {
          jobOrderParameters: parameters.map(({ id, value, unit }) => {
            return { ID: id, value: variantOf(value), ...(unit === undefined ? {} : unitOf(unit)) };
          }),
        }),
    materialRequirements: materials.map(({ material, use, quantity, unit, lot }) => ({
      materialDefinitionID: material,
      materialUse: use,
      quantity,
      ...unitOf(unit),
      ...(lot === undefined ? {} : { materialLotID: lot }),
    })),
  };
}

/** Most entries of each kind that are kept of a response. */
const entriesMax = 50;

type Fields = Readonly<Record<string, unknown>>;
const textOf = (value: unknown): string => (typeof value === 'string' ? plainText(value) : '');
const unitIn = ({ engineeringUnits: unit }: Fields): string =>
  textOf((unit as { displayName?: { text?: unknown } } | undefined)?.displayName?.text);
const listOf = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.slice(0, entriesMax) : [];
const msOf = (value: unknown): number | null => {
  const ms = value instanceof Date ? value.getTime() : Number.NaN;
  return ms > 0 ? ms : null; // 1601 and 1970 are no times of a job
};

/** A value of a response as text, numbers as decimals of at most 6 places. */
function dataOf(value: unknown): string {
  if (!(value instanceof Variant)) return '';
  const plain = scalar(value.dataType, value.value);
  if (typeof plain !== 'number' || Number.isInteger(plain)) return textOf(`${plain ?? ''}`);
  return Number.isFinite(plain) ? `${Number(plain.toFixed(6))}` : '';
}

/** What matters of an ISA95JobResponseDataType. */
export const responseOf = (given: Fields): JobResponse => ({
  id: textOf(given['jobResponseID']),
  state: stateIn(given['jobState'] as States) ?? null,
  startMs: msOf(given['startTime']),
  endMs: msOf(given['endTime']),
  data: listOf(given['jobResponseData']).map((one) => {
    return { id: textOf(one['ID']), value: dataOf(one['value']), unit: unitIn(one) };
  }),
  materials: listOf(given['materialActuals']).map((one) => ({
    material: textOf(one['materialDefinitionID']),
    use: textOf(one['materialUse']),
    quantity: textOf(one['quantity']),
    unit: unitIn(one),
    lot: textOf(one['materialLotID']),
  })),
});
