import type { About } from '../../shared/deskfact.ts';
import { fallback, integer, optional } from '../../shared/field.ts';
import { plainText } from '../../shared/table.ts';
import type { Board } from './board.ts';
import type { Acted } from './deeds.ts';
import { type Operation, operation, rows } from './operation.ts';

/** Most acts in one answer. */
const actsMax = 200;
const number = integer('Only acts below this number: where a page goes on.', 1, 1e12);

const aboutText = ({ kind, name }: About): string => `${kind} ${name}`;
/** Each in one row. */
const actsText = ({ acts, next }: Readonly<{ acts: readonly Acted[]; next: number | null }>) =>
  plainText({
    acts: acts.map(({ number: at, atMs, act, by, proved, about, outcome, first, reason }) => ({
      ...{ number: at, at: new Date(atMs).toISOString(), act, by, proved },
      ...{ about: about.slice(0, 2).map(aboutText).join(', '), outcome },
      ...{ first: first ?? null, reason: reason ?? null },
    })),
    next,
  });

/** What was done at the desk. */
export const deedOperations = ({ deeds }: Board): Operation[] => [
  operation({
    ...{ name: 'acts', text: actsText },
    doc: 'What was done at the desk, the newest first: who, proved or not, why, what came of it.',
    fields: {
      limit: fallback(rows(actsMax), 50),
      below: optional({
        doc: number.doc,
        read: (value, name) =>
          number.read(
            typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value,
            name,
          ),
      }),
    },
    answer({ limit, below }) {
      const acts = deeds.list(limit, below);
      const last = acts.at(-1)?.number ?? 1;
      return { acts, next: last > 1 ? last : null };
    },
  }),
];
