import type { Database } from '../../shared/database.ts';
import { nameId } from '../../shared/identity.ts';
import type { PostingKind } from '../erp/erp.ts';
import type { Modes } from '../posting/modes.ts';
import { blank, type Planned, type PostingRow } from '../posting/queue.ts';
import { keyOf } from '../posting/rules.ts';
import type { Rule } from '../posting/ruletable.ts';
import { openShadows } from '../posting/shadows.ts';

/** A fact's id that no line gives: of what central does with stock that it holds. */
const namespace = 'b7d0a3c4-51c7-4f0e-8a55-0c9a1d3f6e21';

export type Parts = Readonly<{
  db: Database;
  modes: Pick<Modes, 'of'>;
  /** Adds a posting to its lane, within the transaction. */
  enter: (row: Planned) => void;
  nowMs: () => number;
}>;

/** Documents of what central's holds do in stock, by the rules of the site of the hold. */
export function openStockCalls({ db, modes, enter, nowMs }: Parts) {
  const shadows = openShadows(db);
  type Asked = Readonly<{ rule: Rule; what: string; place: string; lot: string }>;
  type Amounts = Partial<Pick<PostingRow, 'material' | 'unit' | 'quantity'>>;
  return {
    mode: ({ rule, place, lot }: Asked) => modes.of([rule], { line: place, lot }),
    /** Plans a document for a lot, once for `what`; its key, or undefined by the rules. */
    plan(asked: Asked, kind: PostingKind, amounts: Amounts): string | undefined {
      const { rule, what, place: line, lot } = asked;
      const mode = modes.of([rule], { line, lot });
      if (mode === 'off') return undefined;
      const eventId = nameId(namespace, `${what}\n${lot}`);
      const key = keyOf(eventId, kind, lot);
      const where = { key, eventId, line, sequence: 1, atMs: nowMs(), lane: `lot:${lot}`, kind };
      const row = { ...blank, ...where, lot, ...amounts };
      const planned = { ...row, final: 0, beside: 1, state: 'intended' } as const;
      if (mode === 'live') enter(planned);
      else shadows.keep(planned);
      return mode === 'live' ? key : undefined;
    },
  };
}
