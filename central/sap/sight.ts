import type { Differs, Outcome } from '../erp/erp.ts';
import { objectOf } from '../erp/exchange.ts';
import type { Odata } from '../erp/odata.ts';
import { type Created, entityOf } from '../erp/verdict.ts';
import type { SapDocument } from './numbering.ts';
import { compare, isSought } from './readback.ts';

type Entity = Record<string, unknown>;

/** What SAP's books show of a document. Each request has the time-out of `odata`; none rejects. */
export function openSight({ get }: Pick<Odata, 'get'>) {
  /** Undefined for no answer, or another one than what was asked for. */
  async function read(path: string, { expand }: SapDocument, filter?: string) {
    const options = [
      ...(filter === undefined ? [] : [`$filter=${encodeURIComponent(filter)}`]),
      ...(expand === undefined ? [] : [`$expand=${expand}`]),
    ];
    const sent = await get(path, [...options, '$format=json'].join('&'));
    if (!('answer' in sent) || sent.answer.status !== 200) return undefined;
    return entityOf(sent.answer.text);
  }

  /** The document, read by its number. */
  async function byNumber(document: SapDocument, number: string): Promise<Entity | undefined> {
    const entity = await read(document.pathOf(number), document);
    return entity && document.numberOf(entity) === number ? entity : undefined;
  }

  /** What the entity says, or where it leaves something out the document read by its number. */
  async function comparedWith(document: SapDocument, number: string, entity: Entity) {
    const compared = compare(document, entity);
    if (compared === 'same' || 'differs' in compared) return compared;
    const whole = await byNumber(document, number);
    return whole && compare(document, whole);
  }

  return {
    /** Posted, if what was created says what was sent; unknown where SAP does not show it yet. */
    async readBack(document: SapDocument, { document: number, entity }: Created): Promise<Outcome> {
      const compared = await comparedWith(document, number, entity);
      if (compared === 'same') return { kind: 'posted', document: number };
      if (compared === undefined) return { kind: 'unknown', reason: `${number} was not read back` };
      if ('lacks' in compared) return { kind: 'unknown', reason: `${number} ${compared.lacks}` };
      return { kind: 'differs', document: number, reason: compared.differs };
    },

    /**
     * The numbers of what carries the posting's key. One is read back: what SAP does not show now
     * is for a person to see. Undefined also if SAP has not filtered, or not told all.
     */
    async find(document: SapDocument): Promise<readonly string[] | Differs | undefined> {
      const { service, set, lookIn = set, filter, numberOf } = document;
      const found = await read(`${service}/${lookIn}`, inside(document), filter);
      const results = found && !('__next' in found) ? found['results'] : undefined;
      if (!Array.isArray(results)) return undefined;
      const byNumbers = new Map<string, Entity>(); // the items of one document are one
      for (const result of results) {
        const entity = objectOf(result);
        const number = entity && isSought(document, entity) ? numberOf(entity) : undefined;
        if (number === undefined) return undefined;
        byNumbers.set(number, entity!);
      }
      const [first, ...more] = byNumbers;
      if (first === undefined || more.length > 0) return [...byNumbers.keys()];
      const [number, entity] = first;
      const compared = await comparedWith(document, number, entity);
      if (compared === undefined) return undefined;
      if (compared === 'same') return [number];
      const reason = 'lacks' in compared ? compared.lacks : compared.differs;
      return { kind: 'differs', document: number, reason };
    },
  };
}

/** Items, in which what takes a document back is found, have none of their own. */
const inside = ({ lookIn, expand, ...document }: SapDocument): SapDocument => ({
  ...document,
  ...(lookIn === undefined && expand !== undefined ? { expand } : {}),
});
