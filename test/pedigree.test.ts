// Where a lot came from and what became of it, asked of the edge's own page without a network.
import { expect, test } from 'vitest';
import { buildHttp } from '../edge/http/http.ts';
import { readPedigree } from '../edge/http/pedigree.ts';
import { openIntake } from '../edge/line/intake.ts';
import { openBell } from '../shared/loop.ts';
import { openBox } from './helpers/box.ts';
import { fakeClock } from './helpers/clock.ts';
import { command, shop } from './helpers/shop.ts';

async function openPage() {
  const box = openBox();
  const parts = { intake: openIntake({ ...box, committed: () => {} }), status: box.status };
  const app = await buildHttp({
    ...{ ...parts, clock: fakeClock(), changed: openBell(), signal: new AbortController().signal },
    pedigree: (lot) => readPedigree(box.book, lot),
  });
  const ask = (given: object) => expect(box.decide(given).status).toBe('accepted');
  const read = async (lot: string) =>
    (await app.inject(`/v1/lots/${encodeURIComponent(lot)}`)).json() as Record<string, unknown>;
  return { ask, read, close: () => app.close() };
}

test('H11: a scan tells parents, children, holds and what is left', async () => {
  const { ask, read, close } = await openPage();
  const part = (lot: string, quantity: string) => ({ lot, quantity });
  for (const given of [shop.release(), shop.start(), shop.consume('S-1')]) ask(given);
  ask(shop.produce('Ä/1', { quantity: '100' }));
  const children = [part('L-2', '60'), part('L-3', '30')];
  ask(command('SplitLot', { lot: 'Ä/1' }, { children, unit: 'EA' }));
  ask(shop.hold('H1', 'lot', { lot: 'S-1' }, { quantity: '10', unit: 'EA' }));

  expect(await read('A\u0308/1')).toMatchObject({
    ...{ lot: 'Ä/1', state: 'restricted', quantity: '10', unit: 'EA', order: 'WO-1' },
    ...{ holds: ['H1'], ancestors: ['S-1'], descendants: ['L-2', 'L-3'] },
    from: [{ kind: 'order', id: 'WO-1' }],
    into: [
      { kind: 'lot', id: 'L-2' },
      { kind: 'lot', id: 'L-3' },
    ],
  });
  expect(await read('L-3')).toMatchObject({ quantity: '30', ancestors: ['Ä/1', 'S-1'] });
  expect(await read('S-1')).toMatchObject({ quantity: null, descendantsCount: 3 });
  await close();
});

test('a lot that was never stated is unknown, by name', async () => {
  const { read, close } = await openPage();
  const message = 'lot: L-9 was never stated at this edge';
  expect(await read('L-9')).toEqual({ code: 'UNKNOWN', message });
  await close();
});
