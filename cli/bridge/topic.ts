import type { FeedFact } from '../../shared/feed/message.ts';

/** What the broker is told of a fact; a retained one stands for whoever comes later. */
export type Told = Readonly<{ topic: string; payload: string; retain: boolean }>;

/** What has a meaning in topics, or would hide a level: %XX instead, and so is "%" itself. */
const special = /[/+#%\0]|^\$/g;
const levelOf = (name: string): string =>
  name.replace(
    special,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );

/** `<enterprise>/<site>/<area>/<line>`, each escaped; the names of a line have no "/" in them. */
const lineTopic = (line: string): string => line.split('/').map(levelOf).join('/');

/** Facts that say where an order stands at its line now, and in which state that leaves it. */
const orderStates: Readonly<Record<string, string>> = {
  OperationStarted: 'running',
  OperationPaused: 'paused',
  OperationResumed: 'running',
  OperationCompleted: 'completed',
  OrderCompleted: 'completed',
  OrderReopened: 'reopened',
  OrderClosed: 'closed',
};

/** What of now a fact tells, and under which name; each fact alone, so that no memory is needed. */
function stateOf({ type, body, order, operation }: FeedFact): [string, object] | undefined {
  if (type === 'EquipmentStateChanged') {
    return ['equipment', { state: body['state'], reason: body['reason'] }];
  }
  const state = orderStates[type];
  return state === undefined ? undefined : ['order', { state, order, operation }];
}

/**
 * Topics of a fact in the unified namespace: the fact under its type, and, of what is true until it
 * is said otherwise, the newest word on it, retained.
 */
export function toldOf(fact: FeedFact, payload: string, prefix: string): readonly Told[] {
  const base = `${prefix}${lineTopic(fact.line)}`;
  const told = { topic: `${base}/${levelOf(fact.type)}`, payload, retain: false };
  const found = stateOf(fact);
  if (!found) return [told];
  const [name, state] = found;
  const { eventId, atMs, at, epoch, sequence } = fact;
  const now = JSON.stringify({ ...state, at, atMs, eventId, epoch, sequence });
  return [told, { topic: `${base}/state/${name}`, payload: now, retain: true }];
}
