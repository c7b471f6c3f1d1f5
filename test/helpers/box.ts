import { onTestFinished } from 'vitest';
import { openRecent } from '../../edge/http/recent.ts';
import { readStatus } from '../../edge/http/status.ts';
import type { Parts } from '../../edge/line/actor.ts';
import type { Answer } from '../../edge/line/answers.ts';
import { type Book, openBook } from '../../edge/line/book.ts';
import { openRoster } from '../../edge/line/roster.ts';
import { openOutbox } from '../../edge/store/outbox.ts';
import { migrations } from '../../edge/store/schema.ts';
import { openStore } from '../../edge/store/store.ts';
import type { Means } from '../../edge/store/trial.ts';
import { openMarks } from '../../edge/uplink/marks.ts';
import { openSeen } from '../../edge/view/seen.ts';
import { readCommand } from '../../shared/command.ts';
import { openDatabase } from '../../shared/database.ts';
import type { Fact } from '../../shared/event.ts';
import { eventIds, systemRandom } from '../../shared/identity.ts';
import type { Policy } from '../../statecharts/policy.ts';
import { keyOf } from '../../statecharts/tables.ts';
import { m01, m02 } from './shop.ts';

const twoLines = [
  { line: m01, lanes: 2 },
  { line: m02, lanes: 1 },
];
const startMs = 1_700_000_000_000;

export type Box = ReturnType<typeof openBox>;

/** An edge without its network: store, book, lines and outbox as `main` wires them. */
type Line = { line: string; lanes: number; policy?: Policy };

export function openBox(path = ':memory:', lines: readonly Line[] = twoLines, means: Means = {}) {
  const db = openDatabase(path, migrations);
  onTestFinished(() => void db.close());
  const store = openStore(db);
  const book = openBook(store.written);
  const recent = openRecent();
  const time = { nowMs: startMs };
  const nowMs = () => time.nowMs;
  const eventId = eventIds(nowMs, systemRandom);
  const seen = openSeen(book.look);
  const stated: Parts['stated'] = (fact, effects) => {
    recent.add(fact as Fact);
    seen.note(fact as Fact, effects);
  };
  const parts = { store, book, nowMs, eventId, stated, cleared: seen.clear, ...means };
  const roster = openRoster(lines, parts);
  const outbox = openOutbox(db);
  const marks = openMarks(nowMs, () => undefined);

  return {
    ...{ db, store, book, roster, outbox, marks, recent, seen, time },

    /** Decides one command in a transaction of its own. */
    decide(given: object): Answer {
      const asked = readCommand(given);
      let answer: Answer | undefined;
      store.commit(() => {
        answer = roster.actor(asked.line).decide(asked);
      });
      return answer!;
    },

    status: () => readStatus({ roster, book, outbox, marks, recent, nowMs }),
  };
}

const tables = [
  ...(['line', 'order', 'operation', 'run', 'lane', 'hold', 'lot', 'held', 'labour'] as const),
  ...(['inspection', 'nonconformance', 'batch', 'timer'] as const),
];

/** Everything that the book of a box says, reports and kin as well, to compare two of them. */
export function contentsOf({ book }: { book: Book }) {
  const rows = Object.fromEntries(tables.map((table) => [table, new Map(book.rows(table))]));
  const orders = [...book.rows('order').keys()];
  const keys = [
    ...[m01, m02].map((line) => ['line', line]),
    ...orders.map((order) => ['order', order]),
    ...[...book.rows('operation').keys()].map((key) => ['operation', ...key.split('\n')]),
  ];
  const nodes = [
    ...[...book.rows('lot').keys()].map((lot) => keyOf('lot', lot)),
    ...orders.map((order) => keyOf('order', order)),
  ];
  const kin = nodes.map((node) => [
    node,
    ...(['into', 'from'] as const).map((way) => [...(book.look(way, node) ?? [])].sort()),
  ]);
  // A report is kept as it was judged, before its flags were known: they are no state.
  const reports = orders.map((order) => [
    order,
    [...(book.look('reports', order)?.since(0) ?? [])].sort().map(([id, { fact, ...row }]) => {
      const { flags: _, ...said } = { flags: '', ...fact };
      return [id, row, said];
    }),
  ]);
  return { ...rows, kin, reports, tallies: keys.map((key) => [key, { ...book.tally(...key) }]) };
}

/** "accepted", or why not. */
export const outcome = (answer: Answer): string =>
  answer.status === 'accepted' ? 'accepted' : `${answer.code} ${answer.reason}`;
