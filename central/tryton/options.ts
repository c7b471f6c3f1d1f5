import {
  choice,
  fallback,
  flag,
  id,
  list,
  optional,
  type Read,
  record,
  text,
} from '../../shared/field.ts';
import { address, timeZone, waits } from '../erp/erpfields.ts';

const served = address(
  'Where Tryton is served, e.g. "https://erp.example" or "https://erp.example/tryton".',
  ({ origin, pathname }) => `${origin}${pathname.replace(/\/+$/, '')}`,
);

/** States of a production, one behind the other, in which people may release it. */
export const releasing = ['waiting', 'assigned', 'running'] as const;

export const trytonFields = {
  kind: choice('The connector.', ['tryton']),
  url: served,
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
  releasedFrom: fallback(
    choice('State of a production from which on it is released to the lines.', releasing),
    'assigned',
  ),
  completeProductions: fallback(
    flag('Whether the last final confirmation of a production completes it.'),
    false,
  ),
  ...waits,
  timeZone,
};

export type TrytonConfig = Read<typeof trytonFields>;
/** As it is given, before defaults are filled in. */
export type TrytonOptions = Readonly<Record<string, unknown>>;
