import {
  type ClientMonitoredItemBase,
  type ClientSession,
  type ClientSubscription,
  type DataValue,
  TimestampsToReturn,
} from 'node-opcua-client';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import { openBell } from '../../shared/loop.ts';
import type { Happening } from '../machine/happening.ts';
import type { Mapping } from '../machine/mapping.ts';
import type { Listener } from '../machine/port.ts';
import { type Message, type Sample, severityOf } from '../machine/sample.ts';
import { openHerald } from './herald.ts';
import { neededMs, tooSlow } from './pulses.ts';
import type { Bound } from './resolve.ts';
import { plainOf } from './values.ts';

type Parts = Readonly<{
  session: ClientSession;
  listener: Listener;
  clock: Clock;
  epoch: string;
  end: (fault: Fault) => void;
}>;

/** Most values that are held back while nobody knows which server they are of. */
const heldMax = 50_000;

/** What listens to a subscription: turns its values into samples, and knows when it was heard. */
export function openEar({ listener, clock, epoch, session, end }: Parts) {
  const bell = openBell(clock);
  const over = new AbortController();
  let heardMs = clock.monotonicMs();
  let held: Sample[] | undefined;
  let message: Message | undefined;
  let delivery = 0;
  let batch: Sample[] = [];
  /** Units that are not listened to, though their tags are there. */
  const muted = new Set<string>();

  function heard(): void {
    heardMs = clock.monotonicMs();
    bell.ring();
  }

  /** Values of one notification go on together. */
  function flush(): void {
    const samples = batch;
    batch = [];
    if (samples.length === 0 || over.signal.aborted) return;
    if (!held) listener.heard(samples);
    else if (held.length < heldMax) held.push(...samples);
  }

  function sampleOf({ tag }: Bound, value: DataValue, of?: Message): Sample {
    return {
      ...{ unit: tag.unit, tag: tag.tag, status: value.statusCode.value, epoch, message: of },
      value: severityOf(value.statusCode.value) === 'bad' ? null : plainOf(value, tag.select),
      sourceMs: value.sourceTimestamp?.getTime(),
      serverMs: value.serverTimestamp?.getTime(),
      receivedMs: clock.nowMs(),
    };
  }

  /** Monitors variables; gives the items that are made. */
  async function monitor(
    subscription: ClientSubscription,
    bound: readonly Bound[],
    { samplingMs, queue }: Pick<Mapping['session'], 'samplingMs' | 'queue'>,
  ): Promise<readonly ClientMonitoredItemBase[]> {
    if (bound.length === 0) return [];
    const group = await subscription.monitorItems(
      bound.map(({ nodeId }) => ({ nodeId })),
      { samplingInterval: samplingMs, queueSize: queue, discardOldest: true },
      TimestampsToReturn.Both,
    );
    group.on('changed', (_: ClientMonitoredItemBase, value: DataValue, index: number): void =>
      push(sampleOf(bound[index]!, value, message)),
    );
    return group.monitoredItems;
  }

  function push(sample: Sample): void {
    if (muted.has(sample.unit)) return;
    batch.push(sample);
    if (batch.length === 1) setImmediate(flush);
  }

  function tell({ tag }: Bound, event: Happening, sourceMs: number | undefined): void {
    const about = { unit: tag.unit, tag: tag.tag, value: null, status: 0, epoch, message };
    push({ ...about, sourceMs, receivedMs: clock.nowMs(), event });
  }
  const herald = openHerald({ session, clock, signal: over.signal, tell });

  return {
    heardMs: () => heardMs,
    ...{ knows: herald.knows, refresh: herald.refresh },

    /** Nothing more is told until somebody says that it is still of the same server. */
    hold(): void {
      held ??= [];
    },

    /** It is: what was held is told, and then what was read, which is the newest. */
    release(values: readonly DataValue[], bound: readonly Bound[]): void {
      const read = values.map((value, index) => sampleOf(bound[index]!, value));
      const all = [...(held ?? []), ...read.filter(({ unit }) => !muted.has(unit))];
      held = undefined;
      listener.heard(all);
    },

    /** Resolves at the next word of the subscription; throws Fault UNREACHABLE after `ms`. */
    async word(ms: number): Promise<void> {
      const seen = bell.rings();
      await bell.wait(seen, ms, over.signal);
      if (bell.rings() !== seen) return;
      throw new Fault('UNREACHABLE', `server: no word of the subscription in ${ms} ms`);
    },

    /**
     * Monitors every tag that is bound. Gives the units that are not listened to after all, and
     * why: the server does not look often enough at a pulse. Throws Fault UNREACHABLE where it
     * does not monitor one.
     */
    async listen(
      subscription: ClientSubscription,
      bound: readonly Bound[],
      { samplingMs, queue }: Mapping['session'],
    ): Promise<ReadonlyMap<string, readonly string[]>> {
      subscription.on('raw_notification', ({ sequenceNumber }) => {
        delivery += 1;
        message = {
          subscription: subscription.subscriptionId as number,
          sequence: sequenceNumber,
          delivery,
        };
        heard();
      });
      subscription.on('keepalive', heard);
      subscription.on('terminated', () =>
        end(new Fault('UNREACHABLE', 'server: ended the subscription')),
      );
      const pulses = bound.filter(({ tag }) => tag.heldMs !== undefined);
      const values = bound.filter(({ tag }) => !tag.events && tag.heldMs === undefined);
      const events = bound.filter(({ tag }) => tag.events);
      const pulsesMs = Math.min(samplingMs, ...pulses.map(({ tag }) => neededMs(tag)));
      const seen = await monitor(subscription, pulses, { samplingMs: pulsesMs, queue });
      const unfit = tooSlow(pulses, seen);
      for (const unit of unfit.keys()) muted.add(unit);
      const items = [
        ...seen,
        ...(await monitor(subscription, values, { samplingMs, queue })),
        ...(await herald.listen(subscription, events, { queue })),
      ];
      herald.refresh();
      throwFailed([...pulses, ...values, ...events], items);
      return unfit;
    },

    close: (): void => over.abort(),
  };
}

/** Throws Fault UNREACHABLE that names the first tag which the server does not monitor. */
function throwFailed(bound: readonly Bound[], items: readonly ClientMonitoredItemBase[]): void {
  const failed = items.findIndex(({ statusCode }) => severityOf(statusCode.value) === 'bad');
  if (failed < 0) return;
  const { tag } = bound[failed]!;
  const why = `${tag.unit} ${tag.tag}: cannot be monitored (${items[failed]!.statusCode.name})`;
  throw new Fault('UNREACHABLE', `server: ${why}`);
}
