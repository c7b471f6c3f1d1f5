import {
  type ClientSession,
  coerceNodeId,
  constructEventFilter,
  DataType,
  NodeId,
  Variant,
} from 'node-opcua-client';
import type { Happening } from '../machine/happening.ts';
import { plainText } from '../machine/plaintext.ts';
import { severityOf } from '../machine/sample.ts';

/** What is asked of each event, in this order. */
const fields = [
  ...['EventId', 'EventType', 'SourceName', 'Time', 'Message', 'Severity'],
  ...['ConditionId', 'ActiveState.Id', 'Retain', 'BranchId'],
];
export const eventFilter = () => constructEventFilter(fields);

const base = 'http://opcfoundation.org/UA/';
/** EventTypes that are words about events (OPC 10000-5, 10000-9). */
type Word = 'begin' | 'end' | 'ask' | 'overflow';
const words: Readonly<Record<string, Word>> = {
  [`${base};i=2787`]: 'begin',
  [`${base};i=2788`]: 'end',
  [`${base};i=2789`]: 'ask',
  [`${base};i=3035`]: 'overflow',
};
const conditionType = 'i=2782';
const conditionRefresh = 'i=3875';

/** What an event says, and when; or a word about events: of a refresh, or that some are lost. */
export type Told = Readonly<{
  happening: Happening | undefined; // undefined for a word, and for what says nothing of now
  atMs: number | undefined;
  word: Word | undefined;
}>;

/** An event's fields as ours. A branch of a condition is of its past, and says nothing of now. */
export function toldBy(given: readonly Variant[], namespaces: readonly string[]): Told {
  const value = (index: number): unknown => given[index]?.value;
  const [eventId, eventType, source, time, message, severity] = given.map((one) => one.value);
  const type = nameOf(eventType, namespaces) ?? '';
  const condition = nameOf(value(6), namespaces);
  const isBranch = nameOf(value(9), namespaces) !== undefined;
  const [active, retain] = [value(7), value(8)];
  const word = words[type];
  const happening: Happening = {
    ...{ kind: condition === undefined ? 'event' : 'condition', type, condition: condition ?? '' },
    eventId: Buffer.isBuffer(eventId) ? eventId.toString('hex').slice(0, 200) : '',
    source: textOf(source),
    message: textOf(message),
    severity: typeof severity === 'number' ? severity : 1,
    stands: typeof active === 'boolean' ? active && retain !== false : retain === true,
  };
  const atMs = time instanceof Date ? time.getTime() : undefined;
  return { happening: isBranch || word ? undefined : happening, atMs, word };
}

/** A node by its namespace's URI; undefined for no node. */
function nameOf(value: unknown, namespaces: readonly string[]): string | undefined {
  if (!(value instanceof NodeId) || NodeId.sameNodeId(value, NodeId.nullNodeId)) return undefined;
  const id = value.toString().replace(/^ns=\d+;/, '');
  return `${namespaces[value.namespace] ?? ''};${id}`.slice(0, 400);
}

const textOf = (value: unknown): string => {
  const text = typeof value === 'object' && value !== null && 'text' in value ? value.text : value;
  return plainText(`${text ?? ''}`);
};

/** Has a server tell again which conditions stand; false if it cannot. */
export async function refreshConditions(
  session: ClientSession,
  subscriptionId: number,
): Promise<boolean> {
  const { statusCode } = await session.call({
    objectId: coerceNodeId(conditionType),
    methodId: coerceNodeId(conditionRefresh),
    inputArguments: [new Variant({ dataType: DataType.UInt32, value: subscriptionId })],
  });
  return severityOf(statusCode.value) === 'good';
}
