// The page of one line: draws what the edge says of it, and lets people act.
import { barrier } from './barred.js';
import { begin } from './begin.js';
import { draw, el, find } from './dom.js';
import { drawFeed } from './feed.js';
import { drawFigures } from './figures.js';
import { drawHeader, drawNotices } from './header.js';
import { drawHolds } from './holds.js';
import { drawInspections } from './inspections.js';
import { live } from './live.js';
import { drawMatters } from './matters.js';
import { drawNow, drawState } from './now.js';
import { drawOffers } from './offers.js';
import { drawQueue } from './queue.js';
import { say } from './say.js';

const line = new URLSearchParams(location.search).get('line') ?? '';
const nameOf = (path) => `${path ?? ''}`.split('/').at(-1);

/** What the header shows, from the view of the line. */
const headerOf = (view) => {
  const { header, shift } = view;
  const { way, unsent, oldestUnsentMs: oldestMs, ...rest } = header;
  const from = { state: way, sinceMs: header.sinceMs, detail: header.wayDetail };
  return {
    ...rest,
    way: from,
    also: null,
    unsent,
    oldestMs,
    shift: shift?.shift ?? null,
  };
};

/** Whether the edge was asked if it has this line at all. */
let asked = false;

/** An edge that tells nothing of the line may not have it: then that is said, and where to go. */
async function lookForLine() {
  if (asked) return;
  asked = true;
  const answer = await fetch(`/v1/line?line=${encodeURIComponent(line)}`).catch(() => undefined);
  asked = answer !== undefined;
  if (answer?.status !== 404) return;
  const away = el('a.second', { href: '/' }, say('nav.overview'));
  draw(find('now'), el('p.note', { role: 'alert' }, say('lost.noLine', { line })), away);
}

function drawAll() {
  const view = live.word;
  if (!view && live.lost) void lookForLine();
  drawHeader(view && headerOf(view));
  drawNotices(view && headerOf(view));
  if (view) drawView(view);
}

function drawView(view) {
  draw(find('name'), view.name ?? nameOf(view.line));
  drawLinks(view);
  const { holds } = view;
  drawHolds(find('hold-rows'), { holds, open: holds.length, nameOf, decide });
  find('holds').hidden = holds.length === 0;
  draw(find('state'), ...drawState(view));
  draw(find('now'), ...drawNow(view));
  draw(find('figures'), ...drawFigures(view));
  const matters = [...drawOffers(view), ...drawInspections(view), ...drawMatters(view)];
  draw(find('matters'), ...matters);
  find('matters-part').hidden = matters.length === 0;
  draw(find('queue'), ...drawQueue(view));
  drawFeed(find('facts'), view.facts, () => '');
}

const decide = ({ hold }) => {
  const text = say('decide.open');
  return { act: 'openDecision', arg: hold, text, barred: barrier(), id: `decide ${hold}` };
};

function drawLinks({ state }) {
  const chart = ['line', line].map(encodeURIComponent).join('/');
  draw(
    find('links'),
    el('a.second', { href: '/' }, say('nav.overview')),
    el('a.second', { href: `/charts.html#${chart}`, 'data-state': state }, say('nav.chart')),
  );
}

draw(find('name'), nameOf(line));
begin({ url: `/v1/events?line=${encodeURIComponent(line)}`, event: 'line', drawPage: drawAll });
