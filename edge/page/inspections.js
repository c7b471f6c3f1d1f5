// Inspections that wait for their result.
import { el } from './dom.js';
import { actButton } from './now.js';
import { joined, say } from './say.js';

export const drawInspections = (view) =>
  (view.inspections ?? []).map((row) => {
    const { inspection, order, operation, lot, reason } = row;
    const work = order && operation ? say('about.work', { order, operation }) : order;
    const about = joined([work, lot && say('about.lot', { lot }), reason]);
    return el(
      'li.matter',
      { 'data-key': `inspection ${inspection}` },
      el(
        'p',
        {},
        el('b.shaped', { 'data-tone': 'warn' }, say('inspection.open', { inspection })),
        ' ',
        about,
      ),
      el('div.acts', {}, actButton(view, 'second', 'RecordInspection', { inspection })),
    );
  });
