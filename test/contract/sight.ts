import { expect } from 'vitest';
import type { Ability, Connector } from './bench.ts';
import { newKey } from './documents.ts';
import { declare, expectBooked, lookedUp, send, sent } from './watch.ts';

const kinds = ['confirmation', 'goodsIssue', 'supplierClaim', 'accrual'] as const;

/** `posted` is told of what was seen, and of nothing else. */
export function sightTests(connector: Connector): void {
  for (const kind of kinds) seen(connector, kind);
  for (const kind of kinds) known(connector, kind);
}

const otherOf = (kind: (typeof kinds)[number]) => {
  if (kind === 'confirmation') return { yield: '7' };
  return kind === 'accrual' ? { amount: '7' } : { quantity: '7' };
};

function seen(connector: Connector, kind: (typeof kinds)[number]): void {
  const may = declare(connector);
  const needs = (...more: Ability[]): Ability[] => [kind, ...more];

  may(
    `${kind}: what the ERP has with another quantity differs`,
    needs('altered'),
    async (bench) => {
      const posting = await bench.posting(kind, 'one');
      const before = await bench.books();
      await bench.befall('altered');
      const outcome = await send(bench, posting);
      expect(outcome).toMatchObject({ kind: 'differs', reason: expect.stringMatching(/./) });
      expect(await bench.books()).toHaveLength(before.length + 1);
      await bench.heal();
      if (connector.cannot.lookup === undefined) {
        const { document } = outcome as { document: string };
        expect(await bench.erp.lookup(posting)).toMatchObject({ kind: 'differs', document });
      }
    },
  );

  may(`${kind}: an answer with the number alone is read back`, needs('bare'), async (bench) => {
    const posting = await bench.posting(kind, 'one');
    const before = await bench.books();
    await bench.befall('bare');
    const document = await sent(bench, posting);
    await expectBooked(bench, before, posting, { document, ...connector });
  });

  may(
    `${kind}: a number that cannot be read back is unknown, and found later`,
    [...needs('unread', 'lookup')],
    async (bench) => {
      const posting = await bench.posting(kind, 'one');
      await bench.befall('unread');
      expect(await send(bench, posting)).toMatchObject({ kind: 'unknown' });
      expect(await bench.erp.lookup(posting)).toBeUndefined();
      await bench.heal();
      expect(await lookedUp(bench, posting)).toEqual([expect.any(String)]);
    },
  );
}

function known(connector: Connector, kind: (typeof kinds)[number]): void {
  const may = declare(connector);
  may(
    `E1: ${kind}: what is there already is posted, if it says the same`,
    [kind, 'known'],
    async (bench) => {
      const posting = await bench.posting(kind, 'one');
      const before = await bench.books();
      await bench.befall('known');
      const document = await sent(bench, posting);
      expect(await sent(bench, posting)).toBe(document);
      const more = {
        ...posting,
        ...otherOf(kind),
      };
      expect(await send(bench, more)).toMatchObject({ kind: 'differs', document });
      await expectBooked(bench, before, posting, { document, ...connector });
      expect(await sent(bench, { ...posting, key: newKey('another') })).not.toBe(document);
    },
  );
}
