import type { Alter } from './altered.ts';

const hourMs = 3_600_000;

/** What was made in the hours before, so that a shift has figures worth looking at. */
function hoursOf(nowMs: number) {
  const made = ['58', '61', '12', '60', '57', '62', '33'];
  const scrap = ['1', '0', '2', '0', '3', '1', '0'];
  const first = Math.floor(nowMs / hourMs) * hourMs - 6 * hourMs;
  return made.map((good, at) => ({
    ...{ fromMs: first + at * hourMs, good, scrap: scrap[at]!, target: '60' },
    stoppedMs: at === 2 ? 45 * 60_000 : 0,
  }));
}

/** A shift that has gone on for a while. */
export const busy: Alter = (view) => {
  if (!view.figures) return;
  Object.assign(view, { state: 'execute', stateSinceMs: view.nowMs - 5 * 60_000 });
  Object.assign(view.header, { way: 'up', unsent: 0, oldestUnsentMs: null });
  Object.assign(view.header, { centralMs: view.nowMs - 2_000, wayDetail: null });
  Object.assign(view.header.room, { level: 'ok', daysLeft: 135 });
  Object.assign(view.header.clock, { state: 'ok' });
  const oee = { availability: '88.4', performance: '95.1', quality: '98.0', oee: '82.4' };
  const basis = { plannedMs: 6.5 * hourMs, runMs: 5.75 * hourMs, stopMs: 0.75 * hourMs };
  Object.assign(view.figures, {
    ...{ good: '343', scrap: '7', rework: '2', held: '5', yieldPercent: '98.0' },
    ...{
      fromMs: Math.floor(view.nowMs / hourMs) * hourMs - 6 * hourMs,
      hours: hoursOf(view.nowMs),
    },
    oee: { ...oee, basis: { ...basis, good: '343', total: '357', idealPerHour: '60' } },
  });
};
