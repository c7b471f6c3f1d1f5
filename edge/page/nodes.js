// Keeps nodes in step with data, in place. All data goes in as text, never as markup.

const known = new WeakMap(); // a node's places by their data-is
const said = new WeakMap(); // what a node was drawn from

export const find = (id) => document.getElementById(id);

/** A node's place by its name; all are found at once, before rows are put into any of them. */
export function place(node, name) {
  if (!known.has(node)) {
    const all = [...node.querySelectorAll('[data-is]')].map((at) => [at.dataset.is, at]);
    known.set(node, new Map(all));
  }
  return known.get(node).get(name);
}

export function write(at, text) {
  if (at.textContent !== text) at.textContent = text;
}

/** Writes each text into the place of that name; nothing for null. */
export function fill(node, texts) {
  for (const [name, text] of Object.entries(texts)) write(place(node, name), `${text ?? ''}`);
}

/** Gives a place its colour and shape: calm, busy, warn or bad. */
export function tone(node, name, value = 'calm') {
  place(node, name).dataset.tone = value;
}

/** Lets a place say how long ago `ms` was, from the next tick on; "–" for null. */
export function age(node, name, ms) {
  const at = place(node, name);
  if (ms === null) {
    delete at.dataset.sinceMs;
    write(at, '–');
  } else {
    at.dataset.sinceMs = ms;
  }
}

/** Brings all ages up to date; `nowMs` by the edge's clock. */
export function tick(nowMs) {
  for (const at of document.querySelectorAll('[data-since-ms]')) {
    write(at, ageText(nowMs - at.dataset.sinceMs));
  }
}

/** An age in its two largest units, e.g. "2 h 11 min". */
export function ageText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = units.findIndex(([count]) => count > 0);
  const shown = first < 0 ? units.slice(3) : units.slice(first, first + 2);
  return shown.map((unit) => unit.join(' ')).join(' ');
}

/**
 * Makes `parent` hold one node per row, in this order, after what else it holds. `keyOf` tells rows
 * apart; a new one is made from `template`, a known one is drawn again only if its row has changed.
 */
export function keep(parent, template, rows, keyOf, draw) {
  const keys = new Set(rows.map(keyOf));
  const old = new Map();
  for (const node of [...parent.children]) {
    const { key } = node.dataset;
    if (keys.has(key)) old.set(key, node);
    else if (key !== undefined) node.remove();
  }
  let next = [...parent.children].find(({ dataset }) => dataset.key !== undefined) ?? null;
  for (const row of rows) {
    const key = keyOf(row);
    const node = old.get(key) ?? find(template).content.firstElementChild.cloneNode(true);
    node.dataset.key = key;
    const saying = JSON.stringify(row);
    if (said.get(node) !== saying) draw(node, row);
    said.set(node, saying);
    if (node === next) next = node.nextElementSibling;
    else parent.insertBefore(node, next);
  }
}
