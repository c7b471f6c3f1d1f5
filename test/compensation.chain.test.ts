// Goal: a chain of reversals ends as its last one says, also where one of them came to nothing
// while the ERP did not answer. Method: as in compensation.test; found by the seeds of the model.
import { expect, test } from 'vitest';
import { answer, graceMs, m1, only, stated, told, unknown } from './helpers/central.ts';
import { brief } from './helpers/undone.ts';

const { release, report, consume, reverse } = stated;

test('Q5: what waits for a younger one to be taken back goes on when that stands again', () => {
  const [issued, good] = [consume('S', '2'), report('5')];
  const side = told(release(), issued, good);
  side.drain();
  const back = reverse(good);
  side.note(m1, reverse(issued), back);
  const { posting } = answer(side, unknown);
  expect(posting.kind).toBe('cancelConfirmation');
  side.note(m1, reverse(back));
  side.time.nowMs += graceMs;
  expect(only(side.next()).do).toBe('lookUp');
  side.postings.found(posting.key, []);
  expect(brief(side)).toEqual(['cancelIssue 2 of D1']);
});

test('Q5: what was to follow a reversal that came to nothing is in nobody’s way', () => {
  const [first, second] = [report('5'), report('6')];
  const side = told(release(), first, second);
  side.drain();
  const back = reverse(first);
  side.note(m1, back);
  const { posting } = answer(side, unknown);
  const redo = reverse(back);
  side.note(m1, reverse(second), redo);
  side.time.nowMs += graceMs;
  expect(only(side.next()).do).toBe('lookUp');
  side.postings.found(posting.key, []);
  expect(only(side.next()).posting.cancels).toBe('D2');
  side.note(m1, reverse(redo)); // before it was seen that there is nothing to do again
  side.postings.settle(side.rows()[3]!.key, { kind: 'posted', document: 'D3' });
  expect(brief(side)).toEqual(['cancelConfirmation 5 of D1']);
});
