// How a hold is placed: what is held, how much of it, and why.
import { number } from './format.js';
import { shortId } from './intents.js';
import { named, say } from './say.js';

const worksMax = 12;
const scopes = ['quantity', 'lot', 'operation', 'order', 'line'];
const needsWork = ['quantity', 'operation', 'order'];
const isMeasured = (scope) => scope === 'quantity' || scope === 'lot';

/** Work at the line that a hold can be about: what runs first. */
function worksOf({ runs, queue }) {
  const all = [...runs, ...queue].map((row) => [`${row.order}\n${row.operation}`, row]);
  return [...new Map(all)].slice(0, worksMax);
}
const workOf = (view, work) => worksOf(view).find(([key]) => key === work)?.[1];

/** Builds the form of PlaceHold out of the common kinds of field. */
export const holdForm = ({ choice, quantity, reason, word }) => ({
  scan: 'lot',
  begin: (view, { order, operation }) => ({
    hold: shortId('H'),
    scope: order ? 'quantity' : 'line',
    work: order ? `${order}\n${operation}` : (worksOf(view)[0]?.[0] ?? ''),
  }),
  fields(view, _, { scope, work }) {
    const options = scopes.map((one) => [one, named('scopes', one)]);
    const works = worksOf(view).map(([key, { order, operation }]) => [
      key,
      say('about.work', { order, operation }),
    ]);
    const unit = workOf(view, work)?.unit ?? '';
    return [
      choice('scope', options),
      ...(needsWork.includes(scope) ? [choice('work', works)] : []),
      ...(scope === 'lot' ? [word('lot', { scan: true })] : []),
      ...(isMeasured(scope) ? [quantity(unit)] : []),
      ...(scope === 'lot' ? [word('unit')] : []),
      reason(view, 'holdReasons'),
    ];
  },
  /** What the command is about, by what was chosen. */
  about({ scope, work, lot }) {
    const [order, operation] = work?.split('\n') ?? [];
    if (scope === 'lot') return { order: undefined, operation: undefined, lot };
    if (scope === 'line') return { order: undefined, operation: undefined };
    return scope === 'order' ? { order, operation: undefined } : { order, operation };
  },
  body({ hold, scope, reason: why, quantity: much, unit, work }, _, view) {
    const measured = { quantity: much, unit: unit ?? workOf(view, work)?.unit };
    return { hold, scope, reason: why, ...(isMeasured(scope) && measured) };
  },
  told: ({ scope, quantity: much, reason: why }) => [
    named('scopes', scope),
    much && number(much),
    why,
  ],
});
