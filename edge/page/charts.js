// Shows a chart as its machine is, and lights the state of one thing that the edge knows.
import { find, draw as write } from './dom.js';
import { time } from './format.js';
import { say } from './say.js';

/** The edge is asked this often, and counts as lost when it does not answer for this long, ms. */
const roundMs = 2_000;
const answerMaxMs = 8_000;
/** A picture is fetched again after this time, for its counts, ms. */
const pictureMs = 10_000;

/** What the edge tells of things that live by a chart: how people call one, and its state. */
const thingsOf = {
  line: ({ lines }) => lines.map(({ line, state }) => [line, state]),
  order: ({ orders }) => orders.map(({ order, state }) => [order, state]),
  operation: ({ orders }) =>
    orders.flatMap(({ order, operations }) =>
      operations.map(({ operation, state }) => [`${order} / ${operation}`, state]),
    ),
  lot: ({ lots = [] }) => lots.map(({ lot, state }) => [lot, state]),
  hold: ({ holds }) => holds.map(({ hold, state }) => [hold, state]),
};

let charts = [];
let status = null;
let shown = { key: '', text: '', atMs: 0 };
let asked = 0; // pictures so far: an answer that comes late is not shown

const chosen = () => {
  const [chart = '', thing = ''] = location.hash.slice(1).split('/').map(decodeURIComponent);
  return { chart, thing };
};
const choose = (...parts) => {
  const hash = parts.filter(Boolean).map(encodeURIComponent).join('/');
  history.replaceState(null, '', `#${hash}`);
};

async function ask(url) {
  const reply = await fetch(url, { signal: AbortSignal.timeout(answerMaxMs) });
  if (!reply.ok) throw new Error(`${url}: ${reply.status}`);
  return reply;
}

/** Options of a select, changed only where they differ, so that an open list stays open. */
function offer(select, options, value) {
  const said = JSON.stringify(options);
  if (select.dataset.said !== said) {
    select.replaceChildren(...options.map(([name, text]) => new Option(text, name)));
    select.dataset.said = said;
  }
  if (select.value !== value) select.value = value;
}

async function draw() {
  const given = chosen();
  const chart = charts.find(({ name }) => name === given.chart) ?? charts[0];
  const things = (status && thingsOf[chart.name]?.(status)) || [];
  const thing = things.find(([name]) => name === given.thing);
  const chartOptions = charts.map(({ name, version }) => [
    name,
    say('charts.version', { name, version }),
  ]);
  offer(find('chart'), chartOptions, chart.name);
  const none = say(things.length > 0 ? 'charts.nothing' : 'charts.noneKnown');
  const options = things.map(([name, state]) => [name, `${name}: ${state}`]);
  const gone =
    given.thing && !thing ? [[given.thing, say('charts.notTold', { thing: given.thing })]] : [];
  offer(find('thing'), [['', none], ...options, ...gone], given.thing);
  find('things').hidden = !Object.hasOwn(thingsOf, chart.name);
  const known = thing && chart.states.includes(thing[1]);
  write(find('told'), told(chart, given.thing, thing, known));
  await show(chart.name, known ? thing[1] : undefined);
}

function told({ name }, wanted, thing, known) {
  if (!wanted) return '';
  if (!thing) return say('charts.gone', { name, thing: wanted });
  return say(known ? 'charts.is' : 'charts.noState', { name, thing: wanted, state: thing[1] });
}

/** Puts the picture into the page, as nodes; the page's own colours apply to it. */
async function show(name, state) {
  const key = JSON.stringify([name, state]);
  if (shown.key === key && performance.now() - shown.atMs < pictureMs) return;
  const mine = ++asked;
  const query = state === undefined ? '' : `?state=${encodeURIComponent(state)}`;
  const reply = await ask(`/v1/charts/${encodeURIComponent(name)}.svg${query}`);
  const text = await reply.text();
  if (mine !== asked) return;
  if (text !== shown.text) {
    const { documentElement } = new DOMParser().parseFromString(text, 'image/svg+xml');
    find('picture').replaceChildren(document.importNode(documentElement, true));
    if (key !== shown.key) bringIn(find('picture'));
  }
  shown = { key, text, atMs: performance.now() };
}

/** Brings the lit state to where it is seen; without one the beginning, if it is not. */
function bringIn(picture) {
  const lit = picture.querySelector('.lit');
  const dot = picture.querySelector('.dot');
  const isSeen = () => dot.getBoundingClientRect().right < picture.getBoundingClientRect().right;
  if (lit ?? !isSeen()) (lit ?? dot).scrollIntoView({ block: 'nearest', inline: 'center' });
}

/** Asks, shows, and says so when no answer comes; what was known stays on the page. */
async function refresh() {
  try {
    if (charts.length === 0) charts = (await (await ask('/v1/charts')).json()).charts;
    status = await (await ask('/v1/status')).json();
    await draw();
    document.body.classList.remove('lost');
    write(find('lost'), '');
  } catch {
    document.body.classList.add('lost');
    const since = status && say('lost.since', { at: time(status.nowMs) });
    write(find('lost'), since ?? say('lost.never'));
  }
}

async function round() {
  await refresh();
  setTimeout(round, roundMs);
}

find('chart').addEventListener('change', ({ target }) => {
  choose(target.value);
  void refresh();
});
find('thing').addEventListener('change', ({ target }) => {
  choose(find('chart').value, target.value);
  void refresh();
});
addEventListener('hashchange', () => void refresh());
void round();
