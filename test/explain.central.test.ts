// Goal: whoever asks for one fact hears which document its rule calls for, or why none, and what
// became of each: where it waits and for what, and every word of the ERP.
// Method: a ledger with facts of each sort, asked over HTTP as the command for people asks it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Switch } from '../central/posting/modes.ts';
import { isRule } from '../central/posting/ruletable.ts';
import type { Explained } from '../central/story/explain.ts';
import { amountsOf } from '../shared/desktext.ts';
import type { Content } from '../shared/event.ts';
import { explainText } from '../shared/explained.ts';
import type { Rules } from '../shared/ruling.ts';
import { rulesText } from '../shared/ruling.ts';
import { openAsked } from './helpers/board.ts';
import { stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { m01 } from './helpers/shop.ts';

const { release, start, end, report, produce, block, decide, free, complete } = stated;

/** Central with these facts in its ledger, to be asked. */
const centralWith = (...facts: Content[]) => centralHearing(facts.length, facts);

/** Central that has heard so many of these facts, and hears the others then. */
function centralHearing(
  first: number,
  facts: readonly Content[],
  switches: readonly Switch[] = [],
) {
  const central = openAsked(switches);
  const { segment } = history(m01, facts);
  central.ledger.accept([{ segment: segment(1, first) }]);
  const hearAll = () => central.ledger.accept([{ segment: segment(first + 1, facts.length) }]);

  async function explain({ eventId }: Content): Promise<Explained> {
    const reply = await central.app.inject(`/v1/facts/${eventId}`);
    expect(reply.statusCode).toBe(200);
    return reply.json();
  }
  return { ...central, explain, hearAll };
}

test('where it stands, what its rule calls for, and every word of the ERP', async () => {
  const good = report('5', { scrap: '1' });
  const { postings, time, explain } = centralWith(release(), start('R1'), good);
  const [before] = (await explain(good)).postings;
  expect(before).toMatchObject({ state: 'intended', document: null, attempts: [] });
  const [task] = postings.next(new Set(), 10);
  postings.settle(task!.posting.key, { kind: 'unknown', reason: 'no answer' });
  time.nowMs += 1_000;
  postings.found(task!.posting.key, ['4711/1']);
  const { eventId, correlationId } = good;
  expect(await explain(good)).toEqual({
    fact: {
      ...{ eventId, type: 'QuantityReported', line: m01, epoch: 1, sequence: 3, position: 3 },
      ...{ atMs: good.atMs, recordedMs: good.recordedMs, receivedMs: 1_000, clock: 'edge' },
      ...{ actor: 'person:4445', correlationId, order: 'WO-1', operation: '0010' },
    },
    rule: { calls: 'document', kind: 'confirmation', phase: 'completion', mode: 'live' },
    shadows: [],
    postings: [
      {
        ...{ key: task!.posting.key, kind: 'confirmation', state: 'posted', lane: 'WO-1' },
        ...{ reason: null, document: '4711/1', waitsFor: null, final: 0, beside: 0 },
        ...{ unit: 'EA', quantity: null, blocked: null, yield: '5', scrap: '1', rework: '0' },
        ...{ setupMs: null, machineMs: null, cancels: null, cancelledBy: null },
        ...{ inspection: 0, inspectionLot: null },
        edits: [],
        attempts: [
          { atMs: 1_000, outcome: 'unknown', detail: 'no answer' },
          { atMs: 2_000, outcome: 'lookedUp', detail: '4711/1' },
        ],
      },
    ],
  });
});

test('what waits behind a parked document names it, and why it is parked', async () => {
  const [first, second] = [report('5'), report('6')];
  const { postings, explain } = centralWith(release(), start('R1'), first, second);
  const [task] = postings.next(new Set(), 10);
  const why = { kind: 'refused', code: 'RU/505', reason: 'order is locked for good' } as const;
  postings.settle(task!.posting.key, why);
  postings.next(new Set(), 10);
  const [waiting] = (await explain(second)).postings;
  expect(waiting).toMatchObject({ state: 'deferred', reason: 'behind the parked one' });
  expect(waiting!.waitsFor).toEqual({
    ...{ key: task!.posting.key, kind: 'confirmation', eventId: first.eventId },
    reason: 'RU/505: order is locked for good',
  });
});

const began = start('R1');
const ended = (afterMs: number) => end('R1', { atMs: began.atMs + afterMs });
const breakdown = { ...began, body: { ...began.body, phase: 'breakdown' } } as Content;
const hold = block('H1', 'L', '4', { lot: 'L' });
const lot = { lot: 'L' };
test.each<[string, Content[], object]>([
  ['no value', [release()], { calls: 'nothing', why: 'the ERP owns the order' }],
  ['a run of a second', [began, ended(1_000)], { calls: 'document', kind: 'confirmation' }],
  ['a run of no time', [began, ended(0)], { calls: 'nothing', why: 'took no time' }],
  [
    'a breakdown',
    [breakdown, ended(1_000)],
    { calls: 'nothing', why: 'a breakdown is not charged to the order' },
  ],
  [
    'a run whose start is not here',
    [release(), ended(1_000)],
    { calls: 'person', kind: 'confirmation', why: 'the start of this run is unknown' },
  ],
  ['a last confirmation', [complete()], { calls: 'document', kind: 'confirmation' }],
  [
    'a decision before its hold',
    [decide('H1', 'scrap', '1', lot)],
    { calls: 'nothing', why: 'waits for its hold to be known' },
  ],
  [
    'a decision',
    [hold, decide('H1', 'scrap', '1', lot)],
    { calls: 'document', kind: 'scrapStock' },
  ],
  [
    'a rework',
    [hold, decide('H1', 'rework', '1', lot)],
    { calls: 'nothing', why: 'stays blocked until it is reworked or returned' },
  ],
  ['a release', [hold, free('H1', '4', lot)], { calls: 'document', kind: 'unblockStock' }],
])('the rule of %s', async (_name, facts, rule) => {
  const told = (await centralWith(...facts).explain(facts.at(-1)!)).rule;
  const { phase: _, mode, ...said } = told;
  expect(said).toEqual(rule);
  expect(mode).toBe(isRule(facts.at(-1)!.type) ? 'live' : undefined);
});

test('a document for a lot that a hold reaches is told with its fact', async () => {
  const consumed = stated.consume('S', '1');
  const made = produce('L', '4');
  const placed = stated.blockAll('H1', 'S');
  const facts = [release(), consumed, made, placed];
  const { postings, explain, hearAll } = centralHearing(3, facts);
  for (const { posting } of postings.next(new Set(), 10)) {
    postings.settle(posting.key, { kind: 'posted', document: 'D' });
  }
  for (const { posting } of postings.next(new Set(), 10)) {
    postings.settle(posting.key, { kind: 'posted', document: 'E' });
  }
  hearAll();
  const { rule, postings: told } = await explain(placed);
  expect(rule).toMatchObject({ calls: 'nothing', why: 'holds what is not in stock' });
  expect(told).toMatchObject([{ kind: 'blockStock', beside: 1, lane: 'lot:L', attempts: [] }]);
});

const none = '018bcfe5-6fd0-7000-9148-6da9d24beb38';
test('the time of a run is told as what it posts', async () => {
  const done = ended(90_000);
  const [told] = (await centralWith(began, done).explain(done)).postings;
  expect(told).toMatchObject({ machineMs: 90_000, setupMs: null });
  expect(amountsOf(told!)).toEqual(['machine time 90 s']);
});

test('a shadow is told in full, in words too; what is off says so', async () => {
  const switches = [{ mode: 'off' }, { rule: 'completion', mode: 'shadow' }] as const;
  const [made, used] = [produce('L1', '4'), stated.consume('S', '1')];
  const central = centralHearing(3, [release(), made, used], switches);
  const told = await central.explain(made);
  expect(told).toMatchObject({
    rule: { calls: 'document', kind: 'goodsReceipt', phase: 'completion', mode: 'shadow' },
    shadows: [{ kind: 'goodsReceipt', quantity: '4', unit: 'EA', lane: 'WO-1', beside: 0 }],
    postings: [],
  });
  expect(
    explainText(told as never)
      .split('\n')
      .slice(-4, -1),
  ).toEqual([
    'rule of LotProduced (completion, shadow): calls for a goodsReceipt',
    expect.stringMatching(/^goodsReceipt [0-9a-f-]{36}: computed, and not posted: its rule was a/),
    '  quantity 4 EA',
  ]);
  expect(await central.explain(used)).toMatchObject({ rule: { mode: 'off' }, shadows: [] });
  const board = (await central.app.inject('/v1/rules')).json() as Rules;
  expect(board.sites).toMatchObject([{ site: 'acme/lyon', modes: { LotProduced: 'shadow' } }]);
  expect(rulesText(board)).toMatch(
    /edition 1, .*\nacme\/lyon\n {2}off: MaterialConsumed, HoldPlaced.*\n {2}shadow: Quant/s,
  );
});

test('what is not there is said', async () => {
  const { app } = centralWith(release());
  for (const id of [none, 'WO-1', "'; DROP"]) {
    const reply = await app.inject(`/v1/facts/${encodeURIComponent(id)}`);
    expect([reply.statusCode, reply.json()]).toEqual([
      404,
      { code: 'UNKNOWN', message: `fact: ${id} is not in the ledger` },
    ]);
  }
});

test('in words: holdfast explain', async () => {
  const [first, second] = [report('5'), report('6')];
  const { app, postings } = centralWith(release(), start('R1'), first, second);
  const [task] = postings.next(new Set(), 10);
  postings.settle(task!.posting.key, { kind: 'refused', code: 'RU/505', reason: 'is locked' });
  postings.next(new Set(), 10);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const cli = async (...args: string[]) => {
    const asked = promisify(execFile)(process.execPath, ['cli/holdfast.ts', 'explain', ...args]);
    return asked.then(
      ({ stdout }) => [0, stdout],
      (error: { code: number; stderr: string }) => [error.code, error.stderr],
    );
  };
  const [code, text] = await cli(second.eventId, '--central', url);
  expect(code).toBe(0);
  expect(`${text}`.split('\n')).toEqual([
    `QuantityReported ${second.eventId}`,
    `  ${m01}, epoch 1, sequence 4; position 4 of the ledger`,
    expect.stringMatching(/^ {2}true at 2012-\S+, here since 1970-\S+, stated by person:4445$/),
    '  order WO-1, operation 0010',
    '  correlation WO-1',
    'rule of QuantityReported (completion, live): calls for a confirmation',
    expect.stringMatching(/^confirmation \S+: deferred$/),
    '  yield 6 EA, scrap 0 EA, rework 0 EA',
    '  because: behind the parked one',
    `  that is confirmation ${task!.posting.key} of fact ${first.eventId}`,
    '  parked because: RU/505: is locked',
    '',
  ]);
  expect(await cli(none, '--central', url)).toEqual([
    1,
    expect.stringContaining('is not in the ledger'),
  ]);
  expect(await cli('WO-1', '--central', url)).toEqual([2, expect.stringContaining('EVENT_ID')]);
  expect(await cli(none, '--central', 'http://127.0.0.1:9')).toEqual([
    2,
    expect.stringContaining("is it central's address?"),
  ]);
});
