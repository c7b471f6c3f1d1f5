import {
  type Field,
  fallback,
  flag,
  integer,
  invalid,
  list,
  optional,
  text,
} from '../../shared/field.ts';
import { entriesMax, entryField } from '../../shared/replay.ts';
import { replayText } from '../../shared/replaytext.ts';
import { linePath } from '../../shared/subject.ts';
import { plainText } from '../../shared/table.ts';
import { dryRun } from '../desk/act.ts';
import type { Board } from '../desk/board.ts';
import { type Operation, operation, rows } from '../desk/operation.ts';
import { extractedMax } from '../ledger/extract.ts';
import { replayedMax } from './replays.ts';

/** Lines of which documents are compared; of all, if none is named. */
const linesMax = 200;

const place = (doc: string): Field<number> => {
  const position = integer(doc, 0, Number.MAX_SAFE_INTEGER);
  return {
    doc: position.doc,
    read: (value, name) =>
      position.read(
        typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value,
        name,
      ),
  };
};

const day: Field<string> = {
  doc: 'A day in UTC, e.g. 2026-11-23: facts that came to central then.',
  read(value, name) {
    const isDay = typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);
    const ms = isDay ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
    if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(value as string)) {
      return value as string;
    }
    throw invalid(name, 'must be a day in UTC, e.g. 2026-11-23');
  },
};

/** A ledger that is lived through elsewhere, and one that lives through another's. */
export const replayOperations = (board: Board): readonly Operation[] => [
  operation({
    ...{ name: 'extract', text: plainText },
    doc: 'The ledger page by page: facts as stored, when they came, and what was made of them.',
    fields: {
      after: fallback(place('Position of the fact behind which the answer begins.'), 0),
      limit: fallback(rows(extractedMax), extractedMax),
    },
    answer: board.extract,
  }),
  operation({
    ...{ name: 'replay-begin', text: plainText },
    doc: "In a test plant: begins to live through a day of another central's ledger.",
    fields: {
      source: text('What the facts are of, in words.', 300),
      day,
      lines: fallback(
        list({ doc: 'A line whose documents are compared.', read: linePath }, linesMax),
        [],
      ),
      dryRun,
    },
    answer: ({ dryRun: isDry, ...asked }) => board.replays.begin(asked, isDry),
  }),
  operation({
    ...{ name: 'replay-feed', text: plainText },
    doc: 'Facts in their order, as extract tells them; with the last ones all is compared.',
    fields: {
      replay: text('As replay-begin has named it.', 40),
      after: place('Position behind which these begin.'),
      entries: list(entryField, entriesMax),
      isLast: fallback(flag('True with the last facts of the day.'), false),
      dryRun,
    },
    answer: ({ dryRun: isDry, ...fed }) => board.replays.feed(fed, isDry),
  }),
  operation({
    ...{ name: 'replayed', text: replayText },
    doc: 'What the replay has found: documents that are missing here, new, or not the same.',
    fields: {
      after: optional(place('The next of the answer before.')),
      limit: fallback(rows(replayedMax), 200),
    },
    answer: (asked) => board.replays.told(asked),
  }),
];
