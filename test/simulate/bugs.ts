import type { PragmaOptions } from 'better-sqlite3';
import type { Erp } from '../../central/erp/erp.ts';
import type { Hub, HubParts } from '../../edge/uplink/hub.ts';
import { genesis } from '../../shared/codec.ts';
import type { Database } from '../../shared/database.ts';
import {
  decodeEnrol,
  decodeEnrolAnswer,
  type EnrolAnswer,
  type EnrolAsk,
} from '../../shared/enrol.ts';
import { lastOf } from '../../shared/segment.ts';
import { enrolSubject, lineOf } from '../../shared/subject.ts';
import type { Life } from './life.ts';
import type { World } from './world.ts';

type Statement = ReturnType<Database['prepare']>;

/** What is wrong on purpose with the parts of which a simulated plant is made. */
export type Bugs = {
  /** A connection was opened and prepared; returns the one to work with. */
  opened(db: Database, life: Life, world: World): Database;
  /** Whether a segment is put into the stream only if its subject ends where the edge thinks. */
  compares: boolean;
  hub(hub: Hub, parts: HubParts): Hub;
  erp(erp: Erp): Erp;
};

const none: Bugs = {
  opened: (db) => db,
  compares: true,
  hub: (hub) => hub,
  erp: (erp) => erp,
};

/** The connection, but for the statements of this kind. */
const butFor = (db: Database, sql: RegExp, other: Partial<Statement>): Database => {
  const prepare = (source: string) => {
    const statement = db.prepare(source);
    return sql.test(source) ? { ...statement, ...other } : statement;
  };
  return Object.assign(Object.create(db), { prepare });
};

/** Answers first, and commits what was answered a little later. */
function commitLater(db: Database, life: Life, world: World): Database {
  let open = false;
  const commit = () => {
    open = false;
    db.exec('COMMIT');
  };
  const transaction = (work: (...given: unknown[]) => unknown) => {
    const run = (...given: unknown[]) => {
      if (!open && !db.inTransaction) {
        open = true;
        db.exec('BEGIN IMMEDIATE');
        world.after(life, 1_000, commit);
      }
      return work(...given);
    };
    return Object.assign(run, { immediate: run, deferred: run, exclusive: run, default: run });
  };
  // Whoever forgets to commit does not checkpoint either.
  const pragma = (sql: string, options?: PragmaOptions) =>
    open && sql.startsWith('wal_checkpoint') ? [] : db.pragma(sql, options);
  return Object.assign(Object.create(db), { transaction, pragma });
}

/** The hub, but for what central says to a store that asks for its line. */
function toldOtherwise(
  hub: Hub,
  change: (answer: EnrolAnswer, ask: EnrolAsk, line: string) => EnrolAnswer,
): Hub {
  return {
    ...hub,
    async ask(subject, question) {
      const bytes = await hub.ask(subject, question);
      const line = lineOf(subject);
      if (subject !== enrolSubject(line)) return bytes;
      const ask = decodeEnrol(Buffer.from(question));
      return Buffer.from(JSON.stringify(change(decodeEnrolAnswer(bytes), ask, line)));
    },
  };
}

/** Bugs by name: each is one that such a system may well have. */
export const bugs: Readonly<Record<string, Partial<Bugs>>> = {
  // A commit is answered for that a power cut takes back.
  notSynced: {
    opened(db) {
      db.pragma('synchronous = NORMAL');
      return db;
    },
  },
  answersBeforeCommit: {
    opened: (db, life, world) => (life.name.startsWith('edge') ? commitLater(db, life, world) : db),
  },
  sendsWithoutCompare: { compares: false },
  // What the stream acknowledged is taken for what the ledger holds.
  keepsOnStreamsWord: {
    hub: (hub, { outbox }) => ({
      ...hub,
      async publish(segment, at) {
        const seq = await hub.publish(segment, at);
        outbox.keep(segment.line, segment.epoch, lastOf(segment));
        return seq;
      },
    }),
  },
  // What comes behind a gap is dropped, and the stream is read on.
  ignoresGap: {
    opened: (db) =>
      butFor(db, /INSERT INTO waiting/, { run: () => ({ changes: 0, lastInsertRowid: 0 }) }),
  },
  // A store whose epoch is over is let in, as if nobody had counted them.
  ignoresEpoch: {
    hub: (hub) =>
      toldOtherwise(hub, (told, { epoch }, line) =>
        told.answer === 'stale'
          ? { answer: 'entered', epoch, sequence: 0, hash: genesis(line, epoch).toString('hex') }
          : told,
      ),
  },
  // A restored store goes on from its own end, in sequences that central has already.
  reusesSequence: {
    hub: (hub) =>
      toldOtherwise(hub, (told, { epoch, sequence, hash }) =>
        told.answer === 'entered' ? { answer: 'entered', epoch, sequence, hash } : told,
      ),
  },
  // A posting whose outcome is unknown is sent again at once.
  postsWithoutLookUp: { erp: (erp) => ({ ...erp, lookup: async () => [] }) },
};

export const plant = (name: string | undefined): Bugs => ({
  ...none,
  ...(name === undefined ? {} : bugs[name]),
});
