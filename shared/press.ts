import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pack } from './packing.ts';

/** Languages that the page is printed in; a plant chooses one. */
export const languages = ['en', 'de', 'es', 'zh'] as const;
export type Language = (typeof languages)[number];

const types: Readonly<Record<string, string>> = {
  ...{ html: 'text/html', css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' },
};
/** Where the chosen language's words stand for the page. */
const wordsName = 'texts.js';

type Texts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
/** A file of the page as it is sent: compressed when it is first asked for, and kept so. */
export type Sheet = Readonly<{
  name: string;
  type: string;
  tag: string; // changes with the content
  plain: Buffer;
  brotli: () => Promise<Buffer>;
  gzip: () => Promise<Buffer>;
}>;

/** Escapes what a text would mean to HTML. */
const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);

/** A page in the plant's words. */
const printed = (html: string, texts: Texts, language: Language): string =>
  html
    .replace('<html lang="en">', `<html lang="${language}">`)
    .replace(/\{\{(\w+)\.(\w+)\}\}/g, (_, group, key) => escaped(`${texts[group]?.[key]}`));

const small = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
const [asBrotli, asGzip] = [promisify(brotliCompress), promisify(gzip)];

/** The same promise for all that ask; one that failed is made anew. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  const forget = (error: unknown): never => {
    made = undefined;
    throw error;
  };
  return () => (made ??= make().catch(forget));
}

function sheetOf(name: string, text: string): Sheet {
  const plain = Buffer.from(text);
  const tag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  const type = `${types[name.split('.').at(-1)!]}; charset=utf-8`;
  return {
    ...{ name, type, tag, plain },
    brotli: once(() => asBrotli(plain, small)),
    gzip: once(() => asGzip(plain, { level: 9 })),
  };
}

/**
 * A file of the page. What the page itself has not is everybody's: it stands beside this file, in
 * `page/`.
 */
function openFolders(own: URL) {
  const common = new URL('./page/', import.meta.url);
  const names = (folder: URL): string[] =>
    readdirSync(folder).filter((name) => name.split('.').at(-1)! in types);
  const mine = new Set(names(own));
  return {
    names: [...mine, ...names(common).filter((name) => !mine.has(name))].sort(),
    read: (name: string): string =>
      readFileSync(new URL(name, mine.has(name) || name.includes('/') ? own : common), 'utf8'),
  };
}

/**
 * Every file of the page in that folder, in that language: pages, pictures, colours, and for each
 * page one script with all that it imports.
 */
export async function pressFolder(own: URL, language: Language): Promise<Sheet[]> {
  const words = `texts/${language}.js`;
  const { texts } = (await import(new URL(words, own).href)) as { texts: Texts };
  const { names, read } = openFolders(own);
  const source = (name: string) => read(name === wordsName ? words : name);
  const pages = names
    .filter((name) => name.endsWith('.html'))
    .map((name) => {
      return { name, html: printed(read(name), texts, language) };
    });
  const scripts = new Set(pages.map(({ html }) => /src="\/?([\w.]+)"/.exec(html)![1]!));
  return [
    ...pages.map(({ name, html }) => sheetOf(name, html)),
    ...[...scripts].map((name) => sheetOf(name, pack(name, source))),
    ...names.filter((name) => /\.(?:css|svg)$/.test(name)).map((name) => sheetOf(name, read(name))),
  ];
}

/** Sends it as small as the browser takes it; nothing but a word if it has it already. */
async function send(sheet: Sheet, { headers }: FastifyRequest, reply: FastifyReply) {
  const accepts = `${headers['accept-encoding'] ?? ''}`;
  const encoding = ['br', 'gzip'].find((one) => new RegExp(`\\b${one}\\b`).test(accepts));
  reply.header('etag', sheet.tag).header('vary', 'accept-encoding');
  reply.header('cache-control', 'no-cache'); // asked for each time, sent only if it has changed
  if (headers['if-none-match'] === sheet.tag) return reply.code(304).send();
  if (encoding) reply.header('content-encoding', encoding);
  const { brotli, gzip, plain } = sheet;
  const bytes = encoding === 'br' ? await brotli() : encoding === 'gzip' ? await gzip() : plain;
  return reply.type(sheet.type).send(bytes);
}

/** Lets the app serve these files under `prefix`, which ends with "/". */
export function serveSheets(app: FastifyInstance, sheets: readonly Sheet[], prefix = '/'): void {
  for (const sheet of sheets) {
    const url = prefix + (sheet.name === 'index.html' ? '' : sheet.name);
    app.get(url, (request, reply) => send(sheet, request, reply));
  }
}

/** What a page may do: nothing but what comes from where it came from. */
export const pagePolicy =
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
