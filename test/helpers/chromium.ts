import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { onTestFinished, type TestContext } from 'vitest';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const folders = process.env['PATH']?.split(delimiter) ?? [];
const executablePath = folders
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find((path) => existsSync(path));
const args = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

let browser: Promise<Browser> | undefined;

/** A page of the machine's own Chromium, for this test; the test counts as not run without one. */
export async function openPage(context: TestContext): Promise<Page> {
  if (executablePath === undefined) context.skip('there is no Chromium on this machine');
  browser ??= chromium.launch({ executablePath, args, headless: true, timeout: 20_000 });
  const page = await (await browser).newPage({ viewport: { width: 1280, height: 900 } });
  onTestFinished(() => page.close());
  page.setDefaultTimeout(10_000);
  return page;
}

export async function closeChromium(): Promise<void> {
  await (await browser)?.close();
}
