/** How deep what a newer program stated is told; what lies deeper is left out. */
const depthMax = 16;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function numberOf(value: number): unknown {
  return Number.isFinite(value) ? value : `${value}`;
}

function dateOf(value: Date): unknown {
  return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
}

/** Anything that msgpack can say, as JSON can; bytes, which nobody could read, are left out. */
export function plain(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return numberOf(value);
  if (typeof value === 'bigint') return `${value}`;
  if (typeof value === 'boolean' || value === null) return value;
  if (value instanceof Date) return dateOf(value);
  if (depth === depthMax || ArrayBuffer.isView(value)) return undefined;
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1) ?? null);
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value).map(([key, one]) => [
    key.toWellFormed(),
    plain(one, depth + 1),
  ]);
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

/**
 * What we read of a body, and beside it, at every depth, what a newer program has put in: `known`
 * is what of `given` we know, `read` what reading it gave.
 */
export function withForeign(given: unknown, known: unknown, read: unknown): unknown {
  if (Array.isArray(read) && Array.isArray(given) && Array.isArray(known)) {
    return read.map((item, at) => withForeign(given[at], known[at], item));
  }
  if (!isRecord(read) || !isRecord(given) || !isRecord(known)) return plain(read);
  const own = Object.entries(read).map(([key, value]) => [
    key,
    withForeign(given[key], known[key], value),
  ]);
  const foreign = Object.entries(given)
    .filter(([key]) => !Object.hasOwn(known, key))
    .map(([key, value]) => [key.toWellFormed(), plain(value, 1)]);
  const all = [...foreign, ...own];
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}
