// Goal: what two people decide of a lot that a hold of central holds takes effect: in stock, each
// document once, and at every line that holds it.
// Method: central over HTTP, an ERP that fails below nothing, lines that do what they are asked.
import { expect, test } from 'vitest';
import { stated } from './helpers/central.ts';
import { openHeldBox } from './helpers/heldbox.ts';
import { m01, m02 } from './helpers/shop.ts';

const said = { by: 'person:qa', reason: 'supplier warns' };

/** Ten pieces of P-1 are in stock, and central holds them; these lines know it. */
async function heldLot(...lines: string[]) {
  const box = openHeldBox();
  box.hear(m01, stated.release(), stated.produce('P-1', '10'));
  if (lines.includes(m02)) box.hear(m02, stated.split('P-1', 'X'));
  box.post();
  expect(await box.say('holds', { lot: 'P-1', ...said })).toMatchObject({ http: 200 });
  box.post();
  box.obeyAll(...lines);
  expect(box.shelf('P-1')).toBe('0/10/0');
  return box;
}

test('parts that add up are freed and scrapped once, as the line lets its part go', async () => {
  const box = await heldLot(m01);
  const mixed = { useAsIs: '6', scrap: '4', unit: 'EA' };
  const wrong = await box.decide('C-1', { useAsIs: '5', scrap: '4', unit: 'EA' });
  expect(wrong).toMatchObject({ http: 409, message: expect.stringContaining('10 EA') });
  expect((await box.decide('C-1', mixed)).http).toBe(200);
  box.post();
  // What is condemned is gone at once; what is good is not free while the line holds all of it.
  expect(box.shelf('P-1')).toBe('0/6/4');
  expect(await box.lineStates('C-1')).toEqual(['M01 lot:P-1 held, not yet let go']);
  box.obeyAll(m01);
  box.post();
  expect(box.shelf('P-1')).toBe('6/0/4');
  expect(box.sent(m01)).toEqual(['PlaceHold', 'SplitLot', 'ReduceHold']);
  // What is scrap at the line is a lot of its own there, and is held.
  const { lots, lines } = await box.say('holds/C-1');
  expect(lines).toMatchObject([{ state: 'let go', lineHold: 'C-1.1' }]);
  expect(lots).toMatchObject([
    { lot: 'P-1', isHeld: false, decided: [{ useAsIs: '6', scrap: '4', line: m01 }] },
  ]);
  expect(await box.decide('C-1', mixed)).toMatchObject({ http: 409 });
  await box.release('C-1');
  box.obeyAll(m01);
  box.post();
  expect(box.shelf('P-1')).toBe('6/0/4');
  expect(box.documents()).toEqual([
    'goodsReceipt P-1 10 posted',
    'blockStock P-1 10 posted',
    'scrapStock P-1 4 posted',
    'unblockStock P-1 6 posted',
  ]);
});

test('while a document of it is at the ERP nothing is decided', async () => {
  const box = await heldLot(m01);
  box.hear(m01, stated.block('H-1', 'P-1', '2'), stated.decide('H-1', 'scrap', '2'));
  const [task] = box.postings.next(new Set(), 1);
  expect(task!.posting.kind).toBe('scrapStock');
  expect(await box.decide('C-1', { disposition: 'useAsIs' })).toMatchObject({
    ...{ http: 409, message: expect.stringMatching(/waits: a scrapStock .* at the ERP/) },
  });
});

test('a line that cannot split off the rest lets nothing go', async () => {
  const box = await heldLot(m01);
  await box.decide('C-1', { useAsIs: '6', scrap: '4', unit: 'EA' });
  box.wards.pass();
  expect(box.sent(m01)).toEqual(['PlaceHold', 'SplitLot']);
  box.answer(m01, 'refused');
  box.wards.pass();
  expect(box.sent(m01)).toEqual(['PlaceHold', 'SplitLot']);
  const { lines } = await box.say('holds/C-1');
  expect(lines).toMatchObject([{ state: 'held, not let go', why: 'not here' }]);
});

test('use as is for all of it: the line that holds nothing else releases its hold', async () => {
  const box = await heldLot(m01);
  await box.decide('C-1', { disposition: 'useAsIs' });
  box.obeyAll(m01);
  box.post();
  expect(box.shelf('P-1')).toBe('10/0/0');
  expect(box.sent(m01)).toEqual(['PlaceHold', 'ReduceHold', 'StartHoldReview', 'ReleaseHold']);
  expect(await box.lineStates('C-1')).toEqual(['M01 lot:P-1 released']);
});

test('what is to be scrapped as a whole stays held at the lines', async () => {
  const box = await heldLot(m01);
  await box.decide('C-1', { disposition: 'scrap', quantity: '10', unit: 'EA' });
  box.obeyAll(m01);
  box.post();
  expect(box.shelf('P-1')).toBe('0/0/10');
  expect(box.sent(m01)).toEqual(['PlaceHold']);
  expect(await box.lineStates('C-1')).toEqual(['M01 lot:P-1 held']);
});

test('rework waits in blocked stock, and is decided anew once it is done', async () => {
  const box = await heldLot();
  await box.decide('C-1', { rework: '4', useAsIs: '6', unit: 'EA' });
  box.post();
  expect(box.shelf('P-1')).toBe('6/4/0');
  // The hold has let the lot go: what was reworked is decided by it all the same.
  const again = { lot: 'P-1', useAsIs: '3', scrap: '1', unit: 'EA' };
  expect(await box.decide('C-1', again)).toMatchObject({ http: 200 });
  box.post();
  expect(box.shelf('P-1')).toBe('9/0/1');
});

test('neither who proposes nor who placed it approves, nor what has changed since', async () => {
  const box = await heldLot();
  const body = { disposition: 'useAsIs', by: 'person:a', reason: 'x' };
  expect((await box.say('holds/C-1/dispose', body)).http).toBe(200);
  expect(await box.say('holds/C-1/approve', { by: 'person:a', reason: 'x' })).toMatchObject({
    http: 409,
  });
  expect(await box.say('holds/C-1/approve', said)).toMatchObject({ http: 409 });
  box.hear(m01, stated.produce('P-1', '5'));
  const late = await box.say('holds/C-1/approve', { by: 'person:b', reason: 'x' });
  expect(late).toMatchObject({ http: 409, message: expect.stringContaining('there are 15 now') });
  box.post();
  expect(box.shelf('P-1').startsWith('0/')).toBe(true);
});

test('fields that do not fit are named', async () => {
  const box = await heldLot(m01, m02);
  const ask = (body: object) => box.say('holds/C-1/dispose', { ...said, by: 'person:a', ...body });
  expect(await ask({})).toMatchObject({
    ...{ http: 400, message: expect.stringContaining('dispose.disposition, dispose.useAsIs') },
  });
  expect(await ask({ disposition: 'scrap', scrap: '10', unit: 'EA' })).toMatchObject({ http: 400 });
  expect(await ask({ useAsIs: '10', unit: 'KG' })).toMatchObject({
    ...{ http: 400, message: expect.stringContaining('dispose.unit: must be EA') },
  });
  expect(await ask({ useAsIs: '6', scrap: '4', unit: 'EA' })).toMatchObject({
    ...{ http: 400, message: expect.stringMatching(/dispose.line: must be given.*M01.*M02/) },
  });
  expect(await ask({ useAsIs: '6', scrap: '4', unit: 'EA', line: 'acme/lyon/x/y' })).toMatchObject({
    http: 400,
  });
  expect(await ask({ lot: 'L-99', disposition: 'scrap' })).toMatchObject({ http: 409 });
  await box.say('holds', { order: 'WO-1', hold: 'C-2', ...said });
  expect(
    await box.say('holds/C-2/dispose', { ...said, by: 'person:a', disposition: 'scrap' }),
  ).toMatchObject({ http: 400, message: expect.stringContaining('dispose.lot: must be given') });
});

test('a hold of another still holds what this one has let go', async () => {
  const box = await heldLot();
  await box.say('holds', { lot: 'P-1', hold: 'C-2', ...said });
  await box.decide('C-1', { useAsIs: '6', scrap: '4', unit: 'EA' });
  box.post();
  expect(box.shelf('P-1')).toBe('0/6/4');
  await box.release('C-2');
  box.post();
  expect(box.shelf('P-1')).toBe('6/0/4');
});

test('what an order that is held has made is decided lot by lot, received or not', async () => {
  const box = openHeldBox();
  box.hear(m01, stated.release());
  await box.say('holds', { order: 'WO-1', ...said });
  box.hear(m01, stated.produce('P-1', '10'));
  box.post();
  expect(box.shelf('P-1')).toBe('0/0/0');
  await box.decide('C-1', { lot: 'P-1', useAsIs: '7', scrap: '3', unit: 'EA' });
  box.post();
  expect(box.shelf('P-1')).toBe('7/0/3');
  // More of it is made: that is held, and so is the rest with it.
  box.hear(m01, stated.produce('P-1', '5'));
  box.post();
  expect(box.shelf('P-1').split('/')[0]).toBe('0');
  await box.decide('C-1', { lot: 'P-1', useAsIs: '12', unit: 'EA' });
  box.post();
  expect(box.shelf('P-1')).toBe('12/0/3');
});
