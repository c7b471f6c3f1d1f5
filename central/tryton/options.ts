import {
  choice,
  type Field,
  fallback,
  flag,
  id,
  invalid,
  list,
  optional,
  type Read,
  record,
  text,
} from '../../shared/field.ts';
import { sapFields } from '../sap.ts';

const address: Field<string> = {
  doc: 'Where Tryton is served, e.g. "https://erp.example" or "https://erp.example/tryton".',
  read(value, name) {
    const given = typeof value === 'string' ? URL.parse(value) : null;
    if (given && /^https?:$/.test(given.protocol) && given.username === '') {
      return `${given.origin}${given.pathname.replace(/\/+$/, '')}`;
    }
    throw invalid(name, 'must be an http or https address without a user in it');
  },
};

const { clientTimeoutMs, maxInFlightMs, timeZone } = sapFields;

export const trytonFields = {
  kind: choice('The connector.', ['tryton']),
  url: address,
  database: id('Database.', 63),
  user: id('Login of a user of the groups Holdfast, Production and Stock.', 100),
  passwordPath: text('File with the password of that user; read again at every login.', 4_096),
  company: optional(id('Name of the company, where the database has several.', 100)),
  warehouse: id('Code of the warehouse; its storage location is unrestricted stock.', 40),
  quarantine: id('Code of the location of blocked stock: in the warehouse, not in storage.', 40),
  scrap: id('Code of the lost and found location that scrapped stock goes to.', 40),
  units: fallback(
    list(
      record('A unit that Tryton calls differently.', {
        unit: id('As the floor says it.', 20),
        tryton: id('Name or symbol in Tryton.', 40),
      }),
      100,
    ),
    [{ unit: 'EA', tryton: 'Unit' }],
  ),
  completeProductions: fallback(
    flag('Whether the last final confirmation of a production completes it.'),
    false,
  ),
  clientTimeoutMs,
  maxInFlightMs,
  timeZone,
};

export type TrytonConfig = Read<typeof trytonFields>;
/** As it is given, before defaults are filled in. */
export type TrytonOptions = Readonly<Record<string, unknown>>;
