// Goal: a file of quality is taken once, whole, and by the rules of everybody else; what became of
// each row stands beside it. A half-written one is left alone.
// Method: a folder, the ledger and the desk; the test is the clock.
import { appendFileSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { expect, test } from 'vitest';
import { operationsOf } from '../central/desk/operations.ts';
import { checkFolder, openFolder } from '../central/drop/folder.ts';
import { fileBytesMax, rowsMax } from '../central/drop/rows.ts';
import { openTaking, type Result } from '../central/drop/taking.ts';
import { Fault } from '../shared/fault.ts';
import { stated } from './helpers/central.ts';
import { testFolder } from './helpers/folder.ts';
import { m01 } from './helpers/shop.ts';
import { openPlant } from './helpers/wardbox.ts';

/** A folder that central watches, over a plant in which M01 has used lot L-7 for WO-1. */
function openDrop(by?: string) {
  const plant = openPlant();
  const { db, board, wards, time } = plant;
  time.nowMs = Date.now() + 60_000; // whatever is written now stands still
  const nowMs = () => time.nowMs;
  const openOn = (lot: string) => wards.openOn('lot', lot);
  const take = openTaking({ db, operations: operationsOf(board), openOn, nowMs, by });
  const path = testFolder();
  const folder = openFolder({ path, take, nowMs, log: pino({ level: 'silent' }) });
  plant.hear(m01, stated.release(), stated.consume('L-7', '5'));
  const list = (of: string) => readdirSync(join(path, of)).sort();
  /** What became of the file, once two passes have seen it. */
  function drop(name: string, content: string | Buffer): Result & { in: string } {
    writeFileSync(join(path, name), content);
    for (let pass = 0; pass < 2; pass++) folder.pass();
    for (const where of ['done', 'refused']) {
      const told = list(where).find((one) => one.endsWith(`.${name}.result.json`));
      if (told !== undefined) {
        return { ...JSON.parse(readFileSync(join(path, where, told), 'utf8')), in: where };
      }
    }
    throw new Error(`${name} was not taken`);
  }
  return { ...plant, path, folder, take, drop, list };
}
const hold = { operation: 'hold', lot: 'L-7', by: 'system:lims', reason: 'assay failed' };

test('JSON and CSV ask for the same as everybody else, and are told what came of it', () => {
  const { drop, wards, dispatch, list } = openDrop();
  const told = drop('a.json', JSON.stringify([hold]));
  expect(told).toMatchObject({
    in: 'done',
    refused: [],
    accepted: [{ row: 1, is: { hold: 'C-1' } }],
  });
  expect(wards.one('C-1')).toMatchObject({ by: 'system:lims', name: 'L-7' });
  expect(dispatch.standing(m01).waiting).toBe(1);
  const csv = [
    '\ufeffoperation;lot;by;reason;hold',
    'hold;"L;8";person:17;"say ""no""";Q-1',
    'hold;L-9;person:17;;Q-2',
    'fly;L-9;person:17;x;',
    'hold;L-10;17;x;',
  ].join('\r\n');
  const some = drop('b.csv', csv);
  expect(some).toMatchObject({ in: 'refused', accepted: [{ row: 1, is: { hold: 'Q-1' } }] });
  expect(wards.one('Q-1')).toMatchObject({ name: 'L;8', reason: 'say "no"' });
  expect(some.refused.map(({ row, message }) => [row, message])).toEqual([
    [2, expect.stringMatching(/^row 2\.reason: must be a text of at most 200/)],
    [3, expect.stringMatching(/^row 3\.operation: must be one of hold, release/)],
    [4, 'row 4.by: must begin with "person:" or "system:"'],
  ]);
  expect(list('refused')).toEqual([
    ...[`${some.hash.slice(0, 8)}.b.csv`, `${some.hash.slice(0, 8)}.b.csv.result.json`],
  ]);
});

test('B2MML says how lots stand: held, free, or a word that nobody guesses at', () => {
  const { drop, wards, board } = openDrop();
  const sample = readFileSync(join(import.meta.dirname, 'data/b2mml-lot.xml'), 'utf8');
  const valid = drop('lot.xml', sample);
  expect(valid).toMatchObject({
    in: 'done',
    accepted: [{ is: { says: 'is not held by central' } }],
  });
  const saying = (status: string) =>
    sample.replace('CRBN0001_LOT01', 'L-7').replace('Valid', status);
  expect(drop('q.xml', saying('Quarantined'))).toMatchObject({
    accepted: [{ is: { hold: 'C-1' } }],
  });
  expect(wards.one('C-1')).toMatchObject({ by: 'system:DEV130', reason: 'status Quarantined' });
  expect(drop('r.xml', saying('On Hold'))).toMatchObject({
    accepted: [{ is: { says: 'is held by C-1' } }],
  });
  // It proposes, as anybody does; a person who has not placed the hold says yes.
  expect(drop('v.xml', saying('Released'))).toMatchObject({ accepted: [{ is: { hold: 'C-1' } }] });
  expect(board.quality.all(9).waiting).toMatchObject([{ act: 'release', by: 'system:DEV130' }]);
  expect(drop('o.xml', saying('Odd'))).toMatchObject({
    ...{
      in: 'refused',
      refused: [{ message: expect.stringContaining('MaterialLot 1.Status: "Odd"') }],
    },
  });
});

test('with a name of its own a folder says who asks, and takes nothing in another', () => {
  const { drop, board } = openDrop('system:lims');
  const { by: _, ...unnamed } = hold;
  const told = drop('a.json', JSON.stringify([unnamed, { ...hold, by: 'person:17', lot: 'L-8' }]));
  expect(told).toMatchObject({
    accepted: [{ row: 1, is: { hold: 'C-1', recorded: 1, proved: true } }],
    refused: [
      { row: 2, message: 'row 2.by: must be system:lims, who is proved to ask, not person:17' },
    ],
  });
  const lot = (sender: string, id: string) => `<MaterialLotInformation>
    ${sender}<MaterialLot><ID>${id}</ID><Status>hold</Status></MaterialLot>
  </MaterialLotInformation>`;
  expect(drop('b.xml', lot('', 'L-9')).accepted).toMatchObject([{ is: { proved: true } }]);
  const sender = '<ApplicationArea><Sender><LogicalID>qms</LogicalID></Sender></ApplicationArea>';
  expect(drop('c.xml', lot(sender, 'L-10')).refused).toMatchObject([
    { message: expect.stringMatching(/must be system:lims, .* not system:qms$/) },
  ]);
  expect(board.deeds.list(10).map(({ by, way, proved }) => [by, way, proved])).toEqual([
    ['system:lims', 'file', true],
    ['system:lims', 'file', true],
  ]);
});

test('the same content is taken once, whatever it is called, also after a power cut', () => {
  const { drop, wards, take } = openDrop();
  const bytes = Buffer.from(JSON.stringify(hold));
  take('before-the-cut.json', bytes); // the ledger has it; the file was not moved any more
  const again = drop('a.json', bytes);
  expect(again).toMatchObject({ in: 'done', again: true, accepted: [{ is: { hold: 'C-1' } }] });
  expect(wards.openOn('lot', 'L-7')).toEqual(['C-1']);
});

test('what is being written is left alone; what is hidden or half named, too', () => {
  const { path, folder, time, list } = openDrop();
  for (const name of ['.a.json', 'a.json.tmp', 'b.PART', 'c.filepart']) {
    writeFileSync(join(path, name), JSON.stringify(hold));
  }
  const file = join(path, 'a.json');
  const text = JSON.stringify(hold);
  writeFileSync(file, text.slice(0, 10));
  const stamp = (ms: number) => utimesSync(file, ms / 1_000, ms / 1_000);
  stamp(time.nowMs);
  expect([folder.pass(), folder.pass()]).toEqual([0, 0]); // too fresh
  time.nowMs += 1_000;
  appendFileSync(file, text.slice(10));
  stamp(time.nowMs);
  expect(folder.pass()).toBe(0); // it has changed since
  time.nowMs += 1_999;
  expect(folder.pass()).toBe(0);
  time.nowMs += 1;
  expect(folder.pass()).toBe(1);
  expect(list('done')).toHaveLength(2);
  expect([folder.pass(), folder.pass()]).toEqual([0, 0]);
});

const rows = (count: number) => JSON.stringify(Array(count).fill(hold));
test.each([
  ['its name must end in', 'a.txt', 'x'],
  ['is not JSON', 'a.json', '{"operation":'],
  ['it has no row', 'a.json', '[]'],
  [`at most ${rowsMax} rows`, 'a.json', rows(rowsMax + 1)],
  [`at most ${fileBytesMax} bytes`, 'a.json', Buffer.alloc(fileBytesMax + 5, 0x20)],
  ['must be UTF-8', 'a.json', Buffer.from('7b22ff7d', 'hex')],
  ['is no CSV', 'a.csv', 'operation,lot\nhold,"L'],
  ['is no CSV', 'a.csv', 'operation,lot\nhold,L,more'],
  ['is no XML', 'a.xml', '<a><b></a>'],
  ['at most 30 elements deep', 'a.xml', `${'<a>'.repeat(40)}${'</a>'.repeat(40)}`],
  ['must have no DOCTYPE', 'a.xml', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
])('a file that is none is refused whole: %s', (says, name, content) => {
  const { drop, board } = openDrop();
  const told = drop(name, content);
  expect(told).toMatchObject({ in: 'refused', accepted: [], refused: [] });
  expect(told.unreadable).toMatch(/^file: /);
  expect(told.unreadable).toContain(says);
  expect(board.quality.all(9).holds).toEqual([]);
});

test('a full ledger leaves the file where it is, and nothing of it is done', () => {
  const { path, folder, db, list, wards } = openDrop();
  writeFileSync(join(path, 'a.json'), rows(3).replace('L-7', 'L-8'));
  db.exec(
    `CREATE TRIGGER full_now BEFORE INSERT ON dropped BEGIN SELECT raise(ABORT, 'no room'); END`,
  );
  folder.pass();
  expect(() => folder.pass()).toThrow('no room');
  expect([list('done'), list('refused'), wards.shown(9)]).toEqual([[], [], []]);
  db.exec('DROP TRIGGER full_now');
  expect(folder.pass()).toBe(1);
});

test('a folder that is not there is named', () => {
  expect(() => checkFolder('/nowhere/at/all', 'config.dropPath')).toThrow(Fault);
  expect(() => checkFolder('/nowhere/at/all', 'config.dropPath')).toThrow('config.dropPath');
});
