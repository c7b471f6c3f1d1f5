import type { FastifyInstance } from 'fastify';
import {
  choice,
  type Field,
  fallback,
  id,
  invalid,
  optional,
  readFields,
} from '../shared/field.ts';
import { linePath } from '../shared/subject.ts';
import { answered } from './answered.ts';
import type { Board } from './board.ts';

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

/** Closes the books, as far as is asked. */
export function bookRoutes(app: FastifyInstance, board: Board): void {
  app.get<{ Querystring: Record<string, unknown> }>('/v1/reconcile', ({ query }, reply) =>
    answered(reply, () => {
      const { from, until, erp, ...rest } = readFields(scopeFields, query, 'reconcile');
      const times = {
        ...(from === undefined ? {} : { fromMs: from }),
        ...(until === undefined ? {} : { untilMs: until }),
      };
      return board.reconcile({ ...rest, ...times }, erp === 'ask');
    }),
  );
}
