import type { CommandType } from '../../shared/command.ts';

export const m01 = 'acme/lyon/turning/M01';
export const m02 = 'acme/lyon/turning/M02';

let asked = 0;

/** A command as JSON, under an id of its own unless `about` gives one. */
export function command(type: CommandType, about: object = {}, body: object = {}) {
  const commandId = `command-${++asked}`;
  return { commandId, line: m01, type, actor: 'person:1', atMs: 1_000, ...about, body };
}

type About = Record<string, unknown>;
const op = { order: 'WO-1', operation: '0010' };
const counts = { good: '1', scrap: '0', rework: '0', held: '0', unit: 'EA' };
const bolts = { material: 'BOLT', quantity: '10', unit: 'EA' };

/** Commands of a small shop: order WO-1 over 100 bolts, operation 0010, unless said otherwise. */
export const shop = {
  release: (body: About = {}, order = 'WO-1', about: About = {}) =>
    command('ReleaseOrder', { order, ...about }, { ...bolts, quantity: '100', ...body }),
  start: (about: About = {}) => command('StartOperation', { ...op, ...about }),
  phase: (run: string, body: About = {}, about: About = {}) =>
    command(
      'StartPhase',
      { ...op, ...about },
      { run, phase: 'run', lane: 1, rework: false, ...body },
    ),
  report: (run: string, body: About = {}, about: About = {}) =>
    command(
      'ReportQuantity',
      { ...op, ...about },
      { run, phase: 'run', ...counts, inRework: false, ...body },
    ),
  end: (run: string, about: About = {}, body: About = {}) =>
    command('EndPhase', { ...op, ...about }, { run, ...body }),
  pause: (about: About = {}) =>
    command('PauseOperation', { ...op, ...about }, { reason: 'tool change' }),
  resume: (about: About = {}) => command('ResumeOperation', { ...op, ...about }),
  complete: (about: About = {}) => command('CompleteOperation', { ...op, ...about }),
  consume: (lot: string, body: About = {}, about: About = {}) =>
    command('ConsumeMaterial', { ...op, lot, ...about }, { ...bolts, material: 'STEEL', ...body }),
  produce: (lot: string, body: About = {}, about: About = {}) =>
    command('ProduceLot', { ...op, lot, ...about }, { ...bolts, ...body }),
  hold: (hold: string, scope: string, about: About = {}, body: About = {}) =>
    command('PlaceHold', about, { hold, scope, reason: 'crack', ...body }),
  dispose: (hold: string, quantity: string, body: About = {}) =>
    command('DispositionHold', {}, { hold, disposition: 'scrap', quantity, unit: 'EA', ...body }),
  free: (hold: string) => command('ReleaseHold', {}, { hold, reason: 'checked' }),
  close: (order = 'WO-1') => command('CloseOrder', { order }),
};

/** A hold of scope quantity on operation 0010 of WO-1. */
export const quantityHold = (hold: string, quantity: string) =>
  shop.hold(hold, 'quantity', op, { quantity, unit: 'EA' });
