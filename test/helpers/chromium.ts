import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';
import { expect, onTestFinished, type TestContext } from 'vitest';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const folders = process.env['PATH']?.split(delimiter) ?? [];
const executablePath = folders
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find((path) => existsSync(path));
const args = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** The machine's own Chromium; undefined where there is none. */
export const launchChromium = async (): Promise<Browser | undefined> =>
  executablePath === undefined
    ? undefined
    : chromium.launch({ executablePath, args, headless: true, timeout: 60_000 });

let browser: ReturnType<typeof launchChromium> | undefined;

/** A page of the machine's own Chromium, for this test; the test counts as not run without one. */
export async function openPage(
  context: TestContext,
  options: BrowserContextOptions = {},
): Promise<Page> {
  browser ??= launchChromium();
  const own = (await browser) ?? context.skip('there is no Chromium on this machine');
  const viewport = { width: 1280, height: 900 };
  const page = await own.newPage({ viewport, ...options });
  onTestFinished(() => page.close());
  page.setDefaultTimeout(30_000);
  return page;
}

/** Ends the browser, if one was started. */
export async function closeChromium(): Promise<void> {
  await (await browser)?.close();
}

/** The status page at `url`, opened; what went wrong in it, and what it says. */
export async function look(context: TestContext, url: string, options: BrowserContextOptions = {}) {
  const page = await openPage(context, options);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Uncaught/.test(message.text())) errors.push(message.text());
  });
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  await page.goto(url);
  const tile = page.locator('.tile', { hasText: 'M01' });
  return { page, errors, tile, header: page.locator('#header'), says: says(page) };
}

// biome-ignore lint/performance/useDomNodeTextContent: what people see, not what the tree holds.
export const textOf = (node: Locator): Promise<string> => node.innerText();

/** Waits until the first node of `selector` says all of `texts`. */
const says =
  (page: Page) =>
  async (selector: string, ...texts: (string | RegExp)[]) => {
    const shown = () => textOf(page.locator(selector).first());
    for (const text of texts) {
      const pattern = text instanceof RegExp ? text : plain(text);
      await expect.poll(shown, { timeout: 30_000 }).toMatch(pattern);
    }
  };
const plain = (text: string) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
