import type { Database } from '../../shared/database.ts';
import type { Content } from '../../shared/event.ts';

export const lineageMigrations = [
  `
  CREATE TABLE onward (                          -- material went on; a serial is named as a lot
    source TEXT NOT NULL,                        -- 'lot:…' or 'order:…'
    target TEXT NOT NULL,
    PRIMARY KEY (source, target)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE seen (                            -- which lines have stated something of it
    node   TEXT    NOT NULL,                     -- 'lot:…', 'order:…' or 'serial:…'
    line   INTEGER NOT NULL,
    latest INTEGER NOT NULL,                     -- position of the last fact in the ledger
    PRIMARY KEY (node, line)
  ) STRICT, WITHOUT ROWID;
  UPDATE threaded SET position = 0;              -- both are read from the first fact on
  `,
];

type Step = readonly [source: string, target: string];

const lotNode = (lot: string): string => `lot:${lot}`;

/** Where material goes by a fact, of which it may be told apart whether a serial went in or out. */
export function stepsOf(fact: Content): readonly Step[] {
  const { order, lot, serial } = fact;
  const [own, item] = [lot, serial].map((name) => (name === undefined ? undefined : lotNode(name)));
  const work = order === undefined ? undefined : `order:${order}`;
  const steps = (sources: (string | undefined)[], targets: (string | undefined)[]): Step[] =>
    sources.flatMap((source) =>
      targets.flatMap((target) =>
        source === undefined || target === undefined || source === target
          ? []
          : [[source, target] as const],
      ),
    );
  const whole = steps([own], [item]); // an item of a lot
  switch (fact.type) {
    case 'MaterialConsumed':
      return [...steps([own, item], [work]), ...whole];
    case 'MaterialReturned':
      return whole;
    case 'LotProduced':
      return [...steps([work], [own, item]), ...whole];
    case 'LotSplit':
      return [
        ...steps(
          [own],
          fact.body.children.map((part) => lotNode(part.lot)),
        ),
        ...whole,
      ];
    case 'LotMerged':
      return [
        ...steps(
          fact.body.parents.map((part) => lotNode(part.lot)),
          [own],
        ),
        ...whole,
      ];
    default:
      return [...steps([work], [item]), ...whole];
  }
}

/**
 * Where material went, serials too, and where it was stated last: an index of the ledger that is
 * read together with the thread, behind its cursor. A step is kept also when the fact behind it is
 * reversed, as in the genealogy.
 */
export function openLineage(db: Database) {
  const add = db.prepare('INSERT INTO onward VALUES (?, ?) ON CONFLICT DO NOTHING');
  const see = db.prepare(
    `INSERT INTO seen VALUES (?, ?, ?) ON CONFLICT (node, line)
       DO UPDATE SET latest = max(seen.latest, excluded.latest)`,
  );
  const steps = new Map<string, Step>();
  const latest = new Map<string, readonly [node: string, line: number, position: number]>();

  return {
    /** Takes in a fact that these words name; kept until `save`. */
    note(fact: Content, words: Iterable<string>, line: number, position: number): void {
      for (const step of stepsOf(fact)) steps.set(step.join('\n'), step);
      for (const word of words) {
        if (!/^(?:lot|order|serial):/.test(word)) continue;
        latest.set(`${word}\n${line}`, [word, line, position]);
      }
    },
    /** Writes what was taken in, each once; in the transaction that moves the cursor. */
    save(): void {
      for (const step of steps.values()) add.run(...step);
      for (const row of latest.values()) see.run(...row);
      this.undone();
    },
    /** Forgets what was not written. */
    undone(): void {
      steps.clear();
      latest.clear();
    },
  };
}
