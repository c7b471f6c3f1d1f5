import type { Outcome, Refused } from '../erp/erp.ts';
import { excerpt } from '../erp/exchange.ts';
import type { Odata } from '../erp/odata.ts';
import { verdict } from '../erp/verdict.ts';
import type { SapDocument } from './numbering.ts';
import { isSought } from './readback.ts';

/** The code under which a person is told that a document is not ours to take back. */
export const notOurs = 'NOT_OURS';

type Asks = Readonly<{ lockCodes: readonly string[]; nowMs: number }>;
type Stop = Extract<Outcome, { kind: 'busy' | 'refused' }>;

const refusal = (reason: string): Refused => ({ kind: 'refused', code: notOurs, reason });

/**
 * Why what takes a document back must not go out now; undefined if the document bears our key. An
 * ERP that was restored from a backup gives its numbers anew: the one of that number may be a
 * stranger's. Where it cannot be read nothing is sent, and it is tried again.
 */
export async function stopOf(
  { original, numberOf }: SapDocument,
  get: Odata['get'],
  asks: Asks,
): Promise<Stop | undefined> {
  if (original === undefined) return undefined;
  const { number, path, bears } = original;
  const sent = await get(path, '$format=json');
  const said = verdict(sent, { ...asks, knownCodes: [], wrapper: '', numberOf });
  switch (said.kind) {
    case 'busy':
      return said;
    case 'unknown':
      return {
        kind: 'busy',
        reason: `reading document ${number}: ${said.reason}`,
        unreached: true,
      };
    case 'refused':
      return { ...said, reason: `document ${number} cannot be read: ${said.reason}` };
    case 'created': {
      if (said.document !== number) return refusal(`document ${number} is ${said.document} there`);
      if (isSought({ sought: bears }, said.entity)) return undefined;
      const [shown] = Object.keys(bears).map((name) => said.entity[name]);
      const words = shown ? `key ${excerpt(`${shown}`)}` : 'no key';
      return refusal(`document ${number} is not ours: it bears ${words}`);
    }
    default:
      throw new Error(`no verdict on a reading is ${said.kind}`);
  }
}
