import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { pull } from '../../central/downlink/pull.ts';
import type { Pulled, Source } from '../../central/erp/erp.ts';
import { systemClock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import { openAsked } from '../helpers/board.ts';
import type { Answer } from './bench.ts';
import type { ProxyTrouble } from './proxy.ts';

/** What stands in an ERP for one order, and what must come of it here. */
export type Work = Readonly<{
  order: string;
  line: string;
  material: string;
  /** Contents of a routing and of a bill, in our words. */
  routing: object;
  bom: object;
  /** Kinds of the versions that the release names. */
  kinds: readonly string[];
}>;
/** An ERP that hands over, its books empty, for one test. */
export type MastersBench = Readonly<{
  source: Source;
  plant: string;
  /** What stands in the ERP from the beginning and cannot come down: how it is named. */
  unfit: readonly string[];
  /** From now on this happens to whatever reads master data; nothing without. */
  befall(trouble?: ProxyTrouble | Answer): void;
  /** Makes items that are right, all of them at once where the ERP can. */
  items(names: readonly string[]): Promise<void>;
  /** An item that is there is blocked. */
  block(name: string): Promise<void>;
  /** An item comes to light 20 s after it was stamped; absent where no bench can bring it about. */
  late?(name: string): Promise<void>;
  /** Makes an item that cannot be right; what is told of it. */
  spoil(name: string): Promise<RegExp>;
  work(line: string): Promise<Work>;
  close(): Promise<void>;
}>;
export type MastersConnector = Readonly<{
  name: string;
  open(): Promise<MastersBench>;
  /** Items of one page, at most. */
  page: number;
  secrets: readonly string[];
}>;

const site = 'acme/lyon';
const line = 'acme/lyon/turning/M01';
const said = { by: 'person:17', reason: 'change 12' };
const log = pino({ level: 'silent' });
/** Pages of a stream that a test reads at most. */
const pagesMax = 50;

type Box = ReturnType<typeof openAsked>;
/** One round of central, all streams to their ends. */
async function round(box: Box, { source, plant }: MastersBench, downlink = box.downlink) {
  const stop = new AbortController();
  const clock = { ...systemClock, sleep: async () => stop.abort() };
  const parts = { db: box.db, downlink, source, sites: [{ plant, site }], everyMs: 1 };
  await pull({ ...parts, moved: () => undefined, clock, log, signal: stop.signal });
}
/** Versions of the items of a test as they are kept, the blocked ones with a mark. */
const kept = ({ db }: Box): string[] =>
  db
    .prepare<[], { record: string; content: string }>(
      `SELECT record, content FROM reference_record WHERE kind = 'item' AND record LIKE 'N-%'
       ORDER BY record, received_ms`,
    )
    .all()
    .map(({ record, content }) => `${record}${content.includes('blocked') ? ' blocked' : ''}`);
const refusedIn = (box: Box, { unfit }: MastersBench): string[] =>
  box.downlink.shown().refused.flatMap(({ name, words }) => (unfit.includes(name) ? [] : [words]));
const page = (got: Pulled) => {
  if (got.kind !== 'page') throw new Error(got.reason);
  return got;
};
const isOfTest = (entry: string): boolean => entry.includes('"N-');
const numbers = (count: number) => Array.from({ length: count }, (_, at) => `N-${1_000 + at}`);

async function opened({ open }: MastersConnector) {
  const bench = await open();
  onTestFinished(bench.close);
  return bench;
}
/** Where items alone are read. */
async function openedItems(connector: MastersConnector) {
  const bench = await opened(connector);
  return { ...bench, source: { ...bench.source, streams: ['items'] } };
}

/** What every connector that hands over must do, against an ERP of which it is shown. */
export function mastersContract(connector: MastersConnector): void {
  test('what there is of each kind comes down, and an order goes to its line by it', async () => {
    const bench = await opened(connector);
    const box = openAsked();
    const { order, material, routing, bom, kinds, ...work } = await bench.work(line);
    await round(box, bench);
    expect(refusedIn(box, bench)).toEqual([]);
    const { draft } = box.board.downlink.propose({ site, ...said });
    box.board.downlink.approve(draft, said);
    await round(box, bench);
    const waiting = box.downlink.shown().orders.filter((one) => one.order === order);
    expect([refusedIn(box, bench), waiting]).toEqual([[], []]);
    const contentOf = box.db
      .prepare<[string], string>('SELECT content FROM reference_record WHERE kind = ?')
      .pluck();
    expect(JSON.parse(contentOf.get('routing')!)).toMatchObject({ material, ...routing });
    expect(JSON.parse(contentOf.get('bom')!)).toMatchObject({ material, ...bom });
    const sent = box.db
      .prepare<[], { line: string; type: string; content: string }>(
        'SELECT line, type, content FROM dispatch',
      )
      .all()
      .map(({ content, ...row }) => ({ ...row, ...JSON.parse(content) }))
      .filter((one) => one.order === order);
    expect(sent).toMatchObject([{ line: work.line, type: 'ReleaseOrder', body: { material } }]);
    const [{ body }] = sent;
    expect(body.versions.map(({ kind }: { kind: string }) => kind).sort()).toEqual(kinds);
  });

  test('pages follow one another to an end, and one that is read twice is the same', async () => {
    const { source, items } = await openedItems(connector);
    const names = numbers(2 * connector.page + 3);
    await items(names);
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let pages = 0, more = true; more; pages++) {
      expect(pages).toBeLessThan(pagesMax);
      const got = page(await source.pull('items', cursor));
      const { entries, more: isMore } = page(await source.pull('items', cursor));
      expect([entries, isMore]).toEqual([got.entries, got.more]);
      expect(got.entries.length).toBeLessThanOrEqual(connector.page);
      seen.push(...got.entries.map((one) => JSON.stringify(one)).filter(isOfTest));
      ({ cursor, more } = got);
    }
    expect(new Set(seen).size).toBe(names.length);
  });

  test('what is changed while it is read is missed by none, and comes once', async () => {
    const bench = await openedItems(connector);
    const { source, items, block } = bench;
    const names = numbers(connector.page + 3);
    await items(names);
    const box = openAsked();
    let pages = 0;
    const meddled: Source = {
      ...source,
      async pull(stream, cursor) {
        const got = await source.pull(stream, cursor);
        if (stream === 'items' && ++pages === 1) {
          for (const name of [names[0]!, names.at(-1)!]) await block(name);
          await items(['N-0001']);
        }
        return got;
      },
    };
    await round(box, { ...bench, source: meddled });
    for (let rounds = 0; rounds < 3; rounds++) await round(box, bench);
    const [first, last] = [names[0]!, names.at(-1)!];
    const changed = [`${first} blocked`, `${last} blocked`];
    // The last one was changed before it was read, or just after.
    const all = kept(box).filter((one) => one !== last);
    expect(all.sort()).toEqual(
      ['N-0001', ...names.filter((one) => one !== last), ...changed].sort(),
    );
  });

  test('what was stamped before and comes to light later is not missed', async ({ skip }) => {
    const bench = await openedItems(connector);
    if (!bench.late) return skip('no bench can bring it about');
    await bench.items(['N-1', 'N-2']);
    const box = openAsked();
    await round(box, bench);
    await bench.late('N-0');
    for (let rounds = 0; rounds < 2; rounds++) await round(box, bench);
    expect(kept(box)).toEqual(['N-0', 'N-1', 'N-2']);
  });

  test('a page that was read and not kept is read again, and nothing comes twice', async () => {
    const bench = await openedItems(connector);
    const names = numbers(connector.page + 3);
    await bench.items(names);
    const box = openAsked();
    let takes = 0;
    const crashing = {
      ...box.downlink,
      receiveReferences(...given: Parameters<typeof box.downlink.receiveReferences>) {
        const received = box.downlink.receiveReferences(...given);
        if (++takes === 2) throw new Fault('UNREACHABLE', 'the disk went away');
        return received;
      },
    };
    await round(box, bench, crashing);
    expect(kept(box).length).toBeLessThan(names.length);
    await round(box, bench);
    await round(box, bench);
    expect(kept(box)).toEqual(names);
  });

  test('what is wrong is told by field and limit, and what is behind it comes', async () => {
    const bench = await openedItems(connector);
    await bench.items(['N-1']);
    const words = await bench.spoil('N-2');
    await bench.items(['N-3']);
    const box = openAsked();
    await round(box, bench);
    await round(box, bench);
    expect(kept(box)).toEqual(['N-1', 'N-3']);
    expect(refusedIn(box, bench)).toEqual([expect.stringMatching(words)]);
  });

  test('an ERP that does not answer is said to, and is read on where it was', async () => {
    const bench = await openedItems(connector);
    await bench.items(['N-1']);
    const box = openAsked();
    await round(box, bench);
    const before = box.downlink.shown().streams.find(({ stream }) => stream === 'items')!;
    await bench.items(['N-2']);
    const html = { text: '<html>sign in</html>', committed: false };
    for (const trouble of [
      ...([
        { status: 200, ...html },
        { status: 503, ...html },
        { status: 500, ...html },
      ] as const),
      ...(['cut', 'lost', 'torn', 'truncated'] as const),
    ]) {
      bench.befall(trouble);
      await round(box, bench);
      const { cursor, reason } = box.downlink
        .shown()
        .streams.find(({ stream }) => stream === 'items')!;
      expect([cursor, reason], JSON.stringify(trouble)).toEqual([
        ...[before.cursor, expect.any(String)],
      ]);
      for (const secret of connector.secrets) expect(reason).not.toContain(secret);
    }
    bench.befall();
    await round(box, bench);
    expect(kept(box)).toEqual(['N-1', 'N-2']);
  });
}
