// Goal: SAP is signed on to by a name and a file; a password that is changed is taken up without a
// restart, and no message of ours contains one (E6).
// Method: a server that wants a password, and shows a document for what it is sent; the test
// changes what it wants and what is in the file.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openCredential } from '../central/erp/credential.ts';
import { testFolder } from './helpers/folder.ts';
import { closeAll, closers, confirmation, erpAt, key } from './helpers/sap.ts';

afterEach(closeAll);

const headerOf = (password: string) =>
  `Basic ${Buffer.from(`PLANT:${password}`).toString('base64')}`;

/** SAP as far as it asks who we are; what it wants may change. */
async function guarded(wanted: string) {
  const state = { wanted, posted: 0, refused: 0 };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    if (request.headers.authorization !== headerOf(state.wanted)) {
      state.refused += 1;
      return response.writeHead(401).end();
    }
    if (request.method === 'GET') {
      return response.writeHead(200, { 'x-csrf-token': 'T', 'set-cookie': 'a=1' }).end('{}');
    }
    state.posted += 1;
    const number = { ConfirmationGroup: '7', ConfirmationCount: `${state.posted}` };
    return response.writeHead(201).end(JSON.stringify({ d: { ...JSON.parse(text), ...number } }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  const passwordPath = join(testFolder(), 'password');
  const setFile = (password: string) => writeFileSync(passwordPath, `${password}\n`);
  setFile(wanted);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { state, setFile, erp: erpAt(url, { user: 'PLANT', passwordPath }) };
}

const several = Array.from({ length: 8 }, (_, at) => ({ ...confirmation, key: key(`p${at}`) }));

test('E6: a password that was changed is read again, and each posting goes out once', async () => {
  const { erp, state, setFile } = await guarded('summer-1');
  expect(await erp.post(confirmation)).toMatchObject({ kind: 'posted' });
  state.wanted = 'winter-2';
  setFile('winter-2');
  const outcomes = await Promise.all(several.map((posting) => erp.post(posting)));
  expect(outcomes.map(({ kind }) => kind)).toEqual(several.map(() => 'posted'));
  expect(state).toMatchObject({ posted: 9 });
  expect(state.refused).toBeLessThanOrEqual(several.length);
});

test('E6: a wrong password is no refusal of a posting, and is in no message', async () => {
  const { erp, state, setFile } = await guarded('summer-1');
  state.wanted = 'winter-2';
  const before = await erp.post(confirmation);
  expect(before).toMatchObject({ kind: 'busy', unreached: true });
  expect(await erp.lookup(confirmation)).toBeUndefined();
  setFile('still-wrong-3');
  const after = await erp.post(confirmation);
  expect(after).toMatchObject({ kind: 'busy', unreached: true });
  expect(JSON.stringify([before, after])).not.toMatch(/summer|winter|wrong|Basic|UExBTlQ/);
  expect(state.posted).toBe(0);
});

test('half a credential, an empty file and none are refused by name', () => {
  const folder = testFolder();
  const path = join(folder, 'password');
  writeFileSync(path, '\n');
  const at = (more: object) => () => erpAt('http://127.0.0.1:1', more);
  expect(at({ user: 'PLANT' })).toThrow('sap.passwordPath: must be given with user');
  expect(at({ passwordPath: path })).toThrow('sap.user: must be given with passwordPath');
  expect(at({ user: 'A:B', passwordPath: path })).toThrow('sap.user: must not contain a colon');
  expect(at({ user: 'PLANT', passwordPath: path })).toThrow(`passwordPath: ${path}: is empty`);
  const none = join(folder, 'none');
  expect(at({ user: 'PLANT', passwordPath: none })).toThrow(`${none}: cannot be read: ENOENT`);
});

test('a file that is away for a moment leaves what was known', () => {
  const path = join(testFolder(), 'password');
  writeFileSync(path, 'summer-1');
  const credential = openCredential('PLANT', path, 'sap');
  writeFileSync(path, '');
  expect(credential.renew(headerOf('summer-1'))).toBe(false);
  expect(credential.header()).toBe(headerOf('summer-1'));
  writeFileSync(path, 'winter-2');
  expect(credential.renew(headerOf('summer-1'))).toBe(true);
  expect(credential.renew(headerOf('summer-1'))).toBe(true); // somebody else has renewed it
  expect(credential.header()).toBe(headerOf('winter-2'));
});
