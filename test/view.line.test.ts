// Goal: what a line's screen is told is what the charts would say: no button lies.
// Method: stories at a real edge; every verdict that is told is compared with the real answer.
import { expect, test } from 'vitest';
import { templates } from '../statecharts/policy.ts';
import { openBox } from './helpers/box.ts';
import { openScreen, viewer } from './helpers/screen.ts';
import { m01, m02, quality, quantityHold, shop } from './helpers/shop.ts';

const routing = {
  operations: [
    { operation: '0010', name: 'Turning' },
    { operation: '0020', name: 'Grinding' },
  ],
};
const op = { order: 'WO-1', operation: '0010' };

test('a line tells its runs, what is next, its queue, and why the rest of it must wait', () => {
  const box = openBox();
  const { read, rule, changed } = openScreen(box);
  const tell = () => {
    changed.ring();
    return read();
  };
  expect(tell()).toMatchObject({ line: m01, name: 'M01', state: 'idle', shift: null, lanes: 2 });
  expect(read()).toMatchObject({ runs: [], next: null, queue: [], holds: [], stop: null });

  box.decide(shop.release(routing));
  box.decide(shop.release({}, 'WO-2', { line: m02 }));
  expect(tell().next).toEqual({ action: 'StartOperation', ...op });
  expect(read().queue).toMatchObject([
    { ...op, name: 'Turning', state: 'ready', ready: true, why: [], ordered: '100' },
    { operation: '0020', ready: false, why: [{ rule: 'nothingIn' }] },
  ]);
  expect(rule('StartOperation', op)).toBe('allowed');
  expect(rule('StartPhase', op)).toBe('state');
  expect(rule('StartOperation', { order: 'WO-2' })).toBe('not told');

  box.decide(shop.start());
  expect(tell().next).toMatchObject({ action: 'StartPhase', ...op });
  box.decide(shop.phase('R1'));
  box.decide(shop.report('R1', { good: '2.5', scrap: '1' }));
  expect(tell().next).toEqual({ action: 'ReportQuantity', ...op, run: 'R1' });
  const counts = { good: '2.5', scrap: '1', rework: '0', held: '0' };
  expect(read().runs).toMatchObject([
    { run: 'R1', ...op, material: 'BOLT', lane: 1, unit: 'EA', ordered: '100', counts },
  ]);
  expect(read().runs[0].runCounts).toEqual(counts);
  expect(read().queue).toMatchObject([{ operation: '0020', ready: true }]);
  expect(rule('CompleteOperation', op)).toBe('noRunOpen');

  box.decide(shop.pause());
  expect(tell().next).toEqual({ action: 'ResumeOperation', ...op });
  expect(read().stop).toEqual({ state: 'paused', sinceMs: 1_000, reason: 'tool change' });
  box.decide(shop.resume());
  expect(tell().stop).toBe(null);
  box.decide(shop.report('R1', { good: '97.5' }));
  expect(tell().next).toEqual({ action: 'EndPhase', ...op, run: 'R1' });
  box.decide(shop.end('R1'));
  expect(tell().next).toEqual({ action: 'CompleteOperation', ...op });
  expect(read().facts[0]).toMatchObject({ type: 'PhaseEnded', mark: 1, sequence: 8 });
});

test('all lanes taken, and a hold, are told in the queue', () => {
  const box = openBox(':memory:', [{ line: m01, lanes: 1 }]);
  const { read, changed } = openScreen(box);
  box.decide(shop.release());
  box.decide(shop.start());
  box.decide(shop.phase('R1'));
  box.decide(shop.release({ operations: [{ operation: '0010', name: 'x' }] }, 'WO-2'));
  box.decide(shop.hold('H2', 'order', { order: 'WO-2' }));
  changed.ring();
  expect(read().queue).toMatchObject([
    { order: 'WO-2', ready: false, why: [{ rule: 'notHeld' }, { rule: 'laneFree' }] },
  ]);
  expect(read().queue[0].why[0].reason).toContain('is held by H2');
  box.decide(shop.release({}, 'WO-3'));
  box.decide(shop.start({ order: 'WO-3' }));
  changed.ring();
  expect(read().queue[1]).toMatchObject({
    ...{ order: 'WO-3', state: 'active' },
    why: [{ rule: 'laneFree', reason: 'all lanes are taken' }],
  });
  expect(read().holds).toMatchObject([{ hold: 'H2', scope: 'order', placedBy: 'person:9' }]);
});

test('who placed a hold is told that another person must decide it', () => {
  const box = openBox(':memory:', [{ line: m01, lanes: 1, policy: templates.regulated }]);
  const { rule } = openScreen(box);
  box.decide(shop.release());
  box.decide(shop.start());
  box.decide(quantityHold('H1', '5'));
  const own = { hold: 'H1' };
  expect(rule('StartHoldReview', own, viewer('person:9'))).toBe('allowed');
  expect(rule('DispositionHold', own, viewer('person:1'))).toBe('direct');
  box.decide(quality.review('H1'));
  expect(rule('ProposeDisposition', own, viewer('person:9'))).toBe('allowed');
  box.decide(quality.propose('H1', { signature: 'proposed' }));
  expect(rule('ApproveDisposition', own, viewer('person:1'))).toBe('otherThanProposer');
  expect(rule('ApproveDisposition', own, viewer('person:9'))).toBe('otherThanPlacer');
  expect(rule('ApproveDisposition', own, viewer('person:2'))).toBe('allowed');
  expect(rule('ApproveDisposition', own, 'none')).toBe('signIn');
  const operator = { ...viewer('person:2'), mayAsk: () => false };
  expect(rule('ApproveDisposition', own, { ...operator, roles: 'operator' })).toBe('role');
});

test('a refused command names the rule, then and when it is asked again', () => {
  const box = openBox();
  box.decide(shop.release());
  box.decide(shop.start());
  box.decide(quantityHold('H1', '5'));
  const free = { ...shop.dispose('H1', '5'), actor: 'person:9' };
  const first = box.decide(free);
  expect(first).toMatchObject({ status: 'refused', code: 'REFUSED', rule: 'otherThanPlacer' });
  expect(box.decide(free)).toEqual(first);
  expect(box.decide(shop.report('R9'))).toMatchObject({ rule: 'runIsOpen' });
  expect(box.decide(shop.phase('R1', { lane: 3 }))).toMatchObject({ rule: 'laneInCapacity' });
  expect(box.decide(shop.start({ order: 'WO-9' }))).toMatchObject({ rule: 'orderUnknown' });
  expect(box.decide(shop.resume())).toMatchObject({ rule: 'state' });
});
