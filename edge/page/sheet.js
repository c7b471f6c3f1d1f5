// The one dialog of the page. What is in it is drawn again whenever something changes.
import { button, draw, el, find, onTap } from './dom.js';
import { say } from './say.js';

let current = null;

/** What is open, as `openSheet` was given it; null for nothing. */
export const openedSheet = () => current;

/**
 * Opens a sheet. `title`, `closing` (what is on the button that shuts it) and `body` give their words
 * and nodes each time it is drawn; `scan` takes what a scanner read while it is open; `wish` is what
 * it asks; `closed` is told when it is shut.
 */
export function openSheet(sheet) {
  const dialog = find('sheet');
  if (current && current !== sheet) current.closed?.();
  current = sheet;
  draw(dialog);
  drawSheet();
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector('[data-first]') ?? dialog.querySelector('h2')).focus();
}

export function drawSheet() {
  if (!current) return;
  draw(
    find('sheet'),
    el(
      'header.sheet-head',
      { 'data-key': 'head' },
      el('h2', { id: 'sheet-title', tabindex: -1 }, current.title()),
      button('second', { act: 'closeSheet', text: current.closing?.() ?? say('sheet.close') }),
    ),
    el('div.sheet-body', { 'data-key': 'body' }, ...[current.body()].flat()),
  );
}

/** What was refused and why, above what is asked. */
export const refusedBox = (...words) =>
  el('p.refused', { 'data-key': 'why', role: 'alert' }, ...words);

/** The one button that asks, below all else, and what stands before it. */
export const sendRow = (asks, ...before) =>
  el(
    'div.acts.send',
    { 'data-key': 'send' },
    ...before,
    button('primary', { ...asks, id: 'send' }),
  );

export function closeSheet() {
  const dialog = find('sheet');
  const sheet = current;
  current = null;
  if (dialog.open) dialog.close();
  draw(dialog);
  sheet?.closed?.();
}

onTap({ closeSheet });

/** Escape shuts it as the button does. A page calls it once. */
export function listenToSheet() {
  find('sheet').addEventListener('close', () => {
    // It is told late: another sheet may be open by then.
    if (current && !find('sheet').open) closeSheet();
  });
}
