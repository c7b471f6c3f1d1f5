// What one figure rests on: its formula, its parts, and why it is not known if it is not.
import { el } from './dom.js';
import { day, minute, number } from './format.js';
import { named, say } from './say.js';
import { shown, termOf, unknown } from './words.js';

const cells = (name, texts, attributes = {}) => texts.map((text) => el(name, attributes, text));
const headed = (heads, rows) =>
  el(
    'div.scroll',
    { tabindex: '0', role: 'region', 'aria-label': say('page.plan') },
    el(
      'table',
      {},
      el('thead', {}, el('tr', {}, cells('th', heads, { scope: 'col' }))),
      el(
        'tbody',
        {},
        rows.map(([first, ...rest]) =>
          el('tr', {}, el('th', { scope: 'row' }, first), cells('td', rest)),
        ),
      ),
    ),
  );

const planned = ['planned', 'expected', 'actual'];

/** An order's operations, or its material, as planned, as expected for what was made, as it was. */
function plan(figure, { operations, materials }) {
  if (figure === 'materialVariance') {
    const heads = [say('page.material'), ...planned.map((name) => say(`page.${name}`))];
    const rows = materials.map((one) => [
      `${one.material} (${one.unit})`,
      ...planned.map((name) => (one[name] === null ? unknown : number(one[name]))),
    ]);
    return headed(heads, rows);
  }
  const parts = figure === 'labourVariance' ? ['labourMs'] : ['setupMs', 'runMs'];
  const heads = [
    say('page.operation'),
    ...parts.flatMap((part) =>
      planned.map((name) => `${say(`basis.${part}`)}, ${say(`page.${name}`)}`),
    ),
  ];
  const rows = operations.map((one) => [
    one.operation,
    ...parts.flatMap((part) =>
      planned.map((name) => (one[name] === null ? unknown : shown(part, one[name][part]))),
    ),
  ]);
  return headed(heads, rows);
}

/** All of it, for the dialog. */
export function drawBasis(row, figure, currency) {
  const { value, why, basis } = row.figures[figure];
  const parts = Object.entries(basis).filter(([, part]) => part !== '');
  const isPlanned = row.variance !== null && figure.endsWith('Variance');
  return [
    el('h2', { id: 'basis-title' }, say(`figures.${figure}`)),
    el('p', {}, row.key),
    el('p.value', {}, shown(figure, value, currency)),
    why !== null && el('p', {}, say('page.unknown', { why: named('whys', why) })),
    el('p', {}, say(`formulas.${figure}`)),
    el(
      'dl',
      {},
      parts.flatMap(([name, part]) => [
        el('dt', {}, termOf(name)),
        el('dd', {}, shown(name, part, currency)),
      ]),
    ),
    isPlanned && plan(figure, row.variance),
    row.doubt.facts > 0 && el('p', {}, say('page.doubt', { count: row.doubt.facts })),
    row.late > 0 && el('p', {}, say('page.late', { count: row.late })),
    row.heardMs !== null &&
      el('p.note', {}, say('page.heard', { at: `${day(row.heardMs)} ${minute(row.heardMs)}` })),
    el('form', { method: 'dialog' }, el('button', {}, say('page.close'))),
  ];
}
