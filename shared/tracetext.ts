import { type Explained, explainText } from './explained.ts';

type Relative = Readonly<{
  kind: string;
  name: string;
  steps: number;
  lines: readonly string[];
  documents: readonly Readonly<{ kind: string; key: string; document: string | null }>[];
}>;
/** The story of anything that has an id: as `central/story/trace.ts` tells it. */
export type Traced = Readonly<{
  id: string;
  is: readonly Readonly<{ as: string; key?: string; eventId?: string }>[];
  facts: readonly Explained[];
  next: number | null;
  kin: Readonly<{ from: readonly Relative[]; into: readonly Relative[]; isCut: boolean }>;
  notYet: number;
}>;

const kinText = (words: string, all: readonly Relative[]): string[] =>
  all.length === 0
    ? []
    : [
        words,
        ...all.map(({ kind, name, steps, lines, documents }) => {
          const posted = documents.map(({ kind: what, key, document }) => {
            return `${what} ${document ?? key}`;
          });
          const where = lines.length > 0 ? ` at ${lines.join(', ')}` : '';
          const what = posted.length > 0 ? `: ${posted.join(', ')}` : '';
          return `${'  '.repeat(Math.min(steps, 8))}${kind} ${name}${where}${what}`;
        }),
      ];

/** All of it in words, for a person. */
export function traceText({ id, is, facts, next, kin, notYet }: Traced): string {
  const as = is.map((one) => (one.key === undefined ? one.as : `${one.as} (posting ${one.key})`));
  return [
    `${id} is ${[...new Set(as)].join(', ')}`,
    '',
    ...facts.map(explainText),
    ...(next === null ? [] : [`there are more facts: go on with --after ${next}`]),
    ...kinText('made of:', kin.from),
    ...kinText('went into:', kin.into),
    ...(kin.isCut ? ['and more lots and orders than are told here'] : []),
    ...(notYet > 0 ? [`${notYet} facts were not looked through yet: ask again`] : []),
    '',
  ].join('\n');
}
