// Goal: whoever asks whether a ledger on PostgreSQL is whole gets a true answer, with the place of
// what is wrong, while centrals write.
// Method: one small shop on a real server; each kind of harm is done to it behind its schema.
import { closeSync, openSync, writeSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openBoard } from '../central/desk/board.ts';
import { verifyShared } from '../central/ledger/inspection.ts';
import { readShared } from '../central/ledger/reading.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { openShared } from '../central/sql/sharing.ts';
import { centralLine } from '../shared/subject.ts';
import { as, nobody, said } from './helpers/acts.ts';
import { postgresOrWhy } from './helpers/again.ts';
import { bare } from './helpers/bare.ts';
import { stated } from './helpers/central.ts';
import { configFile, holdfast, shopOn } from './helpers/centralconfig.ts';
import { ledgerOf, storeOfShop } from './helpers/disk.ts';
import { history } from './helpers/facts.ts';
import { m01, m02 } from './helpers/shop.ts';

const cluster = await postgresOrWhy();

if (typeof cluster === 'string') {
  test('a ledger on PostgreSQL is verified', ({ skip }) => skip(cluster));
} else {
  const { url, password } = cluster;
  const shop = (upTo?: number) => shopOn(cluster, upTo);
  type Where = ReturnType<typeof shop>['where'];
  const verified = (where: Where) => readShared(where, (db) => verifyShared(db));
  const reasons = (where: Where) =>
    verified(where).findings.map(({ what, reason }) => `${what}: ${reason}`);

  test('of a whole one nothing is found, and every fact was read', () => {
    const lines = [
      { line: m01, epoch: 1, first: 1, last: 23 },
      { line: m02, epoch: 1, first: 1, last: 2 },
    ];
    expect(verified(shop().where)).toEqual({ facts: 25, lines, found: 0, findings: [] });
  });

  test('two centrals number the acts of one ledger together; one undone leaves no hole', () => {
    const given = { url, password, schema: 'acts_of_two' };
    const two = [1, 2].map((boot) => {
      const db = openShared(given, `acts${boot}`, migrations);
      const memory = openMemory({ db, nowMs: Date.now, waitMs: Date.now, maxInFlightMs: 100 });
      const board = openBoard({ ...memory, ...bare, db });
      return { db, ledger: memory.ledger, board, act: as(board) };
    });
    const lots = Array.from({ length: 6 }, (_, at) => `L-${at}`);
    const facts = lots.map((lot) => stated.produce(lot, '1'));
    for (const [at, lot] of lots.entries()) {
      const { act, ledger, board } = two[at % 2]!;
      ledger.accept([{ segment: history(m01, facts).segment(at + 1, at + 1) }]);
      const undone = () =>
        board.together(() => {
          act(nobody, 'hold', { lot: 'X', ...said });
          throw new Error('behind the act');
        });
      expect(undone).toThrow('behind the act');
      expect(act(nobody, 'hold', { lot, ...said })).toMatchObject({ recorded: at + 1 });
    }
    const [{ board, ledger }] = two as [(typeof two)[0]];
    expect(board.deeds.list(10).map(({ number }) => number)).toEqual([6, 5, 4, 3, 2, 1]);
    expect([ledger.last(), ledger.facts()]).toEqual([12, 6]);
    for (const { db } of two) db.close();
    const lines = [m01, centralLine].map((line) => ({ line, epoch: 1, first: 1, last: 6 }));
    expect(verified(given)).toEqual({ facts: 12, found: 0, findings: [], lines });
  });

  const zero = (bytes: number) => `decode('${'00'.repeat(bytes)}', 'hex')`;
  const harms: [string, string, string][] = [
    [
      'a changed fact',
      'UPDATE fact SET bytes = set_byte(bytes, 100, 46) WHERE position = 7',
      'chain: its bytes do not match the hash chain',
    ],
    ['a missing fact', 'DELETE FROM fact WHERE position = 7', 'hole: facts 7 to 7 are missing'],
    [
      'another event id beside a fact',
      `UPDATE fact SET event_id = ${zero(16)} WHERE position = 7`,
      'id: its row names another event than the fact',
    ],
    ['a lost last fact', 'DELETE FROM fact WHERE position = 23', 'cursor: the head stands at 23'],
    [
      'a head with another hash',
      `UPDATE line SET hash = ${zero(32)}`,
      'cursor: the head stands at 23 with another hash',
    ],
    [
      'a fact that waits and is there',
      `INSERT INTO waiting SELECT line, epoch, sequence, bytes, hash FROM fact WHERE position = 7`,
      'place: it waits, and is in the ledger already',
    ],
    [
      'a fact moved to another position',
      'UPDATE fact SET position = 99 WHERE position = 7',
      'place: it was stored before the one that it follows',
    ],
  ];
  test.each(harms)('%s is found', async (_name, sql, found) => {
    const { where, harm } = shop();
    await harm(sql);
    expect(reasons(where)).toContainEqual(expect.stringContaining(found));
  });

  test('it is read as it stands at one moment, while a central is in its turn', () => {
    const { where } = shop();
    const db = openShared(where, 'writer', migrations);
    const writing = db.transaction(() => {
      db.prepare("INSERT INTO line (path, epoch, sequence, hash) VALUES ('x', 1, 9, ?)").run(
        Buffer.alloc(32),
      );
      return verified(where); // the writer waits for it: it must not wait for the writer
    });
    expect(writing.immediate()).toMatchObject({ facts: 25, found: 0 });
    expect(reasons(where)).toEqual(['cursor: the head stands at 9, the facts at 0']);
    db.close();
  });

  test('a page that the server cannot read is a finding, with its words', async () => {
    const { where } = shop();
    const [file] = await cluster.query(
      `SELECT current_setting('data_directory') || '/' ||
         pg_relation_filepath('${where.schema}.fact') AS path`,
    );
    await cluster.end('SIGINT');
    const opened = openSync(String(file!['path']), 'r+');
    writeSync(opened, Buffer.alloc(8, 0xff), 0, 8, 12); // where rows begin and end in the page
    closeSync(opened);
    await cluster.start();
    expect(reasons(where)).toEqual([expect.stringMatching(/^file: .*invalid page in block 0 of/)]);
  });

  test('nothing can be changed through it', () => {
    const write = () => readShared(shop().where, (db) => db.exec('DELETE FROM waiting'));
    expect(write).toThrow(/read-only transaction/);
  });

  test('what is none, or of another release, is told', async () => {
    const nowhere = { url, password, schema: 'nowhere' };
    expect(() => verified(nowhere)).toThrow(/^postgres.schema: .*nowhere: holds no ledger/);
    const { where, harm } = shop();
    await harm("UPDATE user_version SET version = version - 1 WHERE part = 'central'");
    expect(() => verified(where)).toThrow(/ask with the release that central runs/);
  });

  test('both sides together: what may be forgotten must be there, and be the same', async () => {
    const { where, config, harm, store } = shop();
    const whole = holdfast('verify', '--store', store, '--config', config);
    expect({ status: whole.status, stderr: whole.stderr }).toEqual({ status: 0, stderr: '' });
    expect(whole.stdout).toContain(`/postgres schema ${where.schema}: central's ledger, 25 facts`);
    expect(whole.stdout.match(/✓ nothing is wrong/g)).toHaveLength(3);

    await harm(`UPDATE fact SET hash = ${zero(32)} WHERE position = 4;
      DELETE FROM fact WHERE position = 12`);
    const harmed = holdfast('verify', '--store', store, '--config', config, '--json');
    expect(harmed.status).toBe(1);
    const [, , compared] = JSON.parse(harmed.stdout) as { findings: unknown[] }[];
    expect(compared!.findings).toEqual([
      expect.objectContaining({ line: m01, sequence: 4, what: 'ledger' }),
      expect.objectContaining({
        sequence: 12,
        reason: expect.stringContaining('does not hold it'),
      }),
    ]);
  });

  test('a config whose ledger is a file, and a ledger of SQLite beside it, are refused', () => {
    const { config, store } = shop();
    const inFile = configFile({ storePath: 'ledger.db' });
    expect(holdfast('verify', '--config', inFile)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('names a file: give its storePath as --ledger'),
    });
    const { box } = storeOfShop();
    const ledger = ledgerOf(box);
    box.db.close();
    const both = holdfast('verify', '--store', store, '--ledger', ledger, '--config', config);
    expect(both).toMatchObject({ status: 2, stderr: expect.stringContaining('cannot both') });
  });
}
