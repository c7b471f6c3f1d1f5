// The overview of all lines: listens to the edge, and draws what it says.
import { begin } from './begin.js';
import { draw, find } from './dom.js';
import { drawFeed } from './feed.js';
import { number } from './format.js';
import { drawHeader, drawNotices, wayOf } from './header.js';
import { drawHolds } from './holds.js';
import { live } from './live.js';
import { drawOrders } from './orders.js';
import { joined, named, say } from './say.js';
import { drawTile, ownWay } from './tiles.js';

let names = new Map(); // lines by path, as short as they are told apart
const nameOf = (path) => names.get(path) ?? path;

/** The last names of the lines' paths; the whole path where two lines end alike. */
function shortNames(lines) {
  const lasts = lines.map(({ line }) => line.split('/').at(-1));
  const alone = (last) => lasts.indexOf(last) === lasts.lastIndexOf(last);
  return new Map(lines.map(({ line }, i) => [line, alone(lasts[i]) ? lasts[i] : line]));
}

/** What is worst of all lines is said, since the first of them; then what else is not well. */
function headerOf(word) {
  const { lines, unsent, oldestUnsentMs: oldestMs, disk, clock, central, environment } = word;
  const { certificates } = word;
  const rankOf = ({ state }) => wayOf(state).rank;
  const all = lines.map(ownWay).sort((a, b) => rankOf(b) - rankOf(a));
  const worst = all.filter(({ state }) => state === all[0].state);
  const isKnown = worst.every(({ sinceMs }) => sinceMs !== null);
  const sinceMs = isKnown ? Math.min(...worst.map((way) => way.sinceMs)) : null;
  const others = [...new Set(all.map(({ state }) => state))].slice(1);
  const also = others
    .filter((state) => wayOf(state).rank > 1)
    .map((state) => joinedCount(all.filter((way) => way.state === state).length, state));
  const count = say('link.lines', { some: number(worst.length), count: all.length });
  const shifts = [...new Set(lines.map(({ shift }) => shift).filter((shift) => shift !== null))];
  return {
    ...{ way: { state: all[0].state, sinceMs }, also: joined([count, ...also]), drain: null },
    ...{ unsent, oldestMs, room: disk, clock, centralMs: central?.atMs ?? null },
    ...{ environment, certificates },
    ...{ shift: shifts.length > 0 ? shifts.join(', ') : null, epoch: null, readOnly: null },
    commandsWait: waitingOf(lines),
  };
}

/** Commands of central that wait at any line, by the reason of the first. */
function waitingOf(lines) {
  const all = lines.flatMap(({ commandsWait }) => commandsWait ?? []);
  const count = all.reduce((sum, one) => sum + one.count, 0);
  return all.length === 0 ? null : { count, reason: all[0].reason };
}
const joinedCount = (count, state) => `${number(count)} ${named('link', state)}`;

function drawAll() {
  const { word } = live;
  const told = word && headerOf(word);
  drawHeader(told);
  drawNotices(told);
  if (!word) return;
  const { lines, orders, holds, facts, ordersOpen, ordersClosed, holdsOpen } = word;
  names = shortNames(lines);
  drawHolds(find('holds'), { holds, open: holdsOpen, nameOf });
  find('holds').hidden = holds.length === 0;
  draw(find('tiles'), ...lines.map((row) => drawTile(row, word.machines)));
  drawFeed(find('facts'), facts, nameOf);
  const orderCount = ordersOpen + ordersClosed;
  const some = say('orders.some', { shown: number(orders.length), count: orderCount });
  const isCut = orders.length < orderCount;
  draw(find('orders-more'), joined([say('orders.open', { count: ordersOpen }), isCut && some]));
  draw(find('orders-table'), ...drawOrders(orders));
}

begin({ url: '/v1/events', event: 'message', drawPage: drawAll });
