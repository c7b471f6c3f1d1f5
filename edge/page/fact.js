// One fact as a whole: its three marks with their times, what belongs to it, and what it says.
import { el, onTap } from './dom.js';
import { factRow, markOf, tale } from './feed.js';
import { when } from './format.js';
import { live } from './live.js';
import { joined, named, say } from './say.js';
import { call } from './session.js';
import { drawSheet, openSheet } from './sheet.js';

let open = null; // { id, told, trouble }

function openFact(id) {
  open = { id, told: null, trouble: null };
  const title = () => (open?.told ? named('facts', open.told.fact.type) : say('fact.title'));
  openSheet({ title, body: drawFact });
  void learn(open);
}

async function learn(mine) {
  try {
    const { status, body } = await call('GET', `/v1/facts/${encodeURIComponent(mine.id)}`);
    if (status === 200) mine.told = body;
    else mine.trouble = body?.message ?? `${status}`;
  } catch {
    mine.trouble = say('decide.noAnswer');
  }
  if (open === mine) drawSheet();
}

const at = (ms) => when(ms, live.nowMs());
const pair = (name, value) => [el('dt', {}, name), el('dd', {}, value)];

function drawFact() {
  const { told, trouble } = open;
  if (told === null) return [el('p.note', { role: 'status' }, trouble ?? say('decide.loading'))];
  const { fact, marks, hash, correlation, command } = told;
  const { line, epoch, sequence, order, operation, lot, actor, atMs, body } = fact;
  const work = order && operation ? say('about.work', { order, operation }) : order;
  return [
    el('p.about', { 'data-key': 'about' }, joined([line, work, lot && say('about.lot', { lot })])),
    el('ol.marks', { 'data-key': 'marks' }, ...drawMarks(marks)),
    el('ul.says', { 'data-key': 'says' }, ...tale(body).map((text) => el('li', {}, text))),
    el(
      'dl.facts',
      { 'data-key': 'ids' },
      ...pair(say('fact.at'), at(atMs)),
      ...pair(say('fact.by'), actor),
      ...pair(say('fact.place'), say('fact.position', { epoch, sequence })),
      ...pair(say('fact.correlation'), fact.correlationId),
      ...pair(say('fact.id'), fact.eventId),
      ...(command ? pair(say('fact.command'), command) : []),
      ...pair(say('fact.hash'), hash),
    ),
    el('h3', { 'data-key': 'with' }, say('fact.with')),
    el(
      'ol.feed-list',
      { 'data-key': 'correlation' },
      ...correlation.map((one) => correlated(one, fact)),
    ),
  ];
}

function drawMarks({ recordedMs, sent, kept, settled }) {
  const atCentral = say(kept ? 'fact.done' : sent ? 'fact.sent' : 'fact.notYet');
  return [
    el('li', {}, markOf(1), ' ', say('marks.recorded'), ': ', at(recordedMs)),
    el('li', {}, markOf(2), ' ', say('marks.central'), ': ', atCentral),
    el(
      'li',
      {},
      markOf(3),
      ' ',
      say('marks.settled'),
      ': ',
      say(settled ? 'fact.done' : 'fact.notYet'),
    ),
  ];
}

const correlated = (one, fact) => {
  const { eventId, type, atMs, actor } = one;
  const text = joined([named('facts', type), at(atMs), actor]);
  const isThis = eventId === fact.eventId;
  return el(
    'li',
    { 'data-key': eventId },
    isThis ? el('p.this', {}, el('b', {}, text)) : factRow(eventId, text),
  );
};

onTap({ openFact });
