// Goal: whoever checks a ledger is told where the chain of acts was changed.
// Method: a ledger with acts in a file; each harm is done to it on purpose, behind its schema.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBoard } from '../central/desk/board.ts';
import { verifyLedger } from '../central/ledger/verification.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { openDatabase } from '../shared/database.ts';
import { openReplica } from '../shared/replica.ts';
import { centralLine } from '../shared/subject.ts';
import { as, nobody, said, second } from './helpers/acts.ts';
import { bare } from './helpers/bare.ts';
import { stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { testFolder } from './helpers/folder.ts';
import { m01 } from './helpers/shop.ts';

/** A closed ledger, in a file, with a fact of a line and three acts. */
function ledger(): string {
  const path = join(testFolder(), 'ledger.db');
  const db = openDatabase(path, migrations);
  const parts = { db, nowMs: Date.now, waitMs: Date.now, maxInFlightMs: 500 };
  const memory = openMemory(parts);
  const board = openBoard({ ...memory, ...bare, db, nowMs: Date.now, moved: () => undefined });
  memory.ledger.accept([{ segment: history(m01, [stated.release()]).segment(1, 1) }]);
  const act = as(board);
  act(nobody, 'hold', { lot: 'L-1', ...said });
  act(nobody, 'release', { hold: 'C-1', ...said });
  act(nobody, 'approve-hold', { hold: 'C-1', by: 'person:4', reason: second.reason });
  db.close();
  return path;
}

const own = `(SELECT id FROM line WHERE path = '${centralLine}')`;
const at = (sequence: number) => `line = ${own} AND sequence = ${sequence}`;
const harms: [string, string, string][] = [
  [
    'a name that was changed',
    `UPDATE fact SET bytes = CAST(replace(CAST(bytes AS TEXT), 'person:4', 'person:5') AS BLOB)
     WHERE ${at(3)}`,
    'its bytes do not match the hash chain',
  ],
  ['an act that was taken out', `DELETE FROM fact WHERE ${at(2)}`, 'facts 2 to 2 are missing'],
  ['the last act taken out', `DELETE FROM fact WHERE ${at(3)}`, 'the head stands at 3'],
];

test('of a whole ledger nothing is found, and the acts are among what was read', () => {
  expect(verifyLedger(ledger())).toMatchObject({
    ...{ facts: 4, found: 0 },
    lines: [
      { line: m01, first: 1, last: 1 },
      { line: centralLine, epoch: 1, first: 1, last: 3 },
    ],
  });
});

test.each(harms)('%s is found at its place', (_name, harm, words) => {
  const path = ledger();
  const db = openReplica(path);
  for (const name of ['fact_is_history', 'fact_is_kept']) db.exec(`DROP TRIGGER ${name}`);
  expect(db.prepare(harm).run().changes).toBe(1);
  db.close();
  const { findings } = verifyLedger(path);
  expect(findings.map(({ line }) => line)).toContain(centralLine);
  expect(findings.map(({ reason }) => reason).join()).toContain(words);
});
