// Goal: the page comes small, once, and in the plant's language, with nothing from elsewhere.
import { globSync, readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { pressSheets as pressFigures, servePage as serveFigures } from '../central/desk/page.ts';
import { pressSheets, servePage } from '../edge/http/press.ts';
import { pack } from '../shared/packing.ts';
import { languages } from '../shared/press.ts';

/** All that a panel loads of the page, compressed, bytes: beyond it a weak one is slow. */
const budgetBytes = 150_000;
const fileLinesMax = 250;

async function served(language: (typeof languages)[number] = 'en') {
  const app = Fastify();
  onTestFinished(() => app.close());
  await servePage(app, language);
  return (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
}

test.each(languages)('in %s every file together is within the budget', async (language) => {
  const sheets = await pressSheets(language);
  for (const encoding of ['brotli', 'gzip'] as const) {
    const all = await Promise.all(sheets.map((sheet) => sheet[encoding]()));
    expect(all.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(budgetBytes);
  }
});

test('a file is sent as the browser takes it: brotli, gzip, or as it is', async () => {
  const get = await served();
  const plain = await get('/base.css');
  expect(plain.headers).toMatchObject({ vary: 'accept-encoding', 'cache-control': 'no-cache' });
  expect(plain.headers['content-encoding']).toBe(undefined);
  const small = await get('/base.css', { 'accept-encoding': 'gzip, deflate, br' });
  expect(small.headers['content-encoding']).toBe('br');
  expect(brotliDecompressSync(small.rawPayload).toString()).toBe(plain.body);
  const older = await get('/base.css', { 'accept-encoding': 'gzip' });
  expect(older.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(older.rawPayload).toString()).toBe(plain.body);
});

test('what the browser has already is not sent again, until it changes', async () => {
  const get = await served();
  const { etag } = (await get('/line.js')).headers;
  const again = await get('/line.js', { 'if-none-match': `${etag}` });
  expect([again.statusCode, again.body]).toEqual([304, '']);
  const other = await served('de');
  expect((await other('/line.js', { 'if-none-match': `${etag}` })).statusCode).toBe(200);
});

test('a page is printed in its language', async () => {
  const get = await served('de');
  const { body } = await get('/line.html');
  expect(body).toContain('<html lang="de">');
  expect(body).toContain('Offene Sperren');
  expect(body).not.toMatch(/\{\{|undefined/);
  expect((await get('/')).headers['content-type']).toBe('text/html; charset=utf-8');
});

test('nothing is loaded from elsewhere, and nothing stands inline', async () => {
  for (const { name, plain } of await pressSheets('en')) {
    const text = plain.toString();
    expect([name, text.match(/(?:src|href)="(?!\/|#)[^"]*"|https?:\/\/(?!www\.w3\.org)/g)]).toEqual(
      [name, null],
    );
    if (!name.endsWith('.html')) continue;
    expect([name, text.match(/<style|<script(?![^>]*src=)|\son\w+=|\sstyle=/g)]).toEqual([
      name,
      null,
    ]);
  }
});

test('the figures page is small, and loads and runs nothing but its own', async () => {
  const app = Fastify();
  onTestFinished(() => app.close());
  await serveFigures(app, 'es');
  const page = await app.inject('/figures/');
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'self';/);
  expect(page.body).toContain('<html lang="es">');
  expect(page.body).not.toMatch(/\{\{|undefined|https?:|<style|\son\w+=|\sstyle=/);
  for (const [, name] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
    const file = await app.inject(`/figures/${name}`);
    expect([name, file.statusCode]).toEqual([name, 200]);
    expect(file.headers['x-content-type-options']).toBe('nosniff');
  }
  expect((await app.inject('/figures')).headers['location']).toBe('/figures/');
  const sheets = await pressFigures('zh');
  expect(sheets.reduce((sum, { brotli }) => sum + brotli.length, 0)).toBeLessThan(30_000);
});

test('a page loads one script: its modules in their order, each with names of its own', () => {
  const files: Record<string, string> = {
    'a.js':
      "import { one, two as three } from './b.js';\nimport './c.js';\nsaid.push(one, three());\n",
    'b.js':
      "import { from } from './c.js';\nconst own = 1;\nexport const one = own + from;\n" +
      'export function two() {\n  return own;\n}\n',
    'c.js': "const own = 40;\nsaid.push('c');\nexport const from = own;\n",
  };
  const read = (name: string): string => files[name]!;
  const said: unknown[] = [];
  new Function('said', pack('a.js', read))(said);
  expect(said).toEqual(['c', 41, 1]);
  files['c.js'] = "import { one } from './b.js';\nexport const from = one;\n";
  expect(() => pack('a.js', read)).toThrow('modules import each other: a.js → b.js → c.js → b.js');
});

test('no module of the page is left out of its script, and none is read twice', async () => {
  const sheets = await pressSheets('en');
  for (const name of ['page.js', 'line.js', 'charts.js']) {
    const text = sheets.find((sheet) => sheet.name === name)!.plain.toString();
    expect(text.match(/^(?:import|export) /gm)).toBe(null);
    const modules = [...text.matchAll(/^const of_(\w+) = \(\(\) => \{$/gm)].map(([, one]) => one!);
    expect(new Set(modules).size).toBe(modules.length);
    expect(modules).toContain('texts_js');
  }
});

const files = globSync('edge/page/*.{js,css}');
test.each(files)('%s fits 250 lines', (file) => {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').length;
  expect(lines).toBeLessThanOrEqual(file.endsWith('.css') ? 2 * fileLinesMax : fileLinesMax);
});
