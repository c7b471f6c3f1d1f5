import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { Fault } from '../../shared/fault.ts';
import { invalid } from '../../shared/field.ts';
import type { Entry } from '../../shared/replay.ts';
import { openReplica } from '../../shared/replica.ts';
import { type Extracted, extractedMax, openExtract } from '../ledger/extract.ts';

/** A central that does not answer by then is given up, ms. */
const answerMaxMs = 120_000;
/** Times that a question is asked, so that a short cut of the network is no end; pauses, ms. */
const triesMax = 5;
const pauseMs = 1_000;
const dayMs = 86_400_000;

/** Gives the facts behind a position. */
type Source = Readonly<{ read: (after: number) => Promise<Extracted>; close: () => void }>;
type Post = <T>(path: string, body?: object) => Promise<T>;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks a central; throws Fault with its words where it refuses, UNREACHABLE where it is silent. */
function asking(url: string): Post {
  async function once<T>(path: string, body?: object): Promise<T> {
    const json = { 'content-type': 'application/json' };
    const given = body && { method: 'POST', headers: json, body: JSON.stringify(body) };
    const signal = AbortSignal.timeout(answerMaxMs);
    const response = await fetch(new URL(path, url), { ...given, signal });
    const said = (await response.json()) as T & { message?: string };
    if (response.ok) return said;
    throw new Fault('REFUSED', said.message ?? `${url} answers HTTP ${response.status}`);
  }
  return async (path, body) => {
    for (let tries = 1; ; tries++) {
      try {
        return await once(path, body);
      } catch (error) {
        if (error instanceof Fault) throw error;
        if (tries === triesMax) {
          throw new Fault('UNREACHABLE', `central: ${url} does not answer`, { cause: error });
        }
        await sleep(pauseMs * tries);
      }
    }
  };
}

function openSource(from: string): Source {
  if (/^https?:/.test(from) && URL.canParse(from)) {
    const ask = asking(from);
    const read = (after: number) => ask<Extracted>(`/v1/ledger?after=${after}`);
    return { read, close: () => undefined };
  }
  if (!existsSync(from))
    throw invalid('--from', `${from}: there is no such file, and it is no URL`);
  const db = openReplica(from);
  const extract = openExtract(db);
  return {
    read: async (after) => extract({ after, limit: extractedMax }),
    close: () => db.close(),
  };
}

type Asked = Readonly<{ from: string; day: string; into: string; lines: readonly string[] }>;

/** Feeds page after page until the day is over; what was fed before is not fed again. */
async function feed({ from, day, into, lines }: Asked, source: Source) {
  const ask = asking(into);
  const untilMs = Date.parse(`${day}T00:00:00Z`) + dayMs;
  const named = /^https?:/.test(from) ? from : basename(from);
  const startMs = performance.now();
  const begun = await ask<{ replay: string; after: number }>('/v1/replay', {
    ...{ source: named, day, lines },
  });
  const { replay } = begun;
  let [after, fed, told] = [begun.after, 0, 0];
  if (after > 0) process.stderr.write(`goes on behind fact ${after}\n`);
  let page = await source.read(after);
  for (let isLast = false; !isLast; ) {
    const entries = page.entries.filter(({ receivedMs }: Entry) => receivedMs < untilMs);
    isLast = page.next === null || entries.length < page.entries.length;
    const taken = ask<{ after: number }>('/v1/replay/facts', {
      ...{ replay, after, entries, isLast },
    });
    // The next page is read while this one is lived through.
    const [answer, next] = await Promise.all([taken, isLast ? page : source.read(page.next!)]);
    page = next;
    fed += entries.length;
    after = answer.after;
    if (fed - told < 20_000) continue;
    told = fed;
    process.stderr.write(`${fed} facts fed, up to position ${after}\n`);
  }
  const tookMs = performance.now() - startMs;
  return { replay, fed, tookMs: Math.round(tookMs) };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      ...{ from: { type: 'string' }, day: { type: 'string' }, into: { type: 'string' } },
      line: { type: 'string', multiple: true },
    },
  });
  const { from = '', day = '', into = '', line: lines = [] } = values;
  try {
    const source = openSource(from);
    const done = await feed({ from, day, into, lines }, source).finally(source.close);
    process.stdout.write(`${JSON.stringify(done)}\n`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
