// The sheet on which a hold is decided.
import { actionRow, barrier } from './barred.js';
import { el } from './dom.js';
import { amountField, choiceField, numberPad, readAmount } from './fields.js';
import { millionths, number, ofMillionths } from './format.js';
import { heldAmount, heldThing, ofCentral } from './holds.js';
import { needsSignature } from './intents.js';
import { drawLots } from './kin.js';
import { live } from './live.js';
import { joined, named, refusal, say } from './say.js';
import { refusedBox, sendRow } from './sheet.js';
import { drawSignature } from './signature.js';

export const isMeasured = ({ quantity }) => quantity !== null && quantity !== undefined;

export function drawDecision(open) {
  const { told, trouble, wish } = open;
  if (told === null) {
    return [el('p.note', { 'data-key': 'wait', role: 'status' }, trouble ?? say('decide.loading'))];
  }
  const again = needsSignature(wish);
  const locked = wish.state !== 'draft';
  return [
    el(
      'p.about',
      { 'data-key': 'about' },
      joined([heldThing(told), heldAmount(told).filter(Boolean).join(' '), told.reason]),
    ),
    el(
      'p.note',
      { 'data-key': 'by' },
      joined([say('decide.placedBy', { by: told.placedBy }), ofCentral(told)]),
    ),
    refusedNote(wish),
    drawLots(told.lots ?? []),
    el(
      'div.form',
      { 'data-key': 'form', 'data-padded': true },
      el(
        'div.fields',
        {},
        drawChoices(open, locked),
        isMeasured(told) ? drawQuantity(open, locked) : null,
        drawPreview(open),
        drawSignature(open.sign, {
          needsOther: needsOther(told, wish.fields.choice),
          locked: locked && !again,
        }),
      ),
      numberPad(),
    ),
    drawSend(open, locked, again),
  ];
}

/** Why the edge has refused it, above the form; nothing where it has not. */
export const refusedNote = ({ why, state }) =>
  why && state === 'draft'
    ? refusedBox(el('b.shaped', { 'data-tone': 'bad' }, say('form.refused')), ' ', refusal(why))
    : null;

/** Whoever may not do it may still have another person sign for it. */
const personal = ['role', 'otherThanPlacer', 'otherThanProposer', 'otherThanReviewer', 'mayDecide'];
const isForOthers = ({ rule }) => personal.includes(rule);
const barredChoice = (one) => (one.allowed || isForOthers(one) ? null : refusal(one));

/** Steps beside the decisions themselves, offered where the charts know them now. */
const steps = {
  review: 'StartHoldReview',
  reject: 'RejectDisposition',
  withdraw: 'WithdrawDisposition',
  cancel: 'CancelHold',
};

/** What may become of a hold: { choice, action, disposition, allowed, rule, reason }. */
export function choicesOf({ hold, choices }) {
  const decisions = choices.map((one) => ({ ...one, choice: one.disposition ?? 'release' }));
  const others = Object.entries(steps).flatMap(([choice, action]) => {
    const row = actionRow(live.word, action, { hold });
    return row && (row.allowed || isForOthers(row)) ? [{ ...row, choice, effects: [] }] : [];
  });
  return [...decisions, ...others];
}

/** True where the signed-in person cannot do it, and another one can. */
export const needsOther = (told, choice) =>
  choicesOf(told).some((one) => one.choice === choice && !one.allowed && isForOthers(one));

function drawChoices({ told, wrong }, locked) {
  const options = choicesOf(told).map((one) => [
    one.choice,
    named('dispositions', one.choice),
    barredChoice(one),
  ]);
  const why = wrong.choice ?? null;
  return choiceField({ name: 'choice', label: say('decide.what'), options, locked, why });
}

function drawQuantity({ told, wish, wrong }, locked) {
  const { remaining, unit } = told;
  const label = say('decide.quantity', { remaining: number(remaining), unit });
  const { value } = readAmount(wish.fields.quantity, true);
  const rest = value === undefined ? -1n : millionths(remaining) - millionths(value);
  const why = wrong.quantity ?? (rest < 0n && value !== undefined ? say('rules.withinHold') : null);
  return el(
    'div',
    { 'data-key': 'quantity' },
    amountField({ name: 'quantity', label, unit, locked, why }),
    rest > 0n && el('p', {}, say('decide.rest', { rest: number(ofMillionths(rest)), unit })),
  );
}

function drawPreview({ preview }) {
  if (!preview) return null;
  const { effects = [], refused } = preview;
  return el(
    'section.preview',
    { 'data-key': 'preview', 'aria-live': 'polite' },
    el('h3', {}, say('decide.effects')),
    refused ? el('p', {}, refusal({ ...refused, reason: refused.message })) : null,
    effects.length > 0
      ? el('ul', {}, ...effects.map((one) => el('li', {}, effectText(one))))
      : el('p', {}, say('decide.none')),
  );
}
const effectText = ({ what, words, quantity, ...rest }) => {
  const name = `does.${what}`;
  const text = say(name, { ...rest, quantity: quantity && number(quantity) });
  return text === name ? words : text;
};

function drawSend({ wish, wrong, told }, locked, again) {
  const { choice } = wish.fields;
  const what = choice && named('dispositions', choice);
  const text = again
    ? say('told.sign')
    : what
      ? say('decide.send', { what })
      : say('decide.choose');
  const step = choicesOf(told).find((one) => one.choice === choice)?.action;
  const own = locked && !again ? say('form.asked') : choice ? null : say('decide.choose');
  return sendRow(
    { act: 'sendDecision', text, barred: barrier() ?? own },
    step === 'ProposeDisposition' && el('p.note', {}, say('decide.propose')),
    wrong.sign &&
      el('p.problem', { role: 'alert' }, el('b.shaped', { 'data-tone': 'bad' }, wrong.sign)),
  );
}
