import type { FactType } from '../../shared/event.ts';
import type { MasterKind } from '../../shared/master.ts';
import type { PostingKind } from '../erp/erp.ts';

/** The phases of a roll-out, and the rules that each of them switches on. */
export const phases = {
  consumption: ['MaterialConsumed'],
  completion: ['QuantityReported', 'OperationCompleted', 'LotProduced'],
  quality: ['HoldPlaced', 'HoldDispositioned', 'HoldReleased', 'HoldCancelled'],
  financial: ['PhaseEnded'],
  corrections: ['FactReversed', 'QuantityCorrected'],
} as const satisfies Readonly<Record<string, readonly FactType[]>>;
export type Phase = keyof typeof phases;
/** A rule is named by the type of fact that it is for. */
export type Rule = (typeof phases)[Phase][number];

export const rulesOfPhases: readonly Rule[] = Object.values(phases).flat();
export const isRule = (type: FactType): type is Rule =>
  (rulesOfPhases as readonly string[]).includes(type);
export const phaseOf = (rule: Rule): Phase =>
  (Object.keys(phases) as Phase[]).find((phase) =>
    (phases[phase] as readonly string[]).includes(rule),
  )!;

/** The rules by whose modes a fact is posted: a correction is also what it corrects. */
export const rulesOf = ({ type }: Readonly<{ type: FactType }>): readonly Rule[] => [
  ...(isRule(type) ? [type] : []),
  ...(type === 'QuantityCorrected' ? (['QuantityReported'] as const) : []),
];

/** Master records of whose versions those that the order was released with must be known. */
export const versionsFor: Readonly<Partial<Record<PostingKind, readonly MasterKind[]>>> = {
  goodsIssue: ['item', 'bom'],
  confirmation: ['item', 'routing', 'workCenter'],
  goodsReceipt: ['item', 'specification'],
};
const versionsOf = (kind: PostingKind): string =>
  `the versions of ${versionsFor[kind]!.join(', ')} that its release names known at its site`;

/** What a rule calls for, when it does not, and what must be known or done before. */
type Row = Readonly<{ calls: string; unless: string; needs: string }>;

/** The rules that call for documents, in words. Every other fact calls for nothing. */
export const ruleTable: Readonly<Record<Rule, Row>> = {
  MaterialConsumed: {
    calls: 'a goods issue to the order',
    unless: '',
    needs:
      `the order released; ${versionsOf('goodsIssue')}; the receipt of the lot posted, where ` +
      'it is of our own; no hold that reaches the lot; enough of it outside blocked stock',
  },
  QuantityReported: {
    calls: 'a confirmation of good, scrap and rework',
    unless: 'it came out of rework, or reports nothing; late, after the closing, for a person',
    needs:
      `the order released; ${versionsOf('confirmation')}; in all no more than its quantity and ` +
      'tolerance',
  },
  OperationCompleted: {
    calls: 'the final confirmation of the operation',
    unless: '',
    needs:
      'as for a report; the order closed, and all that was stated of it at central; every other ' +
      'confirmation of the operation posted',
  },
  LotProduced: {
    calls:
      'a goods receipt, what is held of it into blocked stock; where inspected lots are received ' +
      'into quality inspection: all of it there, and a usage decision',
    unless: '',
    needs:
      `the order released; ${versionsOf('goodsReceipt')}; in all no more than its quantity ` +
      'and tolerance; no hold on order, operation or line; the release of quality, where the lot ' +
      'is inspected. Of a receipt into quality inspection the decision needs the rest: no hold ' +
      'that reaches the lot, and its release, or all of the receipt condemned',
  },
  HoldPlaced: {
    calls: 'a move into blocked stock',
    unless: 'it is not on a lot, or does not say how much',
    needs: 'the lot known',
  },
  HoldDispositioned: {
    calls:
      'use as is: a move out of blocked stock; scrap: a goods issue to scrap; for pieces that ' +
      'are in no lot yet: a confirmation',
    unless: 'rework or return of a lot: it stays blocked; a hold of an order, operation or line',
    needs: 'the hold known; so much of the lot in blocked stock',
  },
  HoldReleased: {
    calls: 'a move out of blocked stock; for pieces that are in no lot yet: a confirmation',
    unless: 'a hold of an order, operation or line; it does not say how much',
    needs: 'the hold known; no other hold that reaches the lot',
  },
  HoldCancelled: {
    calls: 'a move out of blocked stock',
    unless: 'the hold is not on a lot',
    needs: 'the hold known; no other hold that reaches the lot',
  },
  PhaseEnded: {
    calls: 'a confirmation of set-up or machine time',
    unless: 'it was a breakdown, or took no time',
    needs: 'as for a report; the start of the run known, and its clock trusted; else a person',
  },
  FactReversed: {
    calls:
      'what takes back the document of what it reverses: a cancelled confirmation, issue or ' +
      'receipt; the reversal of a reversal: the document again',
    unless:
      'the document was not sent: it is void; there is none; late, after the closing, for a person',
    needs:
      'the document posted; no younger one of the order to be taken back; a receipt: nothing of ' +
      'the lot issued, blocked, freed or scrapped since, else a person',
  },
  QuantityCorrected: {
    calls: 'what takes back the document of what it corrects, and a confirmation of its own',
    unless:
      'what it corrects came out of rework; late, after the closing, for a person; the ' +
      'confirmation, if it says that there was nothing',
    needs: 'what it corrects known; as for a reversal and for a report',
  },
};
