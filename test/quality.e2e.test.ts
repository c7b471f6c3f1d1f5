// Goal: quality's word from central is done at a line once, whatever is killed on the way, and is
// told as not yet held until then. Method: hub, leaf, edge, ERP sandbox and central as processes;
// edge and central are killed while the word is on its way; a file is dropped, and answered.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask, read } from '../cli/drive.ts';
import { startStage } from '../cli/stage.ts';
import type { Status } from '../edge/http/status.ts';
import { testFolder } from './helpers/folder.ts';
import { waitFor } from './helpers/plantnet.ts';
import { m01, shop } from './helpers/shop.ts';

const { signal } = new AbortController();
const waitMs = 60_000;
type Held = { state: string; lines: { node: string; state: string; why: string | null }[] };

test('a hold goes down once, through kills of edge and central; a file ends it', async () => {
  const directory = testFolder();
  const dropPath = join(directory, 'drop');
  mkdirSync(dropPath);
  const stage = await startStage({
    ...{ directory, lines: [{ line: m01, lanes: 2 }], centralConfig: { dropPath } },
  });
  onTestFinished(() => stage.close());
  const tell = (...commands: object[]) => ask(stage.edgeUrl, commands, signal);
  const say = async (path: string, payload: object) => {
    const reply = await fetch(`${stage.centralUrl}/v1/${path}`, {
      ...{ method: 'POST', body: JSON.stringify(payload) },
      headers: { 'content-type': 'application/json' },
    });
    expect([reply.status, await reply.clone().text()]).toEqual([200, expect.any(String)]);
  };
  const states = async () => {
    const held = await read<Held>(stage.centralUrl, '/v1/holds/C-1');
    return held.lines.map(({ node, state }) => `${node} ${state}`).join();
  };
  const until = (what: string) =>
    waitFor(async () => (await states().catch(() => '')) === what, waitMs, what);
  const facts = async (type: string) => {
    const { facts: all } = await read<Status>(stage.edgeUrl, '/v1/status');
    return all.filter((fact) => fact.type === type).length;
  };

  await tell(shop.release(), shop.start(), shop.consume('L-7'));
  const known = async () => (await read<{ facts: number }>(stage.centralUrl, '/v1/status')).facts;
  await waitFor(async () => (await known()) === 3, waitMs, 'three facts at central');
  await stage.killEdge();
  await say('holds', { lot: 'L-7', by: 'person:qa', reason: 'supplier warns' });
  await until('lot:L-7 not yet held');
  await stage.killCentral(); // what was asked is in its ledger
  await stage.startEdge();
  await stage.startCentral();
  await until('lot:L-7 held');
  expect([await facts('HoldPlaced'), await facts('CommandReceived')]).toEqual([1, 1]);
  const [used] = await tell(shop.consume('L-7'));
  expect(used).toMatchObject({ status: 'refused', reason: expect.stringContaining('C-1.1') });

  await say('holds/C-1/release', { by: 'person:a', reason: 'tested' });
  const yes = { operation: 'approve-hold', hold: 'C-1', by: 'person:b', reason: 'tested' };
  writeFileSync(join(dropPath, 'yes.json'), JSON.stringify(yes));
  await until('lot:L-7 released');
  expect(readdirSync(join(dropPath, 'done'))).toHaveLength(2);
  expect(await tell(shop.consume('L-7'))).toMatchObject([{ status: 'accepted' }]);
});
