// Goal: what of a machine waits for a person is decided at its line, and the answer is shown.
// Method: a real edge, of whose machine the stream tells as a test says; what is asked is seen.
import { afterAll, expect, test } from 'vitest';
import { openAltered } from './helpers/altered.ts';
import { closeChromium } from './helpers/chromium.ts';
import { startShift } from './helpers/shift.ts';
import { m01 } from './helpers/shop.ts';
import { machineOf } from './helpers/shows.ts';
import { openStation } from './helpers/station.ts';

afterAll(closeChromium);

/** A station at a line whose machine has something of everything; what it asks, and is answered. */
async function openAt(context: Parameters<typeof openStation>[0]) {
  const shift = await startShift();
  const altered = await openAltered(shift.url);
  altered.tell((view) => {
    if (view.line) view.machine = machineOf(view.line, view.nowMs);
  });
  const at = await openStation(context, altered.url);
  await at.signIn('ada');
  const asked: unknown[] = [];
  let answer: { status: number; json: object } = { status: 200, json: { status: 'accepted' } };
  await at.page.route('**/v1/machines/*', (route) => {
    const request = route.request();
    asked.push([request.url().split('/').at(-1), request.postDataJSON()]);
    return route.fulfill(answer);
  });
  return {
    ...{ at, asked },
    answers(next: typeof answer): void {
      answer = next;
    },
  };
}
const by = 'person:17';

test('pieces go to a run, or to none with a reason', async (context) => {
  const { at, asked, answers } = await openAt(context);
  await at.says('#matters', '12 good of no job, made while no run was open');
  answers({ status: 409, json: { code: 'REFUSED', message: 'pieces.run: R1 is no open run' } });
  await at.tap('Whose are they?');
  expect(await at.sheet.locator('.send .primary').isDisabled()).toBe(true);
  await at.choose('WO-1 / 0010');
  await at.send();
  await at.says('#sheet', 'pieces.run: R1 is no open run');
  answers({ status: 200, json: { status: 'discarded' } });
  await at.choose('no run');
  await at.choose('test pieces');
  await at.send();
  await at.done();
  expect(asked).toEqual([
    ['pieces', { id: 3, run: 'R1', by }],
    ['pieces', { id: 3, reason: 'test pieces', by }],
  ]);
});

test('material of which nobody knew the lot is scanned', async (context) => {
  const { at, asked } = await openAt(context);
  await at.says('#matters', '12.5 KG of STEEL consumed of no job, of which lot is not known');
  await at.page.getByRole('button', { name: 'Whose are they?' }).nth(1).tap();
  await at.choose('WO-1 / 0010');
  await at.says('#sheet', 'Scan the label.');
  await at.scan('(10)L-4711');
  const lot = at.sheet.locator('[data-field=lot]');
  await expect.poll(() => lot.inputValue(), { timeout: 30_000 }).toBe('L-4711');
  await at.send();
  await at.done();
  expect(asked).toEqual([['pieces', { id: 4, run: 'R1', lot: 'L-4711', by }]]);
});

test('a counter goes on, a job is asked for, and all writing is switched off', async (context) => {
  const { at, asked } = await openAt(context);
  await at.says('#matters', 'press: good shows 981,234, not believed', 'press says: door open');
  await at.tap('Counter is right');
  await at.send();
  await at.done();
  await at.tap('Ask the machine');
  await at.choose('revoke start');
  await at.send();
  await at.done();
  await at.tap('Switch off');
  await at.send();
  await at.done();
  const job = { line: m01, unit: 'press', order: 'WO-1', operation: '0010' };
  expect(asked).toEqual([
    ['counter', { line: m01, unit: 'press', counter: 'good', by }],
    ['jobs', { ...job, action: 'RevokeStart', by }],
    ['writes', { on: false, by }],
  ]);
});
