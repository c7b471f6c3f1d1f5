import type { Content } from '../shared/event.ts';
import { checkAbout } from './about.ts';
import { batch as batchChart } from './batch.ts';
import { inspection as inspectionChart } from './inspection.ts';
import { nonconformance as nonconformanceChart } from './nonconformance.ts';
import { type Asked, given, heldBy, keyOf, move } from './tables.ts';
import { advance, isDue, run } from './timers.ts';

const subjectOf = ({ order, operation, lot }: Content) => given({ order, operation, lot });

/** An inspection requested, recorded or cancelled. A passed one counts for its operation. */
export function inspect(
  asked: Asked,
  fact: Content<'InspectionRequested' | 'InspectionRecorded' | 'InspectionCancelled'>,
): void {
  const { look, changes, terms } = asked;
  const { inspection } = fact.body;
  const known = look('inspection', inspection);
  const result = 'result' in fact.body ? fact.body.result : '';
  const signed =
    !terms.policy.signatures || ('signature' in fact.body && fact.body.signature !== undefined);
  const event = { type: fact.type, inspection, result, signed };
  const from = known?.state ?? inspectionChart.initial;
  const state = move(asked, inspectionChart, from, event, `inspection ${inspection}`);
  if (known) checkAbout(asked, `inspection ${inspection}`, known);
  const subject = known ?? subjectOf(fact);
  changes.push({ table: 'inspection', key: inspection, value: { ...subject, state } });
  if (state !== 'passed' || subject.operation === undefined || subject.order === undefined) return;
  const key = keyOf(subject.order, subject.operation);
  const row = look('operation', key);
  if (!row) return;
  changes.push({ table: 'operation', key, value: { ...row, passed: (row.passed ?? 0) + 1 } });
}

/** A nonconformance raised, reviewed or closed. */
export function raise(
  asked: Asked,
  fact: Content<'NonconformanceRaised' | 'NonconformanceReviewed' | 'NonconformanceClosed'>,
): void {
  const { look, changes, terms } = asked;
  const { nonconformance } = fact.body;
  const known = look('nonconformance', nonconformance);
  const signed =
    !terms.policy.signatures || ('signature' in fact.body && fact.body.signature !== undefined);
  const openHolds = heldBy(look, keyOf('nonconformance', nonconformance));
  const event = { type: fact.type, nonconformance, openHolds, signed };
  const from = known?.state ?? nonconformanceChart.initial;
  const state = move(asked, nonconformanceChart, from, event, `nonconformance ${nonconformance}`);
  if (known) checkAbout(asked, `nonconformance ${nonconformance}`, known);
  const reason = fact.type === 'NonconformanceRaised' ? fact.body.reason : known!.reason;
  const subject = known ?? subjectOf(fact);
  changes.push({
    table: 'nonconformance',
    key: nonconformance,
    value: { ...subject, state, reason },
  });
}

type BatchFact = Content<
  'BatchCommanded' | 'BatchSettled' | 'BatchPhaseStarted' | 'BatchPhaseEnded' | 'BatchPhaseOverran'
>;

/** A batch commanded, settled, or in a phase; the phase's limit runs only while the batch does. */
export function moveBatch(asked: Asked, fact: BatchFact): void {
  const { look, line, changes } = asked;
  const lot = fact.lot!;
  const order = fact.order!;
  const known = look('batch', lot) ?? { state: batchChart.initial, order };
  const key = keyOf('batch', lot, 'phaseLimit');
  const { body } = fact;
  const event = {
    ...{ type: fact.type, batch: lot, phase: known.phase },
    command: 'command' in body ? body.command : '',
    holds: heldBy(look, keyOf('line', line), keyOf('order', order), keyOf('lot', lot)),
    given: 'phase' in body ? body.phase : '',
    due: 'occurrence' in body && isDue(asked, key, body.occurrence),
  };
  const state = move(asked, batchChart, known.state, event, `batch ${lot}`);
  const { phase, ...rest } = known;
  const ended = fact.type === 'BatchPhaseEnded' || (state === 'idle' && known.state !== 'idle');
  const next = fact.type === 'BatchPhaseStarted' ? fact.body.phase : ended ? undefined : phase;
  changes.push({ table: 'batch', key: lot, value: { ...rest, state, ...given({ phase: next }) } });
  if (fact.type === 'BatchPhaseStarted' && fact.body.limitMs !== undefined) {
    const about = { order, lot, phase: fact.body.phase };
    const { limitMs: leftMs } = fact.body;
    const runs = { leftMs, sinceMs: fact.recordedMs, dueMs: fact.recordedMs + leftMs };
    const value = { line, fact: 'BatchPhaseOverran' as const, occurrence: 1, about, ...runs };
    changes.push({ table: 'timer', key, value });
  } else if (fact.type === 'BatchPhaseOverran') advance(asked, key);
  else if (ended && look('timer', key)) changes.push({ table: 'timer', key, value: undefined });
  else if ((state === 'running') !== (known.state === 'running'))
    run(asked, key, state === 'running');
}
