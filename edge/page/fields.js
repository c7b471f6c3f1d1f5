// Fields that gloved hands fill: big keys for numbers, big choices, a scanner instead of typing.
import { el, onTap } from './dom.js';
import { decimalMark, typedDecimal } from './format.js';
import { say } from './say.js';

/** Digits that a quantity can have as typed. */
const digitsMax = 19;
const textMax = 200;

/** Where typing goes: { name → { get, set } } of the sheet that is open, and the pad's own field. */
let typing = { values: {}, change: () => undefined };
let active = null;

/** The fields of an open sheet: their values as typed, and what is told of a change. */
export function useFields(values, change, first = null) {
  typing = { values, change };
  active = first;
}
export const activeField = () => active;

const typed = (name) => `${typing.values[name] ?? ''}`;

function put(name, value) {
  typing.change({ [name]: value });
}

function pad(key) {
  if (active === null) return;
  const before = typed(active);
  if (key === 'back') put(active, before.slice(0, -1));
  else if (key === 'clear') put(active, '');
  else if (before.length < digitsMax)
    put(active, before === '0' && key !== decimalMark ? key : before + key);
}

onTap({
  padKey: pad,
  activate: (name) => {
    active = name;
    typing.change({});
  },
  choose: ([name, value]) => put(name, value),
});

/** A page calls it once. */
export function listenToFields() {
  document.addEventListener('input', ({ target }) => {
    const name = target.dataset?.field;
    if (name) put(name, target.value);
  });
  document.addEventListener('focusin', ({ target }) => {
    const { field, pad: padded } = target.dataset ?? {};
    if (!field || padded === undefined || active === field) return;
    active = field;
    typing.change({});
  });
}

/** The keys for numbers; `mark` leaves out what separates a fraction. */
export function numberPad({ mark = true } = {}) {
  const keys = [
    '1',
    '2',
    '3',
    '4',
    '5',
    '6',
    '7',
    '8',
    '9',
    mark ? decimalMark : 'clear',
    '0',
    'back',
  ];
  const shown = { back: '⌫', clear: 'C' };
  return el(
    'div.pad',
    { 'data-key': 'pad', role: 'group', 'aria-label': say('pad.name') },
    ...keys.map((key) =>
      el(
        'button.key',
        {
          ...{ type: 'button', 'data-do': 'padKey', 'data-arg': JSON.stringify(key) },
          'aria-label': shown[key]
            ? say(`pad.${key}`)
            : key === decimalMark
              ? say('pad.mark')
              : null,
        },
        shown[key] ?? key,
      ),
    ),
  );
}

const problem = (name, why) =>
  why
    ? el(
        'span.problem',
        { id: `bad-${name}`, role: 'alert' },
        el('b.shaped', { 'data-tone': 'bad' }, why),
      )
    : null;

/** A quantity in its unit, typed on the pad or on a keyboard. */
export function amountField({ name, label, unit, why = null, locked = false }) {
  return el(
    'label.field',
    { 'data-key': name, 'data-active': active === name && !locked },
    el('span', {}, label),
    el(
      'span.entry',
      {},
      el('input', {
        ...{ 'data-field': name, 'data-pad': true, value: typed(name), inputmode: 'none' },
        ...{ autocomplete: 'off', maxlength: digitsMax, disabled: locked, placeholder: '0' },
        ...{ 'aria-invalid': why !== null, 'aria-describedby': why && `bad-${name}` },
      }),
      el('span.unit', {}, unit),
    ),
    problem(name, why),
  );
}

/** What is picked, and the text of its button: the same, or a pair. */
const pickOf = (pick) => (Array.isArray(pick) ? pick : [pick, pick]);

/** Words; `picks` are offered as big buttons, `scan` says that a scanner fills it. */
export function textField(spec) {
  const { name, label, picks = [], why = null, locked = false, secret = false, hint = null } = spec;
  const value = typed(name);
  const labelId = `label-${name}`;
  return el(
    'div.field.words',
    { 'data-key': name, 'data-active': secret && active === name && !locked },
    el('span', { id: labelId }, label),
    picks.length > 0 && choices({ name, options: picks.map(pickOf), locked, label }),
    el('input', {
      ...{ 'data-field': name, value, maxlength: textMax, disabled: locked, autocomplete: 'off' },
      ...{ type: secret ? 'password' : 'text', inputmode: secret ? 'none' : null },
      ...{ 'data-pad': secret, 'data-first': spec.first === true, spellcheck: 'false' },
      ...{ 'aria-labelledby': labelId, 'aria-invalid': why !== null },
      ...{ 'aria-describedby': why && `bad-${name}` },
    }),
    hint && el('small', {}, hint),
    problem(name, why),
  );
}

/** One of a few; what may not be chosen says why beside it. */
function choices({ name, label, options, locked = false }) {
  const value = typed(name);
  return el(
    'div.choices',
    { 'data-key': `choose ${name}`, role: 'group', 'aria-label': label },
    ...options.map(([option, text, barred = null]) =>
      el(
        'span.choice',
        { 'data-key': option },
        el(
          'button.second',
          {
            ...{ type: 'button', 'data-do': 'choose', 'data-arg': JSON.stringify([name, option]) },
            ...{ 'aria-pressed': `${value === option}`, disabled: locked || barred !== null },
          },
          text,
        ),
        barred && el('span.why', {}, barred),
      ),
    ),
  );
}

export function choiceField(spec) {
  return el(
    'div.field',
    { 'data-key': spec.name },
    el('span', {}, spec.label),
    choices(spec),
    problem(spec.name, spec.why),
  );
}

/** What was typed → the decimal, or why it is none. Nothing typed is "0" unless it must be some. */
export function readAmount(text, must) {
  if (`${text ?? ''}`.trim() === '') return must ? { why: say('field.needed') } : { value: '0' };
  const value = typedDecimal(`${text}`);
  if (value === undefined) return { why: say('field.noQuantity') };
  return must && /^0(\.0*)?$/.test(value) ? { why: say('field.more') } : { value };
}
