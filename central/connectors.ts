import { choice, type Field, optional, record } from '../shared/field.ts';
import type { Logger } from '../shared/log.ts';
import type { Erp } from './erp.ts';
import { type SapOptions, sapErp, sapFields } from './sap.ts';
import { trytonErp } from './tryton/connector.ts';
import { type TrytonOptions, trytonFields } from './tryton/options.ts';

/** The connectors, by the `kind` of the config's `erp`. */
const sap = record('SAP S/4HANA, by its confirmation and material document services.', {
  kind: optional(choice('The connector.', ['sap'])),
  ...sapFields,
});
const tryton = record('Tryton 7.0, by JSON-RPC; docs/tryton.md.', trytonFields);

const kindOf = (given: unknown): unknown =>
  (typeof given === 'object' && given !== null ? (given as { kind?: unknown }) : {}).kind;

/** What `erp` may hold: SAP where it says no kind. */
export const erpField: Field<SapOptions | TrytonOptions> = {
  doc: [
    `${sap.doc} ${Object.keys(sapFields).join(', ')};`,
    `or with kind "tryton": ${tryton.doc} ${Object.keys(trytonFields).join(', ')}.`,
  ].join(' '),
  read: (value, name) =>
    kindOf(value) === 'tryton' ? tryton.read(value, name) : sap.read(value, name),
};

/** The connector to the ERP that `given` names. Throws Fault INVALID if an option is bad. */
export function openErp(given: SapOptions | TrytonOptions, log: Logger): Erp {
  if (kindOf(given) === 'tryton') return trytonErp(given as TrytonOptions, { log });
  const { kind: _, ...options } = given as SapOptions & { kind?: unknown };
  return sapErp(options);
}
