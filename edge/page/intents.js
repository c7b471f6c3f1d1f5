// What people are about to ask of the edge. Each wish has its command id before it is tapped, and is
// kept in this tab until it was answered: a double tap, a reload, a lost answer or an edge that was
// killed asks the same again, and the edge answers the same. A wish is its person's alone.
import { call, refreshSession, session } from './session.js';

const storeKey = 'holdfast.wishes';
/** Most wishes that are kept; the oldest drafts go first. */
const wishesMax = 30;
/** Pauses between attempts, ms; after the last one a person asks again by hand. */
const pausesMs = [500, 1_000, 2_000, 4_000, 8_000, ...Array(100).fill(15_000)];

/** 'draft' → 'asking' → 'accepted', or back to 'draft' with why; 'asking' without answer goes on. */
let wishes = readKept();
/** Signatures are never written down: they are gone with the page, and asked for again. */
const signatures = new Map();
const timers = new Map();
let changed = () => undefined;

function readKept() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(storeKey) ?? '[]');
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

function keep() {
  while (wishes.length > wishesMax) {
    const oldest = wishes.findIndex(({ state }) => state !== 'asking');
    wishes.splice(Math.max(0, oldest), 1);
  }
  sessionStorage.setItem(storeKey, JSON.stringify(wishes));
  changed();
}

export function onWishes(change) {
  changed = change;
}

const newId = () => crypto.randomUUID?.() ?? randomId();
/** Browsers give randomUUID to secure origins alone; a plant's panel is asked by plain HTTP. */
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
/** A short id for a person to read aloud, e.g. "H-7K2M9Q". */
export function shortId(letter) {
  const letters = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `${letter}-${[...bytes].map((byte) => letters[byte % 32]).join('')}`;
}

const mine = ({ person }) => person === session.person?.id;
/** The signed-in person's wishes. */
export const ownWishes = () => wishes.filter(mine);
/** How much of other people's waits for an answer here: until they sign in again. */
export const othersWaiting = () =>
  wishes.filter((one) => !mine(one) && one.state === 'asking').length;

/** The person's wish of that key, as it was left, or a new one with `fields`. */
export function wishOf(key, about, fields) {
  const known = wishes.find((one) => mine(one) && one.key === key && one.state !== 'accepted');
  if (known) return known;
  const made = { key, about, fields, person: session.person?.id, commandId: newId() };
  const wish = { ...made, state: 'draft', edited: false, command: null, why: null };
  wishes.push(wish);
  keep();
  return wish;
}

/** What was typed is kept at once. A wish that was asked is not changed any more. */
export function edit(wish, fields) {
  if (wish.state !== 'draft') return;
  Object.assign(wish.fields, fields);
  Object.assign(wish, { edited: true, why: null });
  keep();
}

export function drop(wish) {
  wishes = wishes.filter((one) => one !== wish);
  signatures.delete(wish.commandId);
  clearTimeout(timers.get(wish.commandId));
  keep();
}

/**
 * Asks it, once; a second tap finds it asked. `told` says in words what is asked; `signed` is what
 * of the signature may be written down: who signs and with what meaning, and no secret.
 */
export function ask(wish, command, { told, signature, signed } = {}) {
  if (wish.state !== 'draft') return;
  const whole = { ...command, commandId: wish.commandId };
  Object.assign(wish, { state: 'asking', command: whole, told, signed, tries: 0, why: null });
  if (signature) signatures.set(wish.commandId, signature);
  keep();
  void attempt(wish);
}

/** Asks again what was asked and not answered; `signature` where it was signed before a reload. */
export function askAgain(wish, signature) {
  if (wish.state !== 'asking') return;
  if (signature) signatures.set(wish.commandId, signature);
  wish.tries = 0;
  void attempt(wish);
}

/** All of the person's that wait for an answer are asked again: the edge is back, or the person. */
export function askAllAgain() {
  for (const wish of ownWishes()) if (wish.state === 'asking') askAgain(wish);
}

/** True where a signed wish has lost its signature with the page. */
export const needsSignature = (wish) =>
  wish.state === 'asking' && wish.signed !== undefined && !signatures.has(wish.commandId);

const underWay = new Set();

async function attempt(wish) {
  const { commandId } = wish;
  if (underWay.has(commandId) || !mine(wish) || needsSignature(wish)) return;
  underWay.add(commandId);
  clearTimeout(timers.get(commandId));
  let reply;
  try {
    const signature = signatures.get(commandId);
    const body = { commands: [wish.command], ...(signature ? { signature } : {}) };
    reply = await call('POST', '/v1/commands', body);
  } catch {
    reply = { status: 0 };
  } finally {
    underWay.delete(commandId);
  }
  if (!wishes.includes(wish)) return;
  settle(wish, reply);
}

function settle(wish, { status, body, waitMs = 0 }) {
  const answer = body?.answers?.[0];
  if (status === 200 && answer) return answered(wish, answer);
  if (status === 401 && body?.rule === 'signIn') {
    void refreshSession();
    return keep(); // it stays asked: the same again once the person is back
  }
  if (status === 0 || status === 429 || status >= 500)
    return later(wish, waitMs, body && { reason: body.message });
  const { rule, message, code, untilMs } = body ?? {};
  again(wish, { rule, reason: message ?? `${status}`, code, untilMs });
  // Nothing was judged under this id: it may be asked again as it is.
  keep();
}

function answered(wish, answer) {
  signatures.delete(wish.commandId);
  if (answer.status === 'accepted') {
    Object.assign(wish, { state: 'accepted', facts: answer.facts, answeredMs: Date.now() });
  } else {
    again(wish, { rule: answer.rule, reason: answer.reason, code: answer.code });
    wish.commandId = newId(); // the edge has refused this one for ever
  }
  keep();
}

/** Back to the person, with why. */
function again(wish, why) {
  signatures.delete(wish.commandId);
  Object.assign(wish, { state: 'draft', why, edited: true, command: null });
}

function later(wish, waitMs, why) {
  const pause = pausesMs[wish.tries ?? 0];
  wish.tries = (wish.tries ?? 0) + 1;
  wish.why = why;
  keep();
  if (pause === undefined) return;
  const timer = setTimeout(() => void attempt(wish), Math.max(pause, waitMs));
  timers.set(wish.commandId, timer);
}
