import { type CommandType, readCommand } from '../shared/command.ts';
import { type Content, phases } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import {
  amount,
  choice,
  type Fields,
  flag,
  id,
  invalid,
  optional,
  prose,
  readFields,
  someAmount,
} from '../shared/field.ts';
import { linePath } from '../shared/subject.ts';
import { instant, minutes, nothing, numeric, uuid, whole } from './cell.ts';
import { parseJson } from './json.ts';

/** Longest row that is read, bytes. */
export const rowBytesMax = 64 * 1024;
/** Line that states what is said of a whole order: the foreign log knows no line for it. */
export const planningLine = 'ERP';

/** Where the foreign plant stands in ours: it names its site and its lines itself. */
export type Place = Readonly<{
  enterprise: string;
  area: string;
  /** The line that states what is said of whole orders, if it is not `planningLine`. */
  planning?: string | undefined;
  /** Lines of an edge by enterprise, site and name, whichever area each belongs to. */
  known?: ReadonlyMap<string, string> | undefined;
}>;

/** A row of a foreign log in our words. */
export type ForeignEvent = Readonly<{
  eventId: string;
  line: string; // enterprise/site/area/line
  sequence: number;
  type: CommandType;
  atMs: number;
  actor: string;
  order: string;
  operation?: string;
  body: Readonly<Record<string, unknown>>;
}>;

const envelope = {
  eventId: uuid,
  stream: prose('site/line.', 100),
  streamSeq: whole('1, 2, 3 … per stream, no holes.', 1),
  ts: instant,
  tsLocal: optional(instant),
  site: id('Site.'),
  workOrder: id('Order number.'),
  type: prose('What happened.'),
  srcRow: optional(whole('Row of the source.', 0)),
  derived: optional(flag('True when the source implies it but does not state it.')),
};
const ofOrder = { line: nothing, operation: nothing };
const ofOperation = {
  line: id('Line.'),
  operation: id('Operation number.'),
  operator: optional(id('Person.')),
};
const named = { operationName: optional(prose('What is done.')) };
const inRun = {
  phase: choice('Kind of work.', phases),
  runId: id('Identity of the run.'),
  rework: flag('True in a rework loop.'),
  lane: whole('Which of the parallel places at the line.', 1, 1_000),
};
const uom = id('Unit.', 6);
type Row = Record<string, unknown>;
type Kind = Readonly<{ command: CommandType; fields: Fields; body(row: Row): Row }>;

/** Every type of event we understand: the fields it has, and what becomes of them. */
const kinds: Readonly<Record<string, Kind>> = {
  'workorder.released': {
    command: 'ReleaseOrder',
    fields: { ...ofOrder, orderQty: numeric(someAmount('Ordered.')), uom, part: id('Material.') },
    body: (row) => ({ material: row['part'], quantity: row['orderQty'], unit: row['uom'] }),
  },
  'workorder.closed': { command: 'CloseOrder', fields: ofOrder, body: () => ({}) },
  'operation.started': {
    command: 'StartOperation',
    fields: { ...ofOperation, ...named },
    body: ({ operationName: name }) => (name === undefined ? {} : { name }),
  },
  'operation.completed': {
    command: 'CompleteOperation',
    fields: { ...ofOperation, ...named },
    body: () => ({}),
  },
  'phase.started': {
    command: 'StartPhase',
    fields: { ...ofOperation, ...inRun },
    body: ({ runId: run, phase, lane, rework }) => ({ run, phase, lane, rework }),
  },
  'phase.ended': {
    command: 'EndPhase',
    fields: { ...ofOperation, ...inRun, wallMinutes: optional(minutes) },
    body: ({ runId: run, wallMinutes }) =>
      wallMinutes === undefined ? { run } : { run, statedMs: wallMinutes },
  },
  'quantity.reported': {
    command: 'ReportQuantity',
    fields: {
      ...ofOperation,
      ...inRun,
      qtyGood: numeric(amount('Good.')),
      qtyRejected: numeric(amount('Scrapped.')),
      qtyMrb: numeric(amount('Held for the material review board.')),
      uom,
      reworkSource: optional(prose('How the source knows that it was rework.')),
    },
    body: ({ runId: run, phase, qtyGood, qtyRejected, qtyMrb, uom: unit, rework: inRework }) => ({
      ...{ run, phase, good: qtyGood, scrap: qtyRejected, rework: '0', held: qtyMrb },
      ...{ unit, inRework },
    }),
  },
  'quality.hold.placed': {
    command: 'PlaceHold',
    fields: {
      ...ofOperation,
      holdId: id('Identity of the hold.'),
      scope: choice('What is held.', ['quantity', 'operation', 'order', 'line']),
      qtyHeld: numeric(someAmount('Held.')),
      uom,
      reason: prose('Why.'),
    },
    body: ({ holdId: hold, scope, qtyHeld, uom: unit, reason }) => ({
      ...{ hold, scope, quantity: qtyHeld, unit, reason },
    }),
  },
};

/**
 * Row `number` of a foreign log, one event as JSON. Keys that begin with "_" belong to the
 * transport and are left out. Throws Fault INVALID naming the row, the bad fields and the limits.
 */
export function readForeign(bytes: Uint8Array, number: number, place: Place): ForeignEvent {
  const name = `row ${number}`;
  const given = fieldsOf(bytes, name);
  const type = given['type'];
  const kind = typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (!kind) {
    const shown = typeof type === 'string' ? JSON.stringify(type.slice(0, 40)) : typeof type;
    const known = Object.keys(kinds).join(', ');
    throw invalid(`${name}.type`, `${shown} is no event we know; known are ${known}`);
  }
  const row = readFields({ ...envelope, ...kind.fields }, given, name) as Row;
  const [site, line] = [row['site'], row['line'] ?? planningLine];
  if (row['stream'] !== `${site}/${line}`)
    throw invalid(`${name}.stream`, `must be ${site}/${line}`);
  const { tsLocal = row['ts'], operator, operation } = row;
  if (tsLocal !== row['ts']) throw invalid(`${name}.tsLocal`, 'must be the same instant as ts');
  return {
    eventId: row['eventId'] as string,
    line: pathOf(place, `${site}`, `${row['line'] ?? place.planning ?? planningLine}`, name),
    sequence: row['streamSeq'] as number,
    type: kind.command,
    atMs: row['ts'] as number,
    actor: operator === undefined ? `system:${line}` : `person:${operator}`,
    order: row['workOrder'] as string,
    ...(operation === undefined ? {} : { operation: operation as string }),
    body: kind.body(row),
  };
}

function pathOf({ enterprise, area, known }: Place, site: string, line: string, name: string) {
  const path = linePath(`${enterprise}/${site}/${area}/${line}`, `${name}.line`);
  return known?.get(`${enterprise}/${site}/${line}`) ?? path;
}

function fieldsOf(bytes: Uint8Array, name: string): Record<string, unknown> {
  if (bytes.length > rowBytesMax) throw invalid(name, `must be at most ${rowBytesMax} bytes`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Fault('INVALID', `${name}: must be UTF-8`, { cause });
  }
  const value = parseJson(text, name);
  if (!(value instanceof Map)) throw invalid(name, 'must be a JSON object');
  return Object.fromEntries([...value].filter(([key]) => !key.startsWith('_')));
}

/** The event as a command to an edge; its id comes from the event's and is always the same. */
export function commandOf(event: ForeignEvent) {
  const { eventId, sequence: _, order, ...rest } = event;
  return { commandId: `import-${eventId}`, correlationId: order, order, ...rest };
}

export type ForeignFact = Readonly<{
  line: string;
  epoch: number;
  sequence: number;
  content: Content;
}>;

/** The event as a fact for central, which then needs no edge: place and identity are the log's. */
export function factOf(event: ForeignEvent): ForeignFact {
  const { eventId, line, sequence, atMs } = event;
  const { commandId: _, ...statement } = readCommand(commandOf(event)).statement;
  const content = { ...statement, atMs, eventId, recordedMs: atMs, clock: 'source' } as Content;
  return { line, epoch: 1, sequence, content };
}
