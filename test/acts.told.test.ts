// Goal: an act at the desk is told by the feed and the export of a day, and is in no balance,
// figure or replay; nobody else states one.
// Method: central's desk with a parked posting; what reads the ledger is asked before and after.
import { expect, test } from 'vitest';
import { tellRules } from '../central/desk/deeds.ts';
import { encodeContent } from '../shared/codec.ts';
import { messageOf } from '../shared/feed/message.ts';
import { openMask } from '../shared/feed/people.ts';
import { complaintOf } from '../shared/feed/reading.ts';
import { centralLine } from '../shared/subject.ts';
import { ada, as, nobody, opened, said } from './helpers/acts.ts';
import { openAsked } from './helpers/board.ts';
import { stated } from './helpers/central.ts';
import { content, history } from './helpers/facts.ts';
import { m01 } from './helpers/shop.ts';

test('no balance, figure, line or replay counts them', async () => {
  const { act, key, board, ledger } = opened();
  const before = await board.reconcile({}, false);
  act(nobody, 'give-up', { key, ...said });
  const after = await board.reconcile({}, false);
  expect([after.facts, after.upTo]).toEqual([before.facts, before.upTo + 1]);
  expect(after.chains.map(({ line }) => line)).toEqual([m01]);
  expect(after.kept).not.toBeNull();
  expect(ledger.lines().map(({ path }) => path)).toEqual([m01]);
  expect(board.status()).toMatchObject({ facts: 3, lines: [{ line: m01 }] });
  const { entries } = board.extract({ after: 0, limit: 100 });
  expect(entries.map(({ line }) => line)).toEqual([m01, m01, m01]);
});

test('no line is asked for what was only said here of a lot, and no figure is of it', async () => {
  const { board, figuring, db } = openAsked();
  const act = as(board);
  act(nobody, 'hold', { lot: 'L-7', ...said });
  await board.trace({ id: 'L-7', limit: 1 }); // the index is read on
  expect(act(nobody, 'hold', { lot: 'L-7', hold: 'H-2', ...said })).toMatchObject({ lines: [] });
  while (figuring.readOn() > 0);
  const figured = db.prepare('SELECT line FROM figure_line').pluck().all();
  expect(figured).toEqual([]);
});

test('the feed tells an act by its schema, under central’s own line, with people hidden', () => {
  const { act, chain, key, board } = opened();
  act(ada, 'give-up', { key, reason: 'scrapped' });
  const [row] = chain();
  const held = { line: centralLine, epoch: 1, receivedMs: 1_000, ...row! };
  const told = messageOf(held, openMask(Buffer.alloc(32)))!;
  expect(told.subject).toBe('hf.fact.holdfast.central.desk.-.DeskActed');
  expect(complaintOf(told.data)).toBeUndefined();
  expect(JSON.stringify(told.data)).not.toMatch(/person:17|UADA/);
  const calendar = { timeZone: 'UTC', dayStart: '00:00', shifts: [] };
  const sheet = board.sheets.facts({ day: '1970-01-01', calendar } as never);
  expect(sheet.facts.map(({ type }) => type)).toContain('DeskActed');
});

test('an edge that states an act has it parked, and it is no act', async () => {
  const world = openAsked();
  const own = {
    act: 'give-up',
    about: [{ kind: 'order', name: 'WO-1' }],
    outcome: 'done',
  } as const;
  const body = { ...own, proved: true, way: 'nats' } as const;
  const facts = [stated.release(), content('forged', 'DeskActed', body)];
  world.ledger.accept([{ segment: history(m01, facts).segment(1, 2) }]);
  expect(world.ledger.parked(10)).toMatchObject([{ reason: /only central states DeskActed/ }]);
  const { facts: told } = await world.board.trace({ id: 'WO-1', limit: 10 });
  expect(told.map(({ fact }) => fact.type)).toEqual(['OrderReleased']);
  expect(world.board.deeds.list(10)).toEqual([]);
  const calendar = { timeZone: 'UTC', dayStart: '00:00', shifts: [] };
  const sheet = world.board.sheets.facts({ calendar } as never);
  expect(sheet.facts.map(({ type }) => type)).toEqual(['OrderReleased']);
});

test('what the configuration says of rules is an act, once for each edition', () => {
  const world = openAsked([{ rule: 'LotProduced', mode: 'shadow' }]);
  for (let start = 0; start < 2; start++) tellRules(world);
  expect(world.board.deeds.list(10)).toMatchObject([
    {
      ...{ act: 'rules', by: 'system:central', way: 'config', outcome: 'in force' },
      asked: expect.stringContaining('LotProduced'),
    },
  ]);
});

test('what is asked at length is kept by its hash, and no act is too large for a fact', () => {
  const { act, acts } = opened();
  const orders = Array.from({ length: 400 }, (_, at) => ({ order: `WO-${at}`, no: 'such' }));
  act(nobody, 'receive-orders', { site: 'acme/lyon', ...said, orders });
  expect(acts()).toMatchObject([{ body: { asked: /^\d+ bytes, SHA-256 [0-9a-f]{64}$/ } }]);
  expect(encodeContent(acts()[0]!).length).toBeLessThan(2_000);
});
