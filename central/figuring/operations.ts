import { choice, fallback, id, optional, prose } from '../../shared/field.ts';
import { figuresCsv, figuresText } from '../../shared/figurestext.ts';
import { linePath } from '../../shared/subject.ts';
import type { Board } from '../desk/board.ts';
import { type Operation, operation, rows } from '../desk/operation.ts';
import { figureRowsMax } from './figuring.ts';
import { groupings } from './groups.ts';
import { dayField, siteField } from './plant.ts';

const fields = {
  by: fallback(choice('By what they are put together.', groupings), 'line' as const),
  from: optional(dayField('First production day; the last one if absent.')),
  to: optional(dayField('Last production day, inclusive; the last one that facts tell of.')),
  site: optional(siteField),
  line: optional({ doc: 'Only of this line.', read: linePath }),
  shift: optional(id('Only of this shift.')),
  product: optional(id('Only of orders over this material.')),
  order: optional(id('Only of this order.')),
  limit: fallback(rows(figureRowsMax), 100),
  after: optional(prose('Key of the group behind which the answer begins.', 300)),
};

/** Figures of facts, for people, programs and spreadsheets. */
export const figureOperations = (board: Board): Operation[] => [
  operation({
    ...{ name: 'figures', main: 'by', fields, text: figuresText, csv: figuresCsv },
    doc: 'OEE, yield, cost of poor quality, order variance and waits, each with its basis.',
    answer: board.figures,
  }),
];
