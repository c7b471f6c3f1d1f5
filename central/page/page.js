// Figures for finance and quality: what is asked for stands in the address, so that it can be kept.
import { barsMax, drawBars } from './bars.js';
import { drawBasis } from './basis.js';
import { draw, el, find } from './dom.js';
import { number } from './format.js';
import { say } from './say.js';
import { shown, unknown } from './words.js';

/** What is looked at together; the first of each is drawn as bars. */
const views = {
  oee: ['oee', 'availability', 'performance', 'quality', 'setupRatio'],
  quality: ['firstPassYield', 'yield', 'scrapRatio', 'reworkRatio'],
  cost: ['copq', 'scrapCost', 'reworkCost', 'reinspectionCost', 'appraisalCost'],
  orders: ['timeVariance', 'labourVariance', 'materialVariance', 'throughput', 'processRatio'],
  waits: ['postedP90', 'postedP50', 'postedMax', 'holdP90', 'holdP50', 'holdMax'],
};
const sorts = ['line', 'shift', 'product', 'order'];
const fields = ['by', 'from', 'to', 'line', 'product', 'order'];
/** Rows that are asked for at once, and pages that go into one file. */
const rowsMax = 100;
const csvRowsMax = 500;
const csvPagesMax = 200;
const answerMaxMs = 120_000;

const form = find('asked');
let told; // the answer that is on the page
let asked = 0; // answers to what was asked before are too late

const option = (name, text) => el('option', { value: name }, text);
const view = () => form.elements.view.value;

/** What the form says, as a query; empty fields say nothing. */
function query(more = {}) {
  const given = fields.map((name) => [name, form.elements[name].value.trim()]);
  const all = [...given, ...Object.entries(more)].filter(([, value]) => value !== '');
  return new URLSearchParams(all);
}

async function ask(more, accept) {
  const response = await fetch(`../v1/figures?${query(more)}`, {
    headers: { accept },
    signal: AbortSignal.timeout(answerMaxMs),
  });
  if (response.ok) return response;
  const { message } = await response.json().catch(() => ({}));
  throw new Error(message ?? `HTTP ${response.status}`);
}

/** Does it, and says in words what went wrong. */
async function trying(work) {
  draw(find('wrong'));
  try {
    await work();
  } catch (error) {
    draw(find('told'));
    draw(find('wrong'), say('page.wrong', { why: error.message }));
  } finally {
    find('scroll').removeAttribute('aria-busy');
  }
}

function saying({ from, to, rows, notYet, currency }) {
  if (from === null) return say('page.noFacts');
  const period = say('page.period', { from, to, count: rows.length });
  const money = currency === null ? '' : say('page.currency', { currency });
  return [period, money, notYet > 0 && say('page.notYet', { count: notYet })]
    .filter(Boolean)
    .join(' ');
}

const cell = (row, figure, at) => {
  const { value, why } = row.figures[figure];
  const name = `${row.key}, ${say(`figures.${figure}`)}: `;
  const words = value === null ? say(`whys.${why}`) : shown(figure, value, told.currency);
  return el(
    'td',
    {},
    el(
      'button',
      { type: 'button', 'data-row': at, 'data-figure': figure, 'aria-label': name + words },
      shown(figure, value, told.currency),
    ),
  );
};

function drawTable() {
  const figures = views[view()];
  const heads = [
    say(`sorts.${told.by}`),
    ...['good', 'total', 'unit'].map((name) => say(`basis.${name}`)),
    ...figures.map((name) => say(`figures.${name}`)),
  ];
  const rows = told.rows.map((row, at) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, row.key || unknown),
      ...['good', 'total'].map((name) => el('td', {}, row.made ? number(row.made[name]) : unknown)),
      el('td', {}, row.unit ?? unknown),
      ...figures.map((figure) => cell(row, figure, at)),
    ),
  );
  draw(
    find('table'),
    el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)))),
    el('tbody', {}, ...rows),
  );
}

function drawAll() {
  if (!told) return;
  draw(find('told'), saying(told));
  const [figure] = views[view()];
  const left = told.rows.length > barsMax ? ` (${say('page.first', { count: barsMax })})` : '';
  draw(find('bars-title'), say(`figures.${figure}`) + left);
  const picture = find('picture');
  draw(picture, drawBars(told.rows, figure, told.currency, picture.clientWidth));
  drawTable();
  find('more').hidden = told.next === null;
}

/** Asks for what the form says, from the start or behind what is there. */
const look = (after = '') =>
  trying(async () => {
    const own = ++asked;
    find('scroll').setAttribute('aria-busy', 'true');
    draw(find('told'), say('page.asking'));
    const response = await ask({ limit: rowsMax, after }, 'application/json');
    const answer = await response.json();
    if (own !== asked) return;
    told = after === '' ? answer : { ...answer, rows: [...told.rows, ...answer.rows] };
    drawAll();
  });

/** All rows as one file, page by page, with one head. */
const save = () =>
  trying(async () => {
    const parts = [];
    let after = '';
    for (let page = 0; page < csvPagesMax; page++) {
      const response = await ask({ limit: csvRowsMax, after }, 'text/csv');
      const text = await response.text();
      parts.push(page === 0 ? text : text.slice(text.indexOf('\r\n') + 2));
      const next = response.headers.get('x-holdfast-next');
      if (next === null) break;
      after = decodeURIComponent(next);
    }
    const href = URL.createObjectURL(new Blob(parts, { type: 'text/csv' }));
    el('a', { href, download: 'figures.csv' }).click();
    URL.revokeObjectURL(href);
  });

function begin() {
  draw(form.elements.view, ...Object.keys(views).map((name) => option(name, say(`views.${name}`))));
  draw(form.elements.by, ...sorts.map((name) => option(name, say(`sorts.${name}`))));
  for (const [name, value] of new URLSearchParams(location.search)) {
    const field = form.elements.namedItem(name);
    if (field && (name === 'view' || fields.includes(name))) field.value = value;
  }
  if (view() === '') form.elements.view.value = 'oee';
  if (form.elements.by.value === '') form.elements.by.value = 'line';
  look();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  history.replaceState(null, '', `?${query({ view: view() })}`);
  look();
});
form.elements.view.addEventListener('change', drawAll);
find('csv').addEventListener('click', save);
find('more').addEventListener('click', () => look(told.next));
find('table').addEventListener('click', ({ target }) => {
  const { row, figure } = target.dataset;
  if (figure === undefined) return;
  draw(find('basis'), ...drawBasis(told.rows[Number(row)], figure, told.currency));
  find('basis').showModal();
});
begin();
