import { encodeContent, genesis, link } from '../../shared/codec.ts';
import type { BodyOf, Content, FactType } from '../../shared/event.ts';
import { nameId } from '../../shared/identity.ts';
import type { Segment } from '../../shared/segment.ts';

const namespace = '6d0ecf0c-5f8b-5d0f-9d5a-1f6a1a3c0001';

/** A fact's content with a stable id made of `name`. */
export function content<T extends FactType>(
  name: string,
  type: T,
  body: BodyOf<T>,
  about: Partial<Content> = {},
): Content {
  return {
    eventId: nameId(namespace, name),
    type,
    version: 1,
    atMs: 1_325_458_800_000,
    recordedMs: 1_325_458_800_000,
    clock: 'edge',
    actor: 'person:4445',
    correlationId: 'WO-1',
    body,
    ...about,
  } as Content;
}

/** A report of `good` pieces of order WO-1, operation 0010. */
export const report = (name: string, good: string): Content =>
  content(
    name,
    'QuantityReported',
    {
      run: 'R1',
      phase: 'run',
      good,
      scrap: '0',
      rework: '0',
      held: '0',
      unit: 'EA',
      inRework: false,
    },
    { order: 'WO-1', operation: '0010' },
  );

/** All of a line's history in bytes, with the links between them. */
export function history(line: string, contents: readonly Content[], epoch = 1) {
  const bytes = contents.map(encodeContent);
  const links = [genesis(line, epoch)];
  for (const fact of bytes) links.push(link(links.at(-1)!, fact));
  return {
    bytes,
    links,
    /** Facts `first` to `last` as they travel; without links if `chained` is false. */
    segment: (first: number, last: number, chained = true): Segment => ({
      line,
      epoch,
      first,
      before: chained ? links[first - 1]! : null,
      after: chained ? links[last]! : null,
      facts: bytes.slice(first - 1, last),
    }),
  };
}
