// Goal: every act at the desk is a fact of central's own chain: in the transaction that does it,
// numbered without holes, bound by hash, and in the name of whoever is proved to ask.
// Method: central's desk with a parked posting, a hold and a receipt; who asks is given.
import { expect, test } from 'vitest';
import { genesis, link } from '../shared/codec.ts';
import { centralLine } from '../shared/subject.ts';
import { ada, as, bob, nobody, opened, said, second } from './helpers/acts.ts';
import { stated } from './helpers/central.ts';
import { delivery, openInboundBox, receipt } from './helpers/supplier.ts';

test('an act is a fact with who, why, of what, and what came of it', () => {
  const { act, acts, key, facts } = opened();
  const answer = act(ada, 'settle', { key, ...said, document: '4900000017' });
  expect(answer).toMatchObject({ posting: { state: 'posted' }, recorded: 1, proved: true });
  expect(acts()).toMatchObject([
    {
      ...{ type: 'DeskActed', actor: 'person:17', atMs: 1_000, correlationId: key },
      body: {
        about: [
          { kind: 'posting', name: key },
          { kind: 'fact', name: facts[1]!.eventId },
          { kind: 'order', name: 'WO-1' },
        ],
        ...{ act: 'settle', outcome: 'it is posted', reason: 'mended', proved: true },
        ...{ way: 'nats', credential: 'UADA', asked: '{"document":"4900000017"}' },
      },
    },
  ]);
});

test('acts are numbered without holes and bound by hash, and none is edited or deleted', () => {
  const { act, chain, key, db, ledger, hear } = opened();
  act(nobody, 'edit', { key, ...said, changes: { unit: 'KG' } });
  hear(stated.report('7'));
  act(nobody, 'reject', { key, ...second });
  act(nobody, 'give-up', { key, ...said });
  const rows = chain();
  expect(rows.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  let hash = genesis(centralLine, 1);
  for (const row of rows) {
    hash = link(hash, row.bytes);
    expect(row.hash.equals(hash)).toBe(true);
  }
  expect(ledger.last()).toBe(ledger.facts() + 3);
  for (const harm of [
    'UPDATE deed SET proved = 1',
    'DELETE FROM deed',
    "UPDATE fact SET bytes = x'00' WHERE position = 5",
    'DELETE FROM fact WHERE position = 5',
  ]) {
    expect(() => db.exec(harm)).toThrow(/never (edited|deleted)|forgets nothing/);
  }
});

test('what is refused or rehearsed leaves no fact, and a fact that fails undoes the act', () => {
  const { act, acts, key, board, states } = opened();
  expect(act(nobody, 'give-up', { key, ...said, dryRun: true })).toMatchObject({
    ...{ dryRun: true, proved: false, posting: { state: 'void' } },
  });
  expect(act(nobody, 'approve', { key, ...said })).toMatch(/nobody has proposed/);
  expect(act(nobody, 'edit', { key, ...said, changes: { unit: 'KG' } })).toMatchObject({
    ...{ recorded: 1, proved: false },
  });
  expect(act(nobody, 'approve', { key, ...said })).toMatch(/a second person must approve/);
  const full = () => {
    throw new Error('the disk is full');
  };
  const broken = as({ ...board, deeds: { ...board.deeds, add: full } });
  expect(broken(nobody, 'give-up', { key, ...said })).toBe('the disk is full');
  expect(states()).toEqual(['parked', 'deferred']);
  expect(acts()).toHaveLength(1);
});

test('whoever asks in another name than is proved of them is refused', () => {
  const { act, acts, key } = opened();
  const other = 'request.by: must be person:17, who is proved to ask, not person:9';
  for (const dryRun of [true, false]) {
    expect(act(ada, 'give-up', { key, by: 'person:9', reason: 'x', dryRun })).toBe(other);
  }
  expect(act(ada, 'hold', { lot: 'L-1', by: 'person:9', reason: 'x' })).toBe(other);
  expect(acts()).toEqual([]);
  expect(act(ada, 'give-up', { key, reason: 'scrapped' })).toMatchObject({ proved: true });
  expect(acts()).toMatchObject([{ actor: 'person:17', body: { proved: true } }]);
});

test('both persons stand in the fact of the second, each proved or not', () => {
  const { act, acts, key } = opened();
  act(ada, 'edit', { key, ...said, changes: { unit: 'KG' } });
  act(nobody, 'approve', { key, ...second });
  expect(acts()[1]).toMatchObject({
    ...{ actor: 'person:9' },
    body: { act: 'approve', proved: false, first: 'person:17', firstProved: true },
  });
});

test('where proof is demanded, money and quality move by proved names alone', () => {
  const { act, acts, key, states } = opened({ demandsProof: () => true });
  expect(act(nobody, 'give-up', { key, ...said })).toMatch(/^request\.by: person:17 is not proved/);
  const edit = { key, ...said, changes: { unit: 'KG' } };
  expect(act(nobody, 'edit', { ...edit, dryRun: true })).toMatch(/is not proved/);
  expect(act(nobody, 'hold', { lot: 'L-9', ...said })).toMatchObject({ hold: 'C-1' });
  expect(act(nobody, 'release', { hold: 'C-1', ...said })).toMatch(/is not proved/);
  expect(act(ada, 'edit', edit)).toMatchObject({ proved: true });
  expect(act(nobody, 'reject', { key, ...second })).toMatchObject({ proved: false });
  expect(act(ada, 'edit', edit)).toMatchObject({ proved: true });
  expect(act(ada, 'approve', { key, reason: 'mine' })).toMatch(/a second person must approve/);
  expect(act(bob, 'approve', { key, reason: 'seen' })).toMatchObject({ proved: true });
  expect(states()[0]).toBe('parked');
  expect(acts().at(-1)).toMatchObject({ body: { first: 'person:17', firstProved: true } });
});

test('what was proposed in a name that is not proved is not approved where it must be', () => {
  let demands = false;
  const { act, acts, key } = opened({ demandsProof: () => demands });
  act(nobody, 'edit', { key, ...said, changes: { unit: 'KG' } });
  demands = true;
  for (const dryRun of [true, false]) {
    expect(act(bob, 'approve', { key, reason: 'seen', dryRun })).toMatch(
      /^by: of person:17, who has proposed it, no name is proved: reject it/,
    );
  }
  expect(acts()).toHaveLength(1);
  expect(act(bob, 'reject', { key, reason: 'anew' })).toMatchObject({ proved: true });
});

test('an act stands in the story of its posting, fact, order, lot and hold', async () => {
  const { act, trace, key, facts, board } = opened();
  act(ada, 'retry', { key, reason: 'mended' });
  act(ada, 'hold', { lot: 'L-7', reason: 'crack' });
  for (const id of [key, facts[1]!.eventId, 'WO-1']) expect(await trace(id)).toEqual(['retry']);
  for (const id of ['C-1', 'L-7']) expect(await trace(id)).toEqual(['hold']);
  const { is } = await board.trace({ id: 'L-7', limit: 1 });
  expect(is).toEqual([{ as: 'lot' }]);
  await expect(board.trace({ id: 'nothing', limit: 1 })).rejects.toThrow(/nothing here bears/);
});

test('acts on receipts and drafts are facts too, and listed the newest first', async () => {
  const { take, act, board } = openInboundBox();
  take(delivery(1));
  await act(1, 'inspect', { accepted: '60', rejected: '40' });
  await act(1, 'approve', {}, second);
  const references = [{ kind: 'item', record: 'BOLT', version: 'B', content: { unit: 'EA' } }];
  const ask = as(board);
  ask(nobody, 'receive-references', { site: 'acme/lyon', ...said, references });
  ask(nobody, 'draft-set', { site: 'acme/lyon', ...said });
  ask(nobody, 'approve-set', { draft: 1, ...second });
  const { acts, next } = ask(nobody, 'acts', { limit: 4 }) as { acts: object[]; next: number };
  expect(acts).toMatchObject([
    { number: 5, act: 'approve-set', about: [{ kind: 'set', name: 'draft 1' }], by: 'person:9' },
    { number: 4, act: 'draft-set', outcome: 'proposed' },
    { number: 3, act: 'receive-references', outcome: '1 taken, 0 refused' },
    { number: 2, act: 'approve-receipt', first: 'person:17' },
  ]);
  expect(next).toBe(2);
  const { facts } = await board.trace({ id: receipt(1), limit: 10 });
  expect(facts.map((one) => one.act?.act)).toEqual(['inspect-receipt', 'approve-receipt']);
  expect(ask(nobody, 'acts', { below: next })).toMatchObject({ acts: [{ number: 1 }], next: null });
});
