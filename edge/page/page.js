// Listens to the edge, and says so when no word comes from it.
import { draw } from './draw.js';
import { fill, find, tick, tone, write } from './nodes.js';
import { time } from './words.js';

/** The edge speaks at least every 5 s; after this long without a word it counts as lost, ms. */
const silentMs = 12_000;
/** A stream that the browser has given up is opened again after this time, ms. */
const reopenMs = 5_000;

const instant = () => ({ ranMs: performance.now(), wallMs: Date.now() });
/** Time since `then`, ms; the first of the clocks may stand still while the machine sleeps. */
const since = ({ ranMs, wallMs }) => Math.max(performance.now() - ranMs, Date.now() - wallMs);

let stream;
let opened = instant();
let heard = { ...opened, edgeMs: null };
let lost = false;

function listen() {
  stream?.close();
  opened = instant();
  stream = new EventSource('/v1/events');
  stream.onmessage = hear;
  stream.onerror = lose;
}

/** A word counts as heard once all of it is on the page. */
function hear({ data }) {
  const status = JSON.parse(data);
  draw(status);
  tick(status.nowMs);
  heard = { ...instant(), edgeMs: status.nowMs };
  lost = false;
  document.body.classList.remove('lost');
  write(find('lost'), '');
}

function lose() {
  if (lost) return;
  lost = true;
  const { edgeMs } = heard;
  const last = edgeMs === null ? 'yet' : `since ${time(edgeMs)}`;
  document.body.classList.add('lost');
  write(find('lost'), `No word from the edge ${last}`);
  fill(find('header'), { way: 'no word', lines: 'how the link stands is not known' });
  tone(find('header'), 'link', 'warn');
  document.title = 'no word · Holdfast';
}

/** While the edge is lost its ages stand still: nobody knows whether they still hold. */
function watch() {
  if (!lost && since(heard) > silentMs) lose();
  if (!lost && heard.edgeMs !== null) tick(heard.edgeMs + since(heard));
  const closed = stream.readyState === EventSource.CLOSED;
  if (lost && since(opened) > (closed ? reopenMs : silentMs)) listen();
}

listen();
setInterval(watch, 1_000);
