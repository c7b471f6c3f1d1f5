import {
  AttributeIds,
  type ClientSession,
  coerceNodeId,
  type DataValue,
  makeBrowsePath,
  type NodeId,
} from 'node-opcua-client';
import { severityOf } from '../machine/sample.ts';
import type { Address, Tag } from '../machine/tags.ts';
import { mismatchOf } from './values.ts';

/** A tag and the node that it is on this server. */
export type Bound = Readonly<{ tag: Tag; nodeId: NodeId }>;
export type Resolved = Readonly<{
  bound: readonly Bound[];
  unbound: ReadonlyMap<string, readonly string[]>; // units, and why
  namespaces: readonly string[];
}>;

/** Most nodes that are asked for in one request. */
const requestMax = 100;
const variable = 2; // NodeClass
const subscribable = 1; // of an EventNotifier

const parts = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / requestMax) }, (_, index) =>
    all.slice(index * requestMax, (index + 1) * requestMax),
  );

/**
 * Finds the nodes of the tags by namespace URI, never by index: those differ from server to server.
 * A unit of which a tag is missing, is no variable, cannot be read or holds another kind of value
 * is not bound, and every reason is told.
 */
export async function resolve(session: ClientSession, tags: readonly Tag[]): Promise<Resolved> {
  const namespaces = await session.readNamespaceArray();
  const reasons = new Map<string, string[]>();
  const refuse = ({ unit, tag, optional }: Tag, why: string): void => {
    if (!optional) reasons.set(unit, [...(reasons.get(unit) ?? []), `${tag}: ${why}`]);
  };
  const found: Bound[] = [];
  for (const some of parts(tags)) {
    const ids = await nodesOf(
      session,
      some.map(({ at }) => at),
      namespaces,
    );
    some.forEach((tag, index) => {
      const nodeId = ids[index];
      if (typeof nodeId === 'string') refuse(tag, nodeId);
      else if (nodeId) found.push({ tag, nodeId });
    });
  }
  const bound: Bound[] = [];
  for (const some of parts(found)) {
    const nodes = some.flatMap(({ nodeId, tag: { events } }) => [
      { nodeId, attributeId: AttributeIds.NodeClass },
      { nodeId, attributeId: events ? AttributeIds.EventNotifier : AttributeIds.Value },
    ]);
    const values = await session.read(nodes);
    some.forEach((one, index) => {
      const why = unfit(one.tag, values[2 * index]!, values[2 * index + 1]!);
      if (why === undefined) bound.push(one);
      else refuse(one.tag, why);
    });
  }
  const fit = bound.filter(({ tag }) => !reasons.has(tag.unit));
  return { bound: fit, unbound: reasons, namespaces };
}

/** Why a node cannot be this tag; its value may be bad for now. */
function unfit(tag: Tag, nodeClass: DataValue, value: DataValue): string | undefined {
  if (severityOf(nodeClass.statusCode.value) === 'bad') return 'there is no such node';
  if (tag.events) return value.value.value & subscribable ? undefined : 'tells no events';
  if (nodeClass.value.value !== variable) return 'is no variable';
  const { name } = value.statusCode;
  if (/^Bad(NotReadable|UserAccessDenied|AttributeIdInvalid)/.test(name)) {
    return `cannot be read (${name})`;
  }
  return severityOf(value.statusCode.value) === 'bad' ? undefined : mismatchOf(tag, value.value);
}

/** The node at each address, or why there is none. */
export async function nodesOf(
  session: ClientSession,
  addresses: readonly Address[],
  namespaces: readonly string[],
): Promise<(NodeId | string)[]> {
  const written = addresses.map((at) => writtenOf(at, namespaces));
  const paths = written.flatMap((one) => ('path' in one ? [makeBrowsePath('i=85', one.path)] : []));
  const results = paths.length === 0 ? [] : await session.translateBrowsePath(paths);
  let next = 0;
  return written.map((one) => {
    if ('why' in one) return one.why;
    if ('id' in one) return one.id;
    const result = results[next++];
    return result?.targets?.[0]?.targetId ?? `${one.says} is not there`;
  });
}

type Written = Readonly<{ path: string; says: string } | { id: NodeId } | { why: string }>;

/** An address by the numbers that namespaces have on this server. */
export function writtenOf(at: Address, namespaces: readonly string[]): Written {
  const indexOf = (uri: string): number => namespaces.indexOf(uri);
  const uris = 'path' in at ? at.path.map(({ uri }) => uri) : [at.uri];
  const missing = uris.find((uri) => indexOf(uri) < 0);
  if (missing !== undefined) return { why: `the server has no namespace ${missing}` };
  if ('path' in at) {
    const steps = at.path.map(({ uri, name }) => `/${indexOf(uri)}:${escaped(name)}`);
    return { path: steps.join(''), says: at.path.map(({ name }) => `/${name}`).join('') };
  }
  try {
    return { id: coerceNodeId(`ns=${indexOf(at.uri)};${at.id}`) };
  } catch {
    return { why: `${at.id} is no identifier of a node` };
  }
}

/** A browse name in a relative path: what has a meaning there is escaped (OPC 10000-4 A.2). */
const escaped = (name: string): string => name.replace(/[/.<>:#!&]/g, (sign) => `&${sign}`);
