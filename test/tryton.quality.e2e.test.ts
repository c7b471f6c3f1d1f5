// Goal: what Tryton's own people and rules forbid is refused with their words, and can be sent
// again when it is allowed.
// Method: a quality control, an alert, planned moves and closed productions in a real Tryton.
import { expect } from 'vitest';
import { sharedWorks, testTryton } from './tryton/bench.ts';
import { openFloor, posting } from './tryton/goods.ts';

testTryton('a failed inspection blocks completion until it is resolved', async (depot) => {
  const works = await sharedWorks(depot);
  const { office, planning } = works;
  const { order, bolts, production, posted, state, stock, lot } = await openFloor(works, 'WO-INSP');
  const control = await office.one('quality.control', {
    ...{ name: 'Diameter', operations: ['production:done'], frequency: 1 },
    ...{ company: planning.company, product: planning.products.get('BOLT')!.id },
    points: [
      [
        'create',
        [{ name: 'mm', string: 'mm', type_: 'float', tolerance_lower: 9, tolerance_upper: 11 }],
      ],
    ],
  });
  const erp = works.erpAt(works.url, { completeProductions: true });
  const final = (operation: string) =>
    ({ kind: 'confirmation', order, operation, final: true }) as const;
  const send = async (name: string, operation: string) => {
    const asked = posting(`${order} ${name}`, final(operation));
    return { outcome: await erp.post(asked), found: await erp.lookup(asked) };
  };
  await posted('receipt', { ...bolts, order, kind: 'goodsReceipt', quantity: '10' });
  expect((await send('turned', '0010')).outcome.kind).toBe('posted');
  expect(await state()).toBe('running');

  // Instead of completing, Tryton asks for the inspection.
  const asked = await send('last', '0020');
  expect(asked.outcome).toMatchObject({ kind: 'refused', code: 'DECISION' });
  expect(asked.outcome).toHaveProperty('reason', expect.stringMatching(/has posted nothing/));
  expect(asked.found).toEqual([]);
  expect(await state()).toBe('running');

  const inspection = await office.one('quality.inspection', {
    ...{ origin: `production,${production}`, control, company: planning.company },
    points: { mm: 12 },
  });
  await office.push('quality.inspection', 'process', [inspection]);
  const blocked = await send('last', '0020');
  expect(blocked.outcome).toMatchObject({ kind: 'refused', code: 'UserError' });
  expect(blocked.outcome).toHaveProperty('reason', expect.stringMatching(/failed inspection/i));
  expect(blocked.found).toEqual([]);
  expect(await state()).toBe('running');

  const [{ id: alert }] = (await office.rows(
    'quality.alert',
    [['origin', '=', `quality.inspection,${inspection}`]],
    ['state'],
  )) as [{ id: number }];
  await office.push('quality.alert', 'process', [alert]);
  await office.push('quality.alert', 'resolve', [alert]);
  const done = await send('last', '0020');
  expect(done.outcome.kind).toBe('posted');
  expect(await state()).toBe('done');
  expect(await stock(lot)).toMatchObject({ free: 10 });
  await office.write('quality.control', [control], { active: false });

  const late = await posted('late', {
    ...{ kind: 'confirmation', order, operation: '0010', machineMs: 1_000 },
  }).catch((error: Error) => error.message);
  expect(late).toMatch(/is done, not running/);
});

testTryton('planned moves that are open would be booked twice: refused', async (depot) => {
  const works = await sharedWorks(depot);
  const { office, planning } = works;
  const { steel, heat, production, post, posted, stock } = await openFloor(works, 'WO-PLAN');
  const planned = await office.one('stock.move', {
    ...{ product: planning.products.get('STEEL')!.id, quantity: 5, company: planning.company },
    ...{ unit: planning.products.get('STEEL')!.unitId, production_input: production },
    ...{ from_location: planning.places.get('STO'), to_location: planning.places.get('PROD') },
  });
  const issue = { ...steel, kind: 'goodsIssue', quantity: '5' } as const;
  const { outcome } = await post('issue', issue);
  expect(outcome).toMatchObject({ kind: 'refused', code: 'UserError' });
  expect(outcome).toHaveProperty('reason', expect.stringMatching(/planned moves of .*STEEL/));
  expect(await stock(heat)).toMatchObject({ free: 1_000, production: 0 });
  await office.push('stock.move', 'cancel', [planned]);
  await posted('issue', issue);
  expect(await stock(heat)).toMatchObject({ free: 995, production: 5 });
});

testTryton('what is not there, or lies in the future, is refused in words', async (depot) => {
  const works = await sharedWorks(depot);
  const { steel, bolts, order, post, heat, stock } = await openFloor(works, 'WO-WORDS');
  const issue = { ...steel, kind: 'goodsIssue', quantity: '1' } as const;
  const time = { kind: 'confirmation', order, machineMs: 1_000 } as const;
  const cases: [string, Parameters<typeof post>[1], RegExp][] = [
    ['order', { ...issue, order: 'WO-NONE' }, /no production WO-NONE/],
    ['product', { ...issue, material: 'GOLD' }, /no product GOLD/],
    ['lot', { ...issue, lot: 'NONE' }, /no lot NONE of STEEL/],
    ['unit', { ...issue, unit: 'FATHOM' }, /no unit FATHOM/],
    ['other unit', { ...issue, unit: 'EA' }, /cannot convert between/],
    ['digits', { ...issue, quantity: '0.0001' }, /exceeds the limit of "3"/],
    ['operation', { ...time, operation: '0099' }, /has 0 works 0099/],
    ['no fiscal year', { ...issue, atMs: Date.UTC(2019, 0, 5) }, /period/i],
    ['future', { ...issue, atMs: Date.now() + 3 * 86_400_000 }, /in the future/],
    ['stock', { ...bolts, lot: heat, kind: 'blockStock', quantity: '1' }, /no lot .* of BOLT/],
    ['document', { ...issue, kind: 'cancelIssue', cancels: 'holdfast/999999' }, /no document/],
  ];
  for (const [name, given, reason] of cases) {
    const { outcome } = await post(name, given);
    expect(outcome, name).toMatchObject({ kind: 'refused' });
    expect(outcome, name).toHaveProperty('reason', expect.stringMatching(reason));
  }
  expect(await stock(heat)).toEqual({ free: 1_000, blocked: 0, production: 0, scrap: 0 });
});
