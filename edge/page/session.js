// Who is signed in at this station, and how they came and go.

/** The edge is told that a person is still here at most this often, ms. */
const stayMs = 20_000;
/** Whether the session has ended is asked this often, ms; that does not prolong it. */
const lookMs = 10_000;
/** An answer that takes longer is none, ms. */
const answerMaxMs = 8_000;
const namesKey = 'holdfast.names';
const namesMax = 6;

const nobody = { person: null, signIn: false, isEmpty: false };
/** As the edge told last; `known` is false before it did. */
export const session = { ...nobody, known: false };

let changed = () => undefined;
/** `change` is called with the person before whenever another one is there, or none; and at first. */
export function onPerson(change) {
  changed = change;
}

function take(told) {
  const before = session.person;
  const wasKnown = session.known;
  Object.assign(session, nobody, told, { known: true });
  if (!wasKnown || before?.id !== session.person?.id) changed({ before, isFirst: !wasKnown });
}

/** What a request was answered: its status and its body, null where that is no JSON. */
export async function call(method, url, body) {
  const given = body === undefined ? {} : { body: JSON.stringify(body) };
  const reply = await fetch(url, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(answerMaxMs),
    ...given,
  });
  const text = await reply.text();
  const waitS = Number(reply.headers.get('retry-after')) || 0;
  return { status: reply.status, waitMs: waitS * 1_000, body: readJson(text) };
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Asks the edge who is signed in; what was known stays if it does not answer. PUT says as well that
 * the person is still there.
 */
export async function refreshSession(method = 'GET') {
  try {
    const { status, body } = await call(method, '/v1/session', method === 'PUT' ? {} : undefined);
    if (status === 200 && body) take(body);
    else if (status === 401) take({ ...session, person: null });
  } catch {
    // The stream says that the edge is lost.
  }
}

/** Resolves with null once signed in, else with why not: { rule, reason, untilMs }. */
export async function signIn(given) {
  const { status, body, waitMs } = await call('POST', '/v1/session', given);
  if (status === 200 && body?.person) {
    remember(body.person.name);
    take(body);
    return null;
  }
  if (status === 429) return { rule: 'tooOften', untilMs: Date.now() + waitMs };
  const { rule, message, code, untilMs } = body ?? {};
  return { rule, reason: message, code, untilMs };
}

export async function signOut() {
  await call('DELETE', '/v1/session');
  take({ ...session, person: null });
}

/** Names that signed in at this station, newest first: one tap instead of typing. */
export function recentNames() {
  const kept = readJson(localStorage.getItem(namesKey));
  return Array.isArray(kept) ? kept.filter((name) => typeof name === 'string') : [];
}
function remember(name) {
  const names = [name, ...recentNames().filter((known) => known !== name)];
  localStorage.setItem(namesKey, JSON.stringify(names.slice(0, namesMax)));
}

let toldMs = 0;
/** Somebody touches the station: their session goes on. */
function stay() {
  if (!session.person || performance.now() - toldMs < stayMs) return;
  toldMs = performance.now();
  void refreshSession('PUT');
}
/** The session ends by itself when nobody touches the station; the page looks whether it has. */
export function watchSession() {
  setInterval(() => session.person && void refreshSession(), lookMs);
  for (const name of ['pointerdown', 'keydown']) {
    document.addEventListener(name, stay, { capture: true, passive: true });
  }
}
