import type { Page } from 'playwright-core';
import { expect, type TestContext } from 'vitest';
import { look } from './chromium.ts';
import { pins } from './people.ts';
import { m01 } from './shop.ts';

/** The panel at a line, and a tablet, both for fingers. */
export const panel = { viewport: { width: 1280, height: 800 }, hasTouch: true };
export const tablet = { viewport: { width: 800, height: 1280 }, hasTouch: true };

export const names = {
  ...{ ada: 'Ada Lovelace', bea: 'Beatrice', cem: 'Cem', dan: 'Dan' },
} as const;
export type Who = keyof typeof names;
export type Station = Awaited<ReturnType<typeof openStation>>;

const soon = { timeout: 30_000 };

/** A screen at a line, as a person with gloves uses it. */
export async function openStation(
  context: TestContext,
  url: string,
  { options = panel, path = `/line.html?line=${m01}` }: { options?: object; path?: string } = {},
) {
  const { page, errors, says } = await look(context, `${url}${path}`, options);
  page.setDefaultTimeout(20_000);
  const sheet = page.locator('#sheet');
  const named = (name: string | RegExp) => page.getByRole('button', { name }).first();

  async function typePin(who: Who): Promise<void> {
    await sheet.locator('[data-field=pin]').tap();
    for (const digit of pins[who]) await key(digit);
  }
  const key = (digit: string) => sheet.locator(`.pad [data-arg='"${digit}"']`).tap();

  return {
    ...{ page, errors, says, sheet, typePin, key },
    goTo: (to: string) => page.goto(`${url}${to}`),

    /** Taps a button by the words on it. */
    tap: (name: string | RegExp) => named(name).tap(),
    /** Taps one that is in the sheet. */
    choose: (name: string | RegExp) => sheet.getByRole('button', { name }).first().tap(),
    send: () => sheet.locator('.send .primary').tap(),

    async signIn(who: Who): Promise<void> {
      await page.locator('[data-do=signIn]').tap();
      await sheet.locator('[data-field=name]').fill(names[who]);
      await typePin(who);
      await sheet.locator('[data-do=sendSignIn]').tap();
      await expect.poll(() => sheet.isVisible(), soon).toBe(false);
      await expect.poll(() => page.locator('.person').textContent(), soon).toContain(names[who]);
    },
    signOut: () => page.locator('[data-do=signOut]').tap(),

    /** Types a quantity on the pad into a field. */
    async count(field: string, digits: string): Promise<void> {
      await sheet.locator(`[data-field=${field}]`).tap();
      for (const digit of digits) await key(digit);
    },

    /** What a scanner reads: keys a few ms apart, then Enter, wherever the focus is. */
    scan: (code: string) => typeFast(page, code),

    /** Waits until the sheet is shut: what was asked has been accepted. */
    done: () => expect.poll(() => sheet.isVisible(), soon).toBe(false),
    /** Waits until the page says that it was recorded. */
    recorded: () =>
      expect.poll(() => page.locator('#told').textContent(), soon).toMatch(/✓ Recorded/),
  };
}

/** Keys with the times that a scanner's have, however slow this machine is. */
async function typeFast(page: Page, code: string): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const beganS = Date.now() / 1_000;
  const keys = [...code].map((text) => ({ text, key: text }));
  const all = [...keys, { text: '\r', key: 'Enter' }];
  for (const [at, { text, key }] of all.entries()) {
    const timestamp = beganS + at * 0.005;
    const windowsVirtualKeyCode = key === 'Enter' ? 13 : 0;
    const common = { key, timestamp, windowsVirtualKeyCode };
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', text, ...common });
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...common });
  }
  await cdp.detach();
}
