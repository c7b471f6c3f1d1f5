import type { Standing } from '../erp/breaker.ts';
import type { Erp, Found, Preview } from '../erp/erp.ts';
import type { Postings, Would } from './postings.ts';
import type { PostingRow } from './queue.ts';

/** What a retry of a posting would do now. */
export type Tried = Readonly<
  Pick<PostingRow, 'key' | 'kind' | 'state' | 'reason'> & {
    gate: Would['verdict'];
    /** The first of its lane, which goes before it. */
    waitsFor: Pick<PostingRow, 'key' | 'kind' | 'state'> | null;
    erp: string;
    unfit: string | null;
    sent: Preview | null; // null where it does not fit, or the connector does not tell
    found:
      | Readonly<{ kind: 'documents'; documents: readonly string[] }>
      | Exclude<Found, readonly string[] | undefined>
      | Readonly<{ kind: 'silent' }>
      | Readonly<{ kind: 'notAsked'; reason: string }>;
  }
>;
type Parts = Readonly<{ postings: Postings; erp: Erp; standing: () => Standing }>;

/**
 * Says what a retry would do: what the gate makes of the posting now, what would be sent, and what
 * a look-up of its key finds in the ERP. Nothing moves, and nothing is kept of it: a look-up that
 * is kept would count as a try. While the ERP is down it is not asked. Throws Fault UNKNOWN for
 * none.
 */
export function openTrial({ postings, erp, standing }: Parts) {
  async function found(posting: Would['posting'], unfit: string | null) {
    const { state, reason } = standing();
    if (unfit !== null) return { kind: 'notAsked', reason: 'it cannot have been sent' } as const;
    if (state === 'down') {
      const why = `the ERP is down: ${reason ?? 'it does not answer'}`;
      return { kind: 'notAsked', reason: why } as const;
    }
    const told = await erp.lookup(posting);
    if (told === undefined) return { kind: 'silent' } as const;
    return 'kind' in told ? told : ({ kind: 'documents', documents: told } as const);
  }

  return async (key: string): Promise<Tried> => {
    const { kind, state, reason } = postings.one(key);
    const { verdict: gate, waitsFor: first, posting } = postings.would(key);
    const unfit = erp.unfit(posting) ?? null;
    return {
      ...{ key, kind, state, reason, gate, erp: erp.name, unfit },
      waitsFor: first && { key: first.key, kind: first.kind, state: first.state },
      sent: unfit === null ? (erp.preview?.(posting) ?? null) : null,
      found: await found(posting, unfit),
    };
  };
}
