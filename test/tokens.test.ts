// Goal: over HTTP a token proves who acts, as long as the file says so: whatever is wrong with the
// file or the token is told in words, and never the token.
// Method: tokens made by the command, a file that is changed, central's desk over HTTP.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { buildHttp } from '../central/desk/http.ts';
import { openTokens, tokensMax } from '../central/desk/tokens.ts';
import { run } from '../cli/token.ts';
import { openLog } from '../shared/log.ts';
import { openAsked } from './helpers/board.ts';
import { testFolder } from './helpers/folder.ts';

const log = openLog('test', 'silent');

/** A token that the command has made, and what it has printed of it. */
async function made(folder: string, id: string, ...more: string[]) {
  const to = join(folder, id);
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  expect(await run(['--to', to, '--name', 'person:17', '--id', id, ...more])).toBe(0);
  const entry = JSON.parse(`${printed.mock.calls[0]![0]}`) as object;
  printed.mockRestore();
  return { entry, secret: readFileSync(to, 'utf8').trim() };
}

function opened(tokens: readonly object[]) {
  const path = join(testFolder(), 'tokens.json');
  const write = (to: unknown) =>
    writeFileSync(path, typeof to === 'string' ? to : JSON.stringify({ tokens: to }));
  write(tokens);
  const time = { nowMs: Date.parse('2026-11-30T12:00:00Z') };
  const told: object[] = [];
  const say = { ...log, error: (about: object) => void told.push(about) } as typeof log;
  const known = openTokens({ path, nowMs: () => time.nowMs, log: say });
  return { path, write, time, told, ...known };
}

test('a token is known by its hash, in the name that the file says, until its day', async () => {
  const { entry, secret } = await made(testFolder(), 'ada', '--until', '2026-11-30');
  const { askerOf, time } = opened([entry]);
  const ada = { way: 'http', name: 'person:17', credential: 'token ada' };
  expect(askerOf(`Bearer ${secret}`)).toEqual(ada);
  expect(askerOf(`bearer  ${secret}`)).toEqual(ada);
  expect(askerOf(undefined)).toEqual({ way: 'http' });
  for (const wrong of ['', 'Bearer', `Bearer ${secret}x`, `Bearer ${'x'.repeat(201)}`, secret]) {
    expect(() => askerOf(wrong)).toThrow('authorization: must be a bearer token known here');
  }
  time.nowMs = Date.parse('2026-12-01T00:00:00Z');
  expect(() => askerOf(`Bearer ${secret}`)).toThrow('the time of the token ada is over');
});

test('the file is read anew when it changes: a next token beside the old one', async () => {
  const folder = testFolder();
  const [old, next] = [await made(folder, 'old'), await made(folder, 'next')];
  const { askerOf, write, told } = opened([old.entry]);
  expect(() => askerOf(`Bearer ${next.secret}`)).toThrow(/known here/);
  write([old.entry, next.entry]);
  for (const { secret } of [old, next]) {
    expect(askerOf(`Bearer ${secret}`)).toMatchObject({ name: 'person:17' });
  }
  write('{"tokens":[');
  expect(askerOf(`Bearer ${old.secret}`)).toMatchObject({ name: 'person:17' });
  expect(told).toEqual([{ reason: expect.stringMatching(/^tokens: is not JSON/) }]);
  write([next.entry]);
  expect(() => askerOf(`Bearer ${old.secret}`)).toThrow(/known here/);
  expect(askerOf(`Bearer ${next.secret}`)).toMatchObject({ credential: 'token next' });
});

test('a file that is bad is refused at the start, by field and limit, and tells no secret', () => {
  const good = { name: 'person:17', id: 'a', sha256: 'ab'.repeat(32) };
  const wrong: [unknown, RegExp][] = [
    ['', /^tokens: is not JSON/],
    [[{ ...good, sha256: 'ab' }], /tokens\.tokens\[0\]\.sha256: must be 32 bytes, hexadecimal/],
    [[{ ...good, name: 'ada' }], /\.name: must begin with "person:" or "system:"/],
    [[good, { ...good, sha256: 'cd'.repeat(32) }], /^tokens: each id must stand once/],
    [[good, { ...good, id: 'b' }], /^tokens: each sha256 must stand once/],
    [Array.from({ length: tokensMax + 1 }, () => good), /must be a list of at most 200/],
    [`{"tokens":[]}${' '.repeat(256 * 1024)}`, /must be at most 262144 bytes/],
  ];
  for (const [text, words] of wrong) expect(() => opened(text as object[])).toThrow(words);
  const none = { path: join(testFolder(), 'no'), nowMs: Date.now, log };
  expect(() => openTokens(none)).toThrow(/^tokensPath: .*cannot be read: ENOENT/);
});

test('over HTTP a wrong token is 401, and a right one names who acts', async () => {
  const { entry, secret } = await made(testFolder(), 'ada');
  const { board } = openAsked();
  const app = buildHttp(board, undefined, opened([entry]));
  const post = (authorization: string, payload: object) =>
    app.inject({ method: 'POST', url: '/v1/holds', payload, headers: { authorization } });
  const body = { lot: 'L-1', reason: 'crack' };
  const refused = await post('Bearer wrong', body);
  expect([refused.statusCode, refused.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  expect((await post(`Bearer ${secret}`, { ...body, by: 'person:9' })).json()).toMatchObject({
    message: 'body.by: must be person:17, who is proved to ask, not person:9',
  });
  expect((await post(`Bearer ${secret}`, body)).json()).toMatchObject({ by: 'person:17' });
  const own = { headers: { authorization: 'Bearer wrong' } };
  expect((await app.inject({ url: '/v1/holds', ...own })).statusCode).toBe(401);
  expect(board.deeds.list(10)).toMatchObject([{ credential: 'token ada', proved: true }]);
  await app.close();
});

test('the command names what is wrong, and writes over nothing', async () => {
  const folder = testFolder();
  await made(folder, 'ada');
  const asked = ['--name', 'person:17', '--id', 'ada'];
  await expect(run(['--to', join(folder, 'ada'), ...asked])).rejects.toThrow(/^--to: .*EEXIST/);
  await expect(run(asked)).rejects.toThrow(/^--to: must name/);
  const named = ['--to', join(folder, 'x'), '--id', 'x'];
  await expect(run([...named, '--name', 'ada'])).rejects.toThrow(/^--name: must begin with/);
  const until = [...named, '--name', 'person:1', '--until', 'soon'];
  await expect(run(until)).rejects.toThrow(/^--until: must be a day/);
});
