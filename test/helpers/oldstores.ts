import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { writeMemory } from '../../edge/store/memory.ts';
import { encodeContent } from '../../shared/codec.ts';
import type { Content } from '../../shared/event.ts';
import { openBox, outcome } from './box.ts';
import { testFolder } from './folder.ts';
import { m01, shop } from './shop.ts';

/** A store of old in a folder of its own. */
export function storeOf(version: string): string {
  const path = join(testFolder(), 'edge.sqlite');
  const file = new URL(`../data/${version}/store.sqlite.gz`, import.meta.url);
  writeFileSync(path, gunzipSync(readFileSync(file)));
  return path;
}
/** A store with a fact that leads, by today's charts, to something else than it did. */
export function storeThatDiffers({ left }: { left: boolean }): string {
  const path = join(testFolder(), 'edge.sqlite');
  const box = openBox(path);
  box.store.snapshots.begin('lot 0');
  for (const asked of [shop.release(), shop.start(), shop.produce('L1'), shop.release({}, 'WO-2')])
    expect(outcome(box.decide(asked))).toBe('accepted');
  const used = {
    ...{ eventId: '01890a5d-ac96-774b-bcce-b302099a8057', type: 'MaterialConsumed', version: 1 },
    ...{ atMs: 1_000, recordedMs: 1_000, clock: 'source', actor: 'person:1', correlationId: 'c' },
    ...{ order: 'WO-1', operation: '0010', lot: 'L1' },
    body: { material: 'BOLT', quantity: '1', unit: 'EA' },
  } as Content;
  const state = Buffer.alloc(8, 7);
  box.store.commit(() => void box.store.append(box.store.head(m01), encodeContent(used), state));
  // The old charts let a lot be used without taking anything from it.
  if (left) box.store.snapshots.write('lot 0', writeMemory(box.book.contents()));
  box.db.close();
  return path;
}
