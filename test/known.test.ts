// Goal: what SAP says is there already is posted only if it is seen there, with what was sent.
// Method: the sandbox, which refuses keys and cancellations that it has; else a rude server.
import { afterEach, expect, test } from 'vitest';
import type { Posting } from '../central/erp/erp.ts';
import {
  bench,
  closeAll,
  confirmation,
  erpAt,
  issue,
  key,
  rude,
  shownIssue,
} from './helpers/sap.ts';

afterEach(closeAll);

test('E1: what SAP says is there already is posted if it says the same', async () => {
  const { erp, admin, summary } = await bench({}, { knownCodes: ['HF/020'] });
  await admin('/faults', { uniqueKeys: true });
  for (const posting of [confirmation, issue]) {
    const outcome = await erp.post(posting);
    expect(await erp.post(posting)).toEqual(outcome);
    const other = { ...posting, ...(posting.yield ? { yield: '1' } : { quantity: '1' }) };
    expect(await erp.post(other)).toMatchObject({
      kind: 'differs',
      reason: expect.stringMatching(/sent 1$/),
    });
  }
  expect((await summary()).documents).toMatchObject({ confirmation: 1, goodsIssue: 1 });
});

test('E1: what SAP says is taken back already is taken back, if it is seen', async () => {
  const { erp, admin } = await bench({}, { knownCodes: ['HF/018'] });
  const outcome = await erp.post(issue);
  if (outcome.kind !== 'posted') throw new Error(JSON.stringify(outcome));
  const { key: cancelsKey, kind: _kind, ...amounts } = issue;
  const back: Posting = {
    ...{ ...amounts, key: key('back'), kind: 'cancelIssue', cancelsKey },
    cancels: outcome.document,
  };
  await admin('/faults', { lostPercent: 100 });
  expect(await erp.post(back)).toMatchObject({ kind: 'unknown' });
  await admin('/faults');
  expect(await erp.post(back)).toEqual({ kind: 'posted', document: '4900000002/2026' });
});

test.each([
  ['refused in SAP’s words, if there is none', { results: [] }, { kind: 'refused', code: 'X/1' }],
  ['unknown, if the look-up is not answered', 503, { kind: 'unknown' }],
  [
    'unknown, if there are two',
    { results: [shownIssue(), shownIssue([{}], { MaterialDocument: '50' })] },
    { kind: 'unknown', reason: '2 documents after: X/1 there already' },
  ],
])('E1: what SAP says is there already is %s', async (_what, found, expected) => {
  const error = { code: 'X/1', message: 'there already' };
  const { url } = await rude(({ method }, response) => {
    if (method === 'POST') return response.writeHead(400).end(JSON.stringify({ error }));
    if (typeof found === 'number') return response.writeHead(found).end();
    return response.writeHead(200).end(JSON.stringify({ d: found }));
  });
  expect(await erpAt(url, { knownCodes: ['X/1'] }).post(issue)).toMatchObject(expected);
});
