// What the ERP should show of an order, from facts and posted documents, in its three regions.
import { expect, test } from 'vitest';
import { openErpStatus } from '../central/erp/erpstatus.ts';
import { m1, openSide, qc, stated } from './helpers/central.ts';
import { content } from './helpers/facts.ts';

function openOrder() {
  const side = openSide();
  const statusOf = openErpStatus(side.db, side.dossier);
  return { ...side, status: () => Object.values(statusOf('WO-1') ?? {}).join(' ') };
}
const order = (name: string, type: 'OrderCompleted' | 'OrderReopened') =>
  type === 'OrderCompleted'
    ? content(name, type, {}, { order: 'WO-1' })
    : content(name, type, { reason: 'pieces found' }, { order: 'WO-1' });

test('an order is released, confirmed in part, delivered in part and in full, and closed', () => {
  const side = openOrder();
  expect(side.status()).toBe('');
  side.note(m1, stated.release());
  expect(side.status()).toBe('REL none none');
  side.note(m1, stated.report('60'), stated.produce('L-1', '60'));
  expect(side.status()).toBe('REL none none');
  side.drain();
  expect(side.status()).toBe('REL PCNF PDLV');
  side.note(m1, stated.report('40'), stated.produce('L-1', '40'), stated.complete());
  side.drain();
  expect(side.status()).toBe('REL PCNF DLV');
  side.note(m1, stated.close(6));
  side.drain();
  expect(side.status()).toBe('CLSD CNF DLV');
});

test('technical completion can be revoked, and late documents still count', () => {
  const side = openOrder();
  side.note(m1, stated.release(), order('completed', 'OrderCompleted'));
  expect(side.status()).toBe('TECO none none');
  side.note(m1, stated.report('1'));
  side.drain();
  expect(side.status()).toBe('TECO PCNF none');
  side.note(m1, order('reopened', 'OrderReopened'));
  expect(side.status()).toBe('REL PCNF none');
});

test('a closing does not close before everything stated before it is in the ledger', () => {
  const side = openOrder();
  side.note(m1, stated.release(), stated.close(2));
  expect(side.status()).toBe('REL none none');
  side.note(qc, stated.report('1'));
  expect(side.status()).toBe('CLSD none none');
});
