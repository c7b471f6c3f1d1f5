// Why something may not be done now, in words: the page's own reasons first, then the charts'.
import { time } from './format.js';
import { live } from './live.js';
import { refusal, say } from './say.js';
import { session } from './session.js';

/** Why nobody may do anything here now; null if they may. */
export function barrier() {
  const heard = live.heardMs();
  if (live.lost) {
    return heard === null ? say('why.noWordYet') : say('why.noWord', { at: time(heard) });
  }
  if (heard === null || !session.known) return say('why.connecting');
  if (!session.signIn) return say('why.noPeople');
  return session.person ? null : say('why.signIn');
}

const names = ['order', 'operation', 'run', 'hold', 'inspection'];
const namedBy = (row) => names.filter((name) => row[name] !== undefined && row[name] !== null);
const isAbout = (row, about) => namedBy(row).every((name) => row[name] === about[name]);

/** What the edge says of an action, by the row that names most; undefined where none is told. */
export const actionRow = (view, action, about) =>
  view?.actions
    .filter((row) => row.action === action && isAbout(row, about))
    .sort((a, b) => namedBy(b).length - namedBy(a).length)[0];

/** Why this action may not be asked now: null if it may, undefined where it is not offered. */
export function barredBy(view, action, about = {}) {
  const row = actionRow(view, action, about);
  if (!row) return undefined;
  return barrier() ?? (row.allowed ? null : refusal(row));
}
