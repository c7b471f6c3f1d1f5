import { calendarFields } from '../shared/calendar.ts';
import { isFactType } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { asyncApi } from '../shared/feed/asyncapi.ts';
import { factSchema } from '../shared/feed/schema.ts';
import { type Field, fallback, invalid, optional, text } from '../shared/field.ts';
import { plainText } from '../shared/table.ts';
import type { Board } from './desk/board.ts';
import { type Operation, operation } from './desk/operation.ts';
import { place } from './desk/sightoperations.ts';

const day: Field<string> = {
  doc: 'Production day, e.g. 2026-11-29.',
  read(value, name) {
    const isDay = typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);
    const ms = isDay ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
    if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(`${value}`)) {
      return value as string;
    }
    throw invalid(name, 'must be a day of the calendar, e.g. 2026-11-29');
  },
};

function schemas({ type }: Readonly<{ type?: string }>): object {
  if (type === undefined) return asyncApi();
  if (isFactType(type)) return factSchema(type);
  throw new Fault('UNKNOWN', `type: ${type.slice(0, 40)} is no fact that we know`);
}

/** What everybody may know of the facts, and what they are told of. */
export const feedOperations = ({ sheets }: Board): Operation[] => [
  operation({
    ...{ name: 'feed', fields: {}, text: plainText },
    doc: 'Whether facts are told on hf.fact, and up to which position of the ledger.',
    answer: sheets.standing,
  }),
  operation({
    ...{ name: 'schemas', main: 'type', text: plainText },
    doc: 'What the feed tells: AsyncAPI 3.0, or the JSON Schema of one type.',
    fields: { type: optional(text('Type of the fact, e.g. LotProduced.', 200)) },
    answer: schemas,
  }),
  operation({
    ...{ name: 'facts', main: 'day', text: plainText },
    doc: 'Facts as the feed tells them, from the ledger: of one production day, page by page.',
    fields: {
      day: optional(day),
      timeZone: fallback(calendarFields.timeZone, 'UTC'),
      dayStart: calendarFields.dayStart,
      after: optional(place),
      upTo: optional(place),
    },
    answer: ({ timeZone, dayStart, ...asked }) =>
      sheets.facts({ ...asked, calendar: { timeZone, dayStart, shifts: [] } }),
  }),
];
