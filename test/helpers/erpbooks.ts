import { type Erp, isCancel, type Posting } from '../../central/erp/erp.ts';
import type { Booked, GoodsFigures, OperationFigures } from '../../central/erp/figures.ts';
import { addTo, type Sums } from '../../central/reconcile/posted.ts';
import { quantity, zero } from '../../shared/quantity.ts';

/** A document in the books; `undone` by another one. */
type Document = { number: string; key: string | null; posting: Posting; undone: boolean };

const micros = (text: string | undefined) => (text === undefined ? zero : quantity(text, 'q'));

/**
 * An ERP that keeps books in memory, can lose documents as after a restored backup, and lets the
 * test do in it what people do there. Its figures come from its documents alone.
 */
export function openBooks() {
  let documents: Document[] = [];
  let numbers = 0;
  const asked = { orders: 0, lots: 0, lookups: [] as string[], atOnce: 0, most: 0 };
  const mood = { silent: false, before: async (_name: string): Promise<void> => undefined };

  const moves = ['goodsIssue', 'goodsReceipt'];
  const standing = (order: string) =>
    documents.filter(({ posting, undone }) => {
      return posting.order === order && !undone && !isCancel(posting.kind);
    });

  function book(posting: Posting, key: string | null = posting.key): string {
    numbers += 1;
    const number = `N${numbers}`;
    const target = documents.find((one) => one.number === posting.cancels && !one.undone);
    if (isCancel(posting.kind) && target) target.undone = true;
    documents.push({ number, key, posting, undone: false });
    return number;
  }

  async function counting<T>(name: string, read: () => T) {
    asked.atOnce += 1;
    asked.most = Math.max(asked.most, asked.atOnce);
    await mood.before(name);
    asked.atOnce -= 1;
    return mood.silent ? { unread: 'no answer' } : read();
  }

  function operationsOf(order: string): OperationFigures[] {
    const found = new Map<string, OperationFigures>();
    for (const { posting } of standing(order)) {
      if (posting.kind !== 'confirmation') continue;
      const { operation = '', unit = 'EA' } = posting;
      const none = { yield: zero, scrap: zero, rework: zero, setupMs: 0, machineMs: 0, offMs: 0 };
      const sum = found.get(operation) ?? { operation, unit, ...none };
      found.set(operation, {
        ...sum,
        yield: sum.yield + micros(posting.yield),
        scrap: sum.scrap + micros(posting.scrap),
        rework: sum.rework + micros(posting.rework),
        setupMs: sum.setupMs! + (posting.setupMs ?? 0),
        machineMs: sum.machineMs! + (posting.machineMs ?? 0) + 20,
        offMs: sum.offMs! + 30,
      });
    }
    return [...found.values()];
  }

  function goodsOf(order: string): GoodsFigures[] {
    const found = new Map<string, GoodsFigures>();
    for (const { posting } of standing(order).filter(({ posting: { kind } }) =>
      moves.includes(kind),
    )) {
      const { material = '', lot = '', unit = '', kind } = posting;
      const none = { issued: zero, received: zero, blocked: zero };
      const sum = found.get(`${material} ${lot}`) ?? { material, lot, unit, ...none };
      const amount = micros(posting.quantity);
      found.set(`${material} ${lot}`, {
        ...sum,
        issued: sum.issued + (kind === 'goodsIssue' ? amount : zero),
        received: sum.received + (kind === 'goodsReceipt' ? amount : zero),
        blocked: sum.blocked + (kind === 'goodsReceipt' ? micros(posting.blocked) : zero),
      });
    }
    return [...found.values()];
  }

  function stockOf(lot: string): Sums {
    const sums: Sums = new Map();
    for (const { posting, undone } of documents) {
      if (posting.lot !== lot || undone || isCancel(posting.kind)) continue;
      const [amount, part] = [micros(posting.quantity), micros(posting.blocked)];
      const signs: Record<string, [bigint, bigint]> = {
        ...{ goodsReceipt: [amount - part, part], goodsIssue: [-amount, zero] },
        ...{ blockStock: [-amount, amount], unblockStock: [amount, -amount] },
        ...{ scrapStock: [zero, -amount] },
      };
      const [unrestricted, blocked] = signs[posting.kind]!;
      addTo(sums, 'unrestricted', unrestricted);
      addTo(sums, 'blocked', blocked);
    }
    return sums;
  }

  const erp: Erp = {
    ...{ name: 'books', maxInFlightMs: 500, unfit: () => undefined },
    post: async (posting) => ({ kind: 'posted', document: book(posting) }),
    async lookup({ key }) {
      asked.lookups.push(key);
      if (mood.silent) return undefined;
      return documents.filter((one) => one.key === key).map(({ number }) => number);
    },
    figures: {
      order: (order) => {
        asked.orders += 1;
        return counting(order, () => ({
          ...{ operations: operationsOf(order), goods: goodsOf(order) },
          documents: standing(order).map(
            ({ number, posting }): Booked => ({
              ...{ document: number, what: `${posting.kind} ${posting.yield ?? posting.quantity}` },
            }),
          ),
        }));
      },
      stock: (_material, lot) => {
        asked.lots += 1;
        return counting(lot, () => {
          const sums = stockOf(lot);
          if (sums.size === 0) return undefined;
          const of = (name: string) => sums.get(name) ?? zero;
          return { unit: 'EA', unrestricted: of('unrestricted'), blocked: of('blocked') };
        });
      },
    },
  };

  return {
    ...{ erp, asked, mood, book },
    /** Without a figure that tells documents, as of an ERP that has only sums. */
    sumsOnly: (): Erp => ({
      ...erp,
      figures: {
        ...erp.figures!,
        async order(number) {
          const told = await erp.figures!.order(number);
          return 'unread' in told ? told : { operations: told.operations, goods: told.goods };
        },
      },
    }),
    /** As if it were never there: the ERP was restored from a backup. */
    lose(...keys: string[]): void {
      const lost = documents.filter(({ key }) => key !== null && keys.includes(key));
      documents = documents.filter((one) => !lost.includes(one));
      for (const { posting } of lost.filter((one) => isCancel(one.posting.kind))) {
        for (const one of documents) if (one.number === posting.cancels) one.undone = false;
      }
    },
    /** Somebody takes a document back in the ERP. */
    undo(number: string): void {
      documents.find((one) => one.number === number)!.undone = true;
    },
    renumber(number: string, anew: string): void {
      documents.find((one) => one.number === number)!.number = anew;
    },
    count: (): number => documents.length,
    keys: () => documents.map(({ key }) => key),
  };
}
