// Open holds: there until they are decided, whoever taps. No way to close the banner.
import { button, draw, el } from './dom.js';
import { number, when } from './format.js';
import { age } from './header.js';
import { live } from './live.js';
import { joined, named, say } from './say.js';

/** Holds that are always seen; where there are more than one more, they are folded away. */
const seenMax = 3;

/** What a hold is on, in words. */
export function heldThing({ scope, order, operation, lot, line }, nameOf = (path) => path) {
  const about = [
    order && say('about.order', { order }),
    operation && say('about.operation', { operation }),
  ];
  const ofLot = lot && say('about.lot', { lot });
  if (scope === 'line') return say('about.line', { line: nameOf(line) });
  if (scope === 'lot') return joined([ofLot, ...about]);
  return joined([...about, ofLot]);
}

/** How much of it is undecided. */
export function heldAmount({ quantity, remaining, unit }) {
  if (quantity === null || quantity === undefined) return [say('hold.all'), ''];
  const of = remaining === quantity ? '' : say('hold.of', { quantity: number(quantity) });
  return [`${number(remaining)} ${unit}`, of];
}

/** Who asked for it, where that was central. */
export const ofCentral = ({ origin }) => origin === 'central' && say('hold.central');

/** The banner. `nameOf` shortens a line's path; `decide` puts a button at each hold. */
export function drawHolds(at, { holds, open, nameOf, decide }) {
  const newest = [...holds].reverse();
  const seen = newest.length > seenMax + 1 ? seenMax : newest.length;
  const row = (hold) => holdRow(hold, nameOf, decide);
  const folded = newest.length - seen;
  const some = { shown: number(holds.length), count: open };
  draw(
    at,
    holds.length < open && el('p.note', {}, say('hold.some', some)),
    el('div.rows', { 'data-key': 'rows' }, ...newest.slice(0, seen).map(row)),
    folded > 0 && [
      el(
        'details',
        { 'data-key': 'fold' },
        el('summary', {}, say('hold.more', { count: folded })),
        el('div.rows', {}, ...newest.slice(seen).map(row)),
      ),
    ],
  );
}

function holdRow(row, nameOf, decide) {
  const { hold, placedMs, suspect, state } = row;
  const [much, of] = heldAmount(row);
  const why = [
    row.reason || say('hold.noReason'),
    state !== 'active' && named('holdStates', state),
    suspect && say('hold.suspect', { quantity: number(suspect) }),
  ];
  const placed = when(placedMs, live.nowMs());
  const by = { at: placed, by: row.placedBy, line: nameOf(row.line) };
  return el(
    'article.hold',
    { 'data-key': `hold ${hold}` },
    el(
      'div.hold-head',
      {},
      el('h3.shaped', { 'data-tone': 'bad' }, say('hold.title'), ' ', el('span', {}, hold)),
      el('p.what', {}, heldThing(row, nameOf)),
      el('p.much', {}, el('b', {}, much), ' ', el('small', {}, of)),
      el('p.reason', {}, joined(why)),
    ),
    el('p.who', {}, joined([say('hold.placed', by), ofCentral(row)]), ' (', age(placedMs), ')'),
    el('p.effect', {}, named('effects', row.scope)),
    decide ? el('div.act', {}, button('second', decide(row))) : null,
  );
}
