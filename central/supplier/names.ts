import { besideId } from '../../shared/identity.ts';

/** The lane of a receipt: what follows it goes out in order, receipts side by side. */
export const laneOf = (receipt: string): string => `inbound:${receipt}`;

/** How the names of holds begin by which central holds what suppliers have delivered. */
const holdPrefix = 'receipt:';
export const holdOf = (receipt: string): string => `${holdPrefix}${receipt}`;
export const isOwnHold = (hold: string): boolean => hold.startsWith(holdPrefix);

/** An event id for what happened to a receipt: the same for the same, near others of its time. */
export function eventOf(receipt: string, what: string, atMs: number): string {
  const hex = Math.trunc(atMs).toString(16).padStart(12, '0').slice(-12);
  const time = `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
  return besideId(time, `${receipt}\n${what}`);
}
