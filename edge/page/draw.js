// What the edge tells, on the page. Quantities are exact decimals and stay the texts they are.
import { age, fill, find, keep, place, tone } from './nodes.js';

const ways = {
  owned: { rank: 6, tone: 'bad', word: 'belongs to another box' },
  stale: { rank: 5, tone: 'bad', word: 'taken over by another box' },
  forked: { rank: 4, tone: 'bad', word: 'forked' },
  seeding: { rank: 3, tone: 'warn', word: 'fetching its history' },
  down: { rank: 2, tone: 'warn', word: 'offline' },
  draining: { rank: 1, tone: 'busy', word: 'draining' },
  up: { rank: 0, tone: 'calm', word: 'up' },
};
const rooms = {
  ok: { tone: 'calm', takes: 'room on disk' },
  warn: { tone: 'warn', word: 'low', takes: 'room on disk' },
  shed: { tone: 'warn', word: 'low', takes: 'disk: no machine states' },
  qualityOnly: { tone: 'bad', word: 'no counts', takes: 'disk: orders, quality only' },
  full: { tone: 'bad', word: 'disk full', takes: 'holds and stops only' },
};
const tones = { failed: 'bad', aborted: 'bad', held: 'warn', suspended: 'warn', breakdown: 'warn' };
const marks = ['', '✓', '✓✓', '✓✓✓'];
const markWords = ['', 'recorded here', 'at central', 'posted'];
const forbids = 'may start, resume or complete; what is made is recorded, but not for use.';
const effects = {
  line: `No work on this line ${forbids}`,
  order: `No work on this order ${forbids} It cannot close.`,
  operation: `No work on this operation ${forbids} The order cannot close.`,
  quantity: 'These pieces are not for use until quality decides. The order cannot close.',
  lot: 'This lot may not be used.',
};

let today = ''; // the edge's day, as it spoke last
let names = new Map(); // lines by path, as short as they are told apart

const day = (ms) => new Date(ms).toLocaleDateString('sv-SE');
export const time = (ms) => new Date(ms).toTimeString().slice(0, 8);
/** "14:03:22", with the day before it unless it is today. */
const when = (ms) => (day(ms) === today ? time(ms) : `${day(ms)} ${time(ms)}`);
const grouped = (count) => count.toLocaleString('en-US');
const nameOf = (path) => names.get(path) ?? path;
const joined = (texts) => texts.filter(Boolean).join(' · ');
/** "QuantityReported" as "Quantity reported". */
const words = (name) => name.replace(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
/** The first few of many names. */
const few = (ids) => [...ids.slice(0, 3), ...(ids.length > 3 ? [`${ids.length - 3} more`] : [])];

/** Puts a status of the edge onto the page. */
export function draw(status) {
  const { lines, orders, holds, facts, ordersOpen, ordersClosed, holdsOpen, nowMs } = status;
  today = day(nowMs);
  names = shortNames(lines);
  drawHeader(status);
  const rows = (id, template, all, keyOf, drawRow) =>
    keep(place(find(id), 'rows'), template, all, (row) => `${today} ${keyOf(row)}`, drawRow);
  rows('holds', 'hold', holds, ({ hold }) => hold, drawHold);
  rows('lines', 'line', lines, ({ line }) => line, drawLine);
  rows('facts', 'fact', facts, ({ eventId }) => eventId, drawFact);
  rows('orders', 'order', orders, ({ order }) => order, drawOrder);
  const some = (shown, all, what) => (shown < all ? `${shown} of ${grouped(all)} ${what}` : '');
  fill(find('holds'), { more: some(holds.length, holdsOpen, 'open holds, the newest') });
  const orderCount = ordersOpen + ordersClosed;
  fill(find('orders'), { more: some(orders.length, orderCount, 'orders, open ones first') });
}

/** The last names of the lines' paths; the whole path where two lines end alike. */
function shortNames(lines) {
  const lasts = lines.map(({ line }) => line.split('/').at(-1));
  const alone = (last) => lasts.indexOf(last) === lasts.lastIndexOf(last);
  return new Map(lines.map(({ line }, i) => [line, alone(lasts[i]) ? lasts[i] : line]));
}

/** The worst of the lines' ways counts, and is said to be so since the first of them. */
function drawHeader(status) {
  const { lines, unsent, oldestUnsentMs, ordersOpen, holdsOpen, disk, nowMs } = status;
  const node = find('header');
  const all = lines.map(({ way }) => way).sort((a, b) => ways[b.state].rank - ways[a.state].rank);
  const worst = all.filter(({ state }) => state === all[0].state);
  const { word, tone: shown, rank } = ways[all[0].state];
  const sinceMs = Math.min(...worst.map((way) => way.sinceMs));
  fill(node, {
    way: rank > 1 ? `${word} since ${when(sinceMs)}` : word,
    lines: `${worst.length} of ${all.length} ${all.length === 1 ? 'line' : 'lines'}`,
    unsent: grouped(unsent),
    orders: grouped(ordersOpen),
    holds: grouped(holdsOpen),
    now: time(nowMs),
  });
  tone(node, 'link', shown);
  drawRoom(node, disk);
  tone(node, 'held', holdsOpen > 0 ? 'bad' : 'calm');
  age(node, 'oldest', oldestUnsentMs);
  document.title = `${word} · ${grouped(unsent)} unsent · Holdfast`;
}

/** How long the disk lasts at the present rate; once it is nearly full, what it still takes. */
function drawRoom(node, disk) {
  const { level, daysLeft } = disk;
  const { word, takes, tone: shown } = rooms[level];
  const lasts = daysLeft === null ? 'enough' : `${grouped(Math.floor(daysLeft))} days`;
  fill(node, { room: word ?? lasts, takes });
  tone(node, 'disk', shown);
}

function drawHold(node, row) {
  const { hold, scope, order, operation, lot, quantity, remaining, unit, placedMs } = row;
  const line = nameOf(row.line);
  const about = [order && `order ${order}`, operation && `operation ${operation}`];
  const what = { line: [`line ${line}`], lot: [`lot ${lot}`, ...about] };
  const all = quantity === null;
  fill(node, {
    hold,
    line,
    what: joined(what[scope] ?? [...about, lot && `lot ${lot}`]),
    remaining: all ? 'all of it' : `${remaining} ${unit}`,
    of: all || remaining === quantity ? '' : `remain of ${quantity}`,
    reason: joined([
      row.reason || 'no reason given',
      row.state !== 'active' && words(row.state).toLowerCase(),
      row.suspect && `${row.suspect} reported before it was known here`,
    ]),
    placed: when(placedMs),
    by: row.placedBy,
    effect: effects[scope],
  });
  age(node, 'age', placedMs);
}

function drawLine(node, row) {
  const { line, state, shift, failure, way, settled, waiting, runs, good, scrap, held } = row;
  const path = line.split('/');
  fill(node, {
    name: path.pop(),
    place: path.join(' / '),
    state,
    shift: shift === null ? 'no shift' : `shift ${shift}`,
    ...{ failure, good, scrap, held },
    head: grouped(row.head),
    kept: grouped(row.kept),
    settled: settled === null ? 'unknown' : grouped(settled),
    waiting: settled === null ? 'unknown' : grouped(waiting),
    unsent: grouped(row.unsent),
    way: `${ways[way.state].word} since ${when(way.sinceMs)}`,
    detail: way.detail,
  });
  place(node, 'detail').title = way.detail ?? '';
  place(node, 'settled').title = settled === null ? 'central was not heard yet' : '';
  tone(node, 'state', tones[state]);
  tone(node, 'waiting', waiting > 0 ? 'warn' : 'calm');
  tone(node, 'way', ways[way.state].tone);
  age(node, 'oldest', row.oldestUnsentMs);
  place(node, 'runs').style.setProperty('--lanes', Math.min(row.lanes, 3));
  keep(place(node, 'runs'), 'run', runs, ({ run }) => run, drawRun);
}

function drawRun(node, { order, operation, lane, phase, rework, startedMs }) {
  fill(node, {
    work: `${order} / ${operation}`,
    phase: rework ? `${phase} (rework)` : phase,
    where: `lane ${lane}, since ${when(startedMs)}`,
  });
  tone(node, 'phase', tones[phase]);
}

function drawOrder(node, row) {
  const { order, state, material, quantity, unit, holds, operations } = row;
  fill(node, {
    order,
    state,
    about: joined([material, `${quantity} ${unit} ordered`]),
    holds: few(holds).join(', '),
  });
  keep(node, 'operation', operations, ({ operation }) => operation, drawOperation);
}

const overs = {
  within: '',
  overCompletion: 'over-completed',
  beyondTolerance: 'over-completed beyond tolerance',
};

function drawOperation(node, row) {
  const { operation, name, state, openRuns, good, scrap, rework, held } = row;
  const runs = openRuns > 0 ? `${openRuns} ${openRuns === 1 ? 'run' : 'runs'}` : '';
  fill(node, {
    ...{ operation, name, good, scrap, rework, held },
    state: joined([state, runs]),
    over: joined([overs[row.completion], row.unbalanced && `${row.unbalanced} more than came in`]),
    holds: few(row.holds).join(', '),
  });
}

function drawFact(node, { line, type, atMs, actor, order, operation, lot, body, flags, mark }) {
  const told = Object.entries(body)
    .filter(([, value]) => value !== false && value !== '')
    .map(([name, value]) => `${words(name).toLowerCase()} ${valueText(value)}`);
  const about = [nameOf(line), [order, operation].filter(Boolean).join(' / '), lot && `lot ${lot}`];
  fill(node, {
    mark: marks[mark],
    type: words(type),
    about: joined(about),
    told: joined([flags && words(flags).toLowerCase(), when(atMs), actor, ...told]).slice(0, 400),
  });
  const at = place(node, 'mark');
  at.title = markWords[mark];
  at.setAttribute('aria-label', `${marks[mark]} ${markWords[mark]}`);
}

/** Lists are told by their ids: people as they are, operations by number. */
function valueText(value) {
  return Array.isArray(value)
    ? value.map((one) => one.operation ?? one.lot ?? one.name ?? one).join(', ')
    : value;
}
