import { quantity } from '../../shared/quantity.ts';
import type { Differs, Found, Outcome, Posting, Preview, Refused } from '../erp/erp.ts';
import { objectOf, type Sent } from '../erp/exchange.ts';
import type { Odata } from '../erp/odata.ts';
import { entityOf, type Verdict, verdict } from '../erp/verdict.ts';
import { type DecisionSettings, inspectionService, remaining, type Step } from './decided.ts';
import { halvesOf, type SapPlant } from './numbering.ts';
import { notOurs } from './ownership.ts';
import { compare, isSought } from './readback.ts';

type Entity = Readonly<Record<string, unknown>>;
type Stop = Extract<Outcome, { kind: 'busy' | 'refused' }>;
type Parts = Readonly<{
  odata: Odata;
  plant: SapPlant;
  settings: DecisionSettings;
  lockCodes: readonly string[];
  knownCodes: readonly string[];
  nowMs: () => number;
}>;
/** What SAP has for a posting: the inspection lot of its receipt, what is decided of it, moved. */
type Standing = Readonly<{ number: string; lot: Entity; steps: readonly Step[] }>;

const isStop = (given: object): given is Stop =>
  'kind' in given && (given.kind === 'busy' || given.kind === 'refused');
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const refusal = (code: string, reason: string): Refused => ({ kind: 'refused', code, reason });
const numberOf = ({ InspectionLot: lot }: Entity): string | undefined =>
  typeof lot === 'string' && /[1-9]/.test(lot) ? lot : undefined;

export type SapDecision = ReturnType<typeof openSapDecision>;

/**
 * Usage decisions by `API_INSPECTIONLOT_SRV`: up to four documents, each of which SAP commits by
 * itself: the decision, then what is scrapped, blocked and, last, free. What is there already is
 * read first and not written again, so that a call that broke off is carried on by the next one;
 * as long as the last document is not there nothing is available.
 */
export function openSapDecision({ odata, plant, settings, ...parts }: Parts) {
  const read = (sent: Sent): Verdict =>
    verdict(sent, {
      ...{ lockCodes: parts.lockCodes, knownCodes: parts.knownCodes, nowMs: parts.nowMs() },
      ...{ wrapper: '', numberOf },
    });

  /** Why a reading says nothing: it may be tried again, or SAP has refused it. */
  function stopOf(sent: Sent, what: string): Stop {
    const said = read(sent);
    if (said.kind === 'busy') return said;
    const { kind, reason } = said.kind === 'known' ? said.refused : { reason: '', ...said };
    if (kind === 'refused' && said.kind === 'refused')
      return { ...said, reason: `${what}: ${reason}` };
    return { kind: 'busy', reason: `${what} was not read: ${reason}`, unreached: true };
  }

  /** All entities of a set that are sought, or why they were not read. */
  async function all(set: string, sought: Entity): Promise<readonly Entity[] | Stop> {
    const filter = Object.entries(sought).map(
      ([name, value]) => `${name} eq ${literal(`${value}`)}`,
    );
    const query = `$filter=${encodeURIComponent(filter.join(' and '))}&$format=json`;
    const sent = await odata.get(`${inspectionService}/${set}`, query);
    const isRead = 'answer' in sent && sent.answer.status === 200;
    const d = isRead ? entityOf(sent.answer.text) : undefined;
    const results = d && !('__next' in d) ? d['results'] : undefined;
    const entities = Array.isArray(results) ? results.map(objectOf) : undefined;
    if (entities?.every((entity) => entity && isSought({ sought }, entity))) {
      return entities as Entity[];
    }
    return stopOf(sent, set);
  }

  /** The inspection lot of the receipt; undefined where SAP has none. */
  async function lotOf(posting: Posting, receipt: string): Promise<Entity | undefined | Stop> {
    const [document, year] = halvesOf(receipt)!;
    const { order, purchaseOrder, material } = posting;
    // Of what a supplier has delivered it names the purchase order [K].
    const made = order === undefined ? { PurchasingDocument: purchaseOrder } : undefined;
    const about = { ...(made ?? { ManufacturingOrder: order }), Material: material };
    const found = await all('A_InspectionLot', { ...about, Batch: posting.lot });
    if (isStop(found)) return found;
    const item = posting.receiptItem;
    const sought = {
      ...{ MaterialDocument: document, MaterialDocumentYear: year },
      ...(item === undefined ? {} : { MaterialDocumentItem: item }),
    };
    const [lot, ...more] = found.filter((entity) => isSought({ sought }, entity));
    if (more.length > 0) {
      return refusal('MANY_LOTS', `SAP has ${more.length + 1} inspection lots of ${receipt}`);
    }
    const known = posting.inspectionLot;
    if (lot === undefined || known === undefined || numberOf(lot) === known) return lot;
    const words = `${receipt} has inspection lot ${numberOf(lot)}, and had ${known}`;
    return refusal(notOurs, `inspection lot ${known} is not ours: ${words}`);
  }

  async function look(posting: Posting): Promise<Standing | Differs | undefined | Stop> {
    const lot = await lotOf(posting, posting.receipt!);
    if (lot === undefined || isStop(lot)) return lot;
    const number = numberOf(lot);
    if (number === undefined)
      return refusal('NO_NUMBER', 'SAP shows an inspection lot without one');
    const of = { InspectionLot: number };
    const decisions = await all('A_InspLotUsageDecision', of);
    if (isStop(decisions)) return decisions;
    const postings = await all('A_InspLotMatlDocItem', of);
    if (isStop(postings)) return postings;
    const [decision] = decisions;
    const steps = remaining(posting, { decision, postings }, { settings, plant });
    if ('differs' in steps) return { kind: 'differs', document: number, reason: steps.differs };
    return { number, lot, steps };
  }

  /** What must hold of the lot before the first document of its decision. */
  function unlike({ lot, number }: Standing, posting: Posting): Refused | undefined {
    const { InspectionLotQuantity: shown, InspectionLotQuantityUnit: unit } = lot;
    const isSame =
      !/^\d{1,12}(\.\d{1,6})?$/.test(`${shown}`) ||
      (unit ?? posting.unit) !== posting.unit ||
      quantity(`${shown}`, 'SAP') === quantity(posting.quantity, 'quantity');
    if (isSame) return undefined;
    const words = `is of ${shown} ${unit}, the receipt of ${posting.quantity} ${posting.unit}`;
    return refusal('QUANTITY', `inspection lot ${number} ${words}`);
  }

  /** One document of the decision; undefined if it is there and says what was sent. */
  async function write(
    { number, lot }: Pick<Standing, 'number' | 'lot'>,
    { set, says }: Step,
    isSafe: (() => boolean) | undefined,
  ): Promise<Outcome | 'bare' | undefined> {
    const { ChangedDateTime: changed } = lot;
    const body = {
      InspectionLot: number,
      ...says,
      ...(changed ? { ChangedDateTime: changed } : {}),
    };
    const sent = await odata.post(inspectionService, set, { body }, isSafe);
    // Somebody has changed the lot since it was read: nothing was done, and it is read again.
    const isStale = 'answer' in sent && [412, 428].includes(sent.answer.status);
    if (isStale) return { kind: 'busy', reason: `inspection lot ${number} was changed meanwhile` };
    const said = read(sent);
    if (said.kind === 'known') return said.refused;
    if (said.kind !== 'created') return said;
    if (said.document !== number) return { kind: 'unknown', reason: `${set} of ${said.document}` };
    const compared = compare({ says }, said.entity);
    if (compared === 'same') return undefined;
    if ('lacks' in compared) return 'bare';
    return { kind: 'differs', document: number, reason: compared.differs };
  }

  async function carryOn(
    posting: Posting,
    standing: Standing,
    isSafe: (() => boolean) | undefined,
  ): Promise<Outcome> {
    const { number, steps } = standing;
    let { lot } = standing;
    let isSeen = true;
    for (const [at, step] of steps.entries()) {
      if (at > 0) {
        const [fresh] = await all('A_InspectionLot', { InspectionLot: number }).then((found) =>
          isStop(found) ? [found] : found,
        );
        if (fresh === undefined || isStop(fresh)) {
          return fresh ?? { kind: 'busy', reason: `inspection lot ${number} is not there now` };
        }
        lot = fresh;
      }
      const outcome = await write({ number, lot }, step, isSafe);
      if (outcome === 'bare') isSeen = false;
      else if (outcome) return outcome;
    }
    if (isSeen) return { kind: 'posted', document: number };
    const after = await look(posting);
    if (after && 'steps' in after && after.steps.length === 0) {
      return { kind: 'posted', document: number };
    }
    if (after && 'kind' in after && after.kind === 'differs') return after;
    return { kind: 'unknown', reason: `the decision on ${number} was not read back` };
  }

  return {
    async post(posting: Posting, isSafe?: () => boolean): Promise<Outcome> {
      const standing = await look(posting);
      if (standing === undefined) {
        const of = `${posting.receipt} (${posting.material}, ${posting.lot})`;
        const why = 'has the material an inspection type?';
        return refusal('NO_LOT', `SAP has no inspection lot of receipt ${of}: ${why}`);
      }
      if ('kind' in standing) return standing;
      const isBegun = standing.steps[0]?.set !== 'A_InspLotUsageDecision';
      return (
        (isBegun ? undefined : unlike(standing, posting)) ?? carryOn(posting, standing, isSafe)
      );
    },

    /** The inspection lot, once the decision and all that it moves are there; else none. */
    async find(posting: Posting): Promise<Found> {
      const standing = await look(posting);
      if (standing === undefined) return [];
      if ('steps' in standing) return standing.steps.length === 0 ? [standing.number] : [];
      if (standing.kind === 'busy') return undefined;
      return standing.kind === 'refused' && standing.code !== notOurs
        ? { kind: 'undecided', reason: standing.reason }
        : standing;
    },

    /** What SAP calls what it inspects of a receipt; undefined where it does not say so now. */
    async lotOf(posting: Posting, receipt: string): Promise<string | undefined> {
      const lot = await lotOf(posting, receipt);
      return lot === undefined || isStop(lot) ? undefined : numberOf(lot);
    },

    preview(posting: Posting): Preview {
      const none = { decision: undefined, postings: [] };
      const steps = remaining(posting, none, { settings, plant });
      const body = 'differs' in steps ? [] : steps.map(({ set, says }) => ({ [set]: says }));
      return { to: `POST ${inspectionService}`, body };
    },
  };
}
