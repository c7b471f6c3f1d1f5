import {
  AttributeIds,
  type ClientMonitoredItemBase,
  type ClientSession,
  type ClientSubscription,
  type DataValue,
  TimestampsToReturn,
  type Variant,
} from 'node-opcua-client';
import type { Clock } from '../../shared/clock.ts';
import { type Happening, isWanted } from '../machine/happening.ts';
import type { Mapping } from '../machine/mapping.ts';
import { bounded } from './bounded.ts';
import { eventFilter, refreshConditions, toldBy } from './events.ts';
import type { Bound } from './resolve.ts';

type Parts = Readonly<{
  session: ClientSession;
  clock: Clock;
  signal: AbortSignal;
  /** Something is told by a tag of events; `atMs` is the source's time. */
  tell(bound: Bound, happening: Happening, atMs: number | undefined): void;
}>;
export type Herald = ReturnType<typeof openHerald>;

const answerMs = 10_000;
/** What stands is asked for again so often at most, ms. */
const refreshPauseMs = 5_000;

const noWord: Omit<Happening, 'kind'> = {
  ...{ eventId: '', type: '', source: '', condition: '' },
  ...{ stands: false, severity: 1, message: '' },
};

/** Listens to the events of a session, and has its server tell again what stands. */
export function openHerald({ session, clock, signal, tell }: Parts) {
  let namespaces: readonly string[] = [];
  let all: readonly Bound[] = [];
  let subscription: ClientSubscription | undefined;
  let askedMs = Number.NEGATIVE_INFINITY;
  let isAsking = false;

  /** Asks once; whoever wants it meanwhile is served by the same. */
  async function refresh(): Promise<void> {
    if (all.length === 0 || isAsking || signal.aborted) return;
    isAsking = true;
    await clock.sleep(Math.max(0, askedMs + refreshPauseMs - clock.monotonicMs()), signal);
    askedMs = clock.monotonicMs();
    isAsking = false;
    if (signal.aborted) return;
    const asked = refreshConditions(session, subscription!.subscriptionId as number);
    const isDone = await bounded(asked, answerMs, 'server: refresh').catch(() => false);
    if (isDone) return;
    for (const bound of all) tell(bound, { ...noWord, kind: 'notRefreshed' }, undefined);
  }

  function heard(fields: readonly Variant[], bound: Bound): void {
    const { happening, atMs, isStale } = toldBy(fields, namespaces);
    if (happening && isWanted(bound.tag.events!, happening)) tell(bound, happening, atMs);
    if (isStale) void refresh();
  }

  return {
    /** The namespaces of this server, by which its nodes are named. */
    knows(given: readonly string[]): void {
      namespaces = given;
    },

    /** Gives the items that are made; one that is bad is for the caller to judge. */
    async listen(
      on: ClientSubscription,
      bound: readonly Bound[],
      { queue }: Pick<Mapping['session'], 'queue'>,
    ): Promise<readonly ClientMonitoredItemBase[]> {
      [subscription, all] = [on, bound];
      if (bound.length === 0) return [];
      const group = await on.monitorItems(
        bound.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.EventNotifier })),
        { samplingInterval: 0, queueSize: queue, discardOldest: true, filter: eventFilter() },
        TimestampsToReturn.Both,
      );
      // An item of events tells the fields that were asked for, in their order, and no value.
      group.on('changed', (_, fields: DataValue, index: number) =>
        heard(fields as unknown as readonly Variant[], bound[index]!),
      );
      return group.monitoredItems;
    },

    refresh: (): void => void refresh(),
  };
}
