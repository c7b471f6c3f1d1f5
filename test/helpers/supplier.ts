import { type InboundConfig, inboundFields } from '../../central/supplier/config.ts';
import { readFields } from '../../shared/field.ts';
import { openAsked } from './board.ts';

/** A configuration of inbound quality; what is not given is as usual. */
export const inboundConfig = (given: object = {}): InboundConfig =>
  readFields(inboundFields, { site: 'acme/lyon', ...given }, 'inbound');

/** One item of a receipt as an ERP tells it: 100 EA of STEEL, lot HEAT1, worth 250 EUR. */
export const delivery = (number: number, more: object = {}) => ({
  receipt: `${5_000_000_000 + number}/2026/1`,
  ...{ supplier: 'MILL', purchaseOrder: '4500000001', purchaseItem: '00010' },
  ...{ material: 'STEEL', lot: `HEAT${number}`, unit: 'EA', quantity: '100' },
  ...{ stock: 'unrestricted', amount: '250', currency: 'EUR', day: '2026-11-23' },
  ...more,
});
export const receipt = (number: number): string => delivery(number).receipt;

type World = NonNullable<Parameters<typeof openAsked>[1]>;
const first = { by: 'person:17', reason: 'measured' };
const second = { by: 'person:9', reason: 'seen' };

/** Central with inbound quality, asked as over HTTP. */
export function openInboundBox(given: object = {}, world: Partial<World> = {}) {
  const box = openAsked([], { inbound: inboundConfig(given), ...world });
  const { inbound, app, db } = box;

  async function ask(path: string, payload?: object) {
    const url = `/v1${path}`;
    const reply = await app.inject(payload ? { method: 'POST', url, payload } : { url });
    return { code: reply.statusCode, json: reply.json() };
  }
  const at = (number: number) => `/inbound/${encodeURIComponent(receipt(number))}`;
  const act = async (number: number, verb: string, body: object, said: object = first) =>
    ask(`${at(number)}/${verb}`, { ...said, ...body });

  return {
    ...{ ...box, ask, act, at },
    /** Each posting that follows a receipt, as "kind state quantity". */
    calls: (number?: number): string[] =>
      db
        .prepare<[], { inbound: string; kind: string; state: string; quantity: string | null }>(
          `SELECT inbound, kind, state, quantity FROM posting WHERE inbound IS NOT NULL
           ORDER BY id`,
        )
        .all()
        .filter((row) => number === undefined || row.inbound === receipt(number))
        .map(({ kind, state, quantity }) => [kind, state, quantity].filter(Boolean).join(' ')),
    take: (...deliveries: object[]) => inbound.take(deliveries),
    approve: (number: number) => act(number, 'approve', {}, second),
    /** A result of two people. */
    async decide(number: number, accepted: string, rejected: string) {
      await act(number, 'inspect', { accepted, rejected });
      return act(number, 'approve', {}, second);
    },
    /** An answer of two people. */
    async answer(number: number, body: object) {
      await act(number, 'answer', body);
      return act(number, 'approve', {}, second);
    },
    books: () => inbound.books(),
  };
}
