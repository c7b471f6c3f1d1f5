import type { Calendar } from '../../shared/calendar.ts';
import type { ClockTrust } from '../../shared/event.ts';
import { invalid } from '../../shared/field.ts';
import { instantMaxMs } from '../../shared/vocabulary.ts';
import type { Flag } from '../../statecharts/tables.ts';

const name = 'command.atLocal';

/**
 * When a command says that it was, else now, and what the plant calls that: production day and
 * shift. Throws Fault INVALID for a local time that does not exist, or that nobody can tell here.
 */
export function momentOf(
  { atMs, atLocal }: { atMs?: number | undefined; atLocal?: string | undefined },
  nowMs: number,
  calendar: Calendar | undefined,
  clockTrust: ClockTrust | undefined,
) {
  const told = atLocal === undefined ? undefined : instantOf(atLocal, calendar);
  const at = told?.atMs ?? atMs ?? nowMs;
  const stated = told !== undefined || atMs !== undefined;
  const flags = { flags: 'ambiguousTime' satisfies Flag };
  return {
    place: calendar?.placeOf(at),
    time: {
      atMs: at,
      recordedMs: nowMs,
      clock: stated ? ('source' as const) : ('edge' as const),
      ...(told?.ambiguous ? flags : {}),
      ...(clockTrust ? { clockTrust } : {}),
    },
  };
}

function instantOf(atLocal: string, calendar: Calendar | undefined) {
  if (!calendar) {
    throw invalid(name, 'must not be given to an edge without a calendar: give atMs instead');
  }
  const told = calendar.instantOf(atLocal, name);
  if (told.atMs >= 0 && told.atMs <= instantMaxMs) return told;
  throw invalid(name, 'must be from 1970-01-01 to 2100-01-01');
}
