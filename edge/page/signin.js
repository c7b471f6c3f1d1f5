// How a person comes in: a badge at the reader, or the name; and the PIN on the pad.
import { el, onTap } from './dom.js';
import { numberPad, textField, useFields } from './fields.js';
import { time } from './format.js';
import { live } from './live.js';
import { refusal, say } from './say.js';
import { recentNames, session, signIn, signOut } from './session.js';
import { closeSheet, drawSheet, openSheet, refusedBox, sendRow } from './sheet.js';

let open = null; // { values, why, busy }; a PIN is never kept anywhere else

/** Opens the way in; `badge` is what a reader has read already. */
export function openSignIn(badge) {
  if (!session.signIn) return;
  open = { values: { badge: badge ?? '', name: '', pin: '' }, why: null, busy: false };
  useFields(open.values, change, badge ? 'pin' : null);
  openSheet({
    title: () => say('header.signIn'),
    closing: () => say('sheet.cancel'),
    body: drawSignIn,
    scan: (code) => {
      open.values.badge = code;
      useFields(open.values, change, 'pin');
      drawSheet();
    },
    closed: () => {
      open = null;
    },
  });
}

function change(fields) {
  if (!open) return;
  Object.assign(open.values, fields);
  if (Object.keys(fields).length > 0) open.why = null;
  if (fields.name) useFields(open.values, change, 'pin');
  drawSheet();
}

/** Why nobody was let in, in words. */
function whyNot({ rule, untilMs, ...rest }) {
  const until = untilMs ? ` ${say('sign.until', { at: time(untilMs) })}` : '';
  return `${refusal({ rule, ...rest })}${until}`;
}

function drawSignIn() {
  const { values, why, busy } = open;
  const ready = (values.badge || values.name.trim()) && values.pin;
  const barred = live.lost ? say('why.noWordYet') : ready ? null : say('sign.fill');
  return [
    el('p.about', { 'data-key': 'badge' }, badgeText(values.badge)),
    session.isEmpty ? el('p.note', { 'data-key': 'empty' }, say('rules.nobody')) : null,
    why && refusedBox(el('b.shaped', { 'data-tone': 'bad' }, why)),
    el(
      'div.form',
      { 'data-key': 'form', 'data-padded': true },
      el(
        'div.fields',
        {},
        values.badge
          ? null
          : textField({ name: 'name', label: say('sign.name'), picks: recentNames(), first: true }),
        textField({ name: 'pin', label: say('sign.pin'), secret: true }),
      ),
      numberPad({ mark: false }),
    ),
    sendRow({
      act: 'sendSignIn',
      text: busy ? say('sign.busy') : say('header.signIn'),
      barred: busy ? say('sign.busy') : barred,
    }),
  ];
}
const badgeText = (badge) =>
  badge ? el('b.shaped', { 'data-tone': 'calm' }, say('sign.badgeRead')) : say('sign.badge');

async function sendSignIn() {
  if (!open || open.busy) return;
  const { badge, name, pin } = open.values;
  const mine = open;
  mine.busy = true;
  drawSheet();
  const line = typeof live.word?.line === 'string' ? { line: live.word.line } : {};
  let why;
  try {
    why = await signIn({ ...(badge ? { badge } : { name: name.trim() }), pin, ...line });
  } catch {
    why = { reason: say('sign.noAnswer') };
  }
  if (open !== mine) return;
  mine.busy = false;
  if (why === null) return closeSheet();
  Object.assign(mine, { why: whyNot(why) });
  mine.values.pin = '';
  mine.values.badge = '';
  useFields(mine.values, change, name ? 'pin' : null);
  drawSheet();
}

onTap({
  signIn: () => openSignIn(),
  sendSignIn: () => void sendSignIn(),
  signOut: () => {
    closeSheet();
    signOut().catch(() => undefined);
  },
});
