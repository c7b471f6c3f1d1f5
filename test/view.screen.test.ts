// Goal: whoever watches a line over HTTP hears of every change, and only what is so.
import { expect, test } from 'vitest';
import { openBox } from './helpers/box.ts';
import { openScreens } from './helpers/screen.ts';
import { m01, shop } from './helpers/shop.ts';

const line = encodeURIComponent(m01);
const nextOf = ({ next }: { next: { action: string } | null }) => next?.action;

test('a screen is told at once, and again when something changed', async () => {
  const { ask, listen, get } = await openScreens(openBox());
  const stream = listen(`/events?line=${line}`);
  const first = (await stream.next()).value!;
  expect(first).toMatchObject({ event: 'line', id: '0', data: { line: m01, queue: [] } });
  await ask(shop.release());
  await ask(shop.start());
  let last = (await stream.next()).value!;
  // Where the machine stood still between the two, the first is told by itself.
  while (nextOf(last.data) === 'StartOperation') last = (await stream.next()).value!;
  expect(last.data).toMatchObject({ next: { action: 'StartPhase', order: 'WO-1' } });
  expect(Number(last.id)).toBeGreaterThan(0);
  await stream.return(undefined);
  const { body } = await get(`/line?line=${line}`);
  expect(body).toMatchObject({ line: m01, next: { action: 'StartPhase' } });
});

test('a line that is none is refused before a stream begins', async () => {
  const { get } = await openScreens(openBox());
  for (const path of ['/line', '/line?line=M01', '/events?line=M01', '/line?line=a&line=b']) {
    expect(await get(path)).toMatchObject({ status: 400, body: { code: 'INVALID' } });
  }
  for (const path of ['/line', '/events']) {
    const unknown = `${path}?line=acme/lyon/turning/M9`;
    expect(await get(unknown)).toMatchObject({ status: 404, body: { code: 'UNKNOWN' } });
  }
});

test('what is told straight after an answer knows of it', async () => {
  const { ask, get } = await openScreens(openBox());
  await ask(shop.release(), shop.start(), shop.phase('R1'));
  for (let good = 1; good <= 5; good++) {
    await ask(shop.report('R1'));
    const { body } = await get(`/line?line=${line}`);
    expect(body).toMatchObject({ runs: [{ runCounts: { good: `${good}` } }] });
  }
});
