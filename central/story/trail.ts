import { readContent } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import type { Exporter } from '../../shared/exporter.ts';
import { idBytes } from '../../shared/identity.ts';
import type { Attributes } from '../../shared/otlp.ts';
import {
  inTrace,
  isSampled,
  spanIdOf,
  traceIdOf,
  traceparentOf,
} from '../../shared/traceparent.ts';
import type { Erp, Posting } from '../erp/erp.ts';
import { type CallOutcome, foundOutcome, outcomeOf } from '../erp/meter.ts';
import type { Accepted, Ledger } from '../ledger/ledger.ts';

/** Most facts of one transaction that are told of; of a backlog no more is worth a span. */
const taken = 100;
/** Outcomes after which a document is in the ERP, or waits for a person: its span ends. */
const ends: ReadonlySet<CallOutcome> = new Set([
  ...(['posted', 'found', 'differs', 'refused', 'several', 'undecided'] as const),
]);
const good: ReadonlySet<CallOutcome> = new Set(['posted', 'found', 'queued', 'absent']);

type Parts = {
  db: Database;
  exporter: Exporter;
  nowMs: () => number;
};
type Row = { bytes: Buffer; receivedMs: number };
/** Where a posting stands: in the trace of the fact that calls for it. */
type Stand = Readonly<{ traceId: string; receivedMs: number; postSpan: string; take: string }>;
export type Trail = ReturnType<typeof openTrail>;

export const takeSpan = (eventId: string): string => spanIdOf('take', eventId);
export const postSpan = (key: string): string => spanIdOf('post', key);

/**
 * What central tells of the way of a fact: `take`, until the ledger has it, `post`, until its
 * document is in the ERP or waits for a person, and a span of each call, whose place goes with the
 * call as `traceparent`. Ids follow from the fact alone, so that nothing is kept for them.
 */
export function openTrail({ db, exporter, nowMs }: Parts) {
  const stored = db.prepare<[Buffer], Row>(
    'SELECT bytes, received_ms AS receivedMs FROM fact WHERE event_id = ?',
  );
  let calls = 0;

  function tellTaken(fact: Accepted, startMs: number, endMs: number): void {
    const traceId = traceIdOf(fact.correlationId);
    if (!isSampled(traceId, exporter.ratio)) return;
    const { eventId } = fact;
    exporter.tell({
      ...{ traceId, spanId: takeSpan(eventId), parentSpanId: spanIdOf('send', eventId) },
      ...{ name: `take ${fact.type}`, kind: 'consumer', startMs, endMs },
      attributes: {
        ...{ 'holdfast.line': fact.line, 'holdfast.epoch': fact.epoch },
        ...{ 'holdfast.sequence': fact.sequence, 'holdfast.event_id': eventId },
        'holdfast.position': fact.position,
      },
    });
  }

  function standOf({ eventId, key }: Posting): Stand | undefined {
    const row = stored.get(idBytes(eventId));
    const content = row && readContent(row.bytes);
    if (!content) return undefined;
    const traceId = traceIdOf(content.correlationId);
    const ids = { postSpan: postSpan(key), take: takeSpan(eventId) };
    return isSampled(traceId, exporter.ratio)
      ? { traceId, receivedMs: row.receivedMs, ...ids }
      : undefined;
  }

  function tellPost({ traceId, receivedMs, take, ...ids }: Stand, posting: Posting, came: Came) {
    exporter.tell({
      ...{ traceId, spanId: ids.postSpan, parentSpanId: take, name: `post ${posting.kind}` },
      ...{ kind: 'internal', startMs: receivedMs, endMs: came.endMs },
      ...(good.has(came.outcome) ? {} : { error: came.outcome }),
      attributes: aboutOf(posting, came),
    });
  }

  async function told<T>(
    verb: 'post' | 'lookUp',
    posting: Posting,
    work: () => Promise<T>,
    outcome: (answer: T) => Pick<Came, 'outcome' | 'document'>,
  ): Promise<T> {
    const stand = standOf(posting);
    if (!stand) return work();
    const startMs = nowMs();
    const { traceId } = stand;
    const spanId = spanIdOf('call', `${posting.key}\n${startMs}\n${++calls}`);
    const answer = await inTrace(traceparentOf({ traceId, spanId }, true), work);
    const came = { ...outcome(answer), endMs: nowMs() };
    exporter.tell({
      ...{ traceId, spanId, parentSpanId: stand.postSpan, name: `ERP ${verb} ${posting.kind}` },
      ...{ kind: 'client', startMs, endMs: came.endMs },
      ...(good.has(came.outcome) ? {} : { error: came.outcome }),
      attributes: aboutOf(posting, came),
    });
    if (ends.has(came.outcome)) tellPost(stand, posting, came);
    return answer;
  }

  return {
    /** What is accepted here is told of once it is committed. */
    watched: (ledger: Ledger): Ledger => ({
      ...ledger,
      accept(arrivals, cursor) {
        const startMs = nowMs();
        const facts = ledger.accept(arrivals, cursor);
        const endMs = nowMs();
        for (const fact of facts.slice(0, taken)) tellTaken(fact, startMs, endMs);
        if (facts.length > taken) exporter.lost(facts.length - taken);
        return facts;
      },
    }),

    /** The same ERP, its calls being told of: what the poster asks. */
    followed: (erp: Erp): Erp => ({
      ...erp,
      post: (posting, isSafe) =>
        told(
          'post',
          posting,
          () => erp.post(posting, isSafe),
          (came) => ({
            outcome: outcomeOf(came),
            document: 'document' in came ? came.document : undefined,
          }),
        ),
      lookup: (posting) =>
        told(
          'lookUp',
          posting,
          () => erp.lookup(posting),
          (found) => ({
            outcome: foundOutcome(found),
            document: Array.isArray(found) ? found[0] : undefined,
          }),
        ),
    }),
  };
}

type Came = Readonly<{ outcome: CallOutcome; document: string | undefined; endMs: number }>;

const aboutOf = (posting: Posting, { outcome, document }: Came): Attributes => ({
  ...{ 'holdfast.posting_key': posting.key, 'holdfast.event_id': posting.eventId },
  ...{ 'holdfast.order': posting.order, 'holdfast.lot': posting.lot },
  ...{ 'holdfast.outcome': outcome, 'holdfast.document': document },
});
