import type { Fact } from '../../shared/event.ts';
import { type Field, id, optional, type Read, record, text } from '../../shared/field.ts';
import type { Correctable } from '../../statecharts/correction.ts';
import type { Dossier } from '../ledger/dossier.ts';
import { covers } from './modes.ts';

const inspectionFields = {
  site: optional(text('Lines that begin with this, e.g. acme/lyon; all of them if absent.', 200)),
  material: optional(id('A material; all of them if absent.', 40)),
};
/** Lots that are inspected, made there, of that material. */
export type Inspection = Read<typeof inspectionFields>;
export const inspectionField: Field<Inspection> = record(
  'Which inspected lots are received into quality inspection stock: docs/rules.md.',
  inspectionFields,
);
/** Most of them in a configuration. */
export const inspectionsMax = 500;

/**
 * Whether what a fact says was produced is received into quality inspection, and decided there:
 * only of a lot that quality must release. Asked once, when the receipt is planned; another
 * configuration changes nothing of what is planned.
 */
export function openInspections(configured: readonly Inspection[], { lot }: Dossier) {
  return (fact: Fact | Correctable, line: string): boolean => {
    if (fact.type !== 'LotProduced' || fact.lot === undefined) return false;
    const { material } = fact.body;
    const isMeant = configured.some(
      (known) =>
        covers(known.site, line) && (known.material === undefined || known.material === material),
    );
    return isMeant && lot(fact.lot)?.inspect === 1;
  };
}
export type Inspects = ReturnType<typeof openInspections>;
