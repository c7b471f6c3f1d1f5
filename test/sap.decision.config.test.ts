// Goal: what is configured for usage decisions is checked, and the desk sees what would be sent.
// Method: the connector by itself, and the sandbox.
import { afterEach, expect, test } from 'vitest';
import type { Posting } from '../central/erp/erp.ts';
import { sapErp } from '../central/sap/connector.ts';
import { openProxy } from './contract/proxy.ts';
import { bench, closeAll, closers, erpAt } from './helpers/sap.ts';
import { codes, inspected, received, waits } from './helpers/sapdecision.ts';

afterEach(closeAll);

test('without codes nothing is inspected; what is set wrongly is told', async () => {
  const { erp } = await bench();
  for (const posting of [inspected, { ...inspected, kind: 'usageDecision' } as Posting]) {
    expect(erp.unfit(posting)).toBe('usageDecision: no codes are configured in sap');
    expect(await erp.post(posting)).toMatchObject({ kind: 'refused', code: 'UNFIT' });
    expect(await erp.lookup(posting)).toEqual([]);
  }
  const place = { url: 'http://127.0.0.1:1', plant: '1000', storageLocation: '0001' };
  const wrong: [object, string][] = [
    [{ ...codes, selectedSetPlant: undefined }, 'usageDecision.selectedSet: must be given with'],
    [{ ...codes, reject: codes.accept }, 'usageDecision.reject: must differ from accept'],
    [{ ...codes, accept: { codeGroup: 'TOO-LONG-A', code: 'A' } }, 'accept.codeGroup'],
    [{ ...codes, accept: { codeGroup: 'HF' } }, 'accept.code'],
    [{ ...codes, accepted: 1 }, 'accepted'],
  ];
  for (const [usageDecision, words] of wrong) {
    expect(() => sapErp({ ...place, usageDecision })).toThrow(words);
  }
  const fit = sapErp({ ...place, usageDecision: codes });
  const decision: Posting = { ...inspected, kind: 'usageDecision' };
  expect(fit.unfit(decision)).toBe('receipt: must be given');
  expect(fit.unfit({ ...decision, receipt: 'by hand' })).toMatch(/by hand is no document number/);
});

test('the desk sees each document that would be sent, as it is sent', async () => {
  const { url, erp, decision } = await received();
  const { to, body } = erp.preview!(decision);
  expect(to).toBe('POST API_INSPECTIONLOT_SRV');
  expect(body).toMatchObject([
    { A_InspLotUsageDecision: { InspLotUsgeDcsnSelectedSet: 'HF01' } },
    { A_InspLotMatlDocItem: { InspLotQtyPosted: '2.500', UsageDecisionStockType: 'VMENGE02' } },
    { A_InspLotMatlDocItem: { InspLotQtyPosted: '7.000', UsageDecisionStockType: 'VMENGE04' } },
    { A_InspLotMatlDocItem: { InspLotQtyPosted: '80.500', UsageDecisionStockType: 'VMENGE01' } },
  ]);
  const sent: object[] = [];
  const proxy = await openProxy({
    ...{ target: url, slowMs: 1, lateMs: 1, renews: () => false },
    carries({ method, path, body: text }) {
      const { InspectionLot: _lot, ChangedDateTime: _at, ...says } = JSON.parse(text || '{}');
      return method === 'POST' && sent.push({ [path.split('/').at(-1)!]: says }) < 0;
    },
  });
  closers.push(proxy.close);
  await erpAt(proxy.url, { ...waits, usageDecision: codes }).post(decision);
  expect(sent).toEqual(body);
});
