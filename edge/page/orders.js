// All orders that the edge knows of, operation by operation.
import { el } from './dom.js';
import { number } from './format.js';
import { joined, named, say } from './say.js';

/** The first of some ids, and how many more there are. */
const first = ([id = '', ...more]) =>
  more.length > 0 ? say('orders.more', { first: id, count: more.length }) : id;

const flag = (tone, text, more = {}) =>
  text ? el('b.shaped.flag', { 'data-tone': tone, ...more }, text) : null;
const heldFlag = (holds) =>
  flag('bad', first(holds), { 'data-is': 'holds', title: holds.join(', ') });

export function drawOrders(orders) {
  return [
    el(
      'thead',
      { 'data-key': 'head' },
      el(
        'tr',
        {},
        el('th.name', { scope: 'col' }, say('orders.operation')),
        el('th.state', { scope: 'col' }, say('orders.state')),
        ...kinds.map((kind) => el('th.number', { scope: 'col' }, say(`counts.${kind}`))),
        el('th.flags', { scope: 'col' }, say('orders.abnormal')),
      ),
    ),
    ...orders.map(drawOrder),
  ];
}
const kinds = ['good', 'scrap', 'rework', 'held'];

function drawOrder({ order, state, material, quantity, unit, holds, operations }) {
  const ordered = say('orders.ordered', { quantity: number(quantity), unit });
  return el(
    'tbody',
    { 'data-key': order },
    el(
      'tr.order',
      { 'data-key': '' },
      el(
        'th',
        { scope: 'rowgroup', colspan: 6 },
        el('b', {}, order),
        ' ',
        el('span', {}, named('orderStates', state)),
        ' ',
        el('small', {}, joined([material, ordered])),
      ),
      el('td.flags', {}, heldFlag(holds)),
    ),
    ...operations.map(drawOperation),
  );
}

function drawOperation(row) {
  const { operation, name, state, openRuns, completion, unbalanced, holds } = row;
  const runs = openRuns > 0 && say('orders.runs', { count: openRuns });
  return el(
    'tr',
    { 'data-key': operation },
    el('th.name', { scope: 'row' }, el('b', {}, operation), ' ', el('small', {}, name)),
    el('td.state', {}, joined([named('operationStates', state), runs])),
    ...kinds.map((kind) =>
      el('td.number', { 'data-label': say(`counts.${kind}`) }, number(row[kind])),
    ),
    el(
      'td.flags',
      {},
      completion === 'within' ? null : flag('warn', say(`orders.${completion}`)),
      unbalanced ? flag('warn', say('orders.unbalanced', { quantity: number(unbalanced) })) : null,
      heldFlag(holds),
    ),
  );
}
