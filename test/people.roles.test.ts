// Goal: every command is somebody's to ask, and programs come in by their token.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { download } from '../cli/backup.ts';
import { ask } from '../cli/drive.ts';
import { openHashing } from '../edge/people/hashing.ts';
import { verifyStore } from '../edge/verification.ts';
import { commandTypes } from '../shared/command.ts';
import { mayAsk, mayTurn, type Role, roles } from '../shared/roles.ts';
import { testFolder } from './helpers/folder.ts';
import { startManned, token } from './helpers/people.ts';
import { shop } from './helpers/shop.ts';

test('what no role may ask is what only the clock states', () => {
  const all = mayAsk(roles);
  expect(commandTypes.filter((type) => !all.includes(type))).toEqual([
    ...['OverrunBatchPhase', 'EscalateHold', 'RemindOfHold'],
  ]);
});

test('who decides on quality makes nothing, and who makes it does not decide', () => {
  const makers = mayAsk(['operator', 'lead', 'technician']);
  for (const type of ['ReleaseHold', 'DispositionHold', 'ApproveDisposition', 'ReleaseLot']) {
    expect([type, (makers as readonly string[]).includes(type)]).toEqual([type, false]);
  }
  const quality: readonly string[] = mayAsk(['quality']);
  for (const type of ['ReportQuantity', 'StartPhase', 'ReverseFact', 'CloseOrder']) {
    expect([type, quality.includes(type)]).toEqual([type, false]);
  }
  for (const role of roles) expect(mayAsk([role])).toContain('PlaceHold');
});

const turns: [string, Role[]][] = [
  ['pieces', ['operator', 'lead']],
  ['counter', ['lead', 'technician']],
  ['jobs', ['operator', 'lead', 'technician']],
  ['writes', ['lead', 'technician']],
  ['toString', []],
];
test.each(turns)('%s of machines are decided by %j', (act, own) => {
  expect(roles.filter((role) => mayTurn([role], act))).toEqual(own);
});

test('a backup and an import come in by a token, and not without', async () => {
  const plant = await startManned();
  const { signal } = new AbortController();
  const one = { ...shop.release(), actor: 'system:mes' };
  await expect(ask(plant.url(), [one], signal)).rejects.toMatchObject({
    message: 'edge: sign in first',
  });
  expect(await ask(plant.url(), [one], signal, token)).toMatchObject([{ status: 'accepted' }]);
  const part = join(testFolder(), 'backup.sqlite');
  await expect(download(plant.url(), part, 20_000)).rejects.toMatchObject({
    message: expect.stringContaining('sign in first'),
  });
  await download(plant.url(), part, 20_000, token);
  expect(verifyStore(part)).toMatchObject({ facts: 1, found: 0 });
});

test('two hashes run at once, 64 wait, and nobody more', async () => {
  const hashing = openHashing();
  const ends: (() => void)[] = [];
  let begun = 0;
  const work = () => {
    begun += 1;
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const all = Array.from({ length: 66 }, () => hashing(work));
  expect(begun).toBe(2);
  await expect(hashing(work)).rejects.toMatchObject({ code: 'FULL', retry: true });
  for (let turn = 0; turn < 200 && ends.length > 0; turn++) {
    ends.shift()!();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(all);
  expect(begun).toBe(66);
});
