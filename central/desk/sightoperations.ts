import { explainText } from '../../shared/explained.ts';
import {
  choice,
  type Field,
  fallback,
  id,
  integer,
  invalid,
  optional,
  text,
} from '../../shared/field.ts';
import { recallText } from '../../shared/recalltext.ts';
import { rulesText } from '../../shared/ruling.ts';
import { linePath } from '../../shared/subject.ts';
import { plainText } from '../../shared/table.ts';
import { traceText } from '../../shared/tracetext.ts';
import { recalledMax } from '../story/recall.ts';
import { tracedMax } from '../story/trace.ts';
import type { Board } from './board.ts';
import { type Operation, operation, paged, rows } from './operation.ts';

const isoPattern = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/;

/** An instant as people type it, in UTC; a day is its first instant. */
const instant = (doc: string): Field<number> => ({
  doc,
  read(value, name) {
    const ms = typeof value === 'string' && isoPattern.test(value) ? Date.parse(value) : Number.NaN;
    if (!Number.isNaN(ms)) return ms;
    throw invalid(name, 'must be a day or an instant in UTC, e.g. 2026-11-23 or 2026-11-23T06:00Z');
  },
});

const scopeFields = {
  line: optional({ doc: 'Only facts of this line.', read: linePath }),
  order: optional(id('Only facts about this order.')),
  from: optional(instant('Only facts that came to central then or later.')),
  until: optional(instant('Only facts that came to central before.')),
  erp: fallback(choice('Whether the ERP is asked for its own figures.', ['ask', 'no']), 'no'),
};

/** The books of a large ledger take minutes, ms. */
const closingMaxMs = 3_600_000;
const linesMax = 1_000;
const lineField = { doc: 'enterprise/site/area/line.', read: linePath };
const paging = {
  limit: fallback(rows(linesMax), 200),
  after: optional({ doc: 'Line behind which the answer begins.', read: linePath }),
};
/** A place in the ledger, also as text, as it comes in an address. */
const position = integer('Position of the fact behind which it goes on.', 0, 1e12);
export const place: Field<number> = {
  doc: position.doc,
  read: (value, name) =>
    position.read(
      typeof value === 'string' && /^\d{1,13}$/.test(value) ? Number(value) : value,
      name,
    ),
};

const lines = (board: Board): Operation[] => [
  operation({
    ...{ name: 'lag', fields: paging, text: plainText },
    doc: 'How far central is behind each line, in facts and by the time of its edge; worst first.',
    answer(asked) {
      const { rows: lag, next } = paged(board.overview.lag(), ({ line }) => line, asked);
      return { lag, next };
    },
  }),
  operation({
    ...{ name: 'lines', fields: paging, text: plainText },
    doc: 'Every line: how far it is, what is missing, when its edge was heard.',
    answer(asked) {
      const { rows: known, next } = paged(board.overview.lines(), ({ line }) => line, asked);
      return { lines: known, next };
    },
  }),
  operation({
    ...{ name: 'line', main: 'line', fields: { line: lineField } },
    doc: 'One line, with its open postings, its epochs and holds that are ahead of its facts.',
    answer: ({ line }) => board.overview.line(line),
    text: plainText,
  }),
];

const stories = (board: Board): Operation[] => [
  operation({
    ...{ name: 'explain', main: 'eventId' },
    doc: 'What central makes of one fact: its rule, and what became of each document.',
    fields: { eventId: text('Event id of the fact.', 200) },
    answer: ({ eventId }) => board.explain(eventId),
    text: explainText,
  }),
  operation({
    ...{ name: 'trace', main: 'id', text: traceText },
    doc: 'The whole story of any id: facts, rules, documents and tries, and the genealogy.',
    fields: {
      id: text('Event, correlation, command, order, lot, serial, hold, posting or document.', 200),
      limit: fallback(rows(tracedMax), 50),
      after: optional(place),
    },
    answer: board.trace,
  }),
  operation({
    ...{ name: 'recall', main: 'id', text: recallText },
    doc: 'All that a bad lot, serial or order went into, over all plants: lots to documents.',
    fields: {
      id: text('A lot, a serial or an order.', 200),
      limit: fallback(rows(recalledMax), 500),
      after: optional(text('The next of the answer before.', 200)),
    },
    answer: board.recall,
  }),
  operation({
    ...{ name: 'reconcile', fields: scopeFields, text: plainText, maxMs: closingMaxMs },
    doc: 'Closes the books, as far as is asked; takes minutes for a large ledger.',
    answer({ from, until, erp, ...rest }) {
      const times = {
        ...(from === undefined ? {} : { fromMs: from }),
        ...(until === undefined ? {} : { untilMs: until }),
      };
      return board.reconcile({ ...rest, ...times }, erp === 'ask');
    },
  }),
];

/** What central knows, to be looked at; nothing here changes anything. */
export const sightOperations = (board: Board): Operation[] => [
  operation({
    ...{ name: 'health', fields: {}, text: plainText },
    doc: 'Whether anything waits for a person, in words.',
    answer: board.overview.health,
  }),
  operation({
    ...{ name: 'status', fields: {}, text: plainText },
    doc: 'All that central says of itself in one answer.',
    answer: board.status,
  }),
  ...lines(board),
  ...stories(board),
  operation({
    ...{ name: 'rules', fields: {}, text: rulesText },
    doc: 'Which facts call for which documents, and what each rule does at each site.',
    answer: board.rules,
  }),
];
