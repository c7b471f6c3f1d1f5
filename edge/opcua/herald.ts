import {
  AttributeIds,
  type ClientMonitoredItemBase,
  type ClientSession,
  type ClientSubscription,
  type DataValue,
  type NodeId,
  TimestampsToReturn,
  type Variant,
} from 'node-opcua-client';
import type { Clock } from '../../shared/clock.ts';
import { openBell } from '../../shared/loop.ts';
import { type Happening, isWanted } from '../machine/happening.ts';
import type { Mapping } from '../machine/mapping.ts';
import { answerMs, bounded } from './bounded.ts';
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

/** What stands is asked for again so often at most, ms. */
const refreshPauseMs = 5_000;
/** Every event of a server reaches this object, and the words about a refresh only this one. */
const serverObject = 'i=2253';
/** Events of the server that may wait, for a refresh is told at once. */
const serverQueue = 1_000;

const noWord: Omit<Happening, 'kind'> = {
  ...{ eventId: '', type: '', source: '', condition: '' },
  ...{ stands: false, severity: 1, message: '' },
};

/** Listens to the events of a session, and has its server tell again what stands. */
export function openHerald({ session, clock, signal, tell }: Parts) {
  const bell = openBell(clock);
  let namespaces: readonly string[] = [];
  let all: readonly Bound[] = [];
  let subscription: ClientSubscription | undefined;
  let askedMs = Number.NEGATIVE_INFINITY;
  let isAsking = false;
  /** ConditionIds that stand, while the server tells them again. */
  let standing: Set<string> | undefined;

  const tellAll = (about: Partial<Happening> & Pick<Happening, 'kind'>): void => {
    for (const bound of all) tell(bound, { ...noWord, ...about }, undefined);
  };

  /** Asks once; whoever wants it before it is asked is served by the same. */
  async function refresh(): Promise<void> {
    if (all.length === 0 || isAsking || signal.aborted) return;
    isAsking = true;
    await clock.sleep(Math.max(0, askedMs + refreshPauseMs - clock.monotonicMs()), signal);
    askedMs = clock.monotonicMs();
    isAsking = false;
    if (signal.aborted) return;
    const seen = bell.rings();
    const asked = refreshConditions(session, subscription!.subscriptionId as number);
    const isAnswered = await bounded(asked, answerMs, 'server: refresh').catch(() => false);
    if (isAnswered) await bell.wait(seen, answerMs, signal);
    if (bell.rings() === seen && !signal.aborted) tellAll({ kind: 'notRefreshed' });
  }

  function heard(fields: readonly Variant[], bound: Bound): void {
    const { happening, atMs, word } = toldBy(fields, namespaces);
    if (word === 'overflow') tell(bound, { ...noWord, kind: 'overflow' }, atMs);
    if (word === 'overflow') void refresh();
    if (happening && isWanted(bound.tag.events!, happening)) tell(bound, happening, atMs);
  }

  /** Of the whole server: what it tells between the two ends of a refresh is all that stands. */
  function heardOfServer(fields: readonly Variant[]): void {
    const { happening, word } = toldBy(fields, namespaces);
    if (word === 'begin') standing = new Set();
    if (happening?.kind === 'condition' && happening.stands) standing?.add(happening.condition);
    if (word === 'end' && standing) {
      tellAll({ kind: 'refreshed', standing: [...standing] });
      bell.ring();
    }
    if (word === 'end' || word === 'overflow') standing = undefined;
    if (word === 'ask' || word === 'overflow') void refresh();
  }

  /** An item of events tells the fields that were asked for, in their order, and no value. */
  async function monitor(
    nodes: readonly (NodeId | string)[],
    queueSize: number,
    told: (fields: readonly Variant[], index: number) => void,
  ): Promise<readonly ClientMonitoredItemBase[]> {
    const group = await subscription!.monitorItems(
      nodes.map((nodeId) => ({ nodeId, attributeId: AttributeIds.EventNotifier })),
      { samplingInterval: 0, queueSize, discardOldest: true, filter: eventFilter() },
      TimestampsToReturn.Both,
    );
    group.on('changed', (_, fields: DataValue, index: number) =>
      told(fields as unknown as readonly Variant[], index),
    );
    return group.monitoredItems;
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
      const nodes = bound.map(({ nodeId }) => nodeId);
      const items = await monitor(nodes, queue, (fields, index) => heard(fields, bound[index]!));
      await monitor([serverObject], Math.max(queue, serverQueue), heardOfServer);
      return items;
    },

    refresh: (): void => void refresh(),
  };
}
