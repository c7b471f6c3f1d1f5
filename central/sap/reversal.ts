import { quantity, zero } from '../../shared/quantity.ts';
import { countsOf, itemsOf } from '../erp/amounts.ts';
import type { Posting } from '../erp/erp.ts';
import {
  confirmationNumber,
  confirmationsOf,
  halvesOf,
  materialNumber,
  materialPath,
  materialService,
  type SapDocument,
  type SapPlant,
} from './numbering.ts';
import { itemsIn } from './readback.ts';
import { referencesOf } from './reference.ts';

/** Why SAP cannot take back what this posting names. */
export function misfitReversal({ kind, cancels, quantity: all }: Posting): string[] {
  if (cancels === undefined || !halvesOf(cancels)) {
    return [`cancels: ${cancels ?? 'nothing'} is no document number of SAP`];
  }
  const moves = kind !== 'cancelConfirmation';
  return moves && quantity(all ?? '0', 'quantity') === zero
    ? ['quantity: must be more than 0']
    : [];
}

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
    return cancelled(posting, plant, [
      `ConfirmationGroup='${first}'&ConfirmationCount='${second}'`,
      postingDate,
    ]);
  }
  const sought = { ReversedMaterialDocument: first, ReversedMaterialDocumentYear: second };
  const type = posting.kind === 'cancelIssue' ? '262' : '102';
  const items = itemsOf(posting, type, plant).map((item) => ({ ...item, ...sought }));
  return {
    service: materialService,
    set: 'Cancel',
    parameters: `MaterialDocumentYear='${second}'&MaterialDocument='${first}'&${postingDate}`,
    lookIn: 'A_MaterialDocumentItem',
    filter: Object.entries(sought)
      .map(([name, value]) => `${name} eq '${value}'`)
      .join(' and '),
    sought,
    ...{ says: { [itemsIn]: items }, reverses: true, expand: itemsIn },
    original: {
      ...{ number: posting.cancels!, path: materialPath(posting.cancels!) },
      bears: { ReferenceDocument: referencesOf(posting.cancelsKey!).reference },
    },
    numberOf: materialNumber,
    pathOf: materialPath,
  };
}

function cancelled(posting: Posting, plant: SapPlant, parameters: string[]): SapDocument {
  const { key, order, operation, unit } = posting;
  const { service, set, cancel, pathOf } = confirmationsOf(order, plant);
  return {
    service,
    set: cancel,
    parameters: [...parameters, `ExternalSystemConfirmation=guid'${key}'`].join('&'),
    lookIn: set,
    filter: `ExternalSystemConfirmation eq guid'${key}'`,
    sought: { ExternalSystemConfirmation: key },
    says: {
      ...{ OrderID: order, OrderOperation: operation, ExternalSystemConfirmation: key },
      ...{ ConfirmationUnit: unit, ...countsOf(posting, plant), IsReversal: true },
    },
    reverses: true,
    original: {
      ...{ number: posting.cancels!, path: pathOf(posting.cancels!) },
      bears: { ExternalSystemConfirmation: posting.cancelsKey },
    },
    numberOf: confirmationNumber,
    pathOf,
  };
}
