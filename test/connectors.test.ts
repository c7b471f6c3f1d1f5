// Goal: the config says which ERP is posted to, and one that says no kind is for SAP, as before.
// Method: the field and the function that central's main uses.
import { expect, test } from 'vitest';
import { erpField, openErp } from '../central/erp/connectors.ts';
import { openLog } from '../shared/log.ts';

const log = openLog('test', 'silent');
const sap = { url: 'http://127.0.0.1:9', plant: '1000', storageLocation: '0001' };
const tryton = {
  ...{ kind: 'tryton', url: 'http://127.0.0.1:9/', database: 'erp', user: 'holdfast' },
  ...{ passwordPath: '/nowhere', warehouse: 'WH', quarantine: 'QUAR', scrap: 'SCRAP' },
};
const opened = (given: object) => openErp(erpField.read(given, 'config.erp'), log).name;

test('each kind opens its connector; without one it is SAP', () => {
  expect([sap, { kind: 'sap', ...sap }, tryton].map(opened)).toEqual(['sap', 'sap', 'tryton']);
  expect(erpField.read(tryton, 'erp')).toMatchObject({ url: 'http://127.0.0.1:9', scrap: 'SCRAP' });
  expect(erpField.read(sap, 'erp')).not.toHaveProperty('kind');
});

test.each([
  [{ ...sap, kind: 'abacus' }, /config\.erp\.kind: must be one of sap, dynamics, tryton/],
  [{ ...sap, warehouse: 'WH' }, /config\.erp\.warehouse: unknown/],
  [{ ...tryton, plant: '1000' }, /config\.erp\.plant: unknown/],
  [{ ...tryton, passwordPath: undefined }, /config\.erp\.passwordPath: must be a text/],
  [{ ...tryton, url: 'http://user:secret@erp' }, /config\.erp\.url: .*without a user in it/],
  ['tryton', /config\.erp: must be an object/],
])('a config that mixes them up is refused by name: %#', (given, message) => {
  expect(() => erpField.read(given, 'config.erp')).toThrow(message);
});
