// Goal: of two stores that write one line only one goes on; the other is fenced, and what central
// has never seen of it goes to a person (D8).
import { expect, test } from 'vitest';
import type { Fleet, Member } from './helpers/fleet.ts';
import { waitFor } from './helpers/plantnet.ts';
import { backedUp, bothKept, good, report } from './helpers/restored.ts';
import { m01, m02 } from './helpers/shop.ts';

/** Boxes sync to the disk that they share with whatever else the machine does. */
const waitMs = 30_000;

test('D8: of a box and its clone one goes on; what the other knew is parked', async () => {
  const { fleet, box, counted } = await backedUp();
  const clone = fleet.box('backup');
  await bothKept(clone);
  box.link.cut = true;
  await clone.ask(report('2'));
  await bothKept(clone);
  clone.link.cut = true;
  await box.ask(report('4'));
  box.link.cut = false;
  await waitFor(() => box.status(m02).epoch === 2, waitMs);
  await bothKept(box);
  expect([good(box), counted()]).toEqual([7n, 7n]);
  await clone.ask(report('8'));
  clone.link.cut = false;
  await clone.until('stale', m02);
  await waitFor(() => fleet.ledger.parkedCount() === 1, waitMs);
  expect(await clone.ask(report('9'))).toMatchObject({
    ...{ status: 'refused', code: 'CONFLICT', reason: expect.stringContaining('was taken over') },
  });
  expect(fleet.ledger.parked(9)).toMatchObject([{ line: m02, epoch: 1, sequence: 5 }]);
  await clone.stop();
  await fleet.box('backup').until('stale', m02);
  expect(fleet.ledger.parkedCount()).toBe(1);
  expect(counted()).toBe(7n);
  expect(box.way(m02).state).toBe('up');
});

test('D8: an old disk that comes back hands over what central has never seen', async () => {
  const { fleet, box, counted } = await backedUp();
  box.link.cut = true;
  for (const made of ['2', '4']) await box.ask(report(made));
  await box.stop();
  const blank = fleet.box('b');
  await blank.until('owned', m01);
  await blank.until('owned', m02);
  for (const line of fleet.lines) fleet.registry.permit(line, 'person:17');
  await bothKept(blank);
  await blank.ask(report('8'));
  await blank.kept(m02);
  expect([good(blank), counted()]).toEqual([9n, 9n]);
  const old = fleet.box('a');
  await old.until('stale', m02);
  await waitFor(() => fleet.ledger.parkedCount() === 2, waitMs);
  expect(fleet.ledger.parked(9).map(({ epoch, sequence }) => [epoch, sequence])).toEqual([
    [1, 5],
    [1, 4],
  ]);
  expect(counted()).toBe(9n);
  // A person may still say that the old disk is the one to go on with; what was parked stays so.
  for (const line of fleet.lines) fleet.registry.permit(line, 'person:17');
  await waitFor(() => old.status(m02).epoch === 3, waitMs);
  await bothKept(old);
  expect([good(old), counted()]).toEqual([9n, 9n]);
  expect(fleet.ledger.parkedCount()).toBe(2);
});

const left = /; (nothing is|\d+ facts? (is|are)) (still )?(left )?to (be handed|hand) over$/;
const leftOf = (box: Member) => left.exec(box.way(m02).detail ?? '')?.[0];

/** Another box takes over what "a" writes, or has written. */
async function takenOver(fleet: Fleet): Promise<void> {
  const blank = fleet.box('b');
  const isBarred = (line: string) => ['owned', 'stale'].includes(blank.way(line).state);
  await waitFor(() => fleet.lines.every(isBarred), waitMs);
  for (const line of fleet.lines) fleet.registry.permit(line, 'person:17');
  await bothKept(blank);
}

test('D8: an old disk says what is still to be handed over, also when the link fails', async () => {
  const { fleet, box } = await backedUp();
  box.link.cut = true;
  for (const made of ['2', '4']) await box.ask(report(made));
  await box.stop();
  await takenOver(fleet);
  const old = fleet.box('a');
  old.link.deaf = 'hf.stray.';
  await old.until('stale', m02);
  expect(leftOf(old)).toBe('; 2 facts are still to be handed over');
  expect(fleet.ledger.parkedCount()).toBe(0);
  old.link.deaf = '';
  await waitFor(() => leftOf(old) === '; nothing is left to hand over', waitMs);
  expect(fleet.ledger.parkedCount()).toBe(2);
});
