import { expect } from 'vitest';
import type { Connector } from './bench.ts';
import { newKey } from './documents.ts';
import { declare, expectBooked, lookedUp, send, sent } from './watch.ts';

const kind = 'usageDecision';

/** A lot is decided once: what is there is not written again, and is held against the posting. */
export function decisionTests(connector: Connector): void {
  if (connector.cannot[kind] !== undefined) return;
  const may = declare(connector);

  may('E1: a decision that is there is posted, if it says the same', [kind], async (bench) => {
    const posting = await bench.posting(kind, 'one');
    const before = await bench.books();
    const document = await sent(bench, posting);
    expect(await sent(bench, posting)).toBe(document);
    await expectBooked(bench, before, posting, { document, ...connector });
    const after = await bench.books();
    for (const more of [{ blocked: '10' }, { scrap: '0' }, { key: newKey('another') }]) {
      const other = { ...posting, ...more };
      expect(await send(bench, other)).toMatchObject({ kind: 'differs', document });
      expect(await bench.erp.lookup(other)).toMatchObject({ kind: 'differs', document });
    }
    expect(await bench.books()).toEqual(after);
  });

  may('of what goes free nothing does, one part or all of it', [kind], async (bench) => {
    for (const [name, parts] of Object.entries({
      free: { blocked: '0', scrap: '0' },
      blocked: { blocked: '90', scrap: '0' },
      scrapped: { blocked: '0', scrap: '90' },
      condemned: { blocked: '86.75', scrap: '3.25' },
    })) {
      const posting = { ...(await bench.posting(kind, name)), ...parts };
      const before = await bench.books();
      const document = await sent(bench, posting);
      await expectBooked(bench, before, posting, { document, ...connector });
      expect(await bench.erp.lookup(posting)).toEqual([document]);
    }
  });

  may('more parts than there is are unfit', [kind], async (bench) => {
    const posting = await bench.posting(kind, 'one');
    const before = await bench.books();
    for (const parts of [{ blocked: '90.001' }, { blocked: '45', scrap: '45.001' }]) {
      expect(bench.erp.unfit({ ...posting, ...parts })).toMatch(/blocked: is more/);
      expect(await send(bench, { ...posting, ...parts })).toMatchObject({ kind: 'refused' });
    }
    expect(await bench.books()).toEqual(before);
  });

  may(
    'a decision of which the ERP has booked another part differs',
    [kind, 'altered'],
    async (bench) => {
      const posting = await bench.posting(kind, 'one');
      await bench.befall('altered');
      const outcome = await send(bench, posting);
      expect(outcome).toMatchObject({ kind: 'differs', reason: expect.stringMatching(/./) });
      await bench.heal();
    },
  );

  may('a decision answered with its number alone is read back', [kind, 'bare'], async (bench) => {
    const posting = await bench.posting(kind, 'one');
    const before = await bench.books();
    await bench.befall('bare');
    const document = await sent(bench, posting);
    await expectBooked(bench, before, posting, { document, ...connector });
  });

  may('a decision is not begun while nothing is read', [kind, 'unread'], async (bench) => {
    const posting = await bench.posting(kind, 'one');
    await bench.befall('unread');
    expect(await send(bench, posting)).toMatchObject({ kind: 'busy', unreached: true });
    expect(await bench.erp.lookup(posting)).toBeUndefined();
    await bench.heal();
    expect(await lookedUp(bench, posting)).toEqual([]);
    await sent(bench, posting);
  });

  may(
    'a lease that ends between the parts lets no more out, and another carries on',
    [kind],
    async (bench) => {
      const posting = await bench.posting(kind, 'one');
      const before = await bench.books();
      for (const parts of [0, 1, 2, 3]) {
        let asked = 0;
        const outcome = await bench.erp.post(posting, () => asked++ < parts);
        expect(outcome.kind).toBe(asked > parts ? 'busy' : 'posted');
        if (outcome.kind === 'posted') break;
        expect(await bench.books()).toEqual(before);
        expect(await bench.erp.lookup(posting)).toEqual([]);
      }
      const document = await sent(bench, posting);
      await expectBooked(bench, before, posting, { document, ...connector });
    },
  );
}
