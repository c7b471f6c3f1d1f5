// Goal: a recall that holds reaches every line of every plant that has something of the bad lot or
// of what was made of it; a plant that is away is told as not yet held, and holds when it is back.
// Method: boxes of three plants and central in one process, over subjects that the test cuts; the
// command line asks central over HTTP; its rows are compared with what was told to the lines.
import { expect, onTestFinished, test, vi } from 'vitest';
import { openBoard } from '../central/desk/board.ts';
import { buildHttp } from '../central/desk/http.ts';
import { run } from '../cli/recall.ts';
import type { Recalled } from '../shared/recalltext.ts';
import { bare } from './helpers/bare.ts';
import { outcome } from './helpers/box.ts';
import { openFleet } from './helpers/fleet.ts';
import { waitFor } from './helpers/plantnet.ts';
import { shop } from './helpers/shop.ts';

const lyon = 'acme/lyon/turning/M01';
const graz = 'acme/graz/milling/M01';
const porto = 'acme/porto/assembly/M01';

/** Three plants: lyon makes P-1 of S-1, graz Q-1 of P-1; porto makes R-1 of S-1. */
async function openPlants() {
  const fleet = openFleet([lyon, graz, porto]);
  const board = openBoard({ ...fleet, ...bare, nowMs: Date.now, moved: () => undefined });
  const app = buildHttp(board);
  onTestFinished(() => app.close());
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const works = async (line: string, order: string, ...did: object[]) => {
    const box = fleet.box(line.split('/')[1]!, [line]);
    await box.until('up', line);
    for (const given of [shop.release({}, order, { line }), ...did]) {
      expect(outcome(await box.ask({ ...given, atMs: Date.now() }))).toBe('accepted');
    }
    await box.kept(line);
    return box;
  };
  const about = (line: string, order: string) => ({ line, order });
  const [one, two, three] = [about(lyon, 'WO-1'), about(graz, 'WO-2'), about(porto, 'WO-3')];
  const clean = about(lyon, 'WO-4'); // has nothing of it
  const first = await works(
    ...([lyon, 'WO-1', shop.start(one), shop.consume('S-1', {}, one)] as const),
    ...[shop.produce('P-1', {}, one), shop.produce('P-2', {}, one)],
    ...[shop.release({}, 'WO-4', { line: lyon }), shop.start(clean)],
    ...[shop.consume('S-8', {}, clean), shop.produce('N-1', {}, clean)],
  );
  const second = await works(
    ...([graz, 'WO-2', shop.start(two), shop.consume('P-1', {}, two)] as const),
    ...[shop.produce('Q-1', {}, two), shop.consume('S-9', {}, two)],
  );
  const third = await works(
    ...([porto, 'WO-3', shop.start(three), shop.consume('S-1', {}, three)] as const),
    ...[shop.produce('R-1', {}, three)],
  );
  while (fleet.thread.readOn() > 0);
  let documents = 0;
  for (let tasks = fleet.postings.next(new Set(), 50); tasks.length > 0; ) {
    for (const { posting } of tasks) {
      fleet.postings.settle(posting.key, { kind: 'posted', document: `D${++documents}` });
    }
    tasks = fleet.postings.next(new Set(), 50);
  }
  const recall = async (...args: string[]) => {
    const said: string[] = [];
    const heard = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said.push(`${text}`);
      return true;
    });
    const code = await run(['S-1', ...args, '--json', '--central', url]).finally(() =>
      heard.mockRestore(),
    );
    return { code, ...(JSON.parse(said.join('')) as Recalled & { held: { hold: string }[] }) };
  };
  const states = () => {
    const { lines } = fleet.quality.shown('C-1');
    return lines.map(({ line, node, state }) => `${line.split('/')[1]} ${node} ${state}`);
  };
  const stand = async (all: readonly string[]) => {
    const isSo = () => {
      fleet.wards.pass();
      return `${states()}` === `${all}`;
    };
    await waitFor(isSo, 10_000).catch(() => expect(states()).toEqual(all));
  };
  return { fleet, first, second, third, recall, stand, documents };
}
const named = ({ rows }: Recalled, kind: string) =>
  rows.filter((row) => row.kind === kind).map(({ name }) => name);

test('one supplier lot is held in three plants, in one that is away when it is back', async () => {
  const { fleet, first, second, third, recall, stand, documents } = await openPlants();
  third.link.cut = true;
  const told = await recall('--hold', '--by', 'person:17', '--reason', 'assay');
  expect(told).toMatchObject({ code: 0, isCut: false, notYet: 0, held: [{ hold: 'C-1' }] });
  expect(named(told, 'lot')).toEqual(['P-1', 'P-2', 'Q-1', 'R-1', 'S-1']);
  expect(named(told, 'order')).toEqual(['WO-1', 'WO-2', 'WO-3']);
  // Issues and receipts of all that the three orders used and made, and none of WO-4.
  expect([documents, named(told, 'document').length]).toEqual([10, 8]);
  const ofLots = told.rows.filter(({ kind }) => kind === 'document').map(({ lot }) => lot);
  expect(ofLots.sort()).toEqual(['P-1', 'P-1', 'P-2', 'Q-1', 'R-1', 'S-1', 'S-1', 'S-9']);
  const near = [
    ...['graz lot:P-1 held', 'graz lot:Q-1 held'],
    ...['lyon lot:P-1 held', 'lyon lot:P-2 held', 'lyon lot:S-1 held'],
  ];
  await stand([...near, 'porto lot:R-1 not yet held', 'porto lot:S-1 not yet held']);
  const on = { line: lyon, order: 'WO-1' };
  expect(outcome(await first.ask(shop.consume('P-2', {}, on)))).toMatch(/C-1\.\d/);
  const at = { line: graz, order: 'WO-2' };
  expect(outcome(await second.ask(shop.consume('Q-1', {}, at)))).toMatch(/C-1\.\d/);
  // Nobody could tell porto: it goes on, and makes one more lot of the bad one.
  const there = { line: porto, order: 'WO-3' };
  expect(outcome(await third.ask(shop.produce('R-2', {}, there)))).toBe('accepted');
  third.link.cut = false;
  await third.kept(porto);
  while (fleet.thread.readOn() > 0);
  await stand([...near, ...['R-1', 'R-2', 'S-1'].map((lot) => `porto lot:${lot} held`)]);
  expect(outcome(await third.ask(shop.consume('R-2', {}, there)))).toMatch(/C-1\.\d/);
  const again = await recall();
  const lots = again.rows.filter(({ kind }) => kind === 'lot');
  expect(lots.map(({ name, holds }) => [name, holds])).toEqual(
    ['P-1', 'P-2', 'Q-1', 'R-1', 'R-2', 'S-1'].map((lot) => [lot, expect.arrayContaining(['C-1'])]),
  );
});
