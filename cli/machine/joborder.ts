import { DataType, Variant } from 'node-opcua';
import type { Job, JobGiven } from './unit.ts';

/** Fields of an ISA95JobOrderDataType that are kept, as what a constructor takes again. */
const kept = [
  ...(['description', 'workMasterID', 'startTime', 'endTime', 'priority'] as const),
  ...(['jobOrderParameters', 'materialRequirements'] as const),
] as const;

/** What came of a value of any depth as JSON can hold it: a variant keeps its type. */
function plain(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value ?? undefined;
  if (value instanceof Date) return { ms: value.getTime() };
  if (value instanceof Variant) {
    return { dataType: value.dataType, value: plain(value.value) };
  }
  if (Array.isArray(value)) return value.map(plain);
  const fields = Object.entries(value).filter(
    ([name, field]) => !name.startsWith('_') && field !== undefined && field !== null,
  );
  return Object.fromEntries(fields.map(([name, field]) => [name, plain(field)]));
}

/** The same as it was, for a constructor. */
function again(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(again);
  const fields = value as Record<string, unknown>;
  if (typeof fields['ms'] === 'number') return new Date(fields['ms']);
  if (typeof fields['dataType'] === 'number') return new Variant(fields);
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, again(field)]));
}

/** What of a job order a machine keeps. */
export function givenOf(order: object): JobGiven {
  const fields = order as Record<string, unknown>;
  return Object.fromEntries(
    kept.flatMap((name) => {
      const value = fields[name];
      return value === undefined || value === null ? [] : [[name, plain(value)]];
    }),
  );
}

export const orderOf = ({ id, given }: Job) => ({ jobOrderID: id, ...(again(given) as object) });

type Material = Readonly<{ materialDefinitionID?: string; materialUse?: string }>;

/** What a machine says a job came to: pieces of what it was told to make, and its own counts. */
export function responseFields({ id, given, said, beganMs, endedMs }: Job) {
  const materials = (given['materialRequirements'] ?? []) as readonly Material[];
  const made = materials.find(({ materialUse }) => materialUse === 'Produced');
  const isOver = endedMs > 0;
  const data = [
    ['GoodPieces', said.good],
    ['ScrapPieces', said.scrap],
  ] as const;
  return {
    jobResponseID: `response-${id}`,
    jobOrderID: id,
    ...(beganMs > 0 ? { startTime: new Date(beganMs) } : {}),
    ...(isOver ? { endTime: new Date(endedMs) } : {}),
    ...(isOver
      ? {
          jobResponseData: data.map(([name, value]) => {
            return { ID: name, value: new Variant({ dataType: DataType.UInt32, value }) };
          }),
        }
      : {}),
    ...(isOver && made ? { materialActuals: [{ ...made, quantity: `${said.good}` }] } : {}),
  };
}
