import type { Posting } from '../../central/erp/erp.ts';
import { nameId } from '../../shared/identity.ts';
import type { Works } from './works.ts';

const space = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';
export const key = (name: string): string => nameId(space, name);

/** Yesterday noon: in an open period, and not in the future of anybody's calendar. */
export const atMs = Math.floor(Date.now() / 86_400_000 - 1) * 86_400_000 + 43_200_000;
export const day = new Date(atMs).toISOString().slice(0, 10);

/** A posting under a key of its own name. */
export const posting = (
  name: string,
  given: Partial<Posting> & Pick<Posting, 'kind'>,
): Posting => ({
  ...{ key: key(name), eventId: `event of ${name}`, atMs },
  ...given,
});

export type Floor = Awaited<ReturnType<typeof openFloor>>;

/**
 * Bolts to be made of steel: an order of its own for each test, so that what one does to its order
 * and its lots stands in no other's way. Steel costs 10, bolts 20, an hour of work 3,600.
 */
export async function openFloor({ planning, office, erp }: Works, order: string) {
  const heat = `HEAT-${order}`;
  const lot = `B-${order}`;
  if (planning.products.size === 0) {
    await planning.addProducts([
      { code: 'STEEL', unit: 'KG', cost: '10' },
      { code: 'BOLT', unit: 'EA', cost: '20', made: true },
    ]);
  }
  await planning.addStock([{ code: 'STEEL', lot: heat, quantity: 1_000 }], day);
  const [production] = await planning.addOrders([
    { reference: order, code: 'BOLT', quantity: 100, operations: ['0010 Turning', '0020'] },
  ]);
  const steel = { order, unit: 'KG', material: 'STEEL', lot: heat };
  const bolts = { unit: 'EA', material: 'BOLT', lot };
  const at = (name: string) => planning.places.get(name)!;
  const named = (name: string) => `${order} ${name}`;
  const keys = new Map<string, string>(); // of what was posted here, by its number

  async function post(name: string, given: Partial<Posting> & Pick<Posting, 'kind'>) {
    const cancelsKey = keys.get(given.cancels ?? '') ?? key('of nothing');
    const back = given.cancels === undefined ? {} : { cancelsKey };
    const asked = posting(named(name), { ...back, ...given });
    const outcome = await erp.post(asked);
    if (outcome.kind === 'posted') keys.set(outcome.document, asked.key);
    return { asked, outcome };
  }

  return {
    ...{ order, heat, lot, production: production!, steel, bolts, post },
    /** Posts what must be posted; its number. */
    async posted(name: string, given: Partial<Posting> & Pick<Posting, 'kind'>): Promise<string> {
      const { outcome } = await post(name, given);
      if (outcome.kind === 'posted') return outcome.document;
      throw new Error(`${name}: ${JSON.stringify(outcome)}`);
    },
    /** How much of the lot lies in storage, quarantine, production and scrap. */
    async stock(of: string): Promise<Record<string, number>> {
      const moves = await office.rows(
        'stock.move',
        [
          ['lot.number', '=', of],
          ['state', '=', 'done'],
        ],
        ['from_location', 'to_location', 'quantity'],
      );
      const sum = (place: number) =>
        moves.reduce((all, move) => {
          const quantity = move['quantity'] as number;
          if (move['to_location'] === place) return all + quantity;
          return move['from_location'] === place ? all - quantity : all;
        }, 0);
      const names = { free: 'STO', blocked: 'QUAR', production: 'PROD', scrap: 'SCRAP' };
      return Object.fromEntries(Object.entries(names).map(([name, code]) => [name, sum(at(code))]));
    },
    /** What the journal says of the moves of a document: debits of stock less its credits. */
    async journal(document: string): Promise<number[]> {
      const id = Number(document.split('/')[1]);
      const moves = await office.rows('stock.move', [['holdfast_document', '=', id]], ['id']);
      const entries = await office.rows(
        'account.move',
        [['origin', 'in', moves.map((move) => `stock.move,${move['id']}`)]],
        ['state', 'lines.debit', 'lines.credit', 'lines.account.type.statement'],
      );
      type Line = Record<string, { decimal: string }> & {
        'account.': { 'type.': { statement: string } };
      };
      return entries.map((entry) =>
        (entry['lines.'] as Line[])
          .filter((line) => line['account.']['type.'].statement === 'balance')
          .reduce(
            (all, { debit, credit }) => all + Number(debit!.decimal) - Number(credit!.decimal),
            0,
          ),
      );
    },
    /** State and cost of the cycles of an operation. */
    async cycles(operation: string) {
      const rows = await office.rows(
        'production.work.cycle',
        [
          ['work.production', '=', production!],
          ['work.operation.name', 'like', `${operation}%`],
        ],
        ['duration', 'cost', 'state', 'work.state'],
      );
      return rows.map((row) => ({
        ms: (row['duration'] as { seconds: number }).seconds * 1_000,
        cost: Number((row['cost'] as { decimal: string }).decimal),
        state: row['state'],
        work: (row['work.'] as { state: string }).state,
      }));
    },
    async state(): Promise<unknown> {
      const [row] = await office.rows('production', [['id', '=', production!]], ['state']);
      return row!['state'];
    },
  };
}
