import { fallback, id, invalid, optional, type Read, record } from '../../shared/field.ts';
import { type Quantity, quantity, quantityText, zero } from '../../shared/quantity.ts';
import { decimalOf } from '../erp/amounts.ts';
import type { Posting } from '../erp/erp.ts';
import type { SapPlant } from './numbering.ts';
import { compare } from './readback.ts';

const code = (doc: string) =>
  record(doc, { codeGroup: id('Code group.', 8), code: id('Code.', 4) });

export const decisionFields = {
  catalog: fallback(id('Catalog of the codes [K].', 1), '3'),
  selectedSet: optional(id('Selected set that the codes are taken from; with its plant.', 8)),
  selectedSetPlant: optional(id('Plant of the selected set.', 4)),
  accept: code('Of a receipt of which something becomes available.'),
  reject: code('Of one of which nothing does.'),
};
export type DecisionSettings = Read<typeof decisionFields>;

/** Throws Fault INVALID for half a selected set, or codes that nobody could tell apart. */
export function checkDecisions(settings: DecisionSettings, name: string): DecisionSettings {
  const { selectedSet, selectedSetPlant, accept, reject } = settings;
  if ((selectedSet === undefined) !== (selectedSetPlant === undefined)) {
    throw invalid(`${name}.selectedSet`, 'must be given with selectedSetPlant, or neither');
  }
  if (accept.codeGroup === reject.codeGroup && accept.code === reject.code) {
    throw invalid(`${name}.reject`, 'must differ from accept');
  }
  return settings;
}

type Entity = Readonly<Record<string, unknown>>;
/** Where the goods of an inspection lot go, in the order in which they do: what is free, last. */
const wayOrder = ['scrap', 'blocked', 'unrestricted'] as const;
type Way = (typeof wayOrder)[number];

/** The posting proposals of a usage decision, as they are read in the wild [K]. */
const stockTypes: Readonly<Record<Way, string>> = {
  ...{ unrestricted: 'VMENGE01', scrap: 'VMENGE02', blocked: 'VMENGE04' },
};

export const inspectionService = 'API_INSPECTIONLOT_SRV';

/** What is to be written for a usage decision, one request after the other. */
export type Step = Readonly<{ set: string; says: Entity }>;
/** What SAP has of it: its decision, and the stock postings of the lot. */
export type Made = Readonly<{ decision: Entity | undefined; postings: readonly Entity[] }>;

/** How much goes where. */
export function partsOf({ quantity: all, blocked, scrap }: Posting): Record<Way, Quantity> {
  const [held, gone] = [quantity(blocked ?? '0', 'blocked'), quantity(scrap ?? '0', 'scrap')];
  return { scrap: gone, blocked: held, unrestricted: quantity(all, 'quantity') - held - gone };
}

function decisionSays(posting: Posting, settings: DecisionSettings): Entity {
  const { catalog, selectedSet, selectedSetPlant, accept, reject } = settings;
  const { codeGroup, code: said } = partsOf(posting).unrestricted > zero ? accept : reject;
  return {
    InspLotUsageDecisionLevel: 'L', // the lot as a whole [K]
    InspLotUsageDecisionCatalog: catalog,
    ...(selectedSet === undefined
      ? {}
      : { InspLotUsgeDcsnSelectedSet: selectedSet, SelectedCodeSetPlant: selectedSetPlant }),
    InspLotUsageDecisionCodeGroup: codeGroup,
    InspectionLotUsageDecisionCode: said,
  };
}

const micros = (value: unknown): Quantity | undefined =>
  /^\d{1,12}(\.\d{1,6})?$/.test(`${value}`) ? quantity(`${value}`, 'SAP') : undefined;

/** A stock posting of the decision; those of the receipt have no such type. */
const wayOf = (entity: Entity): Way | undefined =>
  wayOrder.find((way) => stockTypes[way] === entity['UsageDecisionStockType']);

/**
 * What is still to be written, in its order: the decision, then the goods; or how what is there
 * differs. A lot is decided once, so what is there already is not written again, whoever wrote it,
 * as long as it says the same and bears no other key.
 */
export function remaining(
  posting: Posting,
  { decision, postings }: Made,
  { settings, plant }: Readonly<{ settings: DecisionSettings; plant: SapPlant }>,
): readonly Step[] | Readonly<{ differs: string }> {
  const decides = decisionSays(posting, settings);
  const compared = decision && compare({ says: decides }, decision);
  if (compared && compared !== 'same') {
    return { differs: 'differs' in compared ? compared.differs : compared.lacks };
  }
  const steps: Step[] = decision ? [] : [{ set: 'A_InspLotUsageDecision', says: decides }];
  const wanted = partsOf(posting);
  const there = { scrap: zero, blocked: zero, unrestricted: zero };
  for (const entity of postings) {
    const type = `${entity['UsageDecisionStockType'] ?? ''}`;
    if (type === '') continue;
    const way = wayOf(entity);
    const amount = micros(entity['InspLotQtyPosted']);
    const text = `${entity['MaterialDocumentItemText'] ?? ''}`;
    if (!way || amount === undefined) return { differs: `it has a stock posting of type ${type}` };
    if (text !== '' && text !== posting.key) {
      return { differs: `its stock posting of type ${type} is not ours: it says ${text}` };
    }
    there[way] += amount;
  }
  for (const way of wayOrder) {
    const more = wanted[way] - there[way];
    if (more < zero) {
      const words = `${quantityText(there[way])}, sent ${quantityText(wanted[way])}`;
      return { differs: `${way} ${words}` };
    }
    if (more === zero) continue;
    steps.push({
      set: 'A_InspLotMatlDocItem',
      says: {
        InspLotQtyPosted: decimalOf(more),
        UsageDecisionStockType: stockTypes[way],
        StorageLocation: plant.storageLocation,
        MaterialDocumentItemText: posting.key,
      },
    });
  }
  return steps;
}
