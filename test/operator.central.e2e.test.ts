// Goal: a line's page says that a hold came from central, and that commands of central wait at the
// edge, in every language.
// Method: a real edge and Chromium; what the edge would tell of both is put into what the page is
// told, as `wards.test.ts` and `dispatch.test.ts` see it come from the edge.
import { mkdirSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { openAltered } from './helpers/altered.ts';
import { closeChromium, textOf } from './helpers/chromium.ts';
import { startShift } from './helpers/shift.ts';
import { m01 } from './helpers/shop.ts';
import { openStation } from './helpers/station.ts';

afterAll(closeChromium);

const own = { scope: 'lot', lot: 'L-7', reason: 'assay', line: m01, state: 'active' };
const hold = (nowMs: number, more: object) => ({
  ...{ ...own, placedBy: 'person:qa', placedMs: nowMs - 60_000, reach: ['L-7'] },
  ...{ suspect: null, proposal: null, quantity: null, remaining: '0', ...more },
});

const spoken = {
  en: ['from central', '2 commands of central wait here and are not done.'],
  de: ['von der Zentrale', '2 Aufträge der Zentrale warten hier und sind nicht ausgeführt.'],
  es: ['de la central', '2 órdenes de la central esperan aquí y no se han ejecutado.'],
  zh: ['来自中心', '2 条中心指令在此等待，尚未执行。'],
} as Record<string, [string, string]>;

test.for(['en', 'zh'])('in %s both are said', async (language, context) => {
  const [origin, waits] = spoken[language]!;
  const shift = await startShift({ language });
  const altered = await openAltered(shift.url);
  let isFull = true;
  altered.tell((view) => {
    if (!view.header) return;
    view.holds = [
      hold(view.nowMs, { hold: 'C-1.3', origin: 'central' }),
      hold(view.nowMs, { hold: 'H-9' }),
    ];
    view.header.commandsWait = isFull ? { count: 2, reason: 'disk: is full' } : null;
  });
  const at = await openStation(context, altered.url);
  await at.says('#hold-rows', 'C-1.3', 'H-9');
  const rows = at.page.locator('#hold-rows .hold');
  const told = await Promise.all([0, 1].map((index) => textOf(rows.nth(index))));
  expect(told.map((text) => text.includes(origin))).toEqual([false, true]); // the newest first
  await at.says('#notices', waits, 'disk: is full');
  const folder = process.env['HOLDFAST_PICTURES'];
  if (folder) {
    mkdirSync(folder, { recursive: true });
    await at.page.screenshot({ path: `${folder}/central-${language}.png` });
  }
  isFull = false;
  await expect
    .poll(() => textOf(at.page.locator('#notices')), { timeout: 30_000 })
    .not.toContain(waits);
  expect(at.errors).toEqual([]);
});
