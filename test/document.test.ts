// Goal: a posting goes out exactly as it stands, or not at all.
// Method: read what a rude server was sent.
import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import type { Posting } from '../central/erp/erp.ts';
import { referencesOf } from '../central/sap/reference.ts';
import {
  answering,
  closeAll,
  confirmation,
  erpAt,
  eventId,
  issue,
  receipt,
  rude,
} from './helpers/sap.ts';

afterEach(closeAll);

const misfits: [string, Partial<Posting>, string][] = [
  ['an order of 13 characters', { order: '1234567890123' }, 'order: 13 characters'],
  ['an operation of 5', { operation: '00100' }, 'operation: 5 characters'],
  ['a material of 41', { material: 'M'.repeat(41) }, 'material: 41 characters'],
  ['a lot of 11', { lot: 'L'.repeat(11) }, 'lot: 11 characters'],
  ['a lot of 6 astral characters', { lot: '𝔏'.repeat(6) }, 'lot: 12 characters'],
  ['a unit of 4', { unit: 'KILO' }, 'unit: 4 characters'],
  ['Q2: 4 decimals', { quantity: '0.0005' }, 'quantity: 0.0005 does not fit'],
  ['Q2: 11 digits', { quantity: '12345678901.234' }, 'quantity: 12345678901.234 does not fit'],
  ['Q2: 10 digits and a half', { quantity: '10000000000' }, 'quantity: 10000000000 does not fit'],
  ['Q4: a negative quantity', { quantity: '-1' }, 'quantity: -1 does not fit'],
  ['nothing', { quantity: '0' }, 'quantity: must be more than 0'],
  ['no lot', { lot: '' }, 'lot: must be given'],
  ['more blocked than there is', { blocked: '101' }, 'blocked: is more than quantity'],
  ['no key', { key: 'K1' }, 'key: must be a UUID'],
];

test.each(misfits)('%s cannot be expressed', async (_what, change, complaint) => {
  const { erp } = await rude(answering(500, ''));
  const posting = { ...receipt, ...change };
  expect(erp.unfit(posting)).toContain(complaint);
  expect(await erp.post(posting)).toMatchObject({ kind: 'refused', code: 'UNFIT' });
});

test('Q2: what fits to the last digit is posted as it stands', async () => {
  const bodies: Record<string, unknown>[] = [];
  const { url } = await rude((_request, response, body) => {
    bodies.push(JSON.parse(body));
    response.end();
  });
  const erp = erpAt(url, { setupActivity: 3, machineActivity: 1, timeZone: 'Europe/Paris' });
  expect(erp.unfit(receipt)).toBeUndefined();
  const late = Date.UTC(2026, 11, 31, 23, 30); // already next year in Paris
  await erp.post({ ...issue, quantity: '9999999999.999', atMs: late });
  await erp.post({ ...confirmation, setupMs: 30, machineMs: 29, final: true });
  await erp.post({ ...confirmation, yield: '0', scrap: '0', setupMs: 1e12, machineMs: 89 });
  expect(bodies[0]).toMatchObject({
    PostingDate: `/Date(${Date.UTC(2027, 0, 1)})/`,
    to_MaterialDocumentItem: [{ QuantityInEntryUnit: '9999999999.999', EntryUnit: 'KG' }],
  });
  expect(bodies[1]).toMatchObject({
    ...{ OpConfirmedWorkQuantity3: '0.001', OpWorkQuantityUnit3: 'MIN' },
    ...{ OpConfirmedWorkQuantity1: '0.000', IsFinalConfirmation: true },
    ...{ ExternalSystemConfirmation: confirmation.key, ConfirmationText: eventId },
  });
  expect(bodies[2]).toMatchObject({
    ...{ OpConfirmedWorkQuantity3: '16666666.667', OpConfirmedWorkQuantity1: '0.001' },
    ...{ ConfirmationYieldQuantity: '0.000', IsFinalConfirmation: false },
  });
});

test('a receipt is one document of its free and its blocked part', async () => {
  const bodies: { to_MaterialDocumentItem: Record<string, unknown>[] }[] = [];
  const { erp } = await rude((_request, response, body) => {
    bodies.push(JSON.parse(body));
    response.end();
  });
  for (const blocked of ['0', '9.5', '90']) await erp.post({ ...receipt, blocked });
  const parts = bodies.map(({ to_MaterialDocumentItem: items }) =>
    items.map((item) => `${item['InventoryStockType']} ${item['QuantityInEntryUnit']}`),
  );
  expect(parts).toEqual([['01 90.000'], ['01 80.500', '07 9.500'], ['07 90.000']]);
});

test('the short keys are the first bits of the long one’s hash', () => {
  const { reference, header } = referencesOf(issue.key);
  expect([reference.length, header.length]).toEqual([16, 25]);
  expect(header).toMatch(/^[0-9A-HJKMNP-TV-Z]+$/);
  expect(header.startsWith(reference)).toBe(true);
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const bits = [...header].map((digit) => digits.indexOf(digit).toString(2).padStart(5, '0'));
  const hex = createHash('sha256').update(issue.key).digest('hex').slice(0, 32);
  const expected = [...hex].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0'));
  expect(bits.join('')).toBe(expected.join('').slice(0, 125));
});
