import type { Posting } from './erp.ts';
import {
  confirmationNumber,
  halvesOf,
  materialNumber,
  type SapDocument,
  type SapPlant,
} from './numbering.ts';

/** Why SAP cannot take back what this posting names. */
export const misfitReversal = ({ cancels }: Posting): string[] =>
  cancels !== undefined && halvesOf(cancels)
    ? []
    : [`cancels: ${cancels ?? 'nothing'} is no document number of SAP`];

/**
 * What takes back a document as a whole, by the function imports of its service. A confirmation is
 * taken back under a key of its own, and looked up by it. A material document cannot carry one; but
 * it can be taken back only once, so what reverses it is what was asked for, whoever asked: found
 * by the items that name it. That those can be filtered by is [K], as is how a function import
 * wraps the entity that it returns.
 *
 * The posting date is the day of the reversal: the period of the original may be over.
 */
export function reversalOf(posting: Posting, plant: SapPlant): SapDocument {
  const [first, second] = halvesOf(posting.cancels!)!;
  const postingDate = `PostingDate=datetime'${plant.dayAt(posting.atMs)}T00:00:00'`;
  if (posting.kind === 'cancelConfirmation') {
    const set = 'CancelProdnOrdConf';
    const key = `guid'${posting.key}'`;
    return {
      service: 'API_PROD_ORDER_CONFIRMATION_2_SRV',
      set,
      parameters: [
        `ConfirmationGroup='${first}'&ConfirmationCount='${second}'`,
        `${postingDate}&ExternalSystemConfirmation=${key}`,
      ].join('&'),
      lookIn: 'ProdnOrdConf2',
      filter: `ExternalSystemConfirmation eq ${key}`,
      numberOf: inside(set, confirmationNumber),
    };
  }
  const year = `ReversedMaterialDocumentYear eq '${second}'`;
  return {
    service: 'API_MATERIAL_DOCUMENT_SRV',
    set: 'Cancel',
    parameters: `MaterialDocumentYear='${second}'&MaterialDocument='${first}'&${postingDate}`,
    lookIn: 'A_MaterialDocumentItem',
    filter: `ReversedMaterialDocument eq '${first}' and ${year}`,
    numberOf: inside('Cancel', materialNumber),
  };
}

type NumberOf = SapDocument['numberOf'];

/** The entity may stand alone, or under the name of the function. */
const inside =
  (name: string, numberOf: NumberOf): NumberOf =>
  (entity) => {
    const inner = entity[name];
    const wrapped = typeof inner === 'object' && inner !== null;
    return numberOf(wrapped ? (inner as Record<string, unknown>) : entity);
  };
