import type { Pulled, PulledEntry, Source } from '../erp/erp.ts';
import { objectOf } from '../erp/exchange.ts';
import { releasing, type TrytonConfig } from './options.ts';
import type { Places, Row } from './places.ts';
import { contentOf, type Held, referenceOf, rowsIn } from './records.ts';
import { type Failure, isFailure } from './reply.ts';
import type { Tryton } from './session.ts';

const streams = ['items', 'workCenters', 'boms', 'routings', 'orders'] as const;
type Stream = (typeof streams)[number];
/** When everything was changed later than. */
const beginning = '1970-01-01 00:00:00.000000';

/** Where the next page begins: behind this record of those that were changed at this moment. */
type Cursor = Readonly<{ since: string; after: number }>;
type Answer = Readonly<{ rows: readonly Row[]; next: Cursor | undefined; quiet: string }> &
  Readonly<{ more: boolean }>;

const moment = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/.test(value);

/** What our module has answered; undefined for anything else. */
function readAnswer(result: unknown): Answer | undefined {
  const { rows, next, more, quiet } = objectOf(result) ?? {};
  if (!Array.isArray(rows) || typeof more !== 'boolean' || !moment(quiet)) return undefined;
  const [since, after] = Array.isArray(next) ? next : [];
  const at = moment(since) && Number.isSafeInteger(after) ? { since, after } : undefined;
  if (next !== null && !at) return undefined;
  return { rows: rows.map((row) => objectOf(row) ?? {}), next: at, more, quiet };
}

/**
 * Behind the last page: what was changed since; but what is not older than the longest transaction
 * of Tryton's is read again, because what was stamped before it may come to light only now.
 */
function after(at: Cursor, { next, more, quiet }: Answer): Cursor {
  const last = next ?? at;
  if (more || last.since < quiet) return last;
  return { since: quiet, after: 0 };
}

function statusOf(state: unknown, releasedFrom: TrytonConfig['releasedFrom']): unknown {
  if (state === 'done') return 'closed';
  const reached = (releasing as readonly unknown[]).indexOf(state);
  if (reached < 0) return state; // "cancelled"; another one is refused where it is read
  return reached >= releasing.indexOf(releasedFrom) ? 'released' : 'created';
}

/** A production, with the versions of what it is made of and by. */
function orderOf(row: Row, config: TrytonConfig): object {
  const made = objectOf(row['made']) ?? {};
  const versions = (['items', 'boms', 'routings'] as const).flatMap((stream) =>
    rowsIn(made[stream]).map((one) => {
      const { kind, record, version } = referenceOf(stream, one, config) as Row;
      return { kind, record, version };
    }),
  );
  const { material, quantity, unit, operations } = contentOf('orders', row, config) as Row;
  return {
    ...{ order: row['record'] ?? undefined, status: statusOf(row['state'], config.releasedFrom) },
    ...{ material, quantity, unit, operations, versions },
  };
}

function entryOf(stream: Stream, row: Row, config: TrytonConfig): PulledEntry {
  const plant = typeof row['warehouse'] === 'string' ? row['warehouse'] : null;
  if (stream === 'orders') return { plant, kind: 'order', given: orderOf(row, config) };
  return { plant, kind: 'reference', given: referenceOf(stream as Held, row, config) };
}

/**
 * What Tryton has of items, work centres, bills, routings and productions: our module tells them
 * page by page, in the order in which they or what belongs to them were changed, and numbers their
 * versions. Nothing is judged here: it is read as it is, and judged at the entrance.
 */
export function trytonMasters(
  tryton: Tryton,
  config: TrytonConfig,
  ready: () => Promise<Readonly<{ places: Places }> | Failure>,
): Source {
  async function pull(stream: string, text: string | null): Promise<Pulled> {
    const at = text === null ? { since: beginning, after: 0 } : (JSON.parse(text) as Cursor);
    const found = await ready();
    if (isFailure(found)) return { kind: 'unread', reason: found.reason };
    const method = 'model.holdfast.master.changed';
    const reply = await tryton.ask(method, stream, at.since, at.after, found.places.context);
    if (isFailure(reply)) return { kind: 'unread', reason: reply.reason };
    const answer = readAnswer(reply.result);
    if (!answer)
      return { kind: 'unread', reason: `${method}: an answer that is none of our module` };
    const entries = answer.rows.map((row) => entryOf(stream as Stream, row, config));
    return { kind: 'page', entries, cursor: JSON.stringify(after(at, answer)), more: answer.more };
  }
  return { streams, pull };
}
