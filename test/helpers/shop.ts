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
  staff: (run: string, people: string[], about: About = {}) =>
    command('StaffRun', { ...op, ...about }, { run, people }),
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
    command(
      'PlaceHold',
      { actor: 'person:9', ...about },
      { hold, scope, reason: 'crack', ...body },
    ),
  dispose: (hold: string, quantity: string, body: About = {}) =>
    command('DispositionHold', {}, { hold, disposition: 'scrap', quantity, unit: 'EA', ...body }),
  free: (hold: string) => command('ReleaseHold', {}, { hold, reason: 'checked' }),
  close: (order = 'WO-1') => command('CloseOrder', { order }),
};

const wo1 = { order: 'WO-1' };
const why = { reason: 'why' };

/** What planning decides of order WO-1, and how a report of it is corrected. */
export const planning = {
  change: (body: About) => command('ChangeOrder', wo1, body),
  cancel: () => command('CancelOrder', wo1, why),
  complete: () => command('CompleteOrder', wo1),
  reopen: () => command('ReopenOrder', wo1, why),
  reverse: (original: string, about: About = {}) =>
    command('ReverseFact', { ...wo1, ...about }, { original, ...why }),
  correct: (original: string, good: string, body: About = {}, about: About = {}) =>
    command('CorrectQuantity', { ...op, ...about }, { original, ...counts, good, ...why, ...body }),
};

type Parts = Record<string, string>;
const partsOf = (parts: Parts) =>
  Object.entries(parts).map(([lot, quantity]) => ({ lot, quantity }));

/** What becomes of lots. */
export const lots = {
  split: (lot: string, children: Parts, unit = 'EA') =>
    command('SplitLot', { lot }, { children: partsOf(children), unit }),
  merge: (lot: string, parents: Parts, body: About = {}) =>
    command(
      'MergeLots',
      { lot },
      { parents: partsOf(parents), material: 'BOLT', unit: 'EA', ...body },
    ),
  give: (lot: string, body: About = {}) =>
    command('ReturnMaterial', { ...op, lot }, { ...bolts, material: 'STEEL', ...body }),
  release: (lot: string) => command('ReleaseLot', { lot }, why),
  hold: (hold: string, lot: string, quantity = '100') =>
    shop.hold(hold, 'lot', { lot }, { quantity, unit: 'EA' }),
};

const decision = { disposition: 'scrap', quantity: '5', unit: 'EA' };

/** What quality does; person:1 unless `about` says otherwise, and holds are placed by person:9. */
export const quality = {
  reduce: (hold: string, ...held: string[]) =>
    command('ReduceHold', {}, { hold, lots: held, ...why }),
  cancel: (hold: string) => command('CancelHold', {}, { hold, ...why }),
  review: (hold: string) => command('StartHoldReview', {}, { hold }),
  propose: (hold: string, body: About = {}) =>
    command('ProposeDisposition', {}, { hold, ...decision, ...body }),
  withdraw: (hold: string) => command('WithdrawDisposition', {}, { hold, ...why }),
  reject: (hold: string) => command('RejectDisposition', {}, { hold, ...why }),
  approve: (hold: string, about: About = {}, body: About = {}) =>
    command('ApproveDisposition', about, { hold, ...body }),
  inspect: (inspection: string, about: About = op) =>
    command('RequestInspection', about, { inspection }),
  found: (inspection: string, result: string, body: About = {}) =>
    command('RecordInspection', {}, { inspection, result, ...body }),
  authorise: (rework: string) =>
    command('AuthoriseRework', op, { rework, quantity: '5', unit: 'EA', ...why }),
  reworked: (rework: string) => command('CompleteRework', op, { rework }),
};

/** A hold of scope quantity on operation 0010 of WO-1. */
export const quantityHold = (hold: string, quantity: string) =>
  shop.hold(hold, 'quantity', op, { quantity, unit: 'EA' });
