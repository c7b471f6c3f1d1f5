import type { Database } from '../../shared/database.ts';
import type { Change, Counted, Difference, Posted } from '../../shared/replay.ts';
import { laterMs } from '../replay/replay.ts';
import { isSent } from './docket.ts';
import { columns, type PostingRow } from './queue.ts';

type Own = PostingRow & { rule: string };
type Document = Posted | PostingRow;

/** What a rule says of a document, */
const planned = [
  ...(['kind', 'lane', 'order', 'operation', 'lot', 'yield', 'rework', 'setupMs'] as const),
  ...(['machineMs', 'final', 'cancels', 'inspection', 'atMs'] as const),
] as const;
/** and what is only settled as it goes out. */
const weighed = ['quantity', 'blocked', 'scrap', 'material', 'unit'] as const;

const aboutOf = ({ order, operation, lot }: Document): string =>
  [
    ...(order === null ? [] : [`order ${order}`]),
    ...(operation === null ? [] : [`operation ${operation}`]),
    ...(lot === null ? [] : [`lot ${lot}`]),
  ].join(', ');

const ever = Number.MAX_SAFE_INTEGER;
/** Rows that are read together. */
const pageMax = 500;

/** Rows in the order of what `of` says, a few at a time. */
function* inPages<T, K>(
  read: (after: K, limit: number) => T[],
  from: K,
  of: (row: T) => K,
): Generator<T> {
  for (let rows = read(from, pageMax); rows.length > 0; rows = read(of(rows.at(-1)!), pageMax)) {
    yield* rows;
  }
}

function prepare(db: Database) {
  return {
    made: db.prepare<[string, number], { key: string; body: string; rule: string }>(
      `SELECT key, body, rule FROM replay_document
       JOIN replay_day ON event_id = json_extract(body, '$.eventId')
       WHERE key > ? AND is_day = 1 ORDER BY key LIMIT ?`,
    ),
    own: db.prepare<[string], PostingRow>(`SELECT ${columns} FROM posting WHERE key = ?`),
    added: db.prepare<[number, number], Own>(
      `SELECT ${columns}, rule FROM (SELECT posting.*, rule
         FROM posting JOIN replay_day USING (event_id)
         WHERE posting.id > ? AND state <> 'void'
           AND NOT EXISTS (SELECT 1 FROM replay_document AS known WHERE known.key = posting.key)
         ORDER BY posting.id LIMIT ?)`,
    ),
    refused: db
      .prepare<[string], 1>("SELECT 1 FROM attempt WHERE key = ? AND outcome = 'refused' LIMIT 1")
      .pluck(),
    clear: ['DELETE FROM replay_difference', 'DELETE FROM replay_rule'].map((sql) =>
      db.prepare(sql),
    ),
    add: db.prepare('INSERT INTO replay_difference (body) VALUES (?)'),
    count: db.prepare('INSERT INTO replay_rule VALUES (?, ?)'),
  };
}

/**
 * Sets what was made of a day's facts there beside what is made of them here, as both stood at the
 * end of the day: documents that are missing here, new ones, and what says something else. A
 * document that had not gone out by then is the same if it has not gone out here; what it would
 * have said then is not compared as far as that is settled only as it goes out.
 */
export function compare(db: Database, untilMs: number, lines: readonly string[]): void {
  const tables = prepare(db);
  const counts = new Map<string, Record<keyof Omit<Counted, 'rule'>, number>>();
  const isMeant = (line: string): boolean => lines.length === 0 || lines.includes(line);

  function count(rule: string, name: keyof Omit<Counted, 'rule'>): void {
    const none = { production: 0, test: 0, missing: 0, new: 0, changed: 0 };
    const known = counts.get(rule) ?? none;
    known[name] += 1;
    counts.set(rule, known);
  }

  function differ(what: Difference['what'], rule: string, row: Document, changes: Change[]): void {
    const { key, kind, eventId, line } = row;
    const document = 'tries' in row ? row.document : null;
    const own = { what, rule, kind, key, eventId, line, about: aboutOf(row), document, changes };
    tables.add.run(JSON.stringify(own));
    count(rule, what);
  }

  /**
   * How it stood there when the day was over; undefined where it had never gone out. `unclear`
   * where a person had said "again", and what the gate made of it then is not kept; and where it
   * went out just behind the end of the day.
   */
  function fateThere({ tries, acts }: Posted): string | undefined {
    const said = acts.map(({ atMs, act }) => ({ atMs, outcome: act }));
    const known = [...tries, ...said].filter(({ atMs }) => atMs < untilMs);
    const last = known.sort((a, b) => a.atMs - b.atMs).at(-1)?.outcome;
    if (last === 'refused') return 'parked';
    if (last === 'giveUp') return 'void';
    if (last === 'retry' || last === 'lookedUp') return 'unclear';
    if (last !== undefined) return 'sent';
    return (tries[0]?.atMs ?? ever) < untilMs + laterMs ? 'unclear' : undefined;
  }
  function fateHere({ state, key }: PostingRow): string | undefined {
    if (isSent(state)) return 'sent';
    if (state === 'parked') return tables.refused.get(key) ? 'parked' : undefined;
    return state === 'void' ? 'void' : undefined;
  }

  function changesOf(there: Posted, here: PostingRow): Change[] {
    const [production, test] = [fateThere(there), fateHere(here)];
    const isOut = production === 'sent' && test === 'sent';
    const fields = isOut ? [...planned, ...weighed] : planned;
    const changes = fields.flatMap((field): Change[] => {
      const values = { production: there[field], test: here[field] };
      return values.production === values.test ? [] : [{ field, ...values }];
    });
    const isOpen = production === undefined && test === 'void';
    const isSame = production === test || production === 'unclear' || isOpen;
    if (isSame) return changes;
    const words = (fate: string | undefined) => fate ?? 'not sent';
    return [...changes, { field: 'state', production: words(production), test: words(test) }];
  }

  function beside(there: Posted, rule: string): void {
    const here = tables.own.get(there.key);
    if (there.state !== 'void') count(rule, 'production');
    if (here && here.state !== 'void') count(rule, 'test');
    if (!here) {
      if (there.state !== 'void') differ('missing', rule, there, []);
      return;
    }
    const changes = changesOf(there, here);
    if (changes.length > 0) differ('changed', rule, there, changes);
  }

  db.transaction(() => {
    for (const statement of tables.clear) statement.run();
    for (const { body, rule } of inPages(
      (after, limit) => tables.made.all(after, limit),
      '',
      ({ key }) => key,
    )) {
      const there = JSON.parse(body) as Posted;
      if (isMeant(there.line)) beside(there, rule);
    }
    for (const row of inPages(
      (after, limit) => tables.added.all(after, limit),
      0,
      ({ id }) => id,
    )) {
      if (!isMeant(row.line)) continue;
      count(row.rule, 'test');
      differ('new', row.rule, row, []);
    }
    for (const [rule, counted] of counts)
      tables.count.run(rule, JSON.stringify({ rule, ...counted }));
  })();
}
