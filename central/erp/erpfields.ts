import { type Field, fallback, integer, invalid } from '../../shared/field.ts';

// Fields of the configs of several connectors, and what follows from them.

/** An http or https address without a user in it, as `shown`. */
export const address = (doc: string, shown: (url: URL) => string): Field<string> => ({
  doc,
  read(value, name) {
    const given = typeof value === 'string' ? URL.parse(value) : null;
    if (given && /^https?:$/.test(given.protocol) && given.username === '') return shown(given);
    throw invalid(name, 'must be an http or https address without a user in it');
  },
});

export const origin = address(
  'The ERP’s origin, e.g. "https://erp.example".',
  ({ origin: own }) => own,
);

export const timeZone: Field<string> = {
  doc: 'IANA time zone of the plant, whose calendar day is the posting date. "UTC" if absent.',
  read(value = 'UTC', name) {
    try {
      return new Intl.DateTimeFormat('en-CA', { timeZone: `${value}` }).resolvedOptions().timeZone;
    } catch {
      throw invalid(name, 'must be an IANA time zone');
    }
  },
};

/** How long an ERP is waited for that answers when it has committed. */
export const waits = {
  clientTimeoutMs: fallback(integer('Wait for each answer, ms.', 10, 600_000), 10_000),
  maxInFlightMs: fallback(
    integer('After this time the ERP has committed or dropped a call, ms.', 0, 3_600_000),
    30_000,
  ),
};

/** The calendar day in `zone` at a Unix time, as "2026-11-23". */
export function calendar(zone: string): (ms: number) => string {
  const days = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  return (ms) => days.format(ms);
}
