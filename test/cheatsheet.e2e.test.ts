// Goal: whatever the cheat sheet says, the stock `nats` CLI can do, and the answer is what it says.
// Method: every row of the page is spoken as the CLI speaks, to a real hub and a real central.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeSegment } from '../shared/segment.ts';
import { markConsumer } from '../shared/subject.ts';
import { inboundChecks, nameOf } from './helpers/cheats.ts';
import { type Check, has, refuses, says } from './helpers/checks.ts';
import { checkConsumer, checkStream } from './helpers/natscheck.ts';
import { openNatsCli, wordsOf } from './helpers/natscli.ts';
import { openPlantdesk } from './helpers/ops.ts';
import { m01 } from './helpers/shop.ts';
import { receipt } from './helpers/supplier.ts';

const timeoutMs = 300_000;
const subject = 'acme.lyon.turning.M01';
const facts = 16;

const posting = (state: string, more: object = {}) => has({ posting: { state }, ...more });
const line = { line: m01, epoch: 1, sequence: facts };
const traced = { next: null, notYet: 0 };

/** What is expected of each row, by what names it. */
const checks: Record<string, Check> = {
  'hf.desk.health': has({
    ...{ state: 'attention', facts },
    says: expect.arrayContaining(['6 postings are parked: hf.desk.parked']),
  }),
  'hf.desk.lag': has({ lag: [{ line: m01, behind: 0 }], next: null }),
  'hf.desk.lag text': says(/^next: –\n\nlag:\nline +sequence +behind/),
  'hf.desk.lines -H': says(/^next: –\n\nlines:\nline +epoch/),
  'hf.desk.line LINE': has({
    ...line,
    postings: expect.arrayContaining([{ state: 'parked', postings: 6 }]),
  }),
  'hf.desk.status': has({ facts, erp: { state: expect.any(String) }, lines: [line] }),
  'hf.desk.totals': has({ lines: { [m01]: { good: '3008' } } }),
  'hf.desk.rules text': says(/^OrderReleased|calls for: /),
  'hf.desk.reconcile': has({ facts, gapsFound: 0, scope: { line: m01 } }),
  'hf.desk.parked': ({ json }) => {
    expect(json.postings).toHaveLength(6);
    expect(json.postings[0].reason).toMatch(/^over tolerance/);
  },
  'hf.desk.parked text': says(/^6 parked\nconfirmation /),
  'hf.desk.postings': ({ json }) => expect(Array.isArray(json)).toBe(true),
  'hf.desk.show KEY': posting('parked', { gate: { do: 'park' }, acts: [] }),
  'hf.desk.dry-run KEY': has({ state: 'parked', found: { kind: expect.any(String) } }),
  'hf.desk.retry dry': has({ state: 'parked', found: { kind: expect.any(String) } }),
  'hf.desk.retry': posting('unknown', { acts: [{ act: 'retry', by: 'person:17' }] }),
  'hf.desk.settle': posting('posted', { acts: [{ document: '4900000017' }] }),
  'hf.desk.give-up dry': posting('void', { dryRun: true }),
  'hf.desk.give-up': posting('void', { acts: [{ act: 'giveUp' }] }),
  'hf.desk.edit': posting('parked', { edits: [{ changes: { unit: 'KG' }, decision: null }] }),
  'hf.desk.approve': posting('parked', { edits: [{ decision: 'approved' }] }),
  'hf.desk.reject': posting('parked', { edits: [{ decision: 'rejected' }] }),
  'hf.desk.missing': posting('posted', { losses: [{ decision: null }] }),
  'hf.desk.masters': has({ sets: [], lacked: [] }),
  'hf.desk.approve-masters': has({ sets: [{ site: 'acme', versions: 1 }] }),
  'hf.desk.receive-references': has({ taken: 1, known: 0, refused: [] }),
  'hf.desk.receive-orders': has({ taken: 1, refused: [] }),
  'hf.desk.draft-set': has({ draft: 1, site: 'acme/lyon', records: 1 }),
  'hf.desk.approve-set dry': has({ dryRun: true, sets: [{ number: 1 }] }),
  'hf.desk.approve-set': has({ drafts: [], sets: [{ site: 'acme/lyon', number: 1 }] }),
  'hf.desk.reject-set dry': refuses('409', /1 was approved by person:9/),
  'hf.desk.downlink': has({
    orders: [{ order: 'WO-9', reason: 'work centre SAW1 is not in force at acme/lyon' }],
  }),
  'hf.desk.differences text': says(/^differences: none\nnext: –/),
  'hf.desk.verdicts': has({ facts: 0, agree: 0, verdicts: [], next: null }),
  'hf.desk.swap dry': has({ line: m01, dryRun: true }),
  'hf.desk.lift dry': refuses('404', /none was told ahead/),
  ...inboundChecks,
  'hf.desk.acts text': says(/^next: .*acts:\nnumber +at +act +by +proved /s),
  'hf.desk.trace ORDER': ({ json }) => {
    expect(json).toMatchObject({ ...traced, is: [{ as: 'order' }, { as: 'correlation' }] });
    expect(json.kin.into).toMatchObject([{ name: 'L-1', lines: [m01] }]);
  },
  'hf.desk.trace LOT': has({ is: [{ as: 'lot' }], kin: { from: [{ kind: 'order' }, {}] } }),
  'hf.desk.trace text': says(/ is fact\n\nOrderReleased /),
  'hf.desk.recall LOT': has({ counts: { lots: 1, orders: 0 }, notYet: 0, isCut: false }),
  'hf.desk.extract': has({ entries: expect.any(Array), next: 5 }),
  'hf.desk.replay-begin dry': refuses('409', /this central is of production/),
  'hf.desk.replay-feed dry': refuses('409', /this central is of production/),
  'hf.desk.replayed': refuses('409', /this central is of production/),
  'hf.desk.explain EVENT_ID': has({ fact: { type: 'OrderReleased', position: 1 } }),
  'hf.desk.order ORDER': has({ material: 'BOLT' }),
  'hf.desk.hold dry': has({ dryRun: true, hold: 'C-1', state: 'held' }),
  'hf.desk.hold': has({ hold: 'C-1', lines: [{ line: m01, state: 'not yet held' }] }),
  'hf.desk.holds text': says(/\nC-1 +held +lot +L-1 .* 1 not yet held/),
  'hf.desk.held HOLD': has({ name: 'L-1', by: 'person:17', acts: [{ act: 'hold' }] }),
  'hf.desk.dispose': refuses('409', /decided as a whole: of lot L-1 there are 8 EA/),
  'hf.desk.dispose dry': has({ dryRun: true, acts: [{}, { act: 'dispose', decision: null }] }),
  'hf.desk.release': has({ state: 'held', acts: [{}, { act: 'release', decision: null }] }),
  'hf.desk.approve-hold': has({ state: 'released', acts: [{}, { decidedBy: 'person:4' }] }),
  'hf.desk.reject-hold': refuses('409', /nobody has proposed anything/),
  'hf.desk.rework': has({ line: m01, type: 'AuthoriseRework', state: 'pending' }),
  'hf.desk.inspection': has({ line: m01, type: 'RecordInspection', by: 'system:lims' }),
  'hf.desk.sent LINE': has({ newest: 5, waiting: 5, commands: [{}, {}, {}, {}, {}] }),
  'hf.desk.sent text': says(/commands:\nline +number +commandId/),
  'hf.desk.figures': has({ by: 'line', notYet: 0, rows: [{ key: m01, figures: {} }], next: null }),
  'hf.desk.figures text': says(/^figures by order, .*\norder +good +total/),
  'hf.desk.figures csv': says(/^from,to,key,site,line,day,shift,.*\r\n/),
  'micro ping': has({ type: 'io.nats.micro.v1.ping_response', name: 'holdfast-desk' }),
  'micro ls': has({ type: 'io.nats.micro.v1.info_response', name: 'holdfast-desk' }),
  'micro info holdfast-desk': has({
    info: { name: 'holdfast-desk' },
    stats: { endpoints: expect.any(Array) },
  }),
  'micro stats holdfast-desk': ({ json }) => {
    const of = (name: string) => json.endpoints.find((one: { name: string }) => one.name === name);
    expect(of('lift')).toMatchObject({ num_requests: 1, num_errors: 1 });
    expect(of('settle')).toMatchObject({ num_requests: 1, num_errors: 0 });
  },
  // The feed tells the acts of the rows above as well, as soon as it comes to it.
  'hf.desk.feed': ({ json }) => {
    expect(json).toMatchObject({ state: 'on', people: 'pseudonyms' });
    expect(json.position).toBeGreaterThanOrEqual(facts);
  },
  'hf.desk.schemas': has({ asyncapi: '3.0.0', channels: expect.any(Object) }),
  'hf.desk.schemas TYPE': has({ title: 'LotProduced', properties: { body: expect.any(Object) } }),
  'hf.desk.facts': ({ json }) => {
    expect([json.facts.length, json.next]).toEqual([facts, null]);
    expect(json.facts[0]).toMatchObject({ type: 'OrderReleased', line: m01, sequence: 1 });
  },
  'sub hf.fact.>': says(/^listening on hf.fact.>/),
  'stream info HF_FACT': ({ json }) => {
    expect(json.config.discard).toBe('old');
    expect(json.state.messages).toBeGreaterThanOrEqual(facts);
  },
  'stream subjects HF_FACT': ({ json }) => {
    expect(json.state.subjects[`hf.fact.${subject}.LotProduced`]).toBe(1);
  },
  'stream get HF_FACT': ({ json }) => {
    const fact = JSON.parse(Buffer.from(json.message.data, 'base64').toString());
    expect(fact).toMatchObject({ type: 'LotProduced', lot: 'L-1', body: { quantity: '8' } });
  },
  'consumer info HF_FACT': ({ json }) => {
    expect(json.name).toBe('qms');
    expect(json.num_pending).toBeGreaterThanOrEqual(facts);
  },
  'stream ls': ({ json }) => {
    const names = json.streams.map(({ config }: { config: { name: string } }) => config.name);
    expect(names.sort()).toEqual(['HF_EVT', 'HF_FACT', 'HF_KEPT']);
  },
  'stream info HF_EVT': has({ config: { name: 'HF_EVT', storage: 'file', deny_delete: true } }),
  'stream state HF_EVT': has({ state: { messages: 1, first_seq: 1, last_seq: 1 } }),
  'stream subjects HF_EVT': has({ state: { subjects: { [`hf.evt.${subject}`]: 1 } } }),
  'stream get HF_EVT': ({ json }) => {
    const segment = decodeSegment(Buffer.from(json.message.data, 'base64'));
    expect([segment.line, segment.facts.length]).toEqual([m01, facts]);
  },
  'stream get HF_KEPT': ({ json }) => {
    const kept = JSON.parse(Buffer.from(json.message.data, 'base64').toString());
    expect(kept).toMatchObject({ epoch: 1, sequence: facts });
  },
  'consumer ls HF_EVT': ({ json }) => {
    const names = json.consumers.map(({ name }: { name: string }) => name).sort();
    expect(names).toEqual(['central', expect.stringMatching(/^central_/)]);
  },
  'consumer info HF_EVT': has({ stream_name: 'HF_EVT', num_pending: 0 }),
  'kv ls': has({ total: 0 }),
  rtt: ({ text }) => expect(Number(text)).toBeGreaterThanOrEqual(0),
  'server check jetstream': has({ streams: 3, list: [{}, {}, {}] }),
  'server check stream HF_EVT': ({ json }) => expect(checkStream(json).status).toBe('OK'),
  'server check stream HF_KEPT': ({ json }) => expect(checkStream(json).status).toBe('OK'),
  'server check consumer': ({ json }) => expect(checkConsumer(json).status).toBe('OK'),
  'server check message': ({ json }) => {
    const ageMs = Date.now() - Date.parse(json.message.time);
    expect([json.message.subject, ageMs < 3_600_000]).toEqual([`hf.evt.${subject}`, true]);
  },
  'server check request': has({ isMatch: false }),
};

const page = readFileSync('docs/cheatsheet.md', 'utf8');
const rows = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
  block!.trim().split('\n'),
);

test('every row of the cheat sheet has a check, and every check a row', () => {
  const names = rows.map(nameOf);
  expect([...names].sort()).toEqual(Object.keys(checks).sort());
});

test(
  'every row of the cheat sheet answers as the page says',
  async () => {
    const { client, facts: stated, parkedKeys, central } = await openPlantdesk(6, true);
    expect(stated).toHaveLength(facts);
    const nats = openNatsCli(await client('ops'));
    const [first, retried, settled, given, edited, rejected] = await parkedKeys();
    const said = { by: 'person:17', reason: 'of the other edit', changes: { unit: 'KG' } };
    const proposed = await fetch(`${central.url}/v1/desk/${rejected}/edit`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify(said),
    });
    expect(proposed.status).toBe(200);
    /** Which posting each act is for: what one has done is not done again to the same. */
    const keys: Record<string, string> = {
      ...{ 'hf.desk.retry': retried!, 'hf.desk.settle': settled!, 'hf.desk.missing': settled! },
      ...{ 'hf.desk.give-up': given!, 'hf.desk.give-up dry': given! },
      ...{ 'hf.desk.edit': edited!, 'hf.desk.approve': edited!, 'hf.desk.reject': rejected! },
    };
    /** And which receipt: 1 is not inspected, 2 and 3 are claimed, of 4 and 5 it is proposed. */
    const receipts: Record<string, number> = {
      ...{ 'hf.desk.answer-claim': 2, 'hf.desk.dispose-receipt': 3 },
      ...{ 'hf.desk.approve-receipt': 4, 'hf.desk.reject-receipt': 5 },
    };
    const consumers = await nats(['nats', 'consumer', 'ls', 'HF_EVT']);
    const names: string[] = consumers.json.consumers.map(({ name }: { name: string }) => name);
    const reader = names.find((name) => name !== markConsumer)!;
    const filled = (row: string): string =>
      row
        .replace(/\bKEY\b/, keys[nameOf(row)] ?? first!)
        .replace(/\bLINE\b/, m01)
        .replace(/\bSUBJECT\b/, subject)
        .replace(/\bEVENT_ID\b/, stated[0]!.eventId)
        .replace(/(['"])ORDER\1/, '$1WO-1$1')
        .replace(/(['"])LOT\1/, '$1L-1$1')
        .replace(/(['"])HOLD\1/, '$1C-1$1')
        .replace(/\bTYPE\b/, 'LotProduced')
        .replace(/\bDAY\b/, '2012-01-01')
        .replace(/\bRECEIPT\b/, receipt(receipts[nameOf(row)] ?? 1))
        .replace(/\bCONSUMER\b/, reader);
    for (const row of rows) {
      const answer = await nats(wordsOf(filled(row)));
      try {
        checks[nameOf(row)]!(answer);
      } catch (cause) {
        throw new Error(`${row}\n${(cause as Error).message}\n${answer.text}`, { cause });
      }
    }
  },
  timeoutMs,
);
