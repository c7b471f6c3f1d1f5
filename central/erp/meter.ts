import type { Clock } from '../../shared/clock.ts';
import { callBounds, openHistogram, roadBounds } from '../../shared/histogram.ts';
import { givenMs } from '../../shared/identity.ts';
import type { Family } from '../../shared/metrics.ts';
import type { Erp, Found, Outcome, Posting } from './erp.ts';

/** What comes of a call that posts. `unreached` is `busy` where the ERP itself was not there. */
const posted = ['posted', 'queued', 'differs', 'refused', 'busy', 'unreached', 'unknown'] as const;
/** What comes of a look-up: one document, none, several, or what the ERP says instead. */
const lookedUp = [
  ...(['found', 'absent', 'several', 'queued', 'differs', 'refused', 'undecided'] as const),
  'silent',
] as const;
export type CallOutcome = (typeof posted)[number] | (typeof lookedUp)[number];
/** Outcomes that are told as errors; a document that is only queued, or absent, is none. */
export const errorClasses = [
  ...(['refused', 'differs', 'busy', 'unreached', 'unknown', 'several', 'undecided'] as const),
  'silent',
] as const satisfies readonly CallOutcome[];

export const outcomeOf = (outcome: Outcome): CallOutcome =>
  outcome.kind === 'busy' && outcome.unreached ? 'unreached' : outcome.kind;

export function foundOutcome(found: Found): CallOutcome {
  if (found === undefined) return 'silent';
  if ('kind' in found) return found.kind;
  return found.length === 0 ? 'absent' : found.length === 1 ? 'found' : 'several';
}

export type Meter = ReturnType<typeof openMeter>;
type Times = Pick<Clock, 'nowMs' | 'monotonicMs'>;

/** What is asked of the ERP, how long that takes, and how long a fact took to its document. */
export function openMeter({ nowMs, monotonicMs }: Times) {
  const calls = openHistogram(callBounds);
  const road = openHistogram(roadBounds);
  const errors = new Map<string, number>(errorClasses.map((name) => [name, 0]));

  function note(call: 'post' | 'lookUp', { kind, eventId }: Posting, outcome: CallOutcome) {
    if (errors.has(outcome)) errors.set(outcome, errors.get(outcome)! + 1);
    if (outcome !== (call === 'post' ? 'posted' : 'found')) return;
    // The id of a fact tells when its edge recorded it: nothing is read for that.
    const recordedMs = givenMs(eventId);
    if (recordedMs !== undefined) road.observe((nowMs() - recordedMs) / 1_000, { kind });
  }

  async function timed<T>(
    call: 'post' | 'lookUp',
    posting: Posting,
    work: () => Promise<T>,
    outcome: (answer: T) => CallOutcome,
  ): Promise<T> {
    const beganMs = monotonicMs();
    const answer = await work();
    const came = outcome(answer);
    const seconds = (monotonicMs() - beganMs) / 1_000;
    calls.observe(seconds, { call, kind: posting.kind, outcome: came });
    note(call, posting, came);
    return answer;
  }

  return {
    /** The same ERP, its calls being measured: what the poster asks. */
    measured: (erp: Erp): Erp => ({
      ...erp,
      post: (posting, isSafe) => timed('post', posting, () => erp.post(posting, isSafe), outcomeOf),
      lookup: (posting) => timed('lookUp', posting, () => erp.lookup(posting), foundOutcome),
    }),

    families: (): Family[] => [
      {
        ...{ name: 'erp_call_duration_seconds', type: 'histogram', of: calls },
        help: 'How long calls to the ERP took, by what they were for and what came of them.',
      },
      {
        ...{ name: 'erp_errors_total', type: 'counter' },
        help: 'Calls to the ERP that did not end in a document, by class, since start.',
        samples: [...errors].map(([name, value]) => ({ labels: { class: name }, value })),
      },
      {
        ...{ name: 'posting_duration_seconds', type: 'histogram', of: road },
        help: 'From the recording of a fact at its edge to the document in the ERP.',
      },
    ],
  };
}
