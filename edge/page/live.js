// Listens to the edge, and says so when no word comes from it.

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

/** What is known of the edge: its last word, and whether it still speaks. */
export const live = {
  word: null, // the last status, or the last view of the line
  lost: false,
  /** The edge's clock when it spoke last, Unix ms; null before it did. */
  heardMs: () => heard.edgeMs,
  /** The edge's clock now; it stands still while the edge is lost. */
  nowMs: () => (heard.edgeMs === null ? Date.now() : heard.edgeMs + (live.lost ? 0 : since(heard))),
  /** How long nothing was heard, by this device's own clock, ms. */
  silenceMs: () => since(heard),
};

let place = '';
let eventName = 'message';
let changed = () => undefined;

/**
 * Follows the edge's stream at `url`, whose words are events of that name. `change` is called after
 * each word, and when the edge is lost; a word counts as heard once all of it is on the page.
 */
export function follow(url, name, change) {
  place = url;
  eventName = name;
  changed = change;
  listen();
  setInterval(watch, 1_000);
}

/** Opens the stream anew: what it tells depends on who is signed in. */
export function listen() {
  stream?.close();
  opened = instant();
  stream = new EventSource(place);
  stream.addEventListener(eventName, hear);
  stream.onerror = lose;
}

function hear({ data }) {
  const word = JSON.parse(data);
  const wasLost = live.lost;
  live.word = word;
  live.lost = false;
  heard = { ...instant(), edgeMs: word.nowMs };
  changed({ back: wasLost });
}

function lose() {
  if (live.lost) return;
  live.lost = true;
  changed({ back: false });
}

/** While the edge is lost its ages stand still: nobody knows whether they still hold. */
function watch() {
  if (!live.lost && since(heard) > silentMs) lose();
  const closed = stream.readyState === EventSource.CLOSED;
  if (live.lost && since(opened) > (closed ? reopenMs : silentMs)) listen();
}
