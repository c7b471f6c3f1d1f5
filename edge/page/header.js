// The strip that every page has on top: how the link, the disk, the clock and the person stand.
import { button, draw, el, find } from './dom.js';
import { ageText, lasting, number, time, when } from './format.js';
import { live } from './live.js';
import { joined, named, say } from './say.js';
import { session } from './session.js';

/** How a line's way stands: what is worse ranks higher, and what it looks like. */
const ways = {
  failed: { rank: 9, tone: 'bad' },
  owned: { rank: 8, tone: 'bad' },
  stale: { rank: 7, tone: 'bad' },
  forked: { rank: 6, tone: 'bad' },
  auth: { rank: 5, tone: 'bad' },
  seeding: { rank: 4, tone: 'warn' },
  down: { rank: 3, tone: 'warn' },
  degraded: { rank: 2, tone: 'warn' },
  draining: { rank: 1, tone: 'busy' },
  up: { rank: 0, tone: 'calm' },
};
const unknownWay = { rank: 10, tone: 'warn' };
export const wayOf = (state) => ways[state] ?? unknownWay;

const rooms = { ok: 'calm', warn: 'warn', shed: 'warn', qualityOnly: 'bad', full: 'bad' };
/** A new epoch is said on top of the page for so long, ms. */
const epochMs = 24 * 3_600_000;

/** A span of time that goes on by itself, from `ms` by the edge's clock; "–" for null. */
export const age = (ms) =>
  ms === null || ms === undefined
    ? el('span', {}, '–')
    : el('span', { 'data-since-ms': ms }, ageText(live.nowMs() - ms));

/** Brings all ages up to date. */
export function tick() {
  const nowMs = live.nowMs();
  for (const at of document.querySelectorAll('[data-since-ms]')) {
    const text = ageText(nowMs - at.dataset.sinceMs);
    if (at.textContent !== text) at.textContent = text;
  }
  const old = document.querySelector('[data-old]');
  if (old) old.textContent = oldText();
}

export const since = (ms) =>
  ms === null || ms === undefined ? null : say('link.since', { at: when(ms, live.nowMs()) });

const cell = (name, tone, big, ...small) => titled(name, tone, null, big, ...small);
const titled = (name, tone, title, big, ...small) =>
  el('div.fact', { 'data-is': name, 'data-tone': tone, title }, el('b.shaped', {}, big), ...small);
const small = (...inside) => el('small', {}, ...inside);

/**
 * Draws the header. `told`: { way, also, unsent, oldestMs, drain, room, centralMs, shift, clock,
 * certificates };
 * before the edge has spoken it is null.
 */
export function drawHeader(told) {
  const at = find('header');
  if (told === null || live.lost) draw(at, silence(told?.environment), ...facts(told), person());
  else draw(at, link(told), ...facts(told), person());
  const way = told === null ? 'connecting' : live.lost ? 'noWord' : told.way.state;
  const count = told === null ? '–' : number(told.unsent);
  document.title = joined([say(`link.${way}`), say('header.unsentCount', { count }), 'Holdfast']);
}

function silence(environment) {
  const known = live.heardMs() !== null;
  const tone = known || live.lost ? 'warn' : 'calm';
  const word = live.lost ? say('link.noWord') : say('link.connecting');
  const also = live.lost ? say('link.unknown') : say('link.waiting');
  return el(
    'div.link',
    { 'data-is': 'link', 'data-tone': tone },
    status(word),
    small(also),
    environmentOf(environment),
  );
}
const status = (word) => el('b.shaped', { role: 'status' }, word);

/** Nobody takes a test plant for the real one; production says nothing. */
const environmentOf = (environment) =>
  environment === 'test' && el('b.shaped.test', { 'data-tone': 'warn' }, say('header.test'));

const certificateWords = {
  over: 'certificate.over',
  early: 'certificate.early',
  unreadable: 'certificate.unreadable',
};

/** The certificate that ends first, once it is near its end: for who looks after the box. */
function certificateOf(certificates = []) {
  const shown = certificates
    .filter(({ state }) => state !== 'good')
    .sort((a, b) => (a.daysLeft ?? -1) - (b.daysLeft ?? -1));
  const [first] = shown;
  if (!first) return null;
  const { name, state, daysLeft: count, untilMs } = first;
  const words =
    state === 'soon' || state === 'urgent'
      ? say('certificate.ends', { name, count })
      : say(certificateWords[state], { name });
  const tone = state === 'soon' ? 'warn' : 'bad';
  const title = untilMs === null ? null : when(untilMs, live.nowMs());
  return el('b.shaped.certificate', { 'data-is': 'certificate', 'data-tone': tone, title }, words);
}

function link({ way, also, drain, environment, certificates }) {
  const { tone } = wayOf(way.state);
  const draining = drain && [
    say('link.perSecond', { count: Math.round(drain.perSecond) }),
    drain.etaMs !== null && say('link.eta', { span: ageText(drain.etaMs) }),
  ];
  const isOpen = way.state === 'up' || way.state === 'draining';
  const said = joined([!isOpen && since(way.sinceMs), ...(draining || []), also]);
  const attributes = { 'data-is': 'link', 'data-tone': tone, title: way.detail ?? null };
  return el(
    'div.link',
    attributes,
    status(named('link', way.state)),
    small(said),
    environmentOf(environment),
    certificateOf(certificates),
  );
}

let room; // how long the disk lasts, as it was said last

function facts(told) {
  if (told === null) {
    return ['unsent', 'room', 'central', 'shift', 'clock'].map((name) =>
      cell(name, 'calm', '–', small(say(`header.${name}`))),
    );
  }
  const { unsent, oldestMs, room: disk, centralMs, shift, clock } = told;
  room = disk.daysLeft === null ? undefined : lasting(disk.daysLeft, room);
  const enough = room?.text ?? say('room.enough');
  const isLow = disk.level !== 'ok';
  return [
    cell(
      ...['unsent', 'calm', number(unsent)],
      small(say('header.unsent'), oldestMs === null ? '' : [' · ', say('header.oldest'), ' ']),
      oldestMs === null ? null : small(age(oldestMs)),
    ),
    cell(
      ...['room', rooms[disk.level] ?? 'calm'],
      isLow ? say(`room.${disk.level}`) : enough,
      small(isLow ? say(`takes.${disk.level}`) : say('header.room')),
    ),
    cell(
      ...['central', 'calm'],
      centralMs === null ? '–' : age(centralMs),
      small(say(centralMs === null ? 'header.neverCentral' : 'header.central')),
    ),
    cell('shift', 'calm', shift ?? '–', small(say('header.shift'))),
    titled(
      ...['clock', clock.state === 'suspect' ? 'warn' : 'calm', clock.says, time(live.nowMs())],
      small(say(clock.state === 'suspect' ? 'header.clockSuspect' : 'header.clock')),
    ),
  ];
}

/** Who is signed in, and the way in or out. */
function person() {
  if (!session.known || !session.signIn) {
    return cell('person', 'calm', '–', small(say('header.noPeople')));
  }
  const { person: who } = session;
  const text = who
    ? [el('b', {}, who.name), small(say('header.signOut'))]
    : [el('b', {}, say('header.signIn')), small(say('header.nobody'))];
  return button('person', { act: who ? 'signOut' : 'signIn', text });
}

const notice = (key, tone, words, ...more) =>
  el('p.notice', { 'data-key': key, 'data-tone': tone }, el('b.shaped', {}, words), ...more);

/** What is not as it should be with the whole edge, below the header. */
export function drawNotices(told) {
  const all = [];
  if (told !== null) {
    const { readOnly, commandsWait, clock, epoch } = told;
    if (readOnly) all.push(notice('disk', 'bad', say('notice.readOnly'), small(readOnly)));
    if (commandsWait) {
      const words = say('notice.commandsWait', { count: commandsWait.count });
      all.push(notice('commands', 'bad', words, small(commandsWait.reason)));
    }
    if (clock.state === 'suspect') {
      all.push(notice('clock', 'warn', say('notice.clock'), small(clock.says)));
    }
    if (epoch && live.nowMs() - epoch.beganMs < epochMs) {
      const at = when(epoch.beganMs, live.nowMs());
      const words = say('notice.epoch', { epoch: epoch.epoch, at });
      const reason = epoch.reason && named('epochs', epoch.reason);
      all.push(notice('epoch', 'warn', words, reason && small(reason)));
    }
  }
  draw(find('notices'), ...all);
  const at = live.heardMs();
  const last = at === null ? say('lost.never') : say('lost.since', { at: time(at) });
  draw(find('lost'), live.lost ? last : '', live.lost && at !== null ? [' · ', oldness()] : '');
  document.body.classList.toggle('lost', live.lost);
}

/** How old is what the page shows, by this device's own clock. */
const oldText = () => say('lost.shown', { age: ageText(live.silenceMs()) });
const oldness = () => el('span', { 'data-old': true }, oldText());
