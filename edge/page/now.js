// What the line does now, and the one thing to do next.
import { actionRow, barredBy, barrier } from './barred.js';
import { button, el } from './dom.js';
import { number, share, when } from './format.js';
import { age } from './header.js';
import { live } from './live.js';
import { reasonText } from './reasons.js';
import { joined, named, say } from './say.js';
import { session } from './session.js';

const stateTones = {
  ...{ failed: 'bad', aborted: 'bad', aborting: 'bad' },
  ...{ held: 'warn', holding: 'warn', suspended: 'warn', stopped: 'warn', stopping: 'warn' },
};
const phaseTones = { breakdown: 'warn' };
/** True where the line stands for a reason, and not because nothing is to be done. */
export const isStopped = (state) => Object.hasOwn(stateTones, state);
export const toneOf = (state) => stateTones[state] ?? phaseTones[state] ?? 'calm';

/** What may be done at a run, the most frequent first. */
function runActs({ state, people = [] }) {
  const isPaused = state === 'paused';
  const isIn = people.includes(session.person?.id);
  return [
    ...['ReportQuantity', 'ConsumeMaterial', 'ProduceLot'],
    ...(isIn ? [] : ['StaffRun']),
    isPaused ? 'ResumeOperation' : 'PauseOperation',
    ...['EndPhase', 'CompleteOperation'],
  ];
}
const lineActs = ['StartShift', 'PlaceHold', 'ChangeEquipmentState'];

/** A button for an action with its reason beside it; nothing where the edge does not offer it. */
export function actButton(view, kind, action, about, text = say(`acts.${action}`)) {
  const barred = barredBy(view, action, about);
  // What is not theirs to do stands there only where it is the next thing to do.
  const isTheirs = barrier() !== null || actionRow(view, action, about)?.rule !== 'role';
  if (barred === undefined || !(isTheirs || kind === 'primary')) return null;
  const own = barred !== null && barred === barrier() ? 'barrier' : null;
  const id = [action, ...Object.values(about)].join(' ');
  const more = { ...(own && { 'aria-describedby': own }) };
  const made = button(kind, { act: 'openForm', arg: { action, about }, text, barred, id, more });
  // One reason for all of the page is said once, and not at each button.
  const shown = own && Array.isArray(made) ? made[0] : made;
  return el('div.act', { 'data-key': id }, shown);
}

/** Why nothing may be done here, once for all buttons. */
function barrierNote() {
  const why = barrier();
  return why === null ? null : el('p.barrier', { id: 'barrier', 'data-key': 'barrier' }, why);
}

/** What state the line is in, since when and why, and who is there. */
export function drawState(view) {
  const { state, stateSinceMs, shift, stop } = view;
  const staff = shift?.people?.length ? say('now.people', { people: shift.people.join(', ') }) : '';
  const why = joined([
    stop && stop.state !== state && named('states', stop.state),
    stop && reasonText(view, stop.reason),
  ]);
  return [
    el('b.state.shaped', { 'data-tone': toneOf(state) }, named('states', state)),
    ' ',
    stateSinceMs === null ? null : age(stateSinceMs),
    why && [' ', el('b.stop.shaped', { 'data-tone': 'warn' }, why)],
    staff && el('p.note', { 'data-key': 'staff' }, staff),
  ];
}

/** The one next action, and every run with what can be done there. */
export function drawNow(view) {
  const { next, runs } = view;
  return [
    drawNext(view, next),
    barrierNote(),
    runs.length === 0 && el('p.note', { 'data-key': 'none' }, say('now.nothing')),
    ...runs.map((run) => drawRun(view, run)),
    el(
      'div.acts',
      { 'data-key': 'line' },
      ...lineActs.map((action) => actButton(view, 'second', action, {}, lineText(view, action))),
    ),
  ];
}

const lineText = ({ state }, action) =>
  action === 'ChangeEquipmentState'
    ? say(isStopped(state) ? 'acts.runLine' : 'acts.stopLine')
    : say(`acts.${action}`);

function drawNext(view, next) {
  if (!next) return el('p.next-none', { 'data-key': 'next' }, say('now.noNext'));
  const { action, order, operation, run } = next;
  const about = { order, operation, ...(run && { run }) };
  if (actionRow(view, action, about) === undefined) {
    return el('p.next-none', { 'data-key': 'next' }, say('now.noNext'));
  }
  const text = [
    el('b', {}, say(`acts.${action}`)),
    el('span', {}, joined([say('about.work', { order, operation }), nameIn(view, next)])),
  ];
  const made = actButton(view, 'primary', action, about, text);
  made.dataset.key = 'next';
  return made;
}
const nameIn = ({ runs, queue }, { order, operation }) =>
  [...runs, ...queue].find((row) => row.order === order && row.operation === operation)?.name;

function drawRun(view, run) {
  const { order, operation, name, material, phase, lane, rework, startedMs, people = [] } = run;
  const { counts, runCounts, ordered, unit } = run;
  const about = { order, operation, run: run.run };
  const where = [
    say('now.lane', { lane: number(lane) }),
    say('now.since', { at: when(startedMs, live.nowMs()) }),
    people.join(', '),
  ];
  const done = share(counts.good, ordered);
  const target = say('now.target', { ordered: number(ordered), unit });
  return el(
    'article.run',
    { 'data-key': `run ${run.run}` },
    el(
      'header',
      {},
      el('h2', {}, say('about.work', { order, operation })),
      el('p', {}, joined([name, material])),
      el(
        'p',
        {},
        el('b.shaped', { 'data-tone': toneOf(phase) }, named('phases', phase)),
        rework && [' ', el('b.shaped', { 'data-tone': 'warn' }, say('now.rework'))],
        ' ',
        el('small', {}, joined(where)),
      ),
    ),
    el(
      'dl.counts',
      {},
      ...['good', 'scrap', 'rework', 'held'].map((kind) => count(kind, counts, runCounts)),
    ),
    el(
      'div.progress',
      {},
      el('progress', { max: 100, value: Math.floor(done * 100), 'aria-label': target }),
      el('span', {}, target),
    ),
    el(
      'div.acts',
      {},
      ...runActs(run)
        .filter((action) => action !== view.next?.action || run.run !== view.next.run)
        .map((action) => actButton(view, 'second', action, about)),
    ),
  );
}

const count = (kind, counts, runCounts) =>
  el(
    'div',
    { 'data-is': kind },
    el('dt', {}, say(`counts.${kind}`)),
    el('dd', {}, number(counts[kind])),
    runCounts && runCounts[kind] !== counts[kind]
      ? el('dd.own', {}, say('now.inRun', { quantity: number(runCounts[kind]) }))
      : null,
  );
