import {
  choice,
  type Field,
  fallback,
  text as fullText,
  integer,
  type Read,
} from '../../shared/field.ts';
import { otlpField } from '../../shared/otlp.ts';
import { money, text } from './entity.ts';

const code = (doc: string, max: number, standard: string): Field<string> => ({
  doc: `${doc} At most ${max} characters, ${JSON.stringify(standard)} if absent.`,
  read: (value, name) => text(doc, max).read(value, name) ?? standard,
});

const rate = (doc: string, standard: string): Field<bigint> => ({
  doc: `${doc} ${JSON.stringify(standard)} if absent.`,
  read: (value, name) => money(doc).read(value ?? standard, name),
});

export const sandboxFields = {
  path: fullText('SQLite file of the books, on a local disk; ":memory:" forgets them.', 4_096),
  port: fallback(integer('TCP port on 127.0.0.1; 0 takes a free one.', 0, 65_535), 0),
  plant: code('The one plant.', 4, '1000'),
  storageLocation: code('The one storage location.', 4, '0001'),
  setupRate: rate('Cost of an hour of set-up, in the currency.', '60'),
  machineRate: rate('Cost of an hour of machine time, in the currency.', '90'),
  maxInFlightMs: fallback(
    integer('Within this time a request has been committed or dropped, ms.', 100, 600_000),
    30_000,
  ),
  tokenLifeMs: fallback(integer('Life of a CSRF token, ms.', 1, 86_400_000), 1_800_000),
  otlp: otlpField,
  logLevel: fallback(
    choice('Least serious lines to log.', ['debug', 'info', 'warn', 'error', 'silent']),
    'warn',
  ),
};

export type SandboxConfig = Read<typeof sandboxFields>;
