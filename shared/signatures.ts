import { digest } from './codec.ts';
import type { Content } from './event.ts';
import type { Findings, Stored } from './verification.ts';

type Place = Pick<Stored, 'path' | 'epoch' | 'sequence'>;
type Claim = Readonly<{ signed: string; hash: string; at: Place }>;

/**
 * Checks that each signature names a fact that is there, and whose bytes are those that were
 * signed. A fact stands right before its signature; the few that do not are looked for at the end.
 */
export function openSignatures(findings: Findings) {
  const open: Claim[] = [];
  let last: { eventId: string; bytes: Uint8Array } | undefined;

  function check({ signed, hash, at }: Claim, bytes: Uint8Array): void {
    if (digest(bytes).toString('hex') === hash) return;
    findings.at('signature', at, `what it signs, fact ${signed}, is not what was signed`);
  }

  return {
    /** A fact that was read, in the order of its line. */
    read(fact: Content, { path, epoch, sequence, bytes }: Stored): void {
      if (fact.type === 'PersonSigned') {
        const { fact: signed, hash } = fact.body;
        const claim = { signed, hash, at: { path, epoch, sequence } };
        if (last?.eventId === signed) check(claim, last.bytes);
        else open.push(claim);
      }
      last = { eventId: fact.eventId, bytes };
    },

    /** `find` gives the bytes of facts by their ids; `isGone` is true for what was forgotten. */
    end(
      find: (ids: ReadonlySet<string>) => ReadonlyMap<string, Uint8Array>,
      isGone: (at: Place) => boolean = () => false,
    ): void {
      if (open.length === 0) return;
      const found = find(new Set(open.map(({ signed }) => signed)));
      for (const claim of open) {
        const bytes = found.get(claim.signed);
        if (bytes) check(claim, bytes);
        else if (!isGone(claim.at)) {
          findings.at('signature', claim.at, `what it signs, fact ${claim.signed}, is not there`);
        }
      }
    },
  };
}
