// What the edge tells, on the page. Quantities are exact decimals and stay the texts they are.
import { machineOf } from './machines.js';
import { age, ageText, fill, find, keep, place, tone } from './nodes.js';
import { day, first, grouped, joined, lasting, time, when as whenAt, words } from './words.js';

const ways = {
  failed: { rank: 7, tone: 'bad', word: 'failed' },
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
const clocks = { ok: 'calm', unchecked: 'calm', suspect: 'warn' };
const tones = { failed: 'bad', aborted: 'bad', held: 'warn', suspended: 'warn', breakdown: 'warn' };
const marks = ['', '✓', '✓✓', '✓✓✓'];
const markWords = ['', 'recorded here', 'at central', 'settled: posted, or nothing to post'];
const forbids = 'may start, resume or complete; what is made is recorded, but not for use.';
const effects = {
  line: `No work on this line ${forbids}`,
  order: `No work on this order ${forbids} It cannot close.`,
  operation: `No work on this operation ${forbids} The order cannot close.`,
  quantity: 'These pieces are not for use until quality decides. The order cannot close.',
  lot: 'This lot may not be used.',
};

/** Holds that are always seen; where there are more than one more, they are folded away. */
const holdsSeen = 3;
/** What of a fact's body is a quantity. */
const amounts = new Set(['good', 'scrap', 'rework', 'held', 'quantity', 'remaining', 'unbalanced']);

let nowMs = 0; // the edge's clock, as it spoke last
let names = new Map(); // lines by path, as short as they are told apart
let room; // how long the disk lasts, as it was said last

const when = (ms) => whenAt(ms, nowMs);
const nameOf = (path) => names.get(path) ?? path;
/** The line's way, unless the line itself does not go on. */
const wayOf = ({ failure, way }) => (failure === null ? way : { state: 'failed', sinceMs: null });
const sinceText = (ms) => (ms === null ? '' : `since ${when(ms)}`);

/** Puts a status of the edge onto the page. */
export function draw(status) {
  const { lines, orders, holds, facts, ordersOpen, ordersClosed, holdsOpen } = status;
  nowMs = status.nowMs;
  names = shortNames(lines);
  drawHeader(status);
  const rows = (at, template, all, keyOf, drawRow) =>
    keep(at, template, all, (row) => `${day(nowMs)} ${keyOf(row)}`, drawRow);
  const within = (id) => place(find(id), 'rows');
  const seen = holds.length > holdsSeen + 1 ? holdsSeen : holds.length;
  const newest = [...holds].reverse();
  rows(within('holds'), 'hold', newest.slice(0, seen), ({ hold }) => hold, drawHold);
  rows(place(find('holds'), 'folded'), 'hold', newest.slice(seen), ({ hold }) => hold, drawHold);
  const tiles = lines.map((row) => ({ ...row, machine: machineOf(status.machines, row.line) }));
  rows(within('lines'), 'line', tiles, ({ line }) => line, drawLine);
  rows(within('facts'), 'fact', facts, ({ eventId }) => eventId, drawFact);
  rows(within('orders'), 'order', orders, ({ order }) => order, drawOrder);
  const some = (shown, all, what) => (shown < all ? `${shown} of ${grouped(all)} ${what}` : '');
  const folded = holds.length - seen;
  place(find('holds'), 'fold').hidden = folded === 0;
  fill(find('holds'), {
    more: some(holds.length, holdsOpen, 'open holds, the newest'),
    count: `${folded} more open holds`,
  });
  const orderCount = ordersOpen + ordersClosed;
  fill(find('orders'), { more: some(orders.length, orderCount, 'orders, open ones first') });
}

/** The last names of the lines' paths; the whole path where two lines end alike. */
function shortNames(lines) {
  const lasts = lines.map(({ line }) => line.split('/').at(-1));
  const alone = (last) => lasts.indexOf(last) === lasts.lastIndexOf(last);
  return new Map(lines.map(({ line }, i) => [line, alone(lasts[i]) ? lasts[i] : line]));
}

/** What is worst of all lines is said, since the first of them; then what else is not well. */
function drawHeader(status) {
  const { lines, unsent, oldestUnsentMs, ordersOpen, holdsOpen, disk, clock } = status;
  const node = find('header');
  const all = lines.map(wayOf).sort((a, b) => ways[b.state].rank - ways[a.state].rank);
  const { word, tone: shown, rank } = ways[all[0].state];
  const worst = all.filter(({ state }) => state === all[0].state);
  const since = worst.some(({ sinceMs }) => sinceMs === null)
    ? null
    : Math.min(...worst.map(({ sinceMs }) => sinceMs));
  const others = [...new Set(all.map(({ state }) => state))].slice(1);
  const also = others
    .filter((state) => ways[state].rank > 1)
    .map((state) => `${all.filter((way) => way.state === state).length} ${ways[state].word}`);
  const count = `${worst.length} of ${all.length} ${all.length === 1 ? 'line' : 'lines'}`;
  fill(node, {
    way: word,
    lines: joined([rank > 1 && sinceText(since), count, ...also]),
    unsent: grouped(unsent),
    orders: grouped(ordersOpen),
    holds: grouped(holdsOpen),
    now: time(nowMs),
    trust: clock.state === 'suspect' ? clock.says : 'last word',
  });
  tone(node, 'link', shown);
  drawRoom(node, disk);
  tone(node, 'clock', clocks[clock.state]);
  place(node, 'clock').title = clock.says;
  tone(node, 'held', holdsOpen > 0 ? 'bad' : 'calm');
  age(node, 'oldest', oldestUnsentMs);
  document.title = `${word} · ${grouped(unsent)} unsent · Holdfast`;
}

/** How long the disk lasts at the present rate; once it is nearly full, what it still takes. */
function drawRoom(node, disk) {
  const { level, daysLeft } = disk;
  const { word, takes, tone: shown } = rooms[level];
  room = daysLeft === null ? undefined : lasting(daysLeft, room);
  fill(node, { room: word ?? room?.text ?? 'enough', takes });
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
    remaining: all ? 'all of it' : `${grouped(remaining)} ${unit}`,
    of: all || remaining === quantity ? '' : `remain of ${grouped(quantity)}`,
    reason: joined([
      row.reason || 'no reason given',
      row.state !== 'active' && words(row.state).toLowerCase(),
      row.suspect && `${grouped(row.suspect)} reported before it was known here`,
    ]),
    placed: when(placedMs),
    by: row.placedBy,
    effect: effects[scope],
  });
  age(node, 'age', placedMs);
}

/** How the line's way stands; while central is behind, by how much, and what it knows already. */
function wayIn({ way, ahead, head, kept }) {
  const { word, rank } = ways[way.state];
  if (!ahead || rank > ways.draining.rank) return word;
  const known = ahead.upTo !== null && ahead.upTo > kept;
  return `${word}: ${grouped(head - kept)} behind${known ? ', live facts at central' : ''}`;
}

/** Facts that stand, and that nothing here follows from: what they rest on is lost. */
function orphansIn({ orphans }) {
  if (orphans === 0) return null;
  const facts = orphans === 1 ? '1 fact rests' : `${grouped(orphans)} facts rest`;
  return `${facts} on lost ones: recorded, without effect here`;
}

function drawLine(node, row) {
  const { line, state, shift, failure, way, settled, waiting, runs, good, scrap, held } = row;
  const path = line.split('/');
  fill(node, {
    name: path.pop(),
    place: path.join(' / '),
    state,
    shift: shift === null ? 'no shift' : `shift ${shift}`,
    ...{
      failure,
      orphans: orphansIn(row),
      machine: row.machine.text,
      good: grouped(good),
      scrap: grouped(scrap),
      held: grouped(held),
    },
    head: grouped(row.head),
    kept: grouped(row.kept),
    settled: settled === null ? 'unknown' : grouped(settled),
    waiting: settled === null ? 'unknown' : grouped(waiting),
    unsent: grouped(row.unsent),
    way: wayIn(row),
    since: sinceText(way.sinceMs),
    detail: way.detail,
  });
  place(node, 'detail').title = way.detail ?? '';
  place(node, 'settled').title = settled === null ? 'central was not heard yet' : markWords[3];
  tone(node, 'state', tones[state]);
  tone(node, 'machine', row.machine.tone);
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
    about: joined([material, `${grouped(quantity)} ${unit} ordered`]),
    holds: first(holds),
  });
  place(node, 'holds').title = holds.join(', ');
  keep(node, 'operation', operations, ({ operation }) => operation, drawOperation);
}

const overs = {
  within: '',
  overCompletion: 'over-completed',
  beyondTolerance: 'over tolerance',
};

function drawOperation(node, row) {
  const { operation, name, state, openRuns, good, scrap, rework, held } = row;
  const runs = openRuns > 0 ? `${openRuns} ${openRuns === 1 ? 'run' : 'runs'}` : '';
  fill(node, {
    ...{ operation, name, good: grouped(good), scrap: grouped(scrap) },
    ...{ rework: grouped(rework), held: grouped(held) },
    state: joined([state, runs]),
    over: overs[row.completion],
    unbalanced: row.unbalanced && `${grouped(row.unbalanced)} more than came in`,
    holds: first(row.holds),
  });
  place(node, 'holds').title = row.holds.join(', ');
}

function drawFact(node, { line, type, atMs, actor, order, operation, lot, body, flags, mark }) {
  const told = (tales[type] ?? tale)(body);
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

/** What a fact says, name by name. */
const tale = (body) =>
  Object.entries(body)
    .filter(([, value]) => value !== false && value !== '')
    .map(([name, value]) => `${words(name).toLowerCase()} ${valueText(name, value)}`);
/** Facts whose names and numbers say little to a person. */
const tales = {
  ClockStepped: ({ byMs, afterMs, during }) => [
    `set ${byMs < 0 ? 'back' : 'ahead'} by ${ageText(Math.abs(byMs))}`,
    `to ${day(afterMs)} ${time(afterMs)}`,
    during === 'off' ? 'while the edge was off' : '',
  ],
};

/** Lists are told by their ids: people as they are, operations by number. */
function valueText(name, value) {
  if (amounts.has(name)) return grouped(value);
  return Array.isArray(value)
    ? value.map((one) => one.operation ?? one.lot ?? one.name ?? one).join(', ')
    : value;
}
