import { hash } from 'node:crypto';
import { readContent } from '../../shared/codec.ts';
import { asOne, type Database } from '../../shared/database.ts';
import { type About, aboutMax, askedMax } from '../../shared/deskfact.ts';
import type { BodyOf, Content } from '../../shared/event.ts';
import { eventIds, systemRandom } from '../../shared/identity.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Modes } from '../posting/modes.ts';
import type { Asker } from './asker.ts';

export const deedMigrations = [
  `
  CREATE TABLE deed (                            -- which fact tells which act at the desk
    position INTEGER PRIMARY KEY,                -- of the fact in the ledger
    number   INTEGER NOT NULL UNIQUE,            -- of the act: 1, 2, 3 … without holes
    act      TEXT    NOT NULL,
    about    TEXT    NOT NULL,                   -- 'posting:…': the first thing that it is about
    by       TEXT    NOT NULL CHECK (by <> ''),
    proved   INTEGER NOT NULL CHECK (proved = 0 OR proved = 1)
  ) STRICT;
  CREATE INDEX deed_about ON deed (about, position);
  CREATE TRIGGER deed_is_history BEFORE UPDATE ON deed
    BEGIN SELECT raise(ABORT, 'an act is never edited'); END;
  CREATE TRIGGER deed_is_kept BEFORE DELETE ON deed
    BEGIN SELECT raise(ABORT, 'an act is never deleted'); END;
  `,
];

/** What was done at the desk, by whom; `about` names at least one thing, the first foremost. */
export type Deed = Readonly<{
  act: string;
  by: string;
  reason?: string | undefined;
  asker: Asker;
  about: readonly About[];
  outcome: string;
  first?: First | undefined;
  /** What was asked besides. */
  asked?: object | undefined;
}>;
/** Who had proposed what is decided now. */
export type First = Readonly<{ by: string; proved: boolean }>;
/** An act as its fact tells it. */
export type Acted = Readonly<{ number: number; atMs: number; eventId: string; by: string }> &
  BodyOf<'DeskActed'>;
type Row = Readonly<{ number: number; bytes: Buffer }>;
type Parts = { db: Database; ledger: Pick<Ledger, 'state'>; nowMs: () => number };
export type Deeds = ReturnType<typeof openDeeds>;

export const wordOf = ({ kind, name }: About): string => `${kind}:${name}`;

/** Without what is not said. */
const some = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

/** As JSON; of what is too long for one fact its length and its hash. */
function textOf(asked: object | undefined): string | undefined {
  const text = asked === undefined ? '{}' : JSON.stringify(asked);
  if (text === '{}') return undefined;
  if (text.length <= askedMax) return text;
  return `${Buffer.byteLength(text)} bytes, SHA-256 ${hash('sha256', text)}`;
}

/**
 * What was done at the desk, as facts of a line that is central's own: numbered without holes, each
 * bound to the one before it by the hash, never edited or deleted. No rule, figure or balance
 * counts them.
 */
export function openDeeds({ db, ledger, nowMs }: Parts) {
  const add = db.prepare('INSERT INTO deed VALUES (?, ?, ?, ?, ?, ?)');
  const last = db.prepare<[string], { act: string; by: string; proved: 0 | 1 }>(
    'SELECT act, by, proved FROM deed WHERE about = ? ORDER BY position DESC LIMIT 100',
  );
  const page = db.prepare<[number, number], Row>(
    `SELECT number, bytes FROM deed JOIN fact ON fact.position = deed.position
     WHERE number < ? ORDER BY number DESC LIMIT ?`,
  );
  const nextId = eventIds(nowMs, systemRandom);

  function told({ number, bytes }: Row): Acted[] {
    const fact = readContent(bytes);
    if (fact?.type !== 'DeskActed') return [];
    const { atMs, eventId, actor: by, body } = fact;
    return [{ number, atMs, eventId, by, ...body }];
  }

  return {
    /** Adds it to the chain, within the transaction that does it; returns its number. */
    add({ act, by, reason, asker, about, outcome, first, asked }: Deed): number {
      const { way, name, credential } = asker;
      const proved = name !== undefined;
      const content: Content<'DeskActed'> = {
        ...{ eventId: nextId(), type: 'DeskActed', version: 1, atMs: nowMs() },
        ...{ recordedMs: nowMs(), clock: 'edge', actor: by, correlationId: about[0]!.name },
        body: {
          ...{ act, about: about.slice(0, aboutMax), outcome: outcome.slice(0, 200), proved, way },
          ...some({ reason, credential, asked: textOf(asked) }),
          ...some({ first: first?.by, firstProved: first?.proved }),
        },
      };
      const { position, sequence } = ledger.state(content);
      add.run(position, sequence, act, wordOf(about[0]!), by, proved ? 1 : 0);
      return sequence;
    },
    /** The newest of these acts about a thing, among its last hundred. */
    last(about: About, acts: readonly string[]): First | undefined {
      const found = last.all(wordOf(about)).find(({ act }) => acts.includes(act));
      return found && { by: found.by, proved: found.proved === 1 };
    },
    /** What was done, the newest first; of what is below a number. */
    list: (limit: number, below = Number.MAX_SAFE_INTEGER): Acted[] =>
      page.all(below, limit).flatMap(told),
  };
}

type Ruled = { db: Database; deeds: Deeds; modes: Modes; forget: () => void };

/** What the configuration says of rules, once for each edition: an act of whoever wrote it. */
export function tellRules({ db, deeds, modes, forget }: Ruled): void {
  const tell = asOne(
    db,
    () => {
      const edition = modes.current();
      if (!edition) return;
      const about = { kind: 'rules', name: `edition ${edition.id}` } as const;
      if (deeds.last(about, ['rules'])) return;
      const by = 'system:central';
      const asked = { switches: edition.switches };
      const asker = { way: 'config' } as const;
      deeds.add({ act: 'rules', by, asker, about: [about], outcome: 'in force', asked });
    },
    forget,
  );
  tell();
}
