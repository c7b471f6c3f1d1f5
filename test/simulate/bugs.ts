import type { Erp } from '../../central/erp.ts';
import type { assembleEdge } from '../../edge/assembly.ts';
import type { Database } from '../../shared/database.ts';

type Edge = ReturnType<typeof assembleEdge>;

/** What is wrong on purpose with the parts of which a simulated plant is made. */
export type Bugs = {
  /** A connection was opened and prepared. */
  opened(db: Database): void;
  /** Whether a segment is put into the stream only if its subject ends where the edge thinks. */
  compares: boolean;
  edge(edge: Edge, db: Database): Edge;
  erp(erp: Erp): Erp;
};

const none: Bugs = {
  opened: () => undefined,
  compares: true,
  edge: (edge) => edge,
  erp: (erp) => erp,
};

export const bugs: Readonly<Record<string, Partial<Bugs>>> = {
  synchronousNormal: { opened: (db) => void db.pragma('synchronous = NORMAL') },
  sendWithoutCompare: { compares: false },
};

export const plant = (name: string | undefined): Bugs => ({
  ...none,
  ...(name === undefined ? {} : bugs[name]),
});
