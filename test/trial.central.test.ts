// Goal: what a retry would do is said exactly, and saying it changes nothing.
// Method: a parked confirmation, the real connector and the sandbox; then all tables are the same.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { Database } from '../shared/database.ts';
import { refused, stated } from './helpers/central.ts';
import { deskAfter } from './helpers/deskbox.ts';
import { content } from './helpers/facts.ts';
import { bench, closeAll, erpAt } from './helpers/sap.ts';

afterEach(closeAll);

const { report } = stated;
const tables = ['posting', 'attempt', 'act', 'amendment', 'loss', 'lane', 'census'];
const dump = (db: Database) => tables.map((name) => db.prepare(`SELECT * FROM ${name}`).all());

async function parked(first = report('5')) {
  const { erp, admin } = await bench();
  await admin('/materials', { material: 'NUT', unit: 'EA', price: '1' });
  const made = { material: 'NUT', quantity: '100', unit: 'EA' };
  await admin('/orders', { order: 'WO-1', ...made, operations: [{ operation: '0010' }] });
  const standing = { state: 'up' as 'up' | 'down', sinceMs: null, reason: 'no answer' };
  return {
    erp,
    admin,
    standing,
    ...deskAfter(refused, { erp, erpStanding: () => standing }, first),
  };
}

test('what is not there would be sent, as it would be sent; and nothing was', async () => {
  const { ask, key, db, erp, postings } = await parked();
  const before = dump(db);
  const [status, told] = await ask(`/${key}/dryRun`);
  expect([status, told]).toMatchObject([
    200,
    {
      ...{ key, kind: 'confirmation', state: 'parked', reason: 'M7/021: deficit', erp: 'sap' },
      ...{ gate: { do: 'send' }, waitsFor: null, unfit: null },
      found: { kind: 'documents', documents: [] },
      sent: {
        to: 'POST API_PROD_ORDER_CONFIRMATION_2_SRV/ProdnOrdConf2',
        body: {
          ...{ OrderID: 'WO-1', OrderOperation: '0010', ExternalSystemConfirmation: key },
          ...{ ConfirmationYieldQuantity: '5.000', ConfirmationUnit: 'EA' },
        },
      },
    },
  ]);
  expect(dump(db)).toEqual(before);
  expect(await erp.lookup(postings.handed(postings.one(key)))).toEqual([]);
});

test('what is there already would be taken as posted', async () => {
  const { ask, key, erp, postings } = await parked();
  await erp.post(postings.handed(postings.one(key)));
  const [, told] = await ask(`/${key}/dryRun`);
  expect(told.found).toEqual({
    kind: 'documents',
    documents: [expect.stringMatching(/^\d+\/\d+$/)],
  });
});

test('what the fields of the ERP cannot hold is said, and never looked up', async () => {
  const { ask, key } = await parked(report('0.0005'));
  const [, told] = await ask(`/${key}/dryRun`);
  expect(told).toMatchObject({
    ...{ unfit: 'yield: 0.0005 does not fit 10 digits and 3 decimals', sent: null },
    found: { kind: 'notAsked', reason: 'it cannot have been sent' },
  });
});

test('the gate judges, and what goes before it in its lane is named', async () => {
  const { ask, key, db, hear } = await parked(report('80'));
  hear(content('less', 'OrderChanged', { quantity: '60' }, { order: 'WO-1' }));
  const other = db.prepare('SELECT key FROM posting ORDER BY id DESC').pluck().get() as string;
  const [, first] = await ask(`/${key}/dryRun`);
  expect(first.gate).toEqual({ do: 'park', reason: 'over tolerance: 80 of 60 + 10 %' });
  const [, behind] = await ask(`/${other}/dryRun`);
  expect(behind).toMatchObject({ gate: { do: 'send' }, waitsFor: { key, state: 'parked' } });
  expect(await ask('/nothing/dryRun')).toMatchObject([404, { code: 'UNKNOWN' }]);
});

test('an ERP that is down is not asked, and one that does not answer is said to', async () => {
  const { ask, key, standing } = await parked();
  standing.state = 'down';
  const [, down] = await ask(`/${key}/dryRun`);
  expect(down.found).toEqual({ kind: 'notAsked', reason: 'the ERP is down: no answer' });
  expect(down.sent.to).toMatch(/^POST /);
  const silent = deskAfter(refused, { erp: erpAt('http://127.0.0.1:1') });
  expect((await silent.ask(`/${silent.key}/dryRun`))[1].found).toEqual({ kind: 'silent' });
});

test('a receipt that is to be taken back is named by its number', async () => {
  const { erp } = await bench();
  const bolts = { material: 'BOLT', lot: 'B1', unit: 'KG', quantity: '1', order: '4711' };
  const key = '0190a0b0-0000-5000-8000-00000000000a';
  const cancel = { ...bolts, key, cancelsKey: key, eventId: 'x', atMs: 0 } as const;
  expect(erp.preview!({ ...cancel, kind: 'cancelReceipt', cancels: '4900000001/2026' })).toEqual({
    to: expect.stringMatching(
      /^POST API_MATERIAL_DOCUMENT_SRV\/Cancel\?MaterialDocumentYear='2026'&MaterialDocument='490/,
    ),
    body: null,
  });
});

test('in words: holdfast desk retry --dry-run', async () => {
  const { app, key, states } = await parked();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const cli = async (...args: string[]) => {
    const all = ['cli/holdfast.ts', 'desk', ...args, '--central', url];
    return promisify(execFile)(process.execPath, all).then(
      ({ stdout }) => [0, stdout],
      ({ code, stderr }) => [code, stderr],
    );
  };
  const [code, said] = await cli('retry', key, '--dry-run');
  expect([code, said.split('\n').slice(0, 7)]).toEqual([
    0,
    [
      `confirmation ${key}: parked`,
      '  because: M7/021: deficit',
      'nothing was changed, and nothing sent. Tried again now:',
      '  look-up: nothing is there under its key: it would be sent',
      '  gate: send',
      '  sap would be sent: POST API_PROD_ORDER_CONFIRMATION_2_SRV/ProdnOrdConf2',
      '    {',
    ],
  ]);
  expect(states()).toEqual(['parked', 'deferred']);
  expect(await cli('settle', key, '--dry-run')).toEqual([1, expect.stringContaining('body.by')]);
  const who = ['--by', 'person:17', '--reason', 'typed in', '--document', '4711'];
  expect(await cli('settle', key, '--dry-run', ...who)).toEqual([
    0,
    expect.stringMatching(/^nothing was changed. It would be:\nconfirmation .*: posted as 4711/),
  ]);
  expect(states()).toEqual(['parked', 'deferred']);
});
