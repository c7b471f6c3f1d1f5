import { hash } from 'node:crypto';
import { decodeContent } from '../../shared/codec.ts';
import { Fault } from '../../shared/fault.ts';
import { partsMax, statePartMax } from '../../shared/runtime.ts';
import type { Contents } from './contents.ts';
import { readMemory } from './memory.ts';
import type { Row, Store } from './store.ts';

/** What was remembered after the fact at `position`; `holds` says whether it may be believed. */
export type Memory = Readonly<{
  position: number;
  contents: Contents;
  holds: (heads: Iterable<Pick<Row, 'line' | 'epoch' | 'sequence' | 'hash'>>) => boolean;
}>;
/** A state in parts that fit into facts, and what each of them says of the whole. */
type Parted = Readonly<{ parts: number; digest: string; said: readonly Buffer[] }>;

/** Throws Fault FULL for a state that is too large to be said by facts. */
export function inParts(memory: Buffer): Parted {
  const parts = Math.ceil(memory.length / statePartMax);
  if (parts > partsMax) {
    throw new Fault('FULL', `state: must be at most ${partsMax} parts of ${statePartMax} bytes`);
  }
  const said = Array.from({ length: parts }, (_, at) =>
    memory.subarray(at * statePartMax, (at + 1) * statePartMax),
  );
  return { parts, digest: hash('sha256', memory), said };
}

/**
 * The state that was carried over behind `position`, from the facts that say it; undefined where
 * there was none. Throws Fault CORRUPT if it cannot be read.
 */
export function carriedBy(
  store: Store,
  position = store.snapshots.edition()?.position ?? 0,
): Memory | undefined {
  if (position === 0) return undefined;
  const parts: Uint8Array[] = [];
  for (const row of store.from(position)) {
    const { type, body } = decodeContent(row.bytes);
    if (type === 'StateCarried' && body.part === 0 && parts.length === 0) continue;
    const says = type === 'ChartsMigrated' || type === 'StateCarried';
    const missing = !says || body.part !== parts.length + 1;
    if (missing || body.state === undefined || parts.length === partsMax) break;
    parts.push(body.state);
    if (parts.length < body.parts) continue;
    const memory = Buffer.concat(parts);
    if (hash('sha256', memory) !== body.digest) break;
    return { position, contents: readMemory(memory), holds: () => true };
  }
  throw new Fault(
    'CORRUPT',
    `the state that was carried over behind position ${position}: it is damaged`,
  );
}
