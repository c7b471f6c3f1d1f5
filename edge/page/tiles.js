// A tile for each line: what it does, what it has made, and how far central has it.
import { el } from './dom.js';
import { number, when } from './format.js';
import { age, since, wayOf } from './header.js';
import { live } from './live.js';
import { machineOf } from './matters.js';
import { toneOf } from './now.js';
import { named, say } from './say.js';

const lanesShown = 3;

/** The line's way; one that carries, while central answers late, is degraded. */
const shownWay = ({ way, degraded }) => {
  if (degraded) return { state: 'degraded', sinceMs: degraded.sinceMs, detail: degraded.says };
  return way.state === 'down' && way.detail?.startsWith('auth:') ? { ...way, state: 'auth' } : way;
};

/** The same, unless the line itself does not go on. */
export const ownWay = (row) =>
  row.failure === null ? shownWay(row) : { state: 'failed', sinceMs: null };

/** How the line's way stands; while central is behind, by how much, and what it knows already. */
function wayText(row) {
  const { ahead, head, kept } = row;
  const way = shownWay(row);
  const word = named('link', way.state);
  if (!ahead || wayOf(way.state).rank > wayOf('draining').rank) return word;
  const isAhead = ahead.upTo !== null && ahead.upTo > kept;
  return say(isAhead ? 'tile.ahead' : 'tile.behind', { way: word, count: head - kept });
}

const shaped = (name, tone, text) =>
  el('p.shaped.failure', { 'data-is': name, 'data-tone': tone }, text);
const pair = (name, value) => el('div', {}, el('dt', {}, name), el('dd', {}, value));

export function drawTile(row, machines) {
  const { line, state, shift, failure, orphans } = row;
  const path = line.split('/');
  const name = path.pop();
  const machine = machineOf(machines, line);
  const isBad =
    [toneOf(state), wayOf(shownWay(row).state).tone].includes('bad') || failure !== null;
  return el(
    'article.tile',
    { 'data-key': line, 'data-bad': isBad },
    el('small', {}, path.join(' / ')),
    el(
      'h3',
      {},
      el(
        'a',
        {
          href: `/line.html?${new URLSearchParams({ line })}`,
          'aria-label': say('tile.open', { line: name }),
        },
        el('span', {}, name),
      ),
    ),
    el(
      'p.status',
      {},
      el('b.shaped', { 'data-tone': toneOf(state) }, named('states', state)),
      el('span', {}, shift === null ? say('tile.noShift') : say('tile.shift', { shift })),
    ),
    failure && shaped('failure', 'bad', failure),
    orphans > 0 && shaped('orphans', 'warn', say('tile.orphans', { count: orphans })),
    shaped('machine', machine.tone, machine.text),
    el(
      'dl.counts',
      {},
      ...['good', 'scrap', 'held'].map((kind) => pair(say(`counts.${kind}`), number(row[kind]))),
    ),
    drawRuns(row),
    drawMarks(row),
    drawWay(row),
  );
}

function drawRuns({ runs, lanes }) {
  const rows = runs.map(({ run, order, operation, lane, phase, rework, startedMs }) =>
    el(
      'li',
      { 'data-key': run },
      el('b', {}, say('about.work', { order, operation })),
      ' ',
      el(
        'span.shaped',
        { 'data-tone': toneOf(phase) },
        rework ? say('tile.rework', { phase: named('phases', phase) }) : named('phases', phase),
      ),
      ' ',
      el('small', {}, say('tile.run', { lane, at: when(startedMs, live.nowMs()) })),
    ),
  );
  const attributes = { 'aria-label': say('tile.runs'), 'data-lanes': Math.min(lanes, lanesShown) };
  const none = el('li', { 'data-key': '' }, say('tile.nothing'));
  return el('ul.runs', attributes, ...(rows.length > 0 ? rows : [none]));
}

function drawMarks({ head, kept, settled, waiting, unsent, oldestUnsentMs }) {
  const isKnown = settled !== null;
  const shown = (count) => (isKnown ? number(count) : say('tile.unknown'));
  return el(
    'dl.marks',
    {},
    pair(say('tile.recorded'), number(head)),
    pair(say('tile.central'), number(kept)),
    pair(
      say('tile.settled'),
      el('span', { title: say(isKnown ? 'marks.settled' : 'tile.neverHeard') }, shown(settled)),
    ),
    pair(say('tile.unsent'), number(unsent)),
    pair(say('tile.oldest'), age(oldestUnsentMs)),
    pair(
      say('tile.waiting'),
      el(
        'b.shaped',
        { 'data-tone': waiting > 0 ? 'warn' : 'calm', title: say('tile.waitingWhy') },
        shown(waiting),
      ),
    ),
  );
}

function drawWay(row) {
  const way = shownWay(row);
  const { tone } = wayOf(way.state);
  return [
    el(
      'p.way',
      {},
      el('b.shaped', { 'data-tone': tone }, wayText(row)),
      ' ',
      el('small', {}, since(way.sinceMs)),
    ),
    way.detail ? el('p.detail', { title: way.detail }, el('small', {}, way.detail)) : null,
  ];
}
