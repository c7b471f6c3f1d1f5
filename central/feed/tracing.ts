import type { Exporter } from '../../shared/exporter.ts';
import { type FeedMessage, placeOf } from '../../shared/feed/message.ts';
import { isSampled } from '../../shared/traceparent.ts';
import { takeSpan } from '../story/trail.ts';

/** Most facts told together that are told of; of a backlog no more is worth a span. */
const toldMax = 100;

/**
 * Tells of facts that the feed's stream has now: `tell`, from the ledger to the stream, below
 * `take`. It is the place that the message has said in its header: readers go on below it.
 */
export function tellSpans(exporter: Exporter, messages: readonly FeedMessage[], nowMs: number) {
  const traced = messages
    .map(({ data }) => ({ data, place: placeOf(data) }))
    .filter(({ place }) => isSampled(place.traceId, exporter.ratio));
  for (const { data, place } of traced.slice(0, toldMax)) {
    const { type, eventId, line, epoch, sequence, position, receivedMs } = data;
    exporter.tell({
      ...{ ...place, parentSpanId: takeSpan(eventId), name: `tell ${type}`, kind: 'producer' },
      ...{ startMs: receivedMs, endMs: nowMs },
      attributes: {
        ...{ 'holdfast.line': line, 'holdfast.epoch': epoch, 'holdfast.sequence': sequence },
        ...{ 'holdfast.event_id': eventId, 'holdfast.position': position },
      },
    });
  }
  if (traced.length > toldMax) exporter.lost(traced.length - toldMax);
}
