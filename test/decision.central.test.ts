// Goal: what is received into quality inspection is decided once, by what quality has said of the
// lot and its holds; whoever does not want it notices nothing.
// Method: central's real tables; every case small enough to be read. The search is in
// gate.inspected.model.
import { expect, onTestFinished, test } from 'vitest';
import { readCentralConfig } from '../central/config.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { openAmendments } from '../central/posting/amendments.ts';
import { goneReason } from '../central/posting/decision.ts';
import type { Inspection } from '../central/posting/inspections.ts';
import { caseReason, unsentReason } from '../central/posting/inverse.ts';
import type { Switch } from '../central/posting/modes.ts';
import type { Content } from '../shared/event.ts';
import {
  again,
  graceMs,
  m1,
  only,
  openSide,
  qc,
  refused,
  stated,
  unknown,
} from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { openMedium } from './helpers/medium.ts';
import { reasonOf } from './helpers/undone.ts';

const { release, produce, produceInspected, releaseLot, block, blockAll, decide, free } = stated;
const { consume, reverse, hold } = stated;
const L = { lot: 'L' };

function told(inspections: readonly Inspection[], switches: readonly Switch[], facts: Content[]) {
  const side = openSide(':memory:', graceMs, { nowMs: 0 }, switches, undefined, inspections);
  side.note(m1, ...facts);
  return side;
}
const inspected = (...facts: Content[]) => told([{}], [], facts);
const kinds = (side: ReturnType<typeof told>) => side.drain().map(({ kind }) => kind);

test('it is received to be inspected at once, and decided when quality releases it', () => {
  const side = inspected(release(), produceInspected('L', '10'));
  const receipt = only(side.next());
  expect(receipt.posting).toMatchObject({
    ...{ kind: 'goodsReceipt', lot: 'L', quantity: '10', blocked: '0', inspection: true },
  });
  const document = { document: '4900000001/2026', inspectionLot: '040000000001' };
  side.postings.settle(receipt.posting.key, { kind: 'posted', ...document });
  expect(side.drain()).toEqual([]);
  expect(reasonOf(side)).toBe('waits for quality to decide the lot');
  side.note(qc, releaseLot('L'));
  expect(only(side.next()).posting).toEqual({
    ...{ kind: 'usageDecision', key: expect.any(String), eventId: receipt.posting.eventId },
    ...{ atMs: expect.any(Number), order: 'WO-1', operation: '0010', lot: 'L' },
    ...{ material: 'BOLT', unit: 'EA', quantity: '10', blocked: '0', scrap: '0' },
    ...{ receipt: '4900000001/2026', inspectionLot: '040000000001' },
  });
});

test.each<[string, Inspection[], Content]>([
  ['nothing is configured', [], produceInspected('L', '10')],
  ['of another material', [{ material: 'NUT' }], produceInspected('L', '10')],
  ['at another site', [{ site: 'acme/m' }, { site: 'acme/m11' }], produceInspected('L', '10')],
])('%s: the receipt waits for the release, as before', (_what, inspections, made) => {
  const side = told(inspections, [], [release(), made]);
  expect(side.drain()).toEqual([]);
  expect(reasonOf(side)).toBe('waits for quality to release the lot');
  side.note(qc, releaseLot('L'));
  expect(side.drain()).toMatchObject([{ kind: 'goodsReceipt', blocked: '0' }]);
  expect(side.drain()).toEqual([]);
});

test('by site and material it is so; a lot that need not be released is received as ever', () => {
  const side = told([{ site: 'acme/m1', material: 'BOLT' }], [], [release()]);
  side.note(m1, produce('K', '3'), produceInspected('L', '4'));
  const [plain, inspection] = side.drain();
  expect(plain).not.toHaveProperty('inspection');
  expect(inspection).toMatchObject({ lot: 'L', inspection: true });
  expect(side.states()).toEqual([
    ...['goodsReceipt posted', 'goodsReceipt posted', 'usageDecision held'],
  ]);
});

test('a hold on a part of it stops the whole decision, and says what becomes of the part', () => {
  const side = inspected(release(), produceInspected('L', '10'));
  side.note(qc, releaseLot('L'), block('H1', 'L', '4'));
  expect(kinds(side)).toEqual(['goodsReceipt']);
  expect(side.rows()[1]).toMatchObject({ state: 'held', reason: 'held by H1' });
  side.note(qc, decide('H1', 'scrap', '1'), decide('H1', 'rework', '2'));
  expect(kinds(side)).toEqual([]);
  side.note(qc, decide('H1', 'useAsIs', '1'));
  expect(side.drain()).toMatchObject([
    { kind: 'usageDecision', quantity: '10', blocked: '2', scrap: '1' },
  ]);
  expect(side.states()).toEqual([
    ...['goodsReceipt posted', 'usageDecision posted', 'blockStock void', 'scrapStock void'],
    'unblockStock void',
  ]);
  expect(side.rows()[3]!.reason).toBe('scrapped by the usage decision of the lot');
});

test('all of it condemned it is decided without a release, and nothing of it is free', () => {
  const side = inspected(release(), produceInspected('L', '10'), block('H1', 'L', '10'));
  side.note(qc, decide('H1', 'return', '7'));
  expect(kinds(side)).toEqual(['goodsReceipt']);
  side.note(qc, decide('H1', 'rework', '3'));
  expect(side.drain()).toMatchObject([{ kind: 'usageDecision', blocked: '10', scrap: '0' }]);
});

test('a hold on what it is made of, or on its order, stops the decision, not the receipt', () => {
  const side = inspected(release(), consume('S', '1'), blockAll('H1', 'S'));
  side.note(qc, hold('H2', 'order', { order: 'WO-1' }));
  side.note(m1, produceInspected('L', '10'), releaseLot('L'));
  expect(kinds(side)).toContain('goodsReceipt');
  const decision = () => side.rows().find(({ kind }) => kind === 'usageDecision')!;
  expect(decision()).toMatchObject({ state: 'held', reason: 'held by H2, H1' });
  side.note(qc, free('H1', undefined, { lot: 'S' }), free('H2', undefined, { order: 'WO-1' }));
  expect(kinds(side)).toContain('usageDecision');
});

test('what is drawn of the lot waits for the decision', () => {
  const other = { order: 'WO-2' };
  const side = inspected(release(), release('WO-2'), produceInspected('L', '5'));
  side.note(m1, consume('L', '2', other));
  expect(kinds(side)).toEqual(['goodsReceipt']);
  expect(reasonOf(side)).toBe('waits for the receipt of the lot');
  side.note(qc, releaseLot('L'));
  expect(kinds(side)).toEqual(['usageDecision', 'goodsIssue']);
});

test('Q5: what was not made is taken back, and nobody decides it', () => {
  const made = produceInspected('L', '5');
  const side = inspected(release(), made);
  side.drain();
  side.note(m1, reverse(made), releaseLot('L'));
  expect(side.drain()).toMatchObject([{ kind: 'cancelReceipt', inspection: true }]);
  expect(side.rows()[1]).toMatchObject({
    kind: 'usageDecision',
    state: 'void',
    reason: goneReason,
  });

  const unsent = inspected(made, reverse(made)); // its order is not released yet
  unsent.next();
  expect(unsent.states()).toEqual(['goodsReceipt void', 'usageDecision void']);
  expect(unsent.rows()[1]!.reason).toBe(unsentReason);
});

test('Q5: a decision is not taken back by a document: a case, with the plan', () => {
  const made = produceInspected('L', '5');
  const side = inspected(release(), made, releaseLot('L'));
  side.drain();
  side.note(m1, reverse(made));
  expect(side.drain()).toEqual([]);
  const row = side.rows().at(-1)!;
  expect(row).toMatchObject({ state: 'parked', reason: `${caseReason}: usageDecision D2` });
  expect(side.postings.planOf(row.key)!.undo).toMatchObject([
    { kind: 'usageDecision', document: 'D2', by: 'none', planned: null },
    { kind: 'goodsReceipt', document: 'D1', by: 'cancelReceipt', planned: { key: row.key } },
  ]);
  again(side.postings, row.key);
  expect(side.drain()).toEqual([]);
  expect(side.rows().at(-1)).toMatchObject({ state: 'parked' });
});

test('E2: a decision in doubt is looked up under its key, and what is to be blocked waits', () => {
  const side = inspected(release(), produceInspected('L', '5'), releaseLot('L'));
  side.post(only(side.next()));
  const { posting } = only(side.next());
  side.postings.settle(posting.key, unknown);
  side.note(qc, block('H1', 'L', '2', { ...L, order: 'WO-1' }));
  expect(side.next()).toEqual([]);
  side.time.nowMs += graceMs;
  expect(only(side.next())).toMatchObject({ do: 'lookUp', posting: { receipt: 'D1' } });
  side.postings.found(posting.key, ['040000000001']);
  expect(side.drain()).toMatchObject([{ kind: 'blockStock', quantity: '2' }]);
});

test('a rule that is a shadow shows both documents, one that is off none', () => {
  const made = produceInspected('L', '5');
  const shadow = told([{}], [{ rule: 'LotProduced', mode: 'shadow' }], [release(), made]);
  expect(shadow.postings.shadows(made.eventId).map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['goodsReceipt', 'usageDecision']),
  );
  const off = told([{}], [{ rule: 'LotProduced', mode: 'off' }], [release(), made]);
  for (const side of [shadow, off]) expect(side.rows()).toEqual([]);
});

test('nobody says at the desk what a decision says: that is said by the holds', () => {
  const side = inspected(release(), produceInspected('L', '5'), releaseLot('L'));
  side.post(only(side.next()));
  const { posting } = only(side.next());
  side.postings.settle(posting.key, refused);
  const desk = openAmendments({ ...side, nowMs: () => 0, moved: () => undefined });
  const say = () => desk.propose(posting.key, { by: 'ann', reason: 'typo' }, { quantity: '4' });
  expect(say).toThrow(/says what the holds of its lot say, no more/);
  again(side.postings, posting.key);
  expect(kinds(side)).toEqual(['usageDecision']);
});

test('what is configured for an ERP that cannot inspect, or has no codes for it, is told', () => {
  const sap = { url: 'http://127.0.0.1:1', plant: '1000', storageLocation: '0001' };
  const common = { storePath: 'x', natsUrl: 'nats://x', hubMonitorUrl: 'http://x' };
  const accept = { codeGroup: 'HF', code: 'A' };
  const usageDecision = { accept, reject: { ...accept, code: 'R' } };
  const read = (erp: object, inspections: object[] = [{}]) =>
    readCentralConfig({ ...common, erp: { ...sap, ...erp }, inspections });
  expect(read({ usageDecision }).inspections).toEqual([{}]);
  expect(read({}, []).inspections).toEqual([]);
  expect(() => read({})).toThrow('config.erp.usageDecision: must be given with inspections');
  expect(() => read({ usageDecision }, [{ sites: 'acme' }])).toThrow(
    'inspections[0].sites: unknown',
  );
  expect(() => read({ usageDecision }, [{ material: '' }])).toThrow('inspections[0].material');
  const { plant: _plant, storageLocation: _location, ...origin } = sap;
  const tryton = { ...origin, kind: 'tryton', database: 'works', user: 'u', passwordPath: '/p' };
  const erp = { ...tryton, warehouse: 'WH', quarantine: 'Q', scrap: 'S' };
  expect(() => readCentralConfig({ ...common, erp, inspections: [{}] })).toThrow(
    'config.inspections: must be empty: tryton has no quality inspection stock',
  );
});

test('a hold told ahead of its backlog stops the decision, and not the receipt before it', () => {
  const db = openMedium(':memory:', migrations);
  onTestFinished(() => void db.close());
  const nowMs = () => 1_325_458_900_000; // on the day of the facts
  const times = { nowMs, waitMs: nowMs, maxInFlightMs: 1 };
  const { registry, ledger, live, postings } = openMemory({ db, ...times, inspections: [{}] });
  const line = 'acme/lyon/turning/M03';
  const made = produceInspected('L', '10');
  const log = history(line, [release(), made, releaseLot('L'), block('H', 'L', '4')]);
  const store = 'aaaaaaaa-0000-4000-8000-000000000000';
  const place = { store, epoch: 1, sequence: 0, stream: 0, hash: log.links[0]!.toString('hex') };
  registry.answer(line, { ...place, want: 'enter' });
  const copy = { sequence: 4, hash: log.links[4]!, bytes: log.bytes[3]! };
  expect(live.take(line, { store, epoch: 1, facts: [copy] })).toEqual({ answer: 'taken' });
  ledger.accept([{ segment: log.segment(1, 3) }]);
  const [receipt] = postings.next(new Set(), 9);
  expect(receipt!.posting).toMatchObject({ kind: 'goodsReceipt', inspection: true });
  postings.settle(receipt!.posting.key, { kind: 'posted', document: 'D1' });
  expect(postings.next(new Set(), 9)).toEqual([]);
  expect(postings.list('held', 9)).toMatchObject([{ kind: 'usageDecision', reason: 'held by H' }]);
});
