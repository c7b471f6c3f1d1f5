import { expect } from 'vitest';
import type { Posting } from '../../central/erp/erp.ts';
import type { SapOptions } from '../../central/sap/connector.ts';
import { bench, bolts, key, receipt } from './sap.ts';

export const codes = {
  ...{ selectedSet: 'HF01', selectedSetPlant: '1000' },
  ...{ accept: { codeGroup: 'HF', code: 'A' }, reject: { codeGroup: 'HF', code: 'R' } },
};
export const waits = { maxInFlightMs: 50 };
const { blocked: _blocked, ...all } = receipt;
/** A receipt into quality inspection. */
export const inspected: Posting = { ...all, inspection: true };
/** The first inspection lot of a sandbox. */
export const lot1 = '040000000001';

/** A sandbox with a receipt in quality inspection, and the decision on it. */
export async function received(more: Partial<SapOptions> = {}) {
  const sandbox = await bench({}, { ...waits, usageDecision: codes, ...more });
  const outcome = await sandbox.erp.post(inspected);
  if (outcome.kind !== 'posted') throw new Error(JSON.stringify(outcome));
  const { document, inspectionLot } = outcome;
  const decision: Posting = {
    ...{ ...bolts, key: key('decision'), kind: 'usageDecision', receipt: document },
    ...{ quantity: '90', blocked: '7', scrap: '2.5' },
  };
  const stock = async () => (await sandbox.summary()).stock.find(({ lot }) => lot === 'B1');
  return { ...sandbox, outcome, inspectionLot, decision, stock };
}

/** Changes the sandbox as a person does it in SAP. */
export async function byHand(url: string, set: string, body: object) {
  const root = `${url}/sap/opu/odata/sap/API_INSPECTIONLOT_SRV`;
  const opened = await fetch(`${root}/`, { headers: { 'x-csrf-token': 'Fetch' } });
  const token = opened.headers.get('x-csrf-token')!;
  const cookie = opened.headers.getSetCookie().map((one) => one.split(';', 1)[0]);
  const lots = await fetch(`${root}/A_InspectionLot?$filter=InspectionLot eq '${lot1}'`);
  const { d } = (await lots.json()) as { d: { results: { ChangedDateTime: string }[] } };
  const { ChangedDateTime } = d.results[0]!;
  const answer = await fetch(`${root}/${set}`, {
    method: 'POST',
    headers: {
      'x-csrf-token': token,
      cookie: cookie.join('; '),
      'content-type': 'application/json',
    },
    body: JSON.stringify({ InspectionLot: lot1, ChangedDateTime, ...body }),
  });
  expect(answer.status).toBe(201);
}
export const accepts = { InspLotUsageDecisionCodeGroup: 'HF', InspectionLotUsageDecisionCode: 'A' };
