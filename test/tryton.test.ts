// Goal: the Tryton connector never calls a thing done, or not done, that it does not know, and
// says in words what Tryton lacks.
// Method: a server that answers as Tryton was seen to answer, and as it would not do so soon. The
// real one is asked in tryton.e2e and tryton.quality.
import { expect, test } from 'vitest';
import type { Outcome } from '../central/erp/erp.ts';
import { type Answer, count, row, type Script, secret, tryton } from './tryton/rude.ts';

const toPost =
  (answer: Answer | 'cut'): Script =>
  ({ method }) =>
    method.endsWith('.post') ? answer : undefined;
const error = (...said: unknown[]): Answer => [200, { id: 1, error: said }];
const refused = (code: string, reason: string): Outcome => ({ kind: 'refused', code, reason });
const down = { kind: 'busy', unreached: true };

test('posted is what was read back, and nothing else', async () => {
  const { erp } = await tryton(() => undefined);
  expect(await erp.post(count)).toEqual({ kind: 'posted', document: 'holdfast/7' });
  expect(await erp.lookup(count)).toEqual(['holdfast/7']);

  const other = await tryton(() => undefined, [{ ...row, unit: 'EA', scrap: { decimal: '1' } }]);
  const differs = { kind: 'differs', document: 'holdfast/7', reason: 'scrap is 1, should be 0' };
  expect(await other.erp.post(count)).toEqual(differs);
  expect(await other.erp.lookup(count)).toEqual(differs);

  const gone = await tryton(() => undefined, []);
  const reason = 'holdfast/7 was posted and is not found';
  expect(await gone.erp.post(count)).toEqual({ kind: 'unknown', reason });
  expect(await gone.erp.lookup(count)).toEqual([]);
});

test('a lease that is over at the last moment lets nothing out', async () => {
  const { erp, calls } = await tryton(() => undefined);
  const outcome = await erp.post(count, () => false);
  expect(outcome).toMatchObject({ kind: 'busy', reason: expect.stringContaining('lease') });
  expect(calls.filter(({ method }) => method.endsWith('.post'))).toEqual([]);
  expect(await erp.post(count, () => true)).toMatchObject({ kind: 'posted' });
});

const lock = 'could not obtain lock on row in relation "stock_move"';
const answers: [string, Answer | 'cut', unknown][] = [
  [
    'a rule',
    error('UserError', ['No.', 'Ask first', null]),
    refused('UserError', 'No.: Ask first'),
  ],
  [
    'a warning',
    error('UserWarning', ['name_1', 'Moves are in the future', '']),
    refused('UserWarning', 'Moves are in the future'),
  ],
  ['a bug', error("'uom'", ''), refused('ERROR', "'uom'")],
  [
    'a bug without words',
    error('', ''),
    refused('ERROR', 'an error without words: see the log of Tryton'),
  ],
  [
    'a stale record',
    error('ConcurrencyException', 'Records were modified in the meanwhile'),
    { kind: 'busy', reason: 'Records were modified in the meanwhile' },
  ],
  ['a lock', error(`${lock}\n`, ''), { kind: 'busy', reason: lock }],
  ['a busy file', error('database is locked', ''), { kind: 'busy', reason: 'database is locked' }],
  [
    'a key that another call took',
    error('UserError', ['Holdfast has posted this key already.', '', null]),
    { kind: 'unknown', reason: 'Holdfast has posted this key already.' },
  ],
  [
    'a database that went away',
    error('server closed the connection unexpectedly\n', ''),
    { kind: 'unknown', reason: 'server closed the connection unexpectedly' },
  ],
  ['too many', [429, 'slow', { 'retry-after': '3' }], { ...down, retryAfterMs: 3_000 }],
  ['no room', [503, 'busy'], down],
  ['a proxy', [404, 'no such page'], down],
  ['no permission', [403, ''], down],
  ['a gateway', [502, ''], { kind: 'unknown' }],
  ['a crash', [500, ''], { kind: 'unknown' }],
  ['a page', [200, '<html>'], { kind: 'unknown' }],
  ['a cut', 'cut', { kind: 'unknown' }],
  ['a number that is none', [200, { id: 1, result: {} }], { kind: 'unknown' }],
];
test.each(answers)('what is not posted, and why: %s', async (_name, answer, outcome) => {
  const { erp } = await tryton(toPost(answer), []);
  const said = await erp.post(count);
  expect(said).toMatchObject(outcome as object);
  expect(JSON.stringify(said)).not.toContain(secret);
});

test('an action instead of a result is a decision for a person', async () => {
  const action: Answer = [200, { id: 1, result: { type: 'ir.action.wizard', name: 'Inspect' } }];
  const { erp } = await tryton(toPost(action), []);
  const reason = 'Tryton wants a decision first, and has posted nothing: Inspect';
  expect(await erp.post(count)).toEqual(refused('DECISION', reason));
});

test('without an answer nothing is known, and a look-up says nothing', async () => {
  const silent: Script = ({ method }) => (method.startsWith('model.holdfast') ? 'cut' : undefined);
  const { erp } = await tryton(silent);
  expect(await erp.lookup(count)).toBeUndefined();
  expect(await erp.post(count)).toMatchObject(down);
});

test('what the network loses of a question is asked again, twice', async () => {
  const lossy: Script = ({ method }, times) =>
    method === 'model.production.search_read' && times < 3 ? 'cut' : undefined;
  const { erp, count: made } = await tryton(lossy);
  expect(await erp.post(count)).toMatchObject({ kind: 'posted' });
  expect([made('production.search_read'), made('.post')]).toEqual([3, 1]);
});

test('a session is opened once for all, and once more when it has ended', async () => {
  let ended = false;
  const {
    erp,
    calls,
    count: made,
  } = await tryton(({ method, session }) => {
    if (method === 'common.db.login') return [200, { result: [2, ended ? 'second' : 'first'] }];
    const [, kept] = Buffer.from(session!.slice(8), 'base64').toString().split(/:\d+:/);
    return ended && kept === 'first' ? [401, ''] : undefined;
  });
  await Promise.all([erp.post(count), erp.lookup(count)]);
  expect(made('login')).toBe(1);
  ended = true;
  const all = await Promise.all([erp.post(count), erp.lookup(count), erp.lookup(count)]);
  expect(all).toEqual([{ kind: 'posted', document: 'holdfast/7' }, ['holdfast/7'], ['holdfast/7']]);
  expect(made('login')).toBe(2);
  expect(calls[0]!.params).toEqual(['holdfast', { password: secret }, 'en']);
});

test('the day of a document is the day of the plant, its times are cycles to the ms', async () => {
  const late = { ...count, atMs: Date.UTC(2026, 2, 28, 23, 30), setupMs: 90_001 };
  const { erp, calls } = await tryton(() => undefined, [], { timeZone: 'Europe/Paris' });
  await erp.post(late);
  const { params } = calls.find(({ method }) => method.endsWith('.post'))!;
  const [values, moves, cycles, complete, context] = params;
  expect(values).toMatchObject({
    ...{ key: count.key, event: count.eventId, company: 1, production: 5, work: 3 },
    date: { __class__: 'date', year: 2026, month: 3, day: 29 },
    good: { __class__: 'Decimal', decimal: '5' },
  });
  const duration = { __class__: 'timedelta', seconds: 90.001 };
  expect([moves, cycles, complete]).toEqual([[], [{ work: 3, duration }], false]);
  expect(context).toEqual({ company: 1, language: 'en' });
});

const lacks: [string, Script, RegExp][] = [
  [
    'our module',
    ({ method }) => (method.includes('holdfast') ? error("'holdfast.document'", '') : undefined),
    /module holdfast is not installed in Tryton; see docs\/tryton.md/,
  ],
  [
    'a right password',
    ({ method }) => (method.endsWith('login') ? [401, ''] : undefined),
    /does not let holdfast in/,
  ],
  [
    'the database',
    ({ method }) => (method.endsWith('login') ? [404, ''] : undefined),
    /no database erp, or cannot reach it/,
  ],
  [
    'the one company',
    ({ method }) =>
      method.includes('company') ? [200, { result: [{ id: 1 }, { id: 2 }] }] : undefined,
    /2 companies/,
  ],
  [
    'a location',
    ({ method }) => (method.includes('location') ? [200, { result: [] }] : undefined),
    /warehouse: Tryton has 0 locations WH of type warehouse/,
  ],
  [
    'a quarantine apart',
    ({ method, params }) =>
      method.includes('location') && JSON.stringify(params).includes('child_of')
        ? [200, { result: [{ id: 3 }] }]
        : undefined,
    /QUAR lies in storage/,
  ],
];
test.each(lacks)(
  'Tryton lacks %s: said at start, nothing is sent, and the lane waits',
  async (_, script, reason) => {
    const { erp, logged, count: made } = await tryton(script);
    const said = { reason: expect.stringMatching(reason) };
    expect(await erp.post(count)).toMatchObject({ ...down, ...said });
    expect(logged).toEqual([said]);
    expect(await erp.lookup(count)).toBeUndefined();
    expect(made('.post')).toBe(0);
    expect(JSON.stringify(logged)).not.toContain(secret);
  },
);

const back = { kind: 'cancelIssue', cancels: 'holdfast/7', cancelsKey: count.key };
const misfits: [string, object, string][] = [
  ['key', { key: 'x' }, 'key: must be a UUID'],
  ['operation', { operation: undefined }, 'operation: must be given'],
  ['yield', { yield: '1234567890.123456' }, 'yield: 1234567890.123456 does not fit 15 digits'],
  ['unit', { unit: undefined }, 'unit: must be given with a quantity'],
  ['machineMs', { machineMs: -1 }, 'machineMs: must be whole'],
  ['a decision', { kind: 'usageDecision' }, 'Tryton has no usage decision'],
  ['inspection', { inspection: true }, 'inspection: Tryton has no quality inspection stock'],
  ['cancels', { ...back, cancels: '49/2026' }, 'cancels: 49/2026 is no document'],
  ['cancelsKey', { ...back, cancelsKey: undefined }, 'cancelsKey: must be a UUID'],
];
test.each(misfits)('Tryton can never hold this: %s', async (_name, more, complaint) => {
  const { erp, calls } = await tryton(() => undefined);
  const asked = { ...count, ...more } as typeof count;
  expect(erp.unfit(asked)).toContain(complaint);
  expect(await erp.post(asked)).toMatchObject({ kind: 'refused', code: 'UNFIT' });
  expect(await erp.lookup(asked)).toEqual([]);
  expect(calls.filter(({ method }) => method.endsWith('.post'))).toEqual([]);
});
