// Goal: every posting becomes what it means in a real Tryton, once, and is taken back to the cent.
// Method: Debian's Tryton 7.0 on SQLite; the connector posts, Tryton's own people look.
import { expect } from 'vitest';
import { sharedWorks, testTryton } from './tryton/bench.ts';
import { day, key, openFloor, posting } from './tryton/goods.ts';

testTryton('an issue takes its lot into the production, at its cost', async (depot) => {
  const works = await sharedWorks(depot);
  const { steel, heat, post, stock, journal, production } = await openFloor(works, 'WO-ISSUE');
  const { asked, outcome } = await post('issue', {
    ...{ ...steel, kind: 'goodsIssue', quantity: '100.125' },
  });
  const document = expect.stringMatching(/^holdfast\/\d+$/);
  expect(outcome).toEqual({ kind: 'posted', document });
  expect(await stock(heat)).toEqual({ free: 899.875, blocked: 0, production: 100.125, scrap: 0 });
  const number = outcome.kind === 'posted' ? outcome.document : '';
  expect(await journal(number)).toEqual([-1_001.25]);
  expect(await works.erp.lookup(asked)).toEqual([number]);
  const [input] = await works.office.rows(
    'stock.move',
    [['production_input', '=', production]],
    ['effective_date'],
  );
  const [year, month, date] = day.split('-').map(Number);
  expect(input!['effective_date']).toMatchObject({ year, month, day: date });
});

testTryton('a receipt makes the lot, and what is held of it lies in quarantine', async (depot) => {
  const works = await sharedWorks(depot);
  const { bolts, lot, order, posted, stock, journal } = await openFloor(works, 'WO-RECEIPT');
  const made = { ...bolts, order, kind: 'goodsReceipt' } as const;
  const number = await posted('receipt', { ...made, quantity: '90', blocked: '9' });
  expect(await stock(lot)).toEqual({ free: 81, blocked: 9, production: -90, scrap: 0 });
  expect((await journal(number)).sort((a, b) => a - b)).toEqual([180, 1_620]);
  await posted('held', { ...made, quantity: '3', blocked: '3' });
  await posted('free', { ...made, quantity: '2' });
  expect(await stock(lot)).toEqual({ free: 83, blocked: 12, production: -95, scrap: 0 });
  const lots = await works.office.rows('stock.lot', [['number', '=', lot]], ['number']);
  expect(lots).toHaveLength(1);
});

testTryton('quality blocks, releases and scraps; no more than there is', async (depot) => {
  const works = await sharedWorks(depot);
  const { bolts, lot, order, post, posted, stock, journal } = await openFloor(works, 'WO-HOLD');
  await posted('receipt', { ...bolts, order, kind: 'goodsReceipt', quantity: '50' });
  expect(
    await journal(await posted('block', { ...bolts, kind: 'blockStock', quantity: '20' })),
  ).toEqual([]);
  await posted('release', { ...bolts, kind: 'unblockStock', quantity: '12' });
  const scrapped = await posted('scrap', { ...bolts, kind: 'scrapStock', quantity: '5' });
  expect(await journal(scrapped)).toEqual([-100]);
  const rest = { free: 42, blocked: 3, production: -50, scrap: 5 };
  expect(await stock(lot)).toEqual(rest);

  const { asked, outcome } = await post('too much', {
    ...{ ...bolts, kind: 'scrapStock', quantity: '4' },
  });
  const reason = `1 u [BOLT] BOLT of lot ${lot} are short in Quarantine.`;
  expect(outcome).toEqual({ kind: 'refused', code: 'UserError', reason });
  expect(await works.erp.lookup(asked)).toEqual([]);
  expect(await stock(lot)).toEqual(rest);
});

testTryton('times are cycles with their cost, counts stand in the document', async (depot) => {
  const works = await sharedWorks(depot);
  const { order, post, posted, cycles } = await openFloor(works, 'WO-TIME');
  const turning = { kind: 'confirmation', order, operation: '0010', unit: 'EA' } as const;
  await posted('setup', { ...turning, setupMs: 90_001 });
  await posted('machine', { ...turning, machineMs: 3_600_000 });
  const { asked } = await post('count', { ...turning, yield: '90', scrap: '2.125', rework: '1' });
  expect(await cycles('0010')).toEqual([
    { ms: 90_001, cost: 90.001, state: 'done', work: 'finished' },
    { ms: 3_600_000, cost: 3_600, state: 'done', work: 'finished' },
  ]);
  const [counted] = await works.office.rows(
    'holdfast.document',
    [['key', '=', asked.key]],
    ['good', 'scrap', 'rework', 'event', 'work.operation.name'],
  );
  expect(counted).toMatchObject({
    ...{ good: { decimal: '90' }, scrap: { decimal: '2.125' }, rework: { decimal: '1' } },
    ...{ event: asked.eventId, 'work.': { 'operation.': { name: '0010 Turning' } } },
  });
  // Nobody has worked at 0020: a cycle of no time and no cost finishes it.
  await posted('final', { kind: 'confirmation', order, operation: '0020', final: true });
  expect(await cycles('0020')).toEqual([{ ms: 0, cost: 0, state: 'done', work: 'finished' }]);
});

testTryton('what is taken back leaves stock, cost and journal as before', async (depot) => {
  const works = await sharedWorks(depot);
  const floor = await openFloor(works, 'WO-BACK');
  const { steel, bolts, order, heat, lot, post, posted, stock, journal, cycles } = floor;
  const issue = { ...steel, quantity: '12.5' };
  const receipt = { ...bolts, order, quantity: '10', blocked: '4' };
  const time = { order, operation: '0010', unit: 'EA', yield: '10', machineMs: 60_000 };
  const numbers = {
    issue: await posted('issue', { ...issue, kind: 'goodsIssue' }),
    receipt: await posted('receipt', { ...receipt, kind: 'goodsReceipt' }),
    time: await posted('time', { ...time, kind: 'confirmation' }),
  };
  const back = {
    issue: await posted('-issue', { ...issue, kind: 'cancelIssue', cancels: numbers.issue }),
    receipt: await posted('-receipt', {
      ...receipt,
      kind: 'cancelReceipt',
      cancels: numbers.receipt,
    }),
  };
  await posted('-time', { ...time, kind: 'cancelConfirmation', cancels: numbers.time });
  expect(await stock(heat)).toEqual({ free: 1_000, blocked: 0, production: 0, scrap: 0 });
  expect(await stock(lot)).toEqual({ free: 0, blocked: 0, production: 0, scrap: 0 });
  expect(await journal(numbers.issue)).toEqual([-125]);
  expect(await journal(back.issue)).toEqual([125]);
  const sum = (all: number[]) => all.reduce((total, amount) => total + amount, 0);
  expect(sum(await journal(numbers.receipt))).toBe(200);
  expect(sum(await journal(back.receipt))).toBe(-200);
  expect(sum((await cycles('0010')).map(({ cost }) => cost))).toBe(0);

  const origins = await works.office.rows(
    'stock.move',
    [['holdfast_document', '=', Number(back.issue.split('/')[1])]],
    ['origin', 'state'],
  );
  expect(origins).toMatchObject([{ origin: expect.stringMatching(/^stock\.move,\d+$/) }]);

  const again = await post('once more', { ...issue, kind: 'cancelIssue', cancels: numbers.issue });
  expect(again.outcome).toMatchObject({ kind: 'refused', reason: /taken back already/ });
  const other = await post('wrong', { ...receipt, kind: 'cancelReceipt', cancels: numbers.issue });
  expect(other.outcome).toMatchObject({ kind: 'refused', reason: /is a goodsIssue/ });
  const third = await posted('third issue', { ...issue, kind: 'goodsIssue' });
  const anew = { ...issue, kind: 'cancelIssue', cancels: third, cancelsKey: key('lost') } as const;
  const stranger = await post('E7: of a number given anew', anew);
  expect(stranger.outcome).toMatchObject({
    ...{ kind: 'refused', code: 'UserError' },
    reason: expect.stringMatching(`Document ${third} is not ours to take back: it bears key .*-`),
  });
  expect(await works.erp.lookup(stranger.asked)).toEqual([]);
  await posted('third back', { ...anew, cancelsKey: key(`${order} third issue`) });
  // A reversed posting may be posted again, under a key of its own.
  await posted('issued again', { ...issue, kind: 'goodsIssue' });
  expect(await stock(heat)).toMatchObject({ free: 987.5, production: 12.5 });
});

testTryton('what no longer stands as it was posted is not taken back', async (depot) => {
  const works = await sharedWorks(depot);
  const { steel, heat, post, posted, stock } = await openFloor(works, 'WO-GONE');
  const issue = { ...steel, quantity: '5' };
  const number = await posted('issue', { ...issue, kind: 'goodsIssue' });
  const less = { ...issue, kind: 'cancelIssue', cancels: number, quantity: '4' } as const;
  const other = await post('less', less);
  const wrong = '1 too much went from free to production';
  expect(other.outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining(wrong) });
  expect(await stock(heat)).toMatchObject({ free: 995, production: 5 });

  const [move] = await works.office.rows(
    'stock.move',
    [['holdfast_document', '=', Number(number.split('/')[1])]],
    ['state'],
  );
  await works.office.push('stock.move', 'cancel', [move!['id'] as number]);
  const { asked, outcome } = await post('-issue', { ...less, quantity: '5' });
  const reason = `${number} is not what shall be taken back: move ${move!['id']} is cancelled`;
  expect(outcome).toEqual({ kind: 'refused', code: 'UNKNOWN', reason });
  expect(await works.erp.lookup(asked)).toEqual([]);
  expect(await stock(heat)).toMatchObject({ free: 1_000, production: 0 });
});

testTryton('a key is posted once, whoever sends it and how often', async (depot) => {
  const works = await sharedWorks(depot);
  const { steel, heat, order, stock, journal } = await openFloor(works, 'WO-ONCE');
  const asked = posting(`${order} once`, { ...steel, kind: 'goodsIssue', quantity: '7' });
  const outcomes = await Promise.all(
    [works.erp, works.erpAt(works.url), works.erp, works.erp].map((erp) => erp.post(asked)),
  );
  // Who was not first may be told that the key is taken, and looks it up.
  expect(new Set(outcomes.map(({ kind }) => kind)).size).toBeLessThanOrEqual(2);
  const documents = await works.erp.lookup(asked);
  expect(documents).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.kind === 'posted') expect([outcome.document]).toEqual(documents);
    else expect(outcome).toMatchObject({ kind: 'unknown' });
  }
  expect(await stock(heat)).toMatchObject({ free: 993, production: 7 });
  expect(await journal((documents as string[])[0]!)).toEqual([-70]);

  const otherwise = { ...asked, quantity: '8' };
  const differs = { kind: 'differs', document: (documents as string[])[0], reason: /1 too much/ };
  const said = expect.stringContaining('-1 too much went from free to production');
  expect(await works.erp.post(otherwise)).toEqual({ ...differs, reason: said });
  expect(await works.erp.lookup(otherwise)).toEqual({ ...differs, reason: said });
  expect(await stock(heat)).toMatchObject({ free: 993, production: 7 });
});
