// The last facts and their three marks: recorded here, at central, settled.
import { button, draw, el } from './dom.js';
import { ageText, day, number, time, when } from './format.js';
import { live } from './live.js';
import { joined, named, say } from './say.js';

const marks = ['', '✓', '✓✓', '✓✓✓'];
const markNames = ['none', 'recorded', 'central', 'settled'];
/** What of a fact's body is a quantity. */
const amounts = new Set(['good', 'scrap', 'rework', 'held', 'quantity', 'remaining', 'unbalanced']);
const toldMax = 400;
/** What of it is a code, and by which texts it is told. */
const codes = {
  ...{ scope: 'scopes', phase: 'phases', state: 'states', disposition: 'dispositions' },
  ...{ result: 'results', level: 'room', before: 'room' },
};

export function markOf(mark) {
  const text = say(`marks.${markNames[mark]}`);
  const attributes = { role: 'img', title: text, 'aria-label': `${marks[mark]} ${text}` };
  return el('b.mark', attributes, marks[mark]);
}

/** The feed, newest first; a tap on a fact opens it. */
export function drawFeed(at, facts, nameOf) {
  draw(
    at,
    ...facts.map((fact) => {
      const { eventId, mark } = fact;
      const inside = el(
        'span.fact-words',
        {},
        el('span.what', {}, el('b', {}, named('facts', fact.type)), ' ', aboutOf(fact, nameOf)),
        el('span.told', {}, toldOf(fact).slice(0, toldMax)),
      );
      return el('li', { 'data-key': eventId }, factRow(eventId, [markOf(mark), inside]));
    }),
  );
}

/** A row that opens the fact. */
export const factRow = (eventId, text) => button('row', { act: 'openFact', arg: eventId, text });

const aboutOf = ({ line, order, operation, lot }, nameOf) =>
  joined([
    nameOf(line),
    [order, operation].filter(Boolean).join(' / '),
    lot && say('about.lot', { lot }),
  ]);

function toldOf({ type, atMs, actor, body, flags }) {
  const remarks = (flags ?? '').split(' ').filter(Boolean);
  return joined([
    ...remarks.map((flag) => named('flags', flag)),
    when(atMs, live.nowMs()),
    actor,
    ...(tales[type] ?? tale)(body ?? {}),
  ]);
}

/** What a fact says, name by name. */
export const tale = (body) =>
  Object.entries(body)
    .filter(([, value]) => value !== false && value !== '')
    .map(([name, value]) => `${named('fields', name).toLowerCase()} ${valueText(name, value)}`);

/** Facts whose names and numbers say little to a person. */
const tales = {
  ClockStepped: ({ byMs, afterMs, during }) => [
    say(byMs < 0 ? 'clock.back' : 'clock.ahead', { span: ageText(Math.abs(byMs)) }),
    say('clock.to', { at: `${day(afterMs)} ${time(afterMs)}` }),
    during === 'off' && say('clock.off'),
  ],
};

/** Lists are told by their ids: people as they are, operations by number. */
function valueText(name, value) {
  if (amounts.has(name)) return number(value);
  if (value === true) return say('fact.yes');
  if (Object.hasOwn(codes, name)) return named(codes[name], value);
  if (Array.isArray(value)) {
    return value.map((one) => one.operation ?? one.lot ?? one.name ?? one).join(', ');
  }
  return typeof value === 'object' ? JSON.stringify(value) : `${value}`;
}
