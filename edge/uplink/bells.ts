import type { Clock } from '../../shared/clock.ts';
import { openBell } from '../../shared/loop.ts';

export const openBells = (clock: Clock) => ({
  facts: openBell(clock), // rings when facts were committed
  changed: openBell(clock), // rings when the status page has something new to tell
  reached: openBell(clock), // rings when a line's way is open again
  read: openBell(clock), // rings when central has said what its ledger keeps
});
