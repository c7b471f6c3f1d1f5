import type { Command } from '../../shared/command.ts';
import type { Fact } from '../../shared/event.ts';
import type { Exporter } from '../../shared/exporter.ts';
import type { Attributes } from '../../shared/otlp.ts';
import { lastOf, type Segment } from '../../shared/segment.ts';
import {
  isSampled,
  type Place,
  spanIdOf,
  traceIdOf,
  traceparentOf,
} from '../../shared/traceparent.ts';
import type { Answer } from '../line/answers.ts';
import { namesNone } from '../line/correlation.ts';
import type { Intake } from '../line/intake.ts';
import type { Publish } from './forwarder.ts';

/** Facts that are remembered until the stream has them; of more the oldest are let go. */
export const remembered = 10_000;

type Pending = Readonly<{ fact: Traced; traceId: string }>;
type Traced = Pick<
  Fact,
  | ('line' | 'epoch' | 'sequence' | 'type' | 'eventId' | 'correlationId' | 'recordedMs')
  | ('commandId' | 'causationId' | 'order' | 'actor')
>;
type Parts = { exporter: Exporter; nowMs: () => number };
export type Trail = ReturnType<typeof openTrail>;

export const commandSpan = (commandId: string): string => spanIdOf('command', commandId);
export const sendSpan = (eventId: string): string => spanIdOf('send', eventId);

/**
 * What an edge tells of the way of a fact: `command`, from asking to the answer, and `send`, from
 * the recording to the stream's answer. From memory alone: nothing is read for it, and what was
 * recorded before a restart is sent without a span of it.
 */
export function openTrail({ exporter, nowMs }: Parts) {
  const pending = new Map<string, Pending[]>(); // by line, in the order of its sequence
  let held = 0;
  const fresh = new Set<string>(); // commands that were decided, and not answered before

  function forgetOldest(): void {
    for (const all of pending.values()) {
      if (all.shift() === undefined) continue;
      held -= 1;
      exporter.lost();
      return;
    }
  }

  /** Of this segment, in order; behind a rollback the newest at a place counts. */
  function within({ line, epoch, first }: Segment, last: number): Pending[] {
    return (pending.get(line) ?? []).filter(
      ({ fact }) => fact.epoch === epoch && fact.sequence >= first && fact.sequence <= last,
    );
  }

  function forget(segment: Segment, last: number): void {
    const all = pending.get(segment.line);
    if (!all) return;
    const rest = all.filter(
      ({ fact }) =>
        fact.epoch > segment.epoch || (fact.epoch === segment.epoch && fact.sequence > last),
    );
    held -= all.length - rest.length;
    pending.set(segment.line, rest);
  }

  function tellSent({ fact, traceId }: Pending, endMs: number, streamSequence: number): void {
    const { commandId, causationId, eventId } = fact;
    const cause = causationId === undefined ? undefined : sendSpan(causationId);
    exporter.tell({
      ...{ traceId, spanId: sendSpan(eventId), name: `send ${fact.type}`, kind: 'producer' },
      parentSpanId: commandId === undefined ? cause : commandSpan(commandId),
      ...{ startMs: fact.recordedMs, endMs },
      attributes: { ...aboutOf(fact), 'holdfast.stream_sequence': streamSequence },
    });
  }

  function tellAsked(command: Command, answer: Answer, beganMs: number, from?: Place): void {
    const { commandId, statement } = command;
    const traceId = from && namesNone(command) ? from.traceId : traceIdOf(statement.correlationId);
    const isNew = fresh.delete(commandId);
    const isAccepted = answer.status === 'accepted';
    if (!isSampled(traceId, exporter.ratio) || (isAccepted && !isNew)) return;
    const isWithin = from?.traceId === traceId;
    const refused = answer.status === 'refused' ? answer.reason : undefined;
    exporter.tell({
      ...{ traceId, name: `command ${command.command}`, kind: 'server' },
      spanId: isAccepted ? commandSpan(commandId) : spanIdOf('refused', `${commandId}\n${beganMs}`),
      parentSpanId: isWithin ? from.spanId : undefined,
      ...(from && !isWithin ? { links: [from] } : {}),
      ...{ startMs: beganMs, endMs: nowMs() },
      ...(refused === undefined ? {} : { error: refused }),
      attributes: {
        ...{ 'holdfast.line': command.line, 'holdfast.command_id': commandId },
        ...{ 'holdfast.actor': statement.actor, 'holdfast.order': statement.order },
      },
    });
  }

  return {
    /** A fact is new; told in the transaction that stores it, which may still be undone. */
    note(fact: Traced): void {
      const traceId = traceIdOf(fact.correlationId);
      if (!isSampled(traceId, exporter.ratio)) return;
      if (fact.commandId !== undefined) remember(fresh, fact.commandId);
      const all = pending.get(fact.line) ?? [];
      pending.set(fact.line, all);
      const { line, epoch, sequence, type, eventId, correlationId, recordedMs } = fact;
      const { commandId, causationId, order, actor } = fact;
      const own = { line, epoch, sequence, type, eventId, correlationId, recordedMs };
      const more = { commandId, causationId, order, actor } as Partial<Traced>;
      while (all.length > 0 && isUndone(all.at(-1)!.fact, fact)) {
        all.pop();
        held -= 1;
      }
      all.push({ fact: { ...own, ...more } as Traced, traceId });
      held += 1;
      if (held > remembered) forgetOldest();
    },

    /** Commands that come in here are told of once they are answered. */
    watched: (intake: Intake): Intake => ({
      ...intake,
      async ask(command, signing, decided, from) {
        const beganMs = nowMs();
        const answer = await intake.ask(command, signing, decided, from);
        tellAsked(command, answer, beganMs, from);
        return answer;
      },
    }),

    /** A segment goes out with the place of its first fact that is told of. */
    sending:
      (publish: Publish): Publish =>
      async (segment, streamSequence) => {
        const last = lastOf(segment);
        const [first] = within(segment, last);
        const traceparent =
          first &&
          traceparentOf({ traceId: first.traceId, spanId: sendSpan(first.fact.eventId) }, true);
        const taken = await publish(first ? { ...segment, traceparent } : segment, streamSequence);
        const endMs = nowMs();
        for (const one of within(segment, last)) tellSent(one, endMs, taken);
        forget(segment, last);
        return taken;
      },
    held: () => held,
  };
}

/** A transaction was undone: what stood at this place, or behind it, never happened. */
const isUndone = (before: Traced, { epoch, sequence }: Traced): boolean =>
  before.epoch === epoch && before.sequence >= sequence;

function remember(all: Set<string>, id: string): void {
  if (all.size >= remembered) all.delete(all.values().next().value!);
  all.add(id);
}

const aboutOf = (fact: Traced): Attributes => ({
  ...{ 'holdfast.line': fact.line, 'holdfast.epoch': fact.epoch },
  ...{ 'holdfast.sequence': fact.sequence, 'holdfast.event_id': fact.eventId },
  ...{ 'holdfast.correlation_id': fact.correlationId, 'holdfast.order': fact.order },
  'holdfast.actor': fact.actor,
});
