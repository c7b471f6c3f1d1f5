// Goal: on every screen of a plant the page shows whole words, however much is wrong.
// Method: a status with all that can be too long, on screens from a tablet to a wall.
import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import type { Status } from '../edge/http/status.ts';
import { closeChromium, look } from './helpers/chromium.ts';
import { startBox, started, startSilence } from './helpers/pagebox.ts';
import { command, quantityHold, shop } from './helpers/shop.ts';

afterAll(closeChromium);

const widths = [768, 1024, 1280, 1920];
const writer = 'epoch 3 is written by store 01234567-89ab-4cde-8f01-23456789abcd since today';

/** Makes one order and one hold many, and both lines as bad as can be. */
function worsen(status: Status): void {
  const [order] = status.orders;
  const [hold] = status.holds;
  const operation = { ...order!.operations[0]!, openRuns: 12, completion: 'beyondTolerance' };
  const many = { operations: Array(6).fill(operation), holds: ['H-000001', 'H-000002'] };
  const ids = Array.from({ length: 100 }, (_, index) => `WO-10${index + 1000}`);
  Object.assign(status, {
    orders: ids.map((id) => ({ ...order!, ...many, order: id })),
    holds: ids.map((id) => ({ ...hold!, hold: `H-${id}` })),
    ...{ ordersOpen: 12_345, holdsOpen: 12_345, unsent: 1_234_567 },
    ...{ disk: { level: 'ok', daysLeft: 719 }, oldestUnsentMs: status.nowMs - 123 * 3_600_000 },
  });
  const [one, two] = status.lines;
  Object.assign(one!, {
    state: 'failed',
    failure: 'M01 stopped at epoch 1, sequence 7',
    waiting: 9,
  });
  const since = { sinceMs: status.nowMs - 5e8, detail: writer };
  Object.assign(two!, { way: { state: 'stale', ...since }, head: 1_234_567 });
}

/** Texts that are cut, or that stand in two rows where they must stand in one. */
const faults = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const wrong = [];
    for (const node of document.querySelectorAll('.header *, .way *, .detail, .note, td, th, h3')) {
      if (node.innerText && node.clientWidth > 0 && node.scrollWidth > node.clientWidth + 1) {
        wrong.push('cut: ' + node.innerText);
      }
    }
    const rows = (node) => {
      const range = document.createRange();
      range.selectNodeContents(node);
      return new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom / 9))).size;
    };
    const whole = '.header :not([data-is="shift"]) > b, .way b, .hold h3, td.state, ' +
      '[data-is="holds"], .number';
    for (const node of document.querySelectorAll(whole)) {
      if (node.innerText && rows(node) > 1) wrong.push('in two rows: ' + node.innerText);
    }
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) wrong.push('wider than the screen: ' + scrollWidth);
    const orders = document.querySelector('.scroll');
    if (orders.scrollWidth > orders.clientWidth) wrong.push('orders: ' + orders.scrollWidth);
    return [...new Set(wrong)];
  })()`);

test('on no screen is a word cut or broken, nor the page too long', async (context) => {
  const { url, ask } = await startBox();
  const operations = [{ operation: '0010', name: 'Turning and milling' }];
  const [, ...then] = started;
  await ask(shop.release({ operations }), ...then, quantityHold('H1', '2.5'));
  await ask(command('StartShift', { shift: '2026-04-17 late' }, { people: ['4103'] }));
  const { page, says, errors } = await look(context, await startSilence(url, worsen));
  await says('#header', /^failed\s+1 of 2 lines · 1 taken over by another box\n/);
  await says(
    '#header',
    /1,234,567\s+unsent · oldest\s+5 days 3 hr/,
    /23 months\s+room on disk/,
    /2026-04-17 late\s+shift/,
  );
  await says('.tile:nth-child(2)', /taken over by another box\s+since/, writer, /1,234,567/);
  expect(await page.locator('td [data-is="holds"]').count()).toBeGreaterThan(0);
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    expect(await faults(page), `${width} px`).toEqual([]);
    const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
    expect(height, `${width} px`).toBeLessThan(4_500);
  }
  expect(await page.locator('.hold:visible').count()).toBe(3);
  await says('.hold', 'HOLD H-WO-101099');
  await page.getByText('97 more open holds').click();
  expect(await page.locator('.hold:visible').count()).toBe(100);
  expect(errors).toEqual([]);
});
