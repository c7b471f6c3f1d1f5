// How much of the page a panel loads, and how soon people can use it there: `npm run budget`.
// Chromium with a processor four times slower than this one, from an edge that has work.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { freePorts } from '../../cli/port.ts';
import { readEdgeConfig } from '../../edge/config.ts';
import { pressSheets } from '../../edge/http/press.ts';
import { startEdge } from '../../edge/main.ts';
import { languages } from '../../shared/press.ts';
import { launchChromium } from '../helpers/chromium.ts';
import { m01, m02, shop } from '../helpers/shop.ts';

const slowdown = 4;
const loads = 7;
const budgetBytes = 150_000;
const interactiveMaxMs = 1_000;

/** Notes when what can be tapped is drawn, and the frame after it: a tap would be heard now. */
const noteReady = `
  new MutationObserver((_, watch) => {
    if (!document.querySelector('main :is(.run, .tile)')) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => { globalThis.readyMs = performance.now(); }));
  }).observe(document, { childList: true, subtree: true });
`;

/** Bytes on the wire of one fresh load, and when the first action can be tapped, ms. */
async function load(browser: Browser, url: string) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, hasTouch: true });
  const cdp = await page.context().newCDPSession(page);
  let bytes = 0;
  await cdp.send('Network.enable');
  cdp.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await page.addInitScript(noteReady);
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('main :is(.run, .tile)').first().waitFor({ timeout: 30_000 });
  await page.waitForTimeout(500);
  const ms = (await page.evaluate('globalThis.readyMs')) as number;
  await page.close();
  return { bytes, ms };
}

async function measure(browser: Browser, url: string) {
  const all = [];
  for (let at = 0; at < loads; at += 1) all.push(await load(browser, url));
  const times = all.map(({ ms }) => Math.round(ms)).sort((a, b) => a - b);
  const bytes = Math.max(...all.map((one) => one.bytes));
  return { bytes, best: times[0]!, ms: times[Math.floor(loads / 2)]!, worst: times.at(-1)! };
}

/** What an empty page takes on this machine now: how much of the times below is not the page's. */
const empty = 'data:text/html,<main><p class="run">nothing</p></main>';

async function startWork(folder: string) {
  const [httpPort] = await freePorts(1);
  const config = {
    ...{ storePath: join(folder, 'edge.sqlite'), natsUrl: 'nats://127.0.0.1:9', httpPort },
    ...{ logLevel: 'silent', lines: [{ line: m01, lanes: 2, idealPerHour: '60' }, { line: m02 }] },
  };
  const edge = await startEdge(readEdgeConfig(config));
  const operations = [{ operation: '0010', name: 'Turning' }];
  const reports = Array.from({ length: 60 }, () => shop.report('R1'));
  const orders = Array.from({ length: 20 }, (_, at) =>
    shop.release({ operations }, `WO-${at + 2}`),
  );
  const commands = [shop.release({ operations }), shop.start(), shop.phase('R1')];
  const body = JSON.stringify({ commands: [...commands, ...reports, ...orders] });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${edge.url}/v1/commands`, { method: 'POST', headers, body });
  return edge;
}

const folder = mkdtempSync(join(tmpdir(), 'budget-'));
const edge = await startWork(folder);
const browser = await launchChromium();
let ok = true;
try {
  if (!browser) throw new Error('there is no Chromium on this machine');
  for (const language of languages) {
    const sheets = await pressSheets(language);
    const sent = await Promise.all(sheets.map(({ brotli }) => brotli()));
    const bytes = sent.reduce((sum, { length }) => sum + length, 0);
    ok &&= bytes < budgetBytes;
    console.log(`all files in ${language}: ${bytes} bytes compressed, of ${budgetBytes}`);
  }
  const none = await measure(browser, empty);
  console.log(`an empty page: after ${none.ms} ms (best ${none.best}, worst ${none.worst})`);
  for (const path of ['/', `/line.html?line=${m01}`]) {
    const { bytes, best, ms, worst } = await measure(browser, `${edge.url}${path}`);
    ok &&= ms < interactiveMaxMs;
    const times = `can be used after ${ms} ms (median of ${loads}; best ${best}, worst ${worst})`;
    console.log(
      `${path}: ${bytes} bytes on the wire, ${times}, processor ${slowdown} times slower`,
    );
  }
} finally {
  await browser?.close();
  await edge.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(ok ? 'within the budget' : 'beyond the budget');
process.exitCode = ok ? 0 : 1;
