// Where a lot came from and what became of it, one level at a time, with the cable pulled as well.
import { button, el, onTap } from './dom.js';
import { number } from './format.js';
import { joined, named, say } from './say.js';
import { call } from './session.js';
import { drawSheet, openSheet } from './sheet.js';

/** Lots of one direction that are shown; all are counted. */
const shownMax = 40;

const nameOf = ({ kind, id }) => (kind === 'order' ? say('about.order', { order: id }) : id);

/** The lots that a hold is on, each with what it is made from and went into. */
export function drawLots(lots) {
  if (lots.length === 0) return null;
  return el(
    'section.kin',
    { 'data-key': 'lots' },
    el('h3', {}, say('decide.genealogy')),
    ...lots.map(({ lot, material, quantity, unit, state, from, into }) => {
      const much = quantity === null ? '' : `${number(quantity)} ${unit}`;
      return el(
        'p',
        { 'data-key': lot },
        el('b', {}, say('about.lot', { lot })),
        ' ',
        joined([
          ...[material, much, named('lotStates', state)],
          from.length > 0 && say('kin.cameFrom', { from: from.map(nameOf).join(', ') }),
          into.length > 0 && say('kin.wentInto', { into: into.map(nameOf).join(', ') }),
        ]),
      );
    }),
  );
}

/** Both directions, one step each; a lot is tapped to stand there next. */
const drawKin = ({ from, into }) =>
  el(
    'section.kin',
    { 'data-key': 'kin' },
    el('div.kin-sides', {}, side(say('kin.from'), from), side(say('kin.into'), into)),
  );

function side(title, nodes) {
  const more = nodes.length - shownMax;
  return el(
    'div',
    {},
    el('h3', {}, say('kin.count', { title, count: number(nodes.length) })),
    nodes.length === 0
      ? el('p.note', {}, say('kin.none'))
      : el('ul', {}, ...nodes.slice(0, shownMax).map((node) => el('li', {}, kinRow(node)))),
    more > 0 && el('p.note', {}, say('kin.more', { count: more })),
  );
}
const kinRow = (node) =>
  node.kind === 'lot'
    ? button('second', { act: 'openLot', arg: node.id, text: node.id })
    : el('span', {}, nameOf(node));

let open = null; // { lot, told, trouble }

/** Opens the genealogy of a lot or serial. */
export function openLot(lot) {
  open = { lot, told: null, trouble: null };
  openSheet({
    title: () => say('kin.title', { lot: open?.lot ?? '' }),
    body: drawLot,
    scan: openLot,
  });
  void learn(open);
}

async function learn(mine) {
  try {
    const { status, body } = await call('GET', `/v1/lots/${encodeURIComponent(mine.lot)}`);
    if (status === 200) mine.told = body;
    else mine.trouble = status === 404 ? say('kin.unknown') : (body?.message ?? `${status}`);
  } catch {
    mine.trouble = say('decide.noAnswer');
  }
  if (open === mine) drawSheet();
}

function drawLot() {
  const { told, trouble } = open;
  if (told === null) return [el('p.note', { role: 'status' }, trouble ?? say('decide.loading'))];
  const { state, material, quantity, unit, holds } = told;
  return [
    el(
      'p.about',
      { 'data-key': 'about' },
      joined([
        material,
        quantity !== null && `${number(quantity)} ${unit}`,
        named('lotStates', state),
      ]),
    ),
    holds.length > 0 &&
      el(
        'p',
        { 'data-key': 'held' },
        el('b.shaped', { 'data-tone': 'bad' }, say('kin.held', { holds: holds.join(', ') })),
      ),
    drawKin(told),
    el('p.note', { 'data-key': 'scan' }, say('kin.scan')),
  ];
}

onTap({ openLot });
