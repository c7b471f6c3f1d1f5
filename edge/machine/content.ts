import { Fault } from '../../shared/fault.ts';
import {
  choice,
  fallback,
  id,
  integer,
  invalid,
  list,
  optional,
  type Read,
  record,
  someAmount,
  text,
} from '../../shared/field.ts';
import type { MasterVersion } from '../../shared/master.ts';
import { quantityText } from '../../shared/quantity.ts';
import { instantMs } from '../../shared/vocabulary.ts';
import type { Tables } from '../../statecharts/tables.ts';
import { dictionary } from './fields.ts';
import { type Sent, type Source, sent } from './jobmap.ts';
import type { Unit } from './unit.ts';

/** Material that a job makes or needs; its use as ISA-95 names it. */
export type JobMaterial = Readonly<{
  material: string;
  use: string;
  quantity: string;
  unit: string;
  lot?: string | undefined;
}>;
/** What a job order says beside its name. */
export type JobContent = Readonly<{
  description: string;
  workMaster: Readonly<{ id: string; versions: readonly MasterVersion[] }>;
  parameters: readonly Readonly<{ id: string; value: Sent; unit?: string | undefined }>[];
  materials: readonly JobMaterial[];
  startMs?: number | undefined;
  endMs?: number | undefined;
  priority?: number | undefined;
}>;
/** What is kept of a request: a job order, or the values that a machine is to show. */
export type Content = Readonly<{ order: JobContent } | { values: Readonly<Record<string, Sent>> }>;

/** Most that the contents of one job take as JSON, bytes. */
export const contentBytesMax = 16_384;

/** What a request may say of a job beside whose it is. */
export const contentFields = {
  quantity: optional(someAmount("Quantity of the job; the order's if absent.")),
  parameters: fallback(
    dictionary('Values that the mapping asks for.', text('', 100), sent('Value.'), 50),
    new Map<string, Sent>(),
  ),
  materials: fallback(
    list(
      record('Material that the job needs.', {
        material: id('Material number.'),
        quantity: someAmount('How much.'),
        unit: text('Its unit.', 20),
        lot: optional(id('Of this lot.')),
        use: fallback(choice('What for.', ['Consumed', 'Consumable', 'Carrier']), 'Consumed'),
      }),
      50,
    ),
    [],
  ),
  startMs: optional(instantMs('When it should begin.')),
  endMs: optional(instantMs('When it should be done.')),
  priority: optional(integer('The highest is first.', -32_768, 32_767)),
};
export type Request = Read<typeof contentFields>;
type Whose = Readonly<{ job: string; order: string; operation: string }>;
type Parts = Readonly<{
  whose: Whose;
  order: Tables['order'];
  versions: () => readonly MasterVersion[];
  request: Request;
}>;

/**
 * What a job says, from the order as it is known here, the mapping and the request. Throws Fault
 * INVALID for a value that is missing, unknown or out of its limits.
 */
export function contentOf({ jobs, writes }: Unit, parts: Parts): Content {
  if (writes) refuseOrder(parts.request);
  const content = writes
    ? { values: Object.fromEntries(valuesOf(allowedOf(writes.values, writes.allow), parts)) }
    : { order: orderOf(jobs!.parameters, parts) };
  const bytes = Buffer.byteLength(JSON.stringify(content));
  if (bytes <= contentBytesMax) return content;
  throw invalid('job', `must have at most ${contentBytesMax} bytes of contents, has ${bytes}`);
}

/** What only Job Control can say of a job is not left out in silence. */
function refuseOrder({ materials, startMs, endMs, priority }: Request): void {
  const isSaid = [startMs, endMs, priority].some((one) => one !== undefined);
  if (materials.length === 0 && !isSaid) return;
  throw invalid('job', 'materials, times and priority are for machines with Job Control');
}

const allowedOf = <T>(all: ReadonlyMap<string, T>, allow: readonly string[]) =>
  new Map([...all].filter(([name]) => allow.includes(name)));

function orderOf(
  mapped: ReadonlyMap<string, Source & { unit?: string }>,
  parts: Parts,
): JobContent {
  const { whose, order, versions, request } = parts;
  const { startMs, endMs, priority, materials } = request;
  if (startMs !== undefined && endMs !== undefined && endMs < startMs) {
    throw invalid('job.endMs', 'must not be before startMs');
  }
  const { material, unit } = order;
  const made = { material, use: 'Produced', quantity: quantityOf(parts), unit };
  return {
    description: `order ${whose.order}, operation ${whose.operation}`,
    workMaster: { id: material, versions: versions() },
    parameters: valuesOf(mapped, parts).map(([name, value]) => {
      return { id: name, value, unit: mapped.get(name)!.unit };
    }),
    materials: [made, ...materials],
    ...{ startMs, endMs, priority },
  };
}

const quantityOf = ({ request, order }: Parts): string =>
  request.quantity ?? quantityText(order.quantity);

/** The value of each source by its name; every mistake of the request at once. */
function valuesOf(sources: ReadonlyMap<string, Source>, parts: Parts): [string, Sent][] {
  const complaints = [...parts.request.parameters.keys()]
    .filter((name) => !isAsked(sources.get(name)))
    .map((name) => `job.parameters.${name}: is none that the mapping asks for`);
  const values = [...sources].flatMap(([name, source]): [string, Sent][] => {
    try {
      return [[name, resolved(`job.parameters.${name}`, source, name, parts)]];
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      complaints.push(error.message);
      return [];
    }
  });
  if (complaints.length > 0) throw new Fault('INVALID', complaints.join('; '));
  return values;
}

const isAsked = (source: Source | undefined): boolean =>
  source !== undefined && source.from === undefined && source.value === undefined;

function resolved(at: string, source: Source, name: string, parts: Parts): Sent {
  const { from, value, map, low = -Infinity, high = Infinity } = source;
  if (value !== undefined) return value;
  if (from !== undefined) {
    const { material, unit } = parts.order;
    const of = { ...parts.whose, material, unit, quantity: quantityOf(parts) }[from];
    if (!map) return from === 'quantity' ? Number(of) : of;
    const mapped = map.get(of);
    if (mapped !== undefined) return mapped;
    throw invalid(at, `the mapping has nothing for ${from} ${of}`);
  }
  const given = parts.request.parameters.get(name);
  if (given === undefined) throw invalid(at, 'must be given');
  const isLimited = Number.isFinite(low) || Number.isFinite(high);
  if (!isLimited) return given;
  if (typeof given === 'number' && given >= low && given <= high) return given;
  throw invalid(at, `must be a number from ${low} to ${high}`);
}
