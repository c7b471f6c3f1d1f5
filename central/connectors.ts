import { choice, type Field, invalid, optional, record } from '../shared/field.ts';
import { dynamicsErp } from './dynamics/connector.ts';
import { type DynamicsOptions, dynamicsFields } from './dynamics/options.ts';
import type { Erp } from './erp.ts';
import { type SapOptions, sapErp, sapFields } from './sap.ts';

const sap = record('SAP S/4HANA, by its confirmation and material document services.', {
  kind: optional(choice('The connector.', ['sap'])),
  ...sapFields,
});
const dynamics = record(
  'Dynamics 365 Supply Chain Management, by its message processor; docs/dynamics.md.',
  dynamicsFields,
);

const kindOf = (given: unknown): unknown =>
  (typeof given === 'object' && given !== null ? (given as { kind?: unknown }) : {}).kind;

/** What `erp` may hold: SAP where it says no kind. */
export const erpField: Field<SapOptions | DynamicsOptions> = {
  doc: [
    `${sap.doc} ${Object.keys(sapFields).join(', ')};`,
    `or with kind "dynamics": ${dynamics.doc} ${Object.keys(dynamicsFields).join(', ')}.`,
  ].join(' '),
  read(value, name) {
    const kind = kindOf(value) ?? 'sap';
    if (kind === 'sap') return sap.read(value, name);
    if (kind === 'dynamics') return dynamics.read(value, name);
    throw invalid(`${name}.kind`, 'must be one of sap, dynamics');
  },
};

/** The connector to the ERP that `given` names. Throws Fault INVALID if an option is bad. */
export function openErp(given: SapOptions | DynamicsOptions): Erp {
  if (kindOf(given) === 'dynamics') return dynamicsErp(given as DynamicsOptions);
  const { kind: _, ...options } = given as SapOptions & { kind?: unknown };
  return sapErp(options);
}
