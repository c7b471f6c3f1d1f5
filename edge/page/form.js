// A form on a sheet: what is typed is kept as a wish, and asked for with one tap.
import { barredBy, barrier } from './barred.js';
import { refusedNote } from './decisionview.js';
import { el, onTap } from './dom.js';
import { amountField, choiceField, numberPad, textField, useFields } from './fields.js';
import { shownDecimal } from './format.js';
import { beginningOf, commandOf, forms } from './forms.js';
import { ask, drop, edit, wishOf } from './intents.js';
import { live } from './live.js';
import { joined, say } from './say.js';
import { readCode } from './scan.js';
import { session } from './session.js';
import { closeSheet, drawSheet, openSheet, sendRow } from './sheet.js';

/** Names a wish: the same thing asked of the same line. */
const keyOf = (action, about, line) => JSON.stringify([action, line, about]);

let open = null; // { wish, wrong }

/** Opens the form of an action, as its person left it. */
export function openForm({ action, about }) {
  const view = live.word;
  if (!session.person || !view || !forms[action]) return;
  const fields = beginningOf(action, view, about);
  const wish = wishOf(
    keyOf(action, about, view.line),
    { action, line: view.line, ...about },
    fields,
  );
  open = { wish, action, about, wrong: {} };
  const form = forms[action];
  useFields(wish.fields, change, form.first ?? null);
  openSheet({
    wish,
    title: () => form.title?.(live.word) ?? say(`acts.${action}`),
    closing: () => form.closing?.() ?? say('sheet.cancel'),
    body: drawForm,
    ...(form.scan && { scan: (code) => void scanned(form.scan, code) }),
    closed: () => {
      if (open?.wish.state === 'draft' && !open.wish.edited) drop(open.wish);
      open = null;
    },
  });
}

function change(fields) {
  if (!open) return;
  if (Object.keys(fields).length > 0) edit(open.wish, fields);
  for (const name of Object.keys(fields)) delete open.wrong[name];
  drawSheet();
}

function drawForm() {
  const { wish, action, about, wrong } = open;
  const view = live.word;
  const locked = wish.state !== 'draft';
  const fields = forms[action].fields(view, about, wish.fields);
  const { order, operation } = about;
  const work = order && say(operation ? 'about.work' : 'about.order', { order, operation });
  const row =
    view.runs.find((run) => run.run === about.run) ??
    view.queue.find((one) => one.order === order && one.operation === operation);
  const offered = barredBy(view, action, about);
  const over = forms[action].barred?.(view, about) ?? null;
  const forbidden = over ?? (offered === undefined ? say('rules.state') : offered);
  const note = forms[action].note?.(view, about);
  const barred = locked ? say('form.asked') : (barrier() ?? forbidden);
  const hasPad = fields.some(({ kind }) => kind === 'amount');
  return [
    work && el('p.about', { 'data-key': 'about' }, joined([work, row?.name, row?.material])),
    note && el('p.asked', { 'data-key': 'note' }, note),
    refusedNote(wish),
    el(
      'div.form',
      { 'data-key': 'form', 'data-padded': hasPad },
      el(
        'div.fields',
        { 'data-key': 'fields' },
        ...fields.map((field) => drawField(field, wrong, locked)),
      ),
      hasPad ? numberPad() : null,
    ),
    sendRow({ act: 'sendForm', text: sendText(action, view, about, wish.fields), barred }),
  ];
}

/** What will be asked stands on the button itself. */
function sendText(action, view, about, typed) {
  const { told } = commandOf(action, { view, about, typed });
  const name = forms[action].title?.(view) ?? say(`acts.${action}`);
  return told && forms[action].told ? told : name;
}

function drawField(field, wrong, locked) {
  const spec = { ...field, why: wrong[field.name] ?? null, locked };
  if (field.kind === 'amount') return amountField(spec);
  if (field.kind === 'choice') return choiceField(spec);
  return textField({ ...spec, hint: field.scan ? say('form.scan') : null });
}

onTap({
  openForm,
  sendForm() {
    if (!open) return;
    const { wish, action, about } = open;
    const { command, told, wrong } = commandOf(action, {
      view: live.word,
      about,
      typed: wish.fields,
    });
    if (wrong) {
      open.wrong = wrong;
      return drawSheet();
    }
    ask(wish, command, { told });
  },
});

/** A label was read while the form is open: it fills what it says. */
async function scanned(name, code) {
  const read = await readCode(code);
  if (open?.wish.state !== 'draft') return;
  const { lot, serial, material, quantity } = read ?? {};
  change({
    [name]: lot ?? serial ?? code,
    ...(material && { material }),
    ...(quantity && { quantity: shownDecimal(quantity) }),
  });
}

/** Whatever became of the wish shows on the sheet; once it was accepted the sheet is done. */
export function wishChanged() {
  if (!open) return;
  if (open.wish.state === 'accepted') closeSheet();
  else drawSheet();
}
