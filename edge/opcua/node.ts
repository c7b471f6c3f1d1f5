import { type ClientSession, coerceNodeId, makeBrowsePath, type NodeId } from 'node-opcua-client';
import { Fault } from '../../shared/fault.ts';
import type { Address } from '../machine/tags.ts';
import { answerMs, bounded } from './bounded.ts';
import { writtenOf } from './resolve.ts';

/** Number of a namespace on this server; throws Fault REFUSED where it has none. */
export async function namespaceOf(
  session: ClientSession,
  uri: string,
): Promise<{ all: string[]; own: number }> {
  const all = await bounded(session.readNamespaceArray(), answerMs, 'jobs: namespaces');
  const own = all.indexOf(uri);
  if (own >= 0) return { all, own };
  throw new Fault('REFUSED', `jobs: the server has no namespace ${uri}`);
}

/**
 * The node at an address, and what has this name in namespace `own` below it. Throws Fault REFUSED
 * where one of them is not there.
 */
export async function memberOf(
  session: ClientSession,
  at: Address,
  { all, own }: Readonly<{ all: string[]; own: number }>,
  name: string,
): Promise<[NodeId, NodeId]> {
  const written = writtenOf(at, all);
  if ('why' in written) throw new Fault('REFUSED', `jobs: ${written.why}`);
  const start = 'id' in written ? written.id : 'i=85';
  const path = 'path' in written ? written.path : '';
  const paths = [
    ...(path ? [makeBrowsePath(start, path)] : []),
    makeBrowsePath(start, `${path}/${own}:${name}`),
  ];
  const found = await bounded(session.translateBrowsePath(paths), answerMs, 'jobs: their nodes');
  const ids = found.map(({ targets }) => targets?.[0]?.targetId);
  const object = 'id' in written ? written.id : ids[0];
  const member = ids.at(-1);
  if (object && member) return [object, coerceNodeId(member)];
  throw new Fault('REFUSED', `jobs: ${'says' in written ? written.says : 'it'} has no ${name}`);
}
