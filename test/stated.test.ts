// Goal: what edition 2 of the charts stated means today what it meant then, also where today's
// charts would not have it so. Method: such facts, and the fingerprint that edition 2 stored with
// the last of them.
import { expect, test } from 'vitest';
import { openBook } from '../edge/line/book.ts';
import type { Content } from '../shared/event.ts';
import { Fault } from '../shared/fault.ts';
import { fingerprint } from '../statecharts/fingerprint.ts';
import { judge } from '../statecharts/plant.ts';
import { asStated, type Terms, templates } from '../statecharts/policy.ts';
import { content } from './helpers/facts.ts';
import { m01 } from './helpers/shop.ts';

const wo1 = { order: 'WO-1' };
const wo2 = { order: 'WO-2', operation: '0020', lot: 'L-9' };
const op = { ...wo1, operation: '0010' };
const bolts = { material: 'BOLT', quantity: '10', unit: 'EA' };
const reason = 'why';

const release = (order: string) => content(order, 'OrderReleased', bolts, { order });
const made = (name: string, lot: string, inspect = true) =>
  content(name, 'LotProduced', { ...bolts, inspect }, { ...op, lot });
const used = (name: string, lot: string, child: string) =>
  content(name, 'LotSplit', { children: [{ lot: child, quantity: '10' }], unit: 'EA' }, { lot });
const undo = (name: string, original: Content) =>
  content(name, 'FactReversed', { original: original.eventId, reason }, wo1);
const more = made('more', 'L-4');
const off = undo('off', more);
const hold = { hold: 'H1', scope: 'order', reason } as const;

const facts: [Content, today?: string][] = [
  [release('WO-1')],
  [release('WO-2')],
  [content('start', 'OperationStarted', {}, op)],
  [made('1', 'L-1')],
  [used('2', 'L-1', 'L-5')],
  [content('3', 'MaterialReturned', bolts, { ...op, lot: 'L-1' }), 'unreleased'],
  [made('4', 'L-2')],
  [used('5', 'L-2', 'L-6')],
  [content('6', 'MaterialConsumed', bolts, { ...op, lot: 'L-2' }), 'is not released by quality'],
  [made('7', 'L-3')],
  [content('8', 'LotReleased', { reason }, { lot: 'L-3' })],
  [made('9', 'L-3'), 'unreleased'],
  [made('10', 'L-4')],
  [more],
  [off],
  [used('11', 'L-4', 'L-8')],
  [undo('12', off), 'unreleased'],
  [content('13', 'HoldPlaced', hold, { ...wo1, actor: 'person:9' })],
  [content('14', 'HoldReleased', { hold: 'H1', reason }, wo2), 'is about order WO-1, not WO-2'],
  [content('15', 'InspectionRequested', { inspection: 'I1' }, op)],
  [
    content('16', 'InspectionRecorded', { inspection: 'I1', result: 'passed' }, wo2),
    'is about order WO-1, not WO-2',
  ],
];
const byPlant: Terms = { lanesMax: 9, policy: templates.discrete };

/** What is flagged, or refused, by the rules of today. */
function today(look: Parameters<typeof judge>[0], fact: Content): string | undefined {
  try {
    const { flags } = judge(look, m01, byPlant, fact);
    return flags.length === 0 ? undefined : flags.join();
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

test('facts of edition 2 lead to the state that edition 2 stored with them', () => {
  const book = openBook();
  let state: Buffer | null = null;
  for (const [fact, differs] of facts) {
    const now = today(book.look, fact);
    expect([fact.body, now ?? '']).toEqual([fact.body, expect.stringContaining(differs ?? '')]);
    if (differs === undefined) expect(now).toBeUndefined();
    const verdict = judge(book.look, m01, asStated, fact);
    state = fingerprint(state, verdict);
    book.apply(m01, fact, verdict);
  }
  expect(state?.toString('hex')).toBe('713fb5f9d07f905b');
  expect(book.look('lot', 'L-1')?.state).toBe('unrestricted');
  expect(book.look('lot', 'L-4')?.state).toBe('unrestricted');
  expect(book.look('hold', 'H1')?.state).toBe('closed');
});
