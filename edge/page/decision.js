// A decision on a hold, from what the edge says of it to the signature of whoever decides.

import { choicesOf, drawDecision, isMeasured, needsOther } from './decisionview.js';
import { onTap } from './dom.js';
import { activeField, readAmount, useFields } from './fields.js';
import { number, shownDecimal } from './format.js';
import { ask, askAgain, drop, edit, wishOf } from './intents.js';
import { live } from './live.js';
import { joined, named, say } from './say.js';
import { call, session } from './session.js';
import { closeSheet, drawSheet, openSheet } from './sheet.js';
import { emptySignature, readSignature } from './signature.js';

/** A preview is asked for once nothing was typed for so long, ms. */
const previewMs = 300;

/**
 * { hold, wish, told, trouble, preview, sign, wrong }: `told` is what the edge says of the hold,
 * `sign` who signs. A badge and a PIN stay in memory and go with the sheet.
 */
let open = null;

/** Opens the decision on a hold, as its person left it. */
export function openDecision(hold) {
  if (!session.person || !live.word?.line) return;
  const row = live.word.holds.find((one) => one.hold === hold);
  const about = { action: 'Decide', line: live.word.line, hold };
  const quantity = shownDecimal(row?.remaining ?? '');
  const wish = wishOf(JSON.stringify(['Decide', hold]), about, { quantity });
  const sign = { ...emptySignature(), ...wish.signed };
  open = { hold, wish, told: null, trouble: null, preview: null, wrong: {}, sign };
  useFields({ ...wish.fields, ...sign }, change, 'quantity');
  openSheet({
    wish,
    title: () => say('decide.title', { hold }),
    body: () => drawDecision(open),
    scan: (code) => {
      if (open?.sign.signer === 'other') change({ badge: code });
    },
    closed: () => {
      if (open?.wish.state === 'draft' && !open.wish.edited) drop(open.wish);
      open = null;
    },
  });
  void learn(open);
}

const ofSignature = ['signer', 'name', 'badge', 'pin', 'meaning'];
const pick = (fields, isOf) =>
  Object.fromEntries(
    Object.entries(fields).filter(([name]) => ofSignature.includes(name) === isOf),
  );

function change(fields) {
  if (!open) return;
  Object.assign(open.sign, pick(fields, true));
  const kept = pick(fields, false);
  for (const name of Object.keys(fields)) delete open.wrong[name];
  delete open.wrong.sign;
  if (Object.keys(kept).length > 0) {
    edit(open.wish, kept);
    if (kept.choice && open.told && needsOther(open.told, kept.choice)) open.sign.signer = 'other';
    foreseeSoon(open);
  }
  refill();
  drawSheet();
}
const refill = (field = activeField()) =>
  useFields({ ...open.wish.fields, ...open.sign }, change, field);

/** What the edge answers to GET; throws where it does not. */
async function learn(mine) {
  try {
    const given = new URLSearchParams({ hold: mine.hold });
    const { status, body } = await call('GET', `/v1/hold?${given}`);
    if (open !== mine) return;
    if (status === 200) {
      mine.told = body;
      refill();
      foreseeSoon(mine);
    } else mine.trouble = body?.message ?? `${status}`;
  } catch {
    mine.trouble = say('decide.noAnswer');
  }
  if (open === mine) drawSheet();
}

let planned;
/** Asks what the decision as it stands would do, once the person is still. */
function foreseeSoon(mine) {
  clearTimeout(planned);
  planned = setTimeout(() => void foresee(mine), previewMs);
}
async function foresee(mine) {
  const { choice, quantity } = mine.wish.fields;
  if (open !== mine || !choice || !mine.told) return;
  const chosen = choicesOf(mine.told).find((one) => one.choice === choice);
  if (chosen?.disposition === undefined) {
    mine.preview = null;
    return drawSheet();
  }
  const { value } = isMeasured(mine.told) ? readAmount(quantity, true) : { value: null };
  if (value === undefined) return;
  const of = chosen.disposition === null ? {} : { disposition: choice };
  const given = { hold: mine.hold, ...of, ...(value && { quantity: value }) };
  try {
    const { status, body } = await call('GET', `/v1/hold?${new URLSearchParams(given)}`);
    const { fields } = mine.wish;
    if (open !== mine || fields.choice !== choice || fields.quantity !== quantity) return;
    const found = body?.choices?.find((one) => (one.disposition ?? 'release') === choice);
    mine.preview = status === 200 ? found : { refused: body };
    drawSheet();
  } catch {
    // The preview stays as it was; the edge judges the decision itself.
  }
}

/** What is asked of the hold: its decision, or the step that comes before it. */
function commandFor(told, choice, quantity) {
  const { hold, unit } = told;
  const chosen = choicesOf(told).find((one) => one.choice === choice);
  const usual = isMeasured(told) ? 'DispositionHold' : 'ReleaseHold';
  const type = chosen?.action ?? usual;
  const line = told.line ?? live.word.line;
  const reasoned = ['ReleaseHold', 'CancelHold', 'WithdrawDisposition', 'RejectDisposition'];
  if (reasoned.includes(type)) {
    return { type, line, body: { hold, reason: named('dispositions', choice) } };
  }
  const isDecision = type === 'DispositionHold' || type === 'ProposeDisposition';
  return { type, line, body: { hold, ...(isDecision && { disposition: choice, quantity, unit }) } };
}

function send() {
  if (!open?.told) return;
  const { wish, told, sign } = open;
  const { choice, quantity } = wish.fields;
  const { signature, missing } = readSignature(sign);
  const { value, why } = isMeasured(told) ? readAmount(quantity, true) : {};
  open.wrong = { ...(missing && { sign: missing }), ...(why && { quantity: why }) };
  if (Object.keys(open.wrong).length > 0) return drawSheet();
  const { pin: _pin, badge: _badge, ...kept } = sign;
  open.sign.pin = '';
  refill();
  if (wish.state === 'asking') return askAgain(wish, signature);
  const much = value && `${number(value)} ${told.unit}`;
  const title = say('decide.title', { hold: told.hold });
  const words = joined([title, named('dispositions', choice), much]);
  ask(wish, commandFor(told, choice, value), { told: words, signature, signed: kept });
}

onTap({ openDecision, sendDecision: send });

/** Whatever became of it shows on the sheet; once it was accepted the sheet is done. */
export function decisionChanged() {
  if (!open) return;
  if (open.wish.state === 'accepted') closeSheet();
  else drawSheet();
}
