// What became of what a person asked: answered, still without an answer, or left unfinished.

import { openDecision } from './decision.js';
import { button, draw, el, find, onTap } from './dom.js';
import { openForm } from './form.js';
import { time } from './format.js';
import { askAgain, drop, needsSignature, othersWaiting, ownWishes } from './intents.js';
import { live } from './live.js';
import { joined, refusal, say } from './say.js';
import { openedSheet } from './sheet.js';

/** An answer stays on the page so long, ms. */
const shownMs = 12_000;
/** Most that is told at once; the newest. */
const rowsMax = 4;

const idOf = ({ commandId }) => commandId;
const byId = (id) => ownWishes().find((wish) => wish.commandId === id);

/** Draws it, and lets answers go that were seen. */
export function drawTold() {
  const open = openedSheet()?.wish;
  const rows = ownWishes().filter((wish) => wish !== open && isWorthTelling(wish));
  const others = othersWaiting();
  draw(
    find('told'),
    ...rows.slice(-rowsMax).map(drawRow),
    rows.length > rowsMax && el('p.note', {}, say('told.more', { count: rows.length - rowsMax })),
    others > 0 && el('p.note', { 'data-key': 'others' }, say('told.others', { count: others })),
  );
}
const isWorthTelling = ({ state, edited }) => state !== 'draft' || edited;

/** Lets go of answers that stood there long enough. A page calls it every second. */
export function forgetTold() {
  for (const wish of ownWishes()) {
    if (wish.state === 'accepted' && Date.now() - wish.answeredMs > shownMs) drop(wish);
  }
}

const act = (name, wish, text) => button('second', { act: name, arg: idOf(wish), text });
const row = (wish, kind, mark, words, ...acts) =>
  el(
    `article.told-row.${kind}`,
    { 'data-key': idOf(wish), 'data-state': wish.state },
    el('p', {}, el('b.shaped', { 'data-tone': mark }, words), ' ', wish.told ?? titleOf(wish)),
    el('div.acts', {}, ...acts),
  );
const titleOf = ({ about: { action, order, operation, hold } }) =>
  joined([
    say(`acts.${action}`),
    operation ? say('about.work', { order, operation }) : order,
    hold,
  ]);

function drawRow(wish) {
  const { state, why, facts, answeredMs, tries } = wish;
  if (state === 'accepted') {
    const numbers = facts?.map(({ sequence }) => sequence).join(', ') ?? '';
    const words = say('told.accepted', { at: time(answeredMs), numbers });
    return row(wish, 'done', 'calm', `✓ ${words}`, act('dropWish', wish, say('told.seen')));
  }
  if (state === 'asking') {
    if (needsSignature(wish)) {
      return row(
        wish,
        'wait',
        'warn',
        say('told.signAgain'),
        act('resumeWish', wish, say('told.sign')),
      );
    }
    if (!tries && !live.lost) return row(wish, 'wait', 'busy', say('told.asking'));
    const words = [say('told.unanswered'), why ? refusal(why) : ''].filter(Boolean).join(' ');
    return row(wish, 'wait', 'warn', words, act('askWish', wish, say('told.askNow')));
  }
  const words = why ? `${say('form.refused')}: ${refusal(why)}` : say('told.draft');
  const tone = why ? 'bad' : 'calm';
  const acts = [
    act('resumeWish', wish, say('told.goOn')),
    act('dropWish', wish, say('told.discard')),
  ];
  return row(wish, 'draft', tone, words, ...acts);
}

onTap({
  dropWish: (id) => {
    const wish = byId(id);
    if (wish && wish.state !== 'asking') drop(wish);
  },
  askWish: (id) => {
    const wish = byId(id);
    if (wish) askAgain(wish);
  },
  resumeWish: (id) => {
    const { action, line, ...about } = byId(id)?.about ?? {};
    if (line !== live.word?.line) location.assign(`/line.html?${new URLSearchParams({ line })}`);
    else if (action === 'Decide') openDecision(about.hold);
    else if (action) openForm({ action, about });
  },
});
