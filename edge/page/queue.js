// The work that waits at the line: what may start, and why the rest may not.
import { barredBy } from './barred.js';
import { el } from './dom.js';
import { number } from './format.js';
import { actButton, toneOf } from './now.js';
import { joined, named, refusal, say } from './say.js';

/** What may be asked of work that no run is open on. */
const acts = ['StartOperation', 'StartPhase', 'ResumeOperation', 'CompleteOperation'];
const orderActs = ['CompleteOrder', 'CloseOrder'];

export function drawQueue(view) {
  const { queue } = view;
  if (queue.length === 0) return [el('p.note', { 'data-key': 'none' }, say('queue.empty'))];
  return queue.map((row) => drawRow(view, row));
}

/** The charts' own reasons stand in `why`; a button says its reason only where it is another. */
function drawRow(view, row) {
  const { order, operation, name, material, ordered, unit, state, ready, why } = row;
  const about = { order, operation };
  const offered = [
    ...acts.filter((action) => barredBy(view, action, about) === null),
    ...orderActs.filter((action) => barredBy(view, action, { order }) === null),
  ];
  const buttons = offered.map((action) =>
    actButton(view, 'second', action, orderActs.includes(action) ? { order } : about),
  );
  const blocked = offered.length === 0 ? blockedStart(view, about) : null;
  return el(
    'li.job',
    { 'data-key': `${order} ${operation}` },
    el(
      'div',
      {},
      el('h3', {}, say('about.work', { order, operation })),
      el('p', {}, joined([name, material, `${number(ordered)} ${unit}`])),
      versionsOf(row.versions),
    ),
    el(
      'div.ready',
      {},
      ready
        ? el(
            'b.shaped',
            { 'data-tone': toneOf(state) },
            joined([say('queue.ready'), stateOf(state)]),
          )
        : el('b.shaped', { 'data-tone': 'warn' }, say('queue.notReady')),
      ...why.map((reason) => el('p.why', {}, refusal(reason))),
    ),
    el('div.acts', {}, ...buttons, blocked),
  );
}
const stateOf = (state) => (state === 'ready' ? '' : named('operationStates', state));

/** The way to start stands there, shut, with why. */
function blockedStart(view, about) {
  const action = acts.find((one) => barredBy(view, one, about) !== undefined);
  return action ? actButton(view, 'second', action, about) : null;
}

const versionsOf = (versions) =>
  versions?.length
    ? el(
        'p',
        {},
        el('small', {}, joined(versions.map((one) => `${one.kind} ${one.record} ${one.version}`))),
      )
    : null;
