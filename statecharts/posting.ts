import { defineChart } from './engine.ts';

/** What happens to a posting. */
export type PostingEvent =
  | 'Send' // the intent is committed, the call goes out
  | 'Posted' // the ERP gave a document number
  | 'Refused' // the ERP will not, and has done nothing
  | 'Busy' // the ERP could not now, and has done nothing
  | 'Queue' // the ERP has it for sure, and will execute or refuse it later
  | 'Unsure' // it may have been executed; or we died before the answer
  | 'Absent' // looked up after the grace: it was not executed
  | 'Hold' // quality forbids it now
  | 'Defer' // something must be known or done before
  | 'Void' // there is nothing to do for it any more
  | 'Park' // a person must look
  | 'Retry' // a person says: again, under the same key
  | 'Settle' // a person says: it is there, under this document number
  | 'GiveUp' // a person says: it shall not be posted
  | 'Lost'; // two people say: the ERP has lost it

export const postingStates = [
  'intended',
  'sending',
  'unknown',
  'queued',
  'held',
  'deferred',
  'parked',
  'posted',
  'void',
] as const;
export type PostingState = (typeof postingStates)[number];

const weigh = {
  Send: { target: 'sending' },
  Hold: { target: 'held' },
  Defer: { target: 'deferred' },
  Void: { target: 'void' },
  Park: { target: 'parked' },
};

/**
 * The life of one intended ERP document. From `unknown` there is no way to `sending` but through a
 * look-up that found nothing, and from `parked` none but through `unknown`: whatever a person tries
 * again is looked up first; so is what was posted, and the ERP has lost. From `queued` there is
 * none at all: what the ERP has taken is posted or waits for a person. `void` is final.
 */
export const posting = defineChart<{ type: PostingEvent }>({
  id: 'posting',
  version: 5,
  initial: 'intended',
  rules: {},
  states: {
    intended: { on: weigh },
    held: { on: { ...weigh, Hold: { actions: 'note' } } },
    deferred: { on: { ...weigh, Defer: { actions: 'note' } } },
    sending: {
      on: {
        Posted: { target: 'posted' },
        Refused: { target: 'parked' },
        Busy: { target: 'intended' },
        Queue: { target: 'queued' },
        Unsure: { target: 'unknown' },
        Park: { target: 'parked' },
      },
    },
    unknown: {
      on: {
        Posted: { target: 'posted' },
        Absent: { target: 'intended' },
        Queue: { target: 'queued' },
        Unsure: { actions: 'note' },
        Park: { target: 'parked' },
      },
    },
    queued: {
      on: {
        Posted: { target: 'posted' },
        Queue: { actions: 'note' },
        Park: { target: 'parked' },
      },
    },
    parked: {
      on: {
        Retry: { target: 'unknown' },
        Settle: { target: 'posted' },
        GiveUp: { target: 'void' },
      },
    },
    posted: { on: { Lost: { target: 'unknown' } } },
    void: {},
  },
});
