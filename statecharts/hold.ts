import { quantityText } from '../shared/quantity.ts';
import { all, defineChart } from './engine.ts';

type HoldEvent = {
  type: string;
  hold: string;
  actor: string;
  placedBy: string;
  proposedBy: string;
  reviewedBy: string; // who began the review
  fourEyes: boolean; // who placed it does not end it; who proposes does not approve
  review: boolean; // every decision needs a proposal and its approval
  mayDecide: boolean; // is among those who may decide, or everybody may
  signed: boolean; // signed, or no signature is required
  fromCentral: boolean; // told by central, which may know of a hold before this edge does
  measured: boolean; // placed with a quantity, which dispositions use up
  sameUnit: boolean;
  asProposed: boolean; // the disposition that was approved, in kind and quantity
  decided: bigint; // millionths that this disposition decides
  remaining: bigint; // millionths that no disposition has decided yet
  untouched: boolean; // no disposition was carried out
  reached: boolean; // every lot that is let go is held by it, and not the last one
  due: boolean; // the timer's next occurrence, and its time has come
};

const note = { actions: 'note' } as const;
const placed = { escalate: 'HoldEscalated', remind: 'HoldReminded' };
const timed = {
  HoldEscalated: { guard: all('due'), ...note },
  HoldReminded: { guard: all('due'), ...note },
};
const decides = ['mayDecide', 'otherThanPlacer', 'signed'];
const measure = ['measured', 'sameUnit', 'withinHold'];

/**
 * The life of a quality hold: active → (under review → disposition proposed → approved) → closed.
 *
 * Dispositions may come in parts; the one that decides the last of the quantity closes the hold. A
 * release that central tells of before its hold is kept, and ends the hold as soon as it comes.
 */
export const hold = defineChart<HoldEvent>({
  id: 'hold',
  version: 3,
  initial: 'unknown',
  rules: {
    fromCentral: {
      holds: ({ fromCentral }) => fromCentral,
      why: ({ hold, type }) => `hold ${hold} is unknown: no ${type}`,
    },
    direct: {
      holds: ({ review }) => !review,
      why: ({ hold }) => `hold ${hold} needs a disposition that a second person approves`,
    },
    otherThanPlacer: {
      holds: ({ fourEyes, actor, placedBy }) => !fourEyes || actor !== placedBy,
      why: ({ hold, actor }) =>
        `hold ${hold} was placed by ${actor}: another person must decide it`,
    },
    otherThanProposer: {
      holds: ({ actor, proposedBy }) => actor !== proposedBy,
      why: ({ hold, actor }) => `hold ${hold}: ${actor} proposed it and cannot approve it`,
    },
    mayDecide: {
      holds: ({ mayDecide }) => mayDecide,
      why: ({ hold, actor, type }) => `hold ${hold}: ${actor} may not state ${type}`,
    },
    unmeasured: {
      holds: ({ measured }) => !measured,
      why: ({ hold }) => `hold ${hold} has a quantity: decide it by a disposition`,
    },
    otherThanReviewer: {
      holds: ({ actor, reviewedBy }) => actor !== reviewedBy,
      why: ({ hold, actor }) => `hold ${hold}: ${actor} began its review and cannot end it alone`,
    },
    signed: {
      holds: ({ signed }) => signed,
      why: ({ hold, type }) => `hold ${hold}: ${type} must be signed`,
    },
    measured: {
      holds: ({ measured }) => measured,
      why: ({ hold }) => `hold ${hold} has no quantity: release it instead`,
    },
    sameUnit: {
      holds: ({ sameUnit }) => sameUnit,
      why: ({ hold }) => `hold ${hold} is measured in another unit`,
    },
    withinHold: {
      holds: ({ decided, remaining }) => decided <= remaining,
      why: ({ hold, remaining }) => `hold ${hold} has only ${quantityText(remaining)} undecided`,
    },
    mistaken: {
      holds: ({ review, untouched }) => !review || untouched,
      why: ({ hold, type }) => `hold ${hold} is decided in part: no ${type}`,
    },
    decidesAll: { holds: ({ decided, remaining }) => decided === remaining, why: () => '' },
    asProposed: {
      holds: ({ asProposed }) => asProposed,
      why: ({ hold }) => `hold ${hold}: another disposition was approved`,
    },
    reached: {
      holds: ({ reached }) => reached,
      why: ({ hold }) => `hold ${hold} can let go only lots that it holds, and not the last one`,
    },
    due: { holds: ({ due }) => due, why: ({ hold, type }) => `hold ${hold}: ${type} is not due` },
  },
  states: {
    unknown: {
      on: {
        HoldPlaced: { target: 'active' },
        HoldReleased: { target: 'releasedEarly', guard: all('fromCentral') },
      },
    },
    releasedEarly: { on: { HoldPlaced: { target: 'closed' } } },
    active: {
      timers: placed,
      on: {
        HoldReduced: { guard: all('mayDecide', 'otherThanPlacer', 'reached'), ...note },
        HoldReviewStarted: { target: 'underReview' },
        HoldDispositioned: [
          {
            target: 'closed',
            guard: all('direct', ...decides, ...measure, 'decidesAll'),
          },
          { guard: all('direct', ...decides, ...measure), ...note },
        ],
        HoldReleased: { target: 'closed', guard: all('direct', ...decides) },
        HoldCancelled: { target: 'closed', guard: all('mistaken', ...decides) },
        ...timed,
      },
    },
    underReview: {
      timers: placed,
      on: {
        DispositionProposed: {
          target: 'dispositionProposed',
          guard: all('mayDecide', 'signed', ...measure),
        },
        HoldReleased: {
          target: 'closed',
          guard: all('unmeasured', 'otherThanReviewer', ...decides),
        },
        ...timed,
      },
    },
    dispositionProposed: {
      timers: placed,
      on: {
        DispositionWithdrawn: { target: 'underReview', guard: all('mayDecide') },
        DispositionRejected: { target: 'underReview', guard: all('mayDecide') },
        DispositionApproved: { target: 'approved', guard: all('otherThanProposer', ...decides) },
        ...timed,
      },
    },
    approved: {
      timers: placed,
      on: {
        HoldDispositioned: [
          { target: 'closed', guard: all('asProposed', ...measure, 'decidesAll') },
          { target: 'active', guard: all('asProposed', ...measure) },
        ],
        ...timed,
      },
    },
    closed: {},
  },
});

/** Open holds forbid; a hold that is closed, or not placed yet, does not. */
export const isOpen = (state: string): boolean =>
  !['unknown', 'releasedEarly', 'closed'].includes(state);
