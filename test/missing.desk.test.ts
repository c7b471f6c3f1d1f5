// Goal: what two people type to have posted again what the ERP has lost.
// Method: the command for people, at a central whose ERP has lost two documents.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { stated } from './helpers/central.ts';
import { plantWith } from './helpers/erpplant.ts';

const { release, report } = stated;
const [some, more] = [report('60'), report('45')];
const facts = [release(), some, more];

test('E7: in words: holdfast desk missing, approve and show', async () => {
  const plant = await plantWith(facts);
  const keys = [some, more].map((fact) => plant.keyOf(fact));
  plant.books.lose(...keys);
  const url = await plant.app.listen({ host: '127.0.0.1', port: 0 });
  const cli = async (...args: string[]) =>
    promisify(execFile)(process.execPath, ['cli/holdfast.ts', ...args, '--central', url]).then(
      ({ stdout }) => [0, stdout] as const,
      ({ code, stdout, stderr }) => [code, `${stdout}${stderr}`] as const,
    );
  const by = (name: string) => ['--by', name, '--reason', 'restored'];
  expect((await cli('reconcile', '--erp'))[1]).toContain(
    `to post again what is missing: holdfast desk missing ${keys.join(' ')}\n`,
  );
  expect((await cli('desk', 'missing', ...keys, ...by('person:17')))[1]).toMatch(
    /as N1\n[\s\S]*missing by person:17: N1 is not in the ERP: restored\n {4}waits for a/,
  );
  expect((await cli('desk'))[1]).toMatch(
    /N1, is missing in the ERP, says person:17: restored\n[\s\S]*N2, is missing[\s\S]*✓ nothing is/,
  );
  expect(await cli('desk', 'approve', ...keys, ...by('person:17'))).toEqual([
    1,
    expect.stringMatching(/a second person must approve\n.*a second person must approve\n$/),
  ]);
  const [code, said] = await cli('desk', 'approve', ...keys, ...by('person:9'));
  expect([code, said]).toEqual([0, expect.stringMatching(/approved by person:9: restored/)]);
  expect(said).toMatch(/: unknown\n[\s\S]*because: lost by the ERP, says person:17, and person:9/);
  await plant.postAll();
  expect(await cli('reconcile', '--erp')).toMatchObject([
    0,
    expect.stringContaining('✓ the books'),
  ]);
  expect((await cli('desk', 'retry', ...keys, ...by('person:9')))[0]).toBe(2);
});
