import { expect } from 'vitest';
import type { Shift } from './shift.ts';
import type { Station } from './station.ts';

export const lastOf = async (shift: Shift, type: string) => (await shift.all(type)).at(-1);

/** A whole shift by touch: from signing in to the end of the operation. */
export async function workShift(at: Station, edge: Shift): Promise<void> {
  await at.signIn('ada');

  await at.tap(/Begin shift/);
  await at.choose('early');
  await at.send();
  await at.done();
  await at.recorded();

  await at.tap(/Start operation.*WO-1/);
  await at.send();
  await at.done();
  await at.tap(/Begin run.*WO-1/);
  await at.send();
  await at.done();

  await at.tap(/Report pieces.*WO-1/);
  await at.count('good', '12.5');
  await at.count('scrap', '2');
  await at.choose('surface');
  await at.send();
  await at.done();
  await at.says('#now .run', /good\s+12\.5\s+scrap\s+2\s/);
  expect(await lastOf(edge, 'QuantityReported')).toMatchObject({
    ...{ actor: 'person:17', order: 'WO-1', operation: '0010' },
    body: { good: '12.5', scrap: '2', rework: '0', unit: 'EA', reason: 'surface' },
  });

  await at.tap('Place hold');
  await at.choose('some pieces');
  await at.count('quantity', '4');
  await at.choose('crack');
  await at.send();
  await at.done();
  await at.says('.hold', 'HOLD', '4 EA', 'crack', 'The order cannot close');

  await at.tap('Decide');
  await at.says('#sheet', 'order WO-1 · operation 0010');
  await at.choose('scrap');
  await at.says('.preview', '4 EA become scrap', 'the hold ends');
  await at.choose('another person');
  await at.sheet.locator('[data-field=name]').fill('Cem');
  await at.typePin('cem');
  await at.send();
  await at.done();
  await expect.poll(() => at.page.locator('.hold').count(), { timeout: 30_000 }).toBe(0);
  const decided = await lastOf(edge, 'HoldDispositioned');
  expect(decided).toMatchObject({
    actor: 'person:19',
    body: { disposition: 'scrap', quantity: '4', signature: 'decided' },
  });
  expect(await lastOf(edge, 'PersonSigned')).toMatchObject({
    body: { person: 'person:19', name: 'Cem', meaning: 'decided', fact: decided!.eventId },
  });

  await at.tap('End run');
  await at.send();
  await at.done();
  await at.tap('Complete operation');
  await at.send();
  await at.done();
  const completed = () => lastOf(edge, 'OperationCompleted');
  await expect.poll(completed, { timeout: 30_000 }).toBeTruthy();
}
