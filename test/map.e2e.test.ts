import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../cli/map.ts';
import { draftOf } from '../edge/machine/draft.ts';
import { readMapping } from '../edge/machine/mapping.ts';
import { tagsOf } from '../edge/machine/tags.ts';
import { testFolder } from './helpers/folder.ts';
import { makerOf, openMachine, startMachineLine } from './helpers/opcua.ts';
import { waitFor } from './helpers/plantnet.ts';
import { m01 } from './helpers/shop.ts';

test('a server is looked at, and what comes of it counts', async () => {
  const folder = testFolder();
  const machine = await openMachine({ profile: 'generic', security: 'encrypted' });
  const out = join(folder, 'first.yaml');
  const passwordPath = join(folder, 'password');
  writeFileSync(passwordPath, 'edge-password\n');
  const user = ['--user', 'edge', '--password-path', passwordPath];
  const args = ['--probe', machine.url, '--line', m01, ...user];
  expect(await run([...args, '--out', out])).toBe(0);
  const text = readFileSync(out, 'utf8');
  const { endpoint, units } = readMapping(text, 'first.yaml');
  expect(endpoint.mode).toBe('SignAndEncrypt');
  expect([...units.get('machine')!.counters.keys()]).toEqual(['good', 'scrap']);
  expect(endpoint.serverCertificate).toBe((await machine.truth()).certificate);
  expect(text).toContain('"m;s=Filler.Good"  Int32  0');
  await expect(run([...args, '--out', out])).rejects.toThrow('is there already');

  // Somebody has read it: the total is not the good ones. The server is trusted by its certificate.
  const own = text
    .replace('good: { at: "m;s=Filler.Total"', 'good: { at: "m;s=Filler.Good"')
    .replace('# user:', 'user:')
    .replace(/# passwordPath: .*/, `passwordPath: ${JSON.stringify(passwordPath)}`);
  const line = await startMachineLine(folder, machine, () => own);
  await line.work();
  await line.until('live', 60_000);
  const known = async () =>
    (await line.status()).machines.lines[0]!.units[0]!.counters.length === 2;
  await waitFor(known, 30_000, 'the counters to be known');
  await makerOf(machine)(2, 1);
  await line.untilBooked('2/1');
});

test('nobody there, a line that is none, a wrong address: said in words', async () => {
  const gone = ['--probe', 'opc.tcp://127.0.0.1:9', '--line', m01];
  await expect(run(gone)).rejects.toThrow('opc.tcp://127.0.0.1:9');
  await expect(run(['--probe', 'opc.tcp://x', '--line', 'M01'])).rejects.toThrow('--line: must be');
  await expect(run(['--probe', 'http://x', '--line', m01])).rejects.toThrow('--probe: must be');
  const out = join(testFolder(), 'none.yaml');
  await expect(run([...gone, '--out', out])).rejects.toThrow();
  expect(existsSync(out)).toBe(false);
});

test('whatever a server calls its variables, the draft is a mapping', () => {
  const names = ['a"b', 'x: {y}', '# no', 'line\nbreak', '- 1', '&a *b', '%', '\\', '{{', 'ü"'];
  const variables = names.map((name) => ({
    ...{ names: [], id: `s=Count ${name}`, uri: `urn:${name}`, type: 'UInt32' },
    ...{ shows: name, isWhole: true },
  }));
  const endpoint = { url: 'opc.tcp://x "y"', mode: 'None', policy: 'None' };
  const mapping = readMapping(draftOf(endpoint, m01, variables), 'draft');
  expect(tagsOf(mapping, 'draft')).not.toEqual([]);
  expect(mapping.namespaces.size).toBe(names.length - 1); // one cannot be written down
  const none = readMapping(draftOf(endpoint, m01, []), 'draft');
  expect(none.units.size).toBe(1);
});

test('a job, material and alarms are guessed, and left for a person to say', () => {
  const named = (name: string, type = 'Int32') => ({
    ...{ names: [], id: `s=${name}`, uri: 'urn:m', type, shows: '0', isWhole: type !== 'String' },
  });
  const endpoint = { url: 'opc.tcp://x', mode: 'None', policy: 'None' };
  const names = ['Good', 'Admin.ProdConsumedCount[0].AccCount', 'Admin.Alarm[0].ID'];
  const packml = [...names.map((name) => named(name)), named('JobOrder', 'String')];
  const text = draftOf(endpoint, m01, packml);
  expect([...readMapping(text, 'draft').units.get('machine')!.counters.keys()]).toEqual(['good']);
  expect(text).toContain('#   { at: "m;s=Admin.ProdConsumedCount[0].AccCount", counts: consumed,');
  expect(text).toContain('    # job: { at: "m;s=JobOrder" }');
  expect(text).toContain('    # alarms: { entries: 4 }');
  const plain = draftOf(endpoint, m01, [named('Good')]);
  expect(plain).not.toContain('# job:');
  expect(plain).not.toContain('# used:');
  expect(plain).toContain('    # events: { server: { at: "ua;i=2253", severity: 500 } }');
  // What is suggested is a mapping, once its sign is taken away.
  const said = plain.replace('    # events:', '    events:');
  expect(readMapping(said, 'draft').units.get('machine')!.events.size).toBe(1);
});
