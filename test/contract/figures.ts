import { expect } from 'vitest';
import { inverses, type Posting } from '../../central/erp/erp.ts';
import type { OrderFigures } from '../../central/erp/figures.ts';
import { quantity } from '../../shared/quantity.ts';
import type { Bench, Connector } from './bench.ts';
import { newKey } from './documents.ts';
import { declare, sent } from './watch.ts';

const micros = (text: string | undefined): bigint => quantity(text ?? '0', 'amount');

async function read({ erp }: Bench, { order }: Posting): Promise<OrderFigures> {
  const told = await erp.figures!.order(order!);
  if ('unread' in told) throw new Error(told.unread);
  return told;
}

/** What the figures have of what a posting is about. */
function amountsIn({ operations, goods }: OrderFigures, posting: Posting) {
  const { operation, material, lot, unit } = posting;
  const counted = operations.find((row) => row.operation === operation && row.unit === unit);
  const moved = goods.find((row) => {
    return row.material === material && row.lot === lot && row.unit === unit;
  });
  return {
    yield: counted?.yield ?? 0n,
    scrap: counted?.scrap ?? 0n,
    rework: counted?.rework ?? 0n,
    ...{ setupMs: counted?.setupMs ?? 0, machineMs: counted?.machineMs ?? 0 },
    issued: moved?.issued ?? 0n,
    received: moved?.received ?? 0n,
    blocked: moved?.blocked ?? 0n,
  };
}

/** What a posting must add. */
function addedBy(posting: Posting) {
  const { kind, quantity: all } = posting;
  return {
    ...{ yield: micros(posting.yield), scrap: micros(posting.scrap) },
    rework: micros(posting.rework),
    issued: kind === 'goodsIssue' ? micros(all) : 0n,
    received: kind === 'goodsReceipt' ? micros(all) : 0n,
    blocked: kind === 'goodsReceipt' ? micros(posting.blocked) : 0n,
  };
}

/** For a connector with figures: what it posts is in them, exactly, until it is taken back. */
export function figureTests(connector: Connector): void {
  const may = declare(connector);
  for (const kind of ['confirmation', 'goodsIssue', 'goodsReceipt'] as const) {
    const inverse = inverses[kind];
    may(`figures have a ${kind}, until it is taken back`, [kind, inverse], async (bench) => {
      const posting = await bench.posting(kind, 'one');
      const before = await read(bench, posting);
      const document = await sent(bench, posting);
      const after = await read(bench, posting);
      const [none, some] = [amountsIn(before, posting), amountsIn(after, posting)];
      for (const [name, more] of Object.entries(addedBy(posting))) {
        const key = name as keyof ReturnType<typeof addedBy>;
        expect({ name, more: some[key] - none[key] }).toEqual({ name, more });
      }
      for (const name of ['setupMs', 'machineMs'] as const) {
        const off = Math.abs(some[name] - none[name] - (posting[name] ?? 0));
        expect(off).toBeLessThanOrEqual(connector.timeStepMs / 2);
      }
      const numbers = ({ documents = [] }: OrderFigures) => documents.map((one) => one.document);
      if (after.documents) {
        expect(numbers(after)).toEqual(expect.arrayContaining([...numbers(before), document]));
        expect(numbers(after)).toHaveLength(numbers(before).length + 1);
      }
      const { key: cancelsKey, kind: _kind, final: _final, ...amounts } = posting;
      const cancel = { ...amounts, key: newKey(`back ${kind}`), kind: inverse, cancelsKey };
      await sent(bench, { ...cancel, cancels: document });
      const end = await read(bench, posting);
      expect(amountsIn(end, posting)).toEqual(none);
      if (end.documents) expect(numbers(end)).toEqual(numbers(before));
    });
  }

  may('figures of an ERP that is silent are told as not read', ['mute'], async (bench) => {
    const posting = await bench.posting('confirmation', 'one');
    await bench.befall('mute');
    expect(await bench.erp.figures!.order(posting.order!)).toEqual({ unread: expect.any(String) });
    const { material = 'BOLT', lot = 'B1' } = await bench.posting('goodsIssue', 'one');
    expect(await bench.erp.figures!.stock(material, lot)).toEqual({ unread: expect.any(String) });
  });
}
