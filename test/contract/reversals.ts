import { expect } from 'vitest';
import { type CancelKind, cancelKinds, inverses, type Posting } from '../../central/erp/erp.ts';
import type { Bench, Connector } from './bench.ts';
import { newKey } from './documents.ts';
import { declare, expectBooked, lookedUp, send, sent } from './watch.ts';

const back = (kind: CancelKind, of: Posting, cancels: string, name: string): Posting => {
  const { key: cancelsKey, kind: _kind, final: _final, ...amounts } = of;
  return { ...amounts, key: newKey(`${kind} ${name}`), kind, cancels, cancelsKey };
};

type Forward = Parameters<Bench['posting']>[0];
const original = (kind: CancelKind): Forward => inverses[kind] as Forward;

/** A document is taken back by its number, as a whole, and once. */
export function reversalTests(connector: Connector): void {
  for (const kind of cancelKinds) {
    if (connector.cannot[kind] === undefined) reversed(connector, kind);
  }
}

function reversed(connector: Connector, kind: CancelKind): void {
  const may = declare(connector);
  const of = original(kind);

  may(`${kind} takes back one document, as a whole, once`, [of, kind], async (bench) => {
    const posting = await bench.posting(of, 'one');
    const number = await sent(bench, posting);
    const before = await bench.books();
    const cancel = back(kind, posting, number, 'one');
    const hasLookup = connector.cannot.lookup === undefined;
    if (hasLookup) expect(await bench.erp.lookup(cancel)).toEqual([]);
    const document = await sent(bench, cancel);
    await expectBooked(bench, before, cancel, { document, ...connector });
    if (hasLookup) {
      expect(await bench.erp.lookup(cancel)).toEqual([document]);
      expect(await bench.erp.lookup(posting)).toEqual([number]);
    }
    const after = await bench.books();
    const again = await send(bench, back(kind, posting, number, 'again'));
    expect(again).not.toMatchObject({
      kind: 'posted',
      document: expect.not.stringMatching(document),
    });
    expect(await bench.books()).toEqual(after);
  });

  may(
    `E2: ${kind}: its answer lost, it is found, and has taken back once`,
    [of, kind, 'lost', 'lookup'],
    async (bench) => {
      const posting = await bench.posting(of, 'one');
      const cancel = back(kind, posting, await sent(bench, posting), 'one');
      const before = await bench.books();
      await bench.befall('lost');
      expect(await send(bench, cancel)).toMatchObject({ kind: 'unknown' });
      await bench.heal();
      const found = await lookedUp(bench, cancel);
      expect(found).toEqual([expect.any(String)]);
      const [document] = found as string[];
      await expectBooked(bench, before, cancel, { document: document!, ...connector });
    },
  );

  may(`${kind}: what takes back something else than it says differs`, [of, kind], async (bench) => {
    const posting = await bench.posting(of, 'one');
    const number = await sent(bench, posting);
    const goods = of === 'accrual' ? { amount: '1' } : { quantity: '10', blocked: '0' };
    const other = of === 'confirmation' ? { yield: '1' } : goods;
    const outcome = await send(bench, { ...back(kind, posting, number, 'one'), ...other });
    expect(['differs', 'refused']).toContain(outcome.kind);
  });

  may(
    `E7: ${kind}: of a number given anew, another's document is not taken back`,
    [of, kind],
    async (bench) => {
      const [lost, stranger] = [
        await bench.posting(of, 'lost'),
        await bench.posting(of, 'stranger'),
      ];
      const number = await sent(bench, stranger);
      const before = await bench.books();
      const { key: _key, ...same } = stranger;
      const cancel = back(kind, { ...same, key: lost.key }, number, 'stranger');
      expect(bench.erp.unfit(cancel)).toBeUndefined();
      const outcome = await send(bench, cancel);
      expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/not ours/) });
      expect(outcome).toMatchObject({ reason: expect.stringContaining(number) });
      expect(await bench.books()).toEqual(before);
      const { cancelsKey: _none, ...nameless } = cancel;
      expect(bench.erp.unfit(nameless)).toMatch(/cancelsKey/);
      expect(await send(bench, nameless)).toMatchObject({ kind: 'refused' });
      expect(await bench.books()).toEqual(before);
      await sent(bench, back(kind, stranger, number, 'ours'));
    },
  );

  may(`${kind}: a number that is none books nothing`, [of, kind], async (bench) => {
    const posting = await bench.posting(of, 'one');
    await sent(bench, posting);
    const before = await bench.books();
    for (const number of ['by hand', '', "1'/2026", '999999999/2026']) {
      const outcome = await send(bench, back(kind, posting, number, `of ${number}`));
      expect(outcome).toMatchObject({ kind: 'refused' });
    }
    expect(await bench.books()).toEqual(before);
  });
}
