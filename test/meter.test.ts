// Goal: each call to the ERP is counted by what truly came of it, and a document by how long its
// fact took; what the poster gets is what the ERP has said.
// Method: an ERP that answers as told, on a clock that a test sets.
import { expect, test } from 'vitest';
import type { Erp, Found, Outcome, Posting } from '../central/erp/erp.ts';
import { errorClasses, openMeter } from '../central/erp/meter.ts';
import { metricsText } from '../shared/metrics.ts';
import { scrape } from './helpers/prometheus.ts';

const recordedMs = 1_700_000_000_000;
const eventId = `${recordedMs
  .toString(16)
  .padStart(12, '0')
  .replace(/^(.{8})/, '$1-')}-7000-8000-000000000000`;
const posting = { key: 'k', kind: 'goodsIssue', eventId, atMs: 1 } as Posting;

function openBench() {
  const time = { nowMs: recordedMs + 7_000, monotonicMs: 0 };
  const meter = openMeter({ nowMs: () => time.nowMs, monotonicMs: () => time.monotonicMs });
  const says: { post?: Outcome; found?: Found } = {};
  const took = <T>(answer: T): Promise<T> => {
    time.monotonicMs += 300;
    return Promise.resolve(answer);
  };
  const erp: Erp = meter.measured({
    ...{ name: 'any', maxInFlightMs: 1, unfit: () => undefined },
    post: () => took(says.post!),
    lookup: () => took(says.found),
  });
  const value = (name: string, labels: Record<string, string>) =>
    scrape(metricsText(meter.families())).find(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
    )?.value;
  return { erp, says, time, value };
}

const posts: [Outcome, string][] = [
  [{ kind: 'posted', document: '49' }, 'posted'],
  [{ kind: 'queued', ticket: 't', reason: 'r' }, 'queued'],
  [{ kind: 'differs', document: '49', reason: 'r' }, 'differs'],
  [{ kind: 'refused', code: 'c', reason: 'r' }, 'refused'],
  [{ kind: 'busy', reason: 'locked' }, 'busy'],
  [{ kind: 'busy', reason: 'away', unreached: true }, 'unreached'],
  [{ kind: 'unknown', reason: 'r' }, 'unknown'],
];
const lookUps: [Found, string][] = [
  [['49'], 'found'],
  [[], 'absent'],
  [['49', '50'], 'several'],
  [undefined, 'silent'],
  [{ kind: 'undecided', reason: 'r' }, 'undecided'],
  [{ kind: 'queued', ticket: 't', reason: 'r' }, 'queued'],
];
const isError = (name: string) => (errorClasses as readonly string[]).includes(name);

test.each(posts)('a call that ends so: %j', async (answer, outcome) => {
  const { erp, says, value } = openBench();
  says.post = answer;
  expect(await erp.post(posting)).toBe(answer);
  const labels = { call: 'post', kind: 'goodsIssue', outcome };
  expect(value('erp_call_duration_seconds_sum', labels)).toBe(0.3);
  expect(value('erp_call_duration_seconds_bucket', { ...labels, le: '0.25' })).toBe(0);
  expect(value('erp_call_duration_seconds_bucket', { ...labels, le: '0.5' })).toBe(1);
  expect(value('erp_errors_total', { class: outcome })).toBe(isError(outcome) ? 1 : undefined);
  const isPosted = outcome === 'posted';
  expect(value('posting_duration_seconds_sum', {})).toBe(isPosted ? 7 : undefined);
});

test.each(lookUps)('a look-up that ends so: %j', async (answer, outcome) => {
  const { erp, says, value } = openBench();
  says.found = answer;
  expect(await erp.lookup(posting)).toBe(answer);
  const labels = { call: 'lookUp', kind: 'goodsIssue', outcome };
  expect(value('erp_call_duration_seconds_count', labels)).toBe(1);
  expect(value('erp_errors_total', { class: outcome })).toBe(isError(outcome) ? 1 : undefined);
  expect(value('posting_duration_seconds_sum', {})).toBe(outcome === 'found' ? 7 : undefined);
});

test('a clock behind its edge counts as no time, and a fact of a foreign id as none', async () => {
  const { erp, says, time, value } = openBench();
  says.post = { kind: 'posted', document: '49' };
  time.nowMs = recordedMs - 5_000;
  await erp.post(posting);
  await erp.post({ ...posting, eventId: '01234567-89ab-5000-8000-000000000000' });
  expect(value('posting_duration_seconds_count', { kind: 'goodsIssue' })).toBe(1);
  expect(value('posting_duration_seconds_sum', { kind: 'goodsIssue' })).toBe(0);
});
