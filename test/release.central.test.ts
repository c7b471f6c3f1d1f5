// What quality has not released is not received as available, whichever arrives first.
// And central's file of the version before is brought up to date.
import { expect, test } from 'vitest';
import { openLedger } from '../central/ledger/ledger.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { openDatabase } from '../shared/database.ts';
import { m1, openSide, qc, stated } from './helpers/central.ts';
import { content, history } from './helpers/facts.ts';
import { testFolder } from './helpers/folder.ts';

const made = () => {
  const body = { material: 'BOLT', quantity: '10', unit: 'EA', inspect: true };
  return content('made', 'LotProduced', body, { order: 'WO-1', operation: '0010', lot: 'L-1' });
};
const release = () => content('released', 'LotReleased', { reason: 'certificate' }, { lot: 'L-1' });

test('a lot to be inspected is received when quality has released it', () => {
  const side = openSide();
  side.note(m1, stated.release(), made());
  expect(side.drain()).toEqual([]);
  expect(side.rows()).toMatchObject([
    { state: 'held', reason: expect.stringContaining('release') },
  ]);
  side.note(qc, release());
  expect(side.drain().map(({ kind }) => kind)).toEqual(['goodsReceipt']);
});

test('also when the release comes first', () => {
  const side = openSide();
  side.note(qc, release());
  side.note(m1, stated.release(), made());
  expect(side.drain().map(({ kind }) => kind)).toEqual(['goodsReceipt']);
});

test('a hold that was placed in error gives its lot back', () => {
  const side = openSide();
  const cancelled = content(
    'x',
    'HoldCancelled',
    { hold: 'H1', reason: 'wrong lot' },
    { lot: 'L-1' },
  );
  side.note(m1, stated.release(), stated.produce('L-1', '10'));
  side.note(qc, stated.block('H1', 'L-1', '4'));
  side.note(qc, cancelled);
  side.drain();
  const posted = side.rows().filter(({ state }) => state === 'posted');
  const stock = posted.map(({ kind, quantity, blocked }) => `${kind} ${quantity} ${blocked}`);
  expect(stock).toEqual(['goodsReceipt 10 0']);
  expect(side.rows().every(({ state }) => state === 'posted' || state === 'void')).toBe(true);
});

test('H12: what planning has parked changes nothing; what it decides counts from then on', () => {
  const side = openSide();
  const changed = (name: string, quantity: string, flags?: string) =>
    content(name, 'OrderChanged', { quantity }, { order: 'WO-1', ...(flags ? { flags } : {}) });
  side.note(m1, stated.release(), stated.report('50'), changed('less', '40', 'parked'));
  expect(side.dossier.order('WO-1')).toMatchObject({ quantity: '100', tolerancePercent: 10 });
  side.note(m1, stated.report('60'));
  expect(side.drain().map(({ yield: good }) => good)).toEqual(['50', '60']);
  side.note(m1, changed('more', '200'), stated.report('90'));
  expect(side.drain().map(({ yield: good }) => good)).toEqual(['90']);
});

test('the file of the version before is brought up to date, and keeps what it knows', () => {
  const path = `${testFolder()}/central.db`;
  const old = openDatabase(path, migrations.slice(0, 1));
  old.exec("INSERT INTO lot (lot, material, unit) VALUES ('L-1', 'BOLT', 'EA')");
  old.exec("INSERT INTO production_order (order_number, released) VALUES ('WO-1', 1)");
  old.close();
  const db = openDatabase(path, migrations);
  const zero = () => 0;
  const { dossier, erpStatus } = openMemory({ db, nowMs: zero, waitMs: zero, maxInFlightMs: 0 });
  expect(dossier.lot('L-1')).toMatchObject({ material: 'BOLT', inspect: 0, released: 0 });
  expect(erpStatus('WO-1')).toEqual({ lifecycle: 'REL', confirmation: 'none', delivery: 'none' });
  db.close();
});

test('what was made of held lots before links were kept is found in the ledger, once', () => {
  const path = `${testFolder()}/central.db`;
  const old = openDatabase(path, migrations.slice(0, 2));
  const nothing = () => {};
  const ledger = openLedger({ db: old, nowMs: () => 0, note: nothing, undone: nothing });
  const { segment } = history(m1, [
    ...[stated.split('R', 'S'), stated.consume('S', '1'), stated.produce('L-1', '10')],
    ...[stated.report('1'), stated.blockAll('H1', 'R'), stated.letGo('H1', 'L-2')],
    ...[stated.produce('L-3', '1'), stated.letGo('H1', 'L-3')],
  ]);
  ledger.accept([{ segment: segment(1, 8) }]);
  old.exec("INSERT INTO hold (hold, placed, scope, lot) VALUES ('H1', 1, 'lot', 'R')");
  for (const lot of ['L-1', 'L-3']) {
    old.exec(`INSERT INTO lot (lot, order_number, material, unit)
      VALUES ('${lot}', 'WO-1', 'B', 'EA');
      INSERT INTO posting (key, event_id, line, sequence, at_ms, lane, kind, state, lot, quantity,
        final, document) VALUES ('${lot}', '', '', 1, 0, 'WO-1', 'goodsReceipt', 'posted', '${lot}',
        '10', 0, 'D1')`);
  }
  old.close();
  for (const expected of [['L-1'], []]) {
    const db = openDatabase(path, migrations);
    const { postings } = openMemory({ db, nowMs: () => 0, waitMs: () => 0, maxInFlightMs: 0 });
    const tasks = postings.next(new Set(), 100);
    const sent = tasks.map(({ do: what, posting: { kind, lot } }) => `${what} ${kind} ${lot}`);
    expect(sent).toEqual(expected.map((lot) => `post blockStock ${lot}`));
    for (const { posting } of tasks)
      postings.settle(posting.key, { kind: 'posted', document: 'D2' });
    db.close();
  }
  const read = openDatabase(path, migrations);
  expect(read.prepare('SELECT * FROM backlog').all()).toEqual([]);
  read.close();
});
