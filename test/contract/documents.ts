import { expect, test } from 'vitest';
import {
  type CancelKind,
  isCancel,
  type PostingKind,
  postingKinds,
} from '../../central/erp/erp.ts';
import { nameId } from '../../shared/identity.ts';
import type { Bench, Connector } from './bench.ts';
import { declare, expectBooked, lookedUp, openBench, send, sent } from './watch.ts';

type Forward = Exclude<PostingKind, CancelKind>;
const forwards = postingKinds.filter((kind): kind is Forward => !isCancel(kind));
const space = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
export const newKey = (name: string): string => nameId(space, `contract ${name}`);

/** Each posting becomes exactly its document, once, with its amounts, and is found by its key. */
export function documentTests(connector: Connector): void {
  const may = declare(connector);
  for (const kind of postingKinds) {
    const why = connector.cannot[kind];
    if (why === undefined && isCancel(kind)) continue; // see the reversals
    if (why === undefined) {
      may(`${kind} becomes exactly its document`, [kind as Forward], async (bench) => {
        const posting = await bench.posting(kind as Forward, 'one');
        expect(bench.erp.unfit(posting)).toBeUndefined();
        const before = await bench.books();
        const document = await sent(bench, posting);
        await expectBooked(bench, before, posting, { document, ...connector });
      });
    } else lacks(connector, kind, why);
  }

  const some = forwards.filter((kind) => connector.cannot[kind] === undefined);
  const [first] = some;
  if (first === undefined) throw new Error(`${connector.name} can post nothing`);
  for (const kind of some) lookUpTests(connector, kind);
  amountTests(connector);
}

/** It must say so before it is called, and do nothing if it is called. */
function lacks(connector: Connector, kind: PostingKind, why: string): void {
  test(`${kind} is unfit, and nothing is posted [cannot ${kind}: ${why}]`, async ({
    onTestFinished,
  }) => {
    const bench = await openBench(connector, onTestFinished);
    const posting = {
      ...{ key: newKey(kind), kind, eventId: newKey('event'), atMs: Date.UTC(2026, 10, 23, 12) },
      ...{ order: '4711', operation: '0010', material: 'BOLT', lot: 'B1', unit: 'KG' },
      ...{
        quantity: '1',
        yield: '1',
        ...(isCancel(kind) ? { cancels: '1', cancelsKey: newKey('1') } : {}),
      },
    };
    const before = await bench.books();
    expect(bench.erp.unfit(posting)).toEqual(expect.any(String));
    expect(await bench.erp.post(posting)).toMatchObject({ kind: 'refused' });
    expect(await bench.books()).toEqual(before);
  });
}

function lookUpTests(connector: Connector, kind: Forward): void {
  const may = declare(connector);
  may(
    `${kind}: a look-up finds it by its key, and never another like it`,
    ['lookup'],
    async (bench) => {
      const posting = await bench.posting(kind, 'one');
      const like = { ...posting, key: newKey('like') };
      expect(await bench.erp.lookup(posting)).toEqual([]);
      const document = await sent(bench, posting);
      expect(await bench.erp.lookup(posting)).toEqual([document]);
      const found = await bench.erp.lookup(like);
      // A lot is decided once: of another decision it is told that this one is there.
      if (kind !== 'usageDecision') expect(found).toEqual([]);
      else expect(found).toMatchObject({ kind: 'differs', document });
    },
  );

  may(
    `E2: ${kind}: committed without an answer, it is found: one document`,
    ['lookup', 'lost'],
    async (bench) => {
      const posting = await bench.posting(kind, 'one');
      const before = await bench.books();
      await bench.befall('lost');
      expect(await send(bench, posting)).toMatchObject({ kind: 'unknown' });
      await bench.heal();
      const found = await lookedUp(bench, posting);
      expect(found).toEqual([expect.any(String)]);
      const [document] = found as string[];
      await expectBooked(bench, before, posting, { document: document!, ...connector });
    },
  );

  may(
    `E2: ${kind}: never arrived, it is not found, and posted again: one document`,
    ['lookup', 'cut'],
    async (bench) => {
      const posting = await bench.posting(kind, 'one');
      const before = await bench.books();
      await bench.befall('cut');
      expect(await send(bench, posting)).toMatchObject({ kind: 'unknown' });
      await bench.heal();
      expect(await lookedUp(bench, posting)).toEqual([]);
      const document = await sent(bench, posting);
      await expectBooked(bench, before, posting, { document, ...connector });
      expect(await bench.erp.lookup(posting)).toEqual([document]);
    },
  );
}

const quantities = [
  ...['0.001', '0.1', '1', '2.125', '33.333', '1234567.891', '0.000001', '9999999999.999'],
  ...['10000000000', '999999999999.999999', '0', '-1', 'many', '1e3', ''],
];

/** Amounts go out exactly or not at all. */
function amountTests(connector: Connector): void {
  const may = declare(connector);
  const counted = [
    ['confirmation', 'yield'],
    ['goodsIssue', 'quantity'],
  ] as const;
  for (const [kind, name] of counted) {
    may(
      `Q2: ${kind}: an amount is booked exactly, or unfit, or refused; never rounded`,
      [kind],
      async (bench) => {
        const posted: string[] = [];
        for (const amount of quantities) {
          const posting = { ...(await bench.posting(kind, `of ${amount}`)), [name]: amount };
          if (await isPosted(bench, posting, connector)) posted.push(amount);
        }
        expect(posted).toEqual(expect.arrayContaining(['1']));
        expect(posted.filter((amount) => !/^\d+(\.\d+)?$/.test(amount))).toEqual([]);
      },
    );
  }

  may('Q2: a time is off by half of the ERP’s step at most', ['confirmation'], async (bench) => {
    for (const setupMs of [29, 30, 90_000, 1_800_029]) {
      const posting = { ...(await bench.posting('confirmation', `of ${setupMs}`)), setupMs };
      expect(await isPosted(bench, posting, connector)).toBe(true);
    }
  });

  may(
    'a text that the ERP cannot hold is unfit or refused; never cut',
    ['goodsIssue'],
    async (bench) => {
      for (const lot of ['L'.repeat(300), "L'1", 'L&1=2', 'Ł–1', '𝔏'.repeat(6)]) {
        const posting = { ...(await bench.posting('goodsIssue', `of ${lot}`)), lot };
        await isPosted(bench, posting, connector);
      }
    },
  );
}

/** Whether it is booked, exactly then; if it is not, the books are as before. */
async function isPosted(
  bench: Bench,
  posting: Parameters<typeof send>[1],
  connector: Connector,
): Promise<boolean> {
  const before = await bench.books();
  const unfit = bench.erp.unfit(posting);
  const outcome = await send(bench, posting);
  if (outcome.kind === 'posted') {
    expect(unfit).toBeUndefined();
    const { document } = outcome;
    await expectBooked(bench, before, posting, { document, ...connector });
    return true;
  }
  expect(outcome.kind).toBe('refused');
  expect(await bench.books()).toEqual(before);
  return false;
}
