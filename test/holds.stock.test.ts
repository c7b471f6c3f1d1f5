// Goal: stock of a lot that none of our orders made is blocked while central holds it, by exactly
// what the ERP has, goes back once, and whatever others do to it meanwhile is told, never guessed.
// Method: central over HTTP, an ERP that fails below nothing and is asked as central's loop asks.
import { expect, test } from 'vitest';
import { stated } from './helpers/central.ts';
import { openHeldBox } from './helpers/heldbox.ts';
import { m01 } from './helpers/shop.ts';

const said = { by: 'person:qa', reason: 'supplier warns' };
const minute = 60_001;

async function heldSteel(amount = '10') {
  const box = openHeldBox();
  box.bring('S', amount);
  expect(await box.say('holds', { lot: 'S', material: 'STEEL', ...said })).toMatchObject({
    http: 200,
  });
  box.ask();
  box.post();
  return box;
}
const stockOf = async (box: ReturnType<typeof openHeldBox>, lot = 'S') => {
  const { lots } = await box.say('holds/C-1');
  return lots.find((one: { lot: string }) => one.lot === lot)?.stock;
};

test('what the ERP has is blocked, and goes back once when the hold ends', async () => {
  const box = await heldSteel();
  expect(box.shelf('S')).toBe('0/10/0');
  expect(await stockOf(box)).toMatchObject({ state: 'told', blocked: '10', why: null });
  await box.release('C-1');
  box.post();
  box.time.nowMs += minute;
  box.ask();
  box.post();
  expect(box.shelf('S')).toBe('10/0/0');
  expect(box.documents()).toEqual(['blockStock S 10 posted', 'unblockStock S 10 posted']);
});

test('what comes in while it is held is blocked at the next question', async () => {
  const box = await heldSteel();
  box.bring('S', '5');
  box.ask();
  box.post();
  expect(box.shelf('S')).toBe('5/10/0');
  box.time.nowMs += minute;
  box.ask();
  box.post();
  expect(box.shelf('S')).toBe('0/15/0');
  await box.release('C-1');
  box.post();
  expect(box.shelf('S')).toBe('15/0/0');
});

test('a hold that is over before its document went out blocks nothing', async () => {
  const box = openHeldBox();
  box.bring('S', '10');
  await box.say('holds', { lot: 'S', material: 'STEEL', ...said });
  box.ask();
  await box.release('C-1');
  box.post();
  expect([box.shelf('S'), box.documents()]).toEqual(['10/0/0', []]);
});

test('an answer is of no use once a document of the lot has moved', async () => {
  const box = openHeldBox();
  box.bring('S', '10');
  box.hear(m01, stated.release(), stated.consume('S', '1'));
  await box.say('holds', { lot: 'S', ...said });
  const [question] = box.warehouse.due(1);
  box.hear(m01, stated.block('H-1', 'S', '3'));
  box.post();
  const told = { unit: 'EA', unrestricted: 10_000_000n, blocked: 0n };
  expect(box.warehouse.take(question!, told)).toBe(false);
  box.ask();
  box.post();
  expect(box.shelf('S')).toBe('0/10/0');
  // The end of the line's own hold frees none of it while the line keeps the lot for central.
  box.obeyAll(m01);
  await box.release('C-1');
  box.hear(m01, stated.free('H-1', '3'));
  box.post();
  expect(box.shelf('S')).toBe('0/10/0');
  box.obeyAll(m01);
  box.post();
  expect(box.shelf('S')).toBe('9/0/0');
});

test('two holds: it goes back when the last one ends', async () => {
  const box = await heldSteel();
  await box.say('holds', { lot: 'S', hold: 'C-2', ...said });
  box.ask();
  await box.release('C-1');
  box.post();
  expect(box.shelf('S')).toBe('0/10/0');
  await box.release('C-2');
  box.post();
  expect(box.shelf('S')).toBe('10/0/0');
});

test('what lines have drawn waits; a line that holds it keeps it blocked', async () => {
  const box = openHeldBox();
  box.bring('S', '10');
  box.hear(m01, stated.release());
  await box.say('holds', { lot: 'S', material: 'STEEL', ...said });
  box.hear(m01, stated.consume('S', '4'));
  box.obeyAll(m01);
  box.ask();
  box.post();
  expect(box.shelf('S')).toBe('0/10/0');
  await box.release('C-1');
  box.post();
  expect(box.shelf('S')).toBe('0/10/0');
  box.obeyAll(m01);
  box.post();
  expect(box.shelf('S')).toBe('6/0/0');
});

test('it is decided in parts: what lines have drawn is none of them', async () => {
  const box = openHeldBox();
  box.bring('S', '10');
  box.hear(m01, stated.release());
  await box.say('holds', { lot: 'S', material: 'STEEL', ...said });
  box.hear(m01, stated.consume('S', '4'));
  box.ask();
  expect(await box.decide('C-1', { useAsIs: '4', scrap: '2', unit: 'EA' })).toMatchObject({
    ...{ http: 409, message: expect.stringContaining('blockStock of lot S is on its way') },
  });
  box.post();
  box.obeyAll(m01);
  const answer = await box.decide('C-1', { useAsIs: '4', scrap: '2', unit: 'EA' });
  expect(answer.http).toBe(200);
  const recalled = async () =>
    (await box.recall({ id: 'S', limit: 9 })).rows.find(({ name }) => name === 'S')!;
  const before = await recalled();
  expect(before.erpStock).toBe('0 blocked, moving: scrapStock');
  box.obeyAll(m01);
  box.post();
  expect(box.shelf('S')).toBe('4/0/2');
  const after = await recalled();
  expect(after).toMatchObject({ decided: 'C-1: useAsIs 4, scrap 2 EA', erpStock: null });
  expect(box.documents().filter((one) => !one.endsWith(' posted'))).toEqual([]);
});

test('moved in the ERP meanwhile: parked, and what is there is blocked then', async () => {
  const box = openHeldBox();
  box.bring('S', '10');
  await box.say('holds', { lot: 'S', material: 'STEEL', ...said });
  box.ask();
  box.bring('S', '-3');
  box.post();
  expect(box.documents()).toEqual(['blockStock S 10 parked']);
  expect(await stockOf(box)).toMatchObject({
    ...{ state: 'parked', why: expect.stringContaining('only so much is there') },
  });
  const [parked] = box.postings.list('parked', 1);
  box.board.desk.giveUp(parked!.key, { by: 'person:d', reason: 'somebody took three' });
  box.time.nowMs += minute;
  box.ask();
  box.post();
  expect(box.shelf('S')).toBe('0/7/0');
  await box.release('C-1');
  box.post();
  expect(box.shelf('S')).toBe('7/0/0');
});

test('what somebody has unblocked by hand is not unblocked a second time', async () => {
  const box = await heldSteel();
  box.erp.depot = {
    S: { ...box.erp.depot['S']!, blocked: 7_000_000n, unrestricted: 0n },
  };
  await box.release('C-1');
  box.post();
  expect(box.documents()).toEqual(['blockStock S 10 posted', 'unblockStock S 10 parked']);
  expect(box.shelf('S')).toBe('0/7/0');
});

test('what cannot be known is said', async () => {
  const box = openHeldBox();
  await box.say('holds', { lot: 'S', ...said });
  box.ask();
  expect(await stockOf(box)).toMatchObject({
    ...{ state: 'cannot tell', why: expect.stringContaining('material is not known') },
  });
  await box.say('holds', { lot: 'T', material: 'STEEL', hold: 'C-2', ...said });
  box.ask();
  expect((await box.say('holds/C-2')).lots).toMatchObject([
    { lot: 'T', stock: { state: 'not known', why: 'the ERP has never heard of the lot' } },
  ]);
  const heavy = openHeldBox('KG');
  heavy.bring('S', '10');
  heavy.hear(m01, stated.release(), stated.consume('S', '1'));
  await heavy.say('holds', { lot: 'S', ...said });
  heavy.ask();
  expect(await stockOf(heavy)).toMatchObject({
    ...{ state: 'not read', why: 'the ERP counts it in KG, the lines in EA' },
  });
  heavy.warehouse.cannotTell('S', 'the connector dynamics cannot ask for figures');
  expect(await stockOf(heavy)).toMatchObject({ state: 'cannot tell', blocked: '0' });
  expect(heavy.documents().some((one) => one.startsWith('blockStock'))).toBe(false);
});
