// Builds nodes, and brings what is on the page up to what was built, in place, so that focus and
// scrolling stay. All data goes in as text or as an attribute, never as markup.

const svgSpace = 'http://www.w3.org/2000/svg';

export const find = (id) => document.getElementById(id);

/** A node by "tag.class.class", its attributes (null or false: none) and what is in it. */
export const el = (name, attributes = {}, ...inside) =>
  built(document.createElement(name.split('.')[0]), name, attributes, inside);
/** The same for a picture. */
export const svg = (name, attributes = {}, ...inside) =>
  built(document.createElementNS(svgSpace, name.split('.')[0]), name, attributes, inside);

function built(node, name, attributes, inside) {
  const classes = name.split('.').slice(1);
  if (classes.length > 0) node.setAttribute('class', classes.join(' '));
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    node.setAttribute(key, value === true ? '' : `${value}`);
  }
  node.append(...inside.flat(3).filter(isSome).map(textOrNode));
  return node;
}
const isSome = (one) => one !== null && one !== undefined && one !== false && one !== '';
const textOrNode = (one) => (one instanceof Node ? one : `${one}`);

const keyOf = (node) => node.dataset?.key;
const isAlike = (a, b) => a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

/** Makes `at` hold exactly `inside`, keeping every node that stays what it was. */
export function draw(at, ...inside) {
  const wanted = document.createDocumentFragment();
  wanted.append(...inside.flat(3).filter(isSome).map(textOrNode));
  drawInside(at, wanted);
}

function drawInside(at, wanted) {
  const next = [...wanted.childNodes];
  const keys = new Set(next.map(keyOf));
  const known = new Map();
  for (const node of [...at.childNodes]) {
    const key = keyOf(node);
    if (key === undefined) continue;
    if (keys.has(key)) known.set(key, node);
    else node.remove();
  }
  let here = at.firstChild;
  for (const want of next) {
    const key = keyOf(want);
    const old = key === undefined ? here : known.get(key);
    if (!old || !isAlike(old, want)) {
      at.insertBefore(want, here);
      continue;
    }
    if (old === here) here = here.nextSibling;
    else at.insertBefore(old, here);
    drawNode(old, want);
  }
  while (here) {
    const gone = here;
    here = here.nextSibling;
    gone.remove();
  }
}

function drawNode(at, want) {
  if (at.nodeType === Node.TEXT_NODE) {
    if (at.data !== want.data) at.data = want.data;
    return;
  }
  drawAttributes(at, want);
  // What a person types stays; it is what is wanted as soon as it was heard.
  if ('value' in at && /^(INPUT|TEXTAREA)$/.test(at.nodeName) && at.value !== want.value) {
    at.value = want.value;
  }
  if (want.dataset.own === undefined) drawInside(at, want);
}

/** Whether a list is folded out is the person's. */
const isOwn = (at, name) => name === 'open' && /^(DETAILS|DIALOG)$/.test(at.nodeName);

function drawAttributes(at, want) {
  for (const { name } of [...at.attributes]) {
    if (!want.hasAttribute(name) && !isOwn(at, name)) at.removeAttribute(name);
  }
  for (const { name, value } of want.attributes) {
    if (at.getAttribute(name) !== value) at.setAttribute(name, value);
  }
}

const acts = new Map();
/** Names what taps do: a button says `data-do`, and what it is about as JSON in `data-arg`. */
export function onTap(named) {
  for (const [name, act] of Object.entries(named)) acts.set(name, act);
}

/** A button that does something; `barred` is why it may not be tapped, in words. */
export function button(kind, { act, arg = null, text, barred = null, id = null, more = {} }) {
  const why = barred && `why-${id ?? act}`.replace(/[^\w-]+/g, '_');
  const attributes = {
    ...{ type: 'button', 'data-do': act, 'data-arg': arg === null ? null : JSON.stringify(arg) },
    ...{ disabled: barred !== null, 'aria-describedby': why, ...more },
  };
  const node = el(`button.${kind}`, attributes, ...[text].flat());
  return barred === null ? node : [node, el('span.why', { id: why }, barred)];
}

/** Lets every button of the page do what it says. A page calls it once. */
export function listenToTaps() {
  document.addEventListener('click', (event) => {
    const node = event.target.closest('[data-do]');
    if (!node || node.disabled) return;
    const { do: name, arg } = node.dataset;
    acts.get(name)?.(arg === undefined ? null : JSON.parse(arg), node);
  });
}
