// Goal: what is configured for usage decisions is checked, and the desk sees what would be sent.
// Method: the connector by itself, and the sandbox.
import { afterEach, expect, test } from 'vitest';
import type { Posting } from '../central/erp.ts';
import { sapErp } from '../central/sap.ts';
import { bench, closeAll } from './helpers/sap.ts';
import { codes, inspected, received } from './helpers/sapdecision.ts';

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

test('the desk sees what would be sent', async () => {
  const { erp, decision } = await received();
  expect(erp.preview!(decision)).toMatchObject({
    to: 'POST API_INSPECTIONLOT_SRV',
    body: {
      A_InspLotUsageDecision: [
        { says: { InspLotUsageDecisionCodeGroup: 'HF', InspLotUsgeDcsnSelectedSet: 'HF01' } },
      ],
      A_InspLotMatlDocItem: [
        { says: { InspLotQtyPosted: '2.500', UsageDecisionStockType: 'VMENGE02' } },
        { says: { InspLotQtyPosted: '7.000', UsageDecisionStockType: 'VMENGE04' } },
        { says: { InspLotQtyPosted: '80.500', UsageDecisionStockType: 'VMENGE01' } },
      ],
    },
  });
});
