import {
  AttributeIds,
  BrowseDirection,
  type ClientSession,
  DataType,
  NodeClass,
  type NodeId,
} from 'node-opcua-client';
import { answerMs, bounded } from './bounded.ts';

/** A variable as a person would know it: where it is, what it is, what it shows now. */
export type Seen = Readonly<{
  names: readonly Readonly<{ uri: string; name: string }>[]; // from the Objects folder on
  id: string; // "s=M1.Good"
  uri: string; // of the node's namespace
  type: string;
  shows: string;
  isWhole: boolean;
}>;
export type Browsed = Readonly<{ variables: readonly Seen[]; isCut: boolean }>;

const objects = 'i=85';
const server = 'i=2253';
const depthMax = 8;
/** Most nodes that are looked at, and most variables that are told. */
const nodesMax = 20_000;
const variablesMax = 2_000;
const requestMax = 100;
const shownMax = 60;
const whole = /^U?Int(16|32|64)|^S?Byte$/;

type Node = Readonly<{ nodeId: NodeId | string; names: Seen['names']; depth: number }>;

/** Every variable below the Objects folder, but for those of the server itself. */
export async function browse(session: ClientSession): Promise<Browsed> {
  const uris = await bounded(session.readNamespaceArray(), answerMs, 'server: namespaces');
  const known = new Set<string>([server]);
  const found: { nodeId: NodeId; names: Seen['names'] }[] = [];
  let waiting: Node[] = [{ nodeId: objects, names: [], depth: 0 }];
  while (waiting.length > 0 && known.size < nodesMax && found.length < variablesMax) {
    const some = waiting.slice(0, requestMax);
    waiting = waiting.slice(requestMax);
    const results = await bounded(
      session.browse(some.map(({ nodeId }) => childrenOf(nodeId))),
      answerMs,
      'server: browse',
    );
    results.forEach(({ references }, index) => {
      const { names, depth } = some[index]!;
      for (const { nodeId, browseName, nodeClass } of references ?? []) {
        if (known.has(nodeId.toString())) continue;
        known.add(nodeId.toString());
        const step = { uri: uris[browseName.namespaceIndex] ?? '', name: `${browseName.name}` };
        const here = [...names, step];
        if (nodeClass === NodeClass.Variable) found.push({ nodeId, names: here });
        if (depth + 1 < depthMax) waiting.push({ nodeId, names: here, depth: depth + 1 });
      }
    });
  }
  const variables: Seen[] = [];
  for (let at = 0; at < Math.min(found.length, variablesMax); at += requestMax) {
    const some = found.slice(at, Math.min(at + requestMax, variablesMax));
    const nodes = some.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value }));
    const values = await bounded(session.read(nodes), answerMs, 'server: values');
    some.forEach(({ nodeId, names }, index) => {
      const { value, statusCode } = values[index]!;
      const type = DataType[value.dataType];
      variables.push({
        ...{ names, type, isWhole: whole.test(type) && !value.arrayType },
        id: nodeId.toString().replace(/^ns=\d+;/, ''),
        uri: uris[nodeId.namespace] ?? '',
        shows: value.value === null ? statusCode.name : textOf(value.value),
      });
    });
  }
  return { variables, isCut: found.length >= variablesMax || waiting.length > 0 };
}

const childrenOf = (nodeId: NodeId | string) => ({
  nodeId,
  browseDirection: BrowseDirection.Forward,
  referenceTypeId: 'HierarchicalReferences',
  includeSubtypes: true,
  nodeClassMask: NodeClass.Object | NodeClass.Variable,
  resultMask: 63,
});

const textOf = (value: unknown): string =>
  `${value}`
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, shownMax);
