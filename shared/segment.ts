import { Packr } from 'msgpackr';
import { link } from './codec.ts';
import { Fault } from './fault.ts';
import { linePath } from './subject.ts';

/** Most facts, and most bytes of them, that travel together. */
export const segmentFactsMax = 1_000;
export const segmentBytesMax = 256 * 1024;
const segmentVersion = 1;
const packr = new Packr({ useRecords: false });

/**
 * The unit on the wire: consecutive facts of one line and epoch, as stored.
 *
 * `before` and `after` are the chain's links around them; a source without a chain (a foreign log)
 * has neither, and central begins the chain itself.
 */
export type Segment = Readonly<{
  line: string;
  epoch: number;
  first: number; // sequence of the first fact
  before: Uint8Array | null;
  after: Uint8Array | null;
  facts: readonly Uint8Array[];
  links?: readonly Buffer[]; // the chain's link after each fact, once it was computed
  traceparent?: string | undefined; // goes into the message's headers, and is no part of its bytes
}>;

/** The chain's link after each fact of a segment; none for a source without a chain. */
export function linksOf({ before, facts, links }: Segment): readonly Buffer[] {
  if (links || !before) return links ?? [];
  let last = before;
  return facts.map((fact) => {
    const next = link(last, fact);
    last = next;
    return next;
  });
}

/** The same facts as segments of at most `max` each. */
export function partsOf(segment: Segment, max: number): readonly Segment[] {
  const { line, epoch, first, facts } = segment;
  const links = linksOf(segment);
  return Array.from({ length: Math.ceil(facts.length / max) }, (_, part) => {
    const [from, to] = [part * max, Math.min((part + 1) * max, facts.length)];
    const before = from === 0 ? segment.before : (links[from - 1] ?? null);
    const after = to === facts.length ? segment.after : (links[to - 1] ?? null);
    const own = { line, epoch, first: first + from, before, after, facts: facts.slice(from, to) };
    return links.length === 0 ? own : { ...own, links: links.slice(from, to) };
  });
}

export const lastOf = ({ first, facts }: Segment): number => first + facts.length - 1;

/** Version byte, then one msgpack array: line, epoch, first, before, after, facts. */
export function encodeSegment({ line, epoch, first, before, after, facts }: Segment): Buffer {
  const packed = packr.pack([line, epoch, first, before, after, facts]);
  return Buffer.concat([Buffer.of(segmentVersion), packed]);
}

/**
 * The segment of received bytes. Throws Fault CORRUPT if it is malformed, over its limits, or its
 * facts do not lead from `before` to `after`, and Fault INVALID if its line is no line's name.
 */
export function decodeSegment(bytes: Uint8Array): Segment {
  const fields = unpack(bytes);
  const [line, epoch, first, before, after, facts] = fields as [
    string,
    number,
    number,
    Uint8Array | null,
    Uint8Array | null,
    Uint8Array[],
  ];
  if (!Array.isArray(facts) || facts.length < 1 || facts.length > segmentFactsMax) {
    throw new Fault('CORRUPT', `segment: must hold 1 to ${segmentFactsMax} facts`);
  }
  for (const [name, value] of Object.entries({ epoch, first, last: first + (facts.length - 1) })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new Fault('CORRUPT', `segment.${name}: must be a whole number from 1`);
    }
  }
  if (
    !facts.every(isBytes) ||
    !((before === null && after === null) || [before, after].every(isLink))
  ) {
    throw new Fault('CORRUPT', 'segment: must have both links or none, and facts as bytes');
  }
  if (facts.reduce((sum, { length }) => sum + length, 0) > segmentBytesMax) {
    throw new Fault('CORRUPT', `segment: must hold at most ${segmentBytesMax} bytes of facts`);
  }
  const segment = { line: linePath(line, 'segment.line'), epoch, first, before, after, facts };
  if (!before) return segment;
  const links = linksOf(segment);
  if (!links.at(-1)!.equals(after!)) {
    throw new Fault('CORRUPT', `segment: the chain breaks between ${first} and its end`);
  }
  return { ...segment, links };
}

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;
const isLink = (value: unknown): boolean => isBytes(value) && value.length === 32;

function unpack(bytes: Uint8Array): unknown[] {
  if (bytes[0] !== segmentVersion) {
    throw new Fault('CORRUPT', `segment: version byte ${bytes[0]}, known is ${segmentVersion}`);
  }
  try {
    const fields = packr.unpack(bytes.subarray(1)) as unknown[];
    if (Array.isArray(fields)) return fields;
  } catch (cause) {
    throw new Fault('CORRUPT', 'segment: not msgpack', { cause });
  }
  throw new Fault('CORRUPT', 'segment: not an array');
}
