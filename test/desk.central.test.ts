// Goal: what could not be posted waits for a person who can see all of it, and whose word is done
// once, kept with their name, and never posts a document twice.
// Method: parked postings, asked and decided over HTTP and by the command for people.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openAsked } from './helpers/board.ts';
import { refused, stated } from './helpers/central.ts';
import { deskAfter } from './helpers/deskbox.ts';
import { history } from './helpers/facts.ts';
import { m01 } from './helpers/shop.ts';

const said = { by: 'person:17', reason: 'master data is mended' };

test('what is parked is listed, and one is shown with every try', async () => {
  const { key, ask, facts, take, postings, time } = deskAfter(refused);
  const [, list] = await ask('');
  expect(list.kinds).toMatchObject({ confirmation: 1, goodsReceipt: 0 });
  expect(list.postings).toEqual([
    {
      ...{ key, kind: 'confirmation', lane: 'WO-1', line: m01, sequence: 2, lot: null },
      ...{ eventId: facts[1]!.eventId, order: 'WO-1', reason: 'M7/021: deficit' },
    },
  ]);
  expect(await ask(`/${key}`)).toMatchObject([
    200,
    {
      posting: { key, state: 'parked', yield: '5' },
      attempts: [{ atMs: 1_000, outcome: 'refused', detail: 'M7/021: deficit' }],
      acts: [],
      gate: { do: 'send' },
    },
  ]);
  time.nowMs = 2_000;
  await ask(`/${key}/retry`, said);
  expect(take()).toMatchObject({ do: 'lookUp' });
  postings.found(key, ['4711']);
  const [, shown] = await ask(`/${key}`);
  expect(shown).toMatchObject({
    posting: { state: 'posted', document: '4711' },
    acts: [{ ...said, atMs: 2_000, act: 'retry', document: null, before: 'M7/021: deficit' }],
    gate: null,
  });
});

test('tried again it is looked up first, and sent only if it is not there', async () => {
  for (const documents of [['4711'], []]) {
    const { key, ask, take, postings, told } = deskAfter(refused);
    expect(await ask(`/${key}/retry`, said)).toMatchObject([
      200,
      { posting: { state: 'unknown' } },
    ]);
    expect(told.moved).toBe(1);
    expect(take()).toMatchObject({ do: 'lookUp', posting: { key } });
    postings.found(key, documents);
    const next = take()!;
    expect([next.do, next.posting.yield]).toEqual(['post', documents.length > 0 ? '6' : '5']);
  }
});

test('what is settled is posted, what is given up is not, and the lane goes on', async () => {
  const settled = deskAfter(refused);
  const number = { ...said, document: '4900000017' };
  expect(await settled.ask(`/${settled.key}/settle`, number)).toMatchObject([
    200,
    { posting: { state: 'posted', document: '4900000017' }, gate: null },
  ]);
  expect(settled.take()?.posting.yield).toBe('6');

  const given = deskAfter(refused);
  expect(await given.ask(`/${given.key}/giveUp`, said)).toMatchObject([
    200,
    { posting: { state: 'void', reason: 'person:17: master data is mended' } },
  ]);
  expect(given.take()?.posting.yield).toBe('6');
  expect(given.states()).toEqual(['void', 'sending']);
});

test('whoever does not say who they are and why changes nothing, nor one who is late', async () => {
  const { key, ask, states, told, db } = deskAfter(refused);
  const missing = (await ask(`/${key}/settle`, { by: 'person:17' })) as [number, object];
  expect(missing).toMatchObject([400, { code: 'INVALID' }]);
  expect(JSON.stringify(missing)).toMatch(/body\.reason.*body\.document/);
  expect(await ask('/nothing/retry', said)).toMatchObject([404, { code: 'UNKNOWN' }]);
  expect(states()).toEqual(['parked', 'deferred']);
  await ask(`/${key}/giveUp`, said);
  expect(await ask(`/${key}/retry`, said)).toMatchObject([
    409,
    { message: `posting ${key} is void: no Retry` },
  ]);
  expect(told.moved).toBe(1);
  expect(db.prepare('SELECT count(*) FROM act').pluck().get()).toBe(1);
  expect(() => db.exec("UPDATE act SET by = 'person:1'")).toThrow('never edited');
  expect(() => db.exec('DELETE FROM act')).toThrow('never deleted');
});

test('an act that cannot be kept is not done', async () => {
  const { key, ask, states, db, told } = deskAfter(refused);
  db.exec("CREATE TRIGGER disk_full BEFORE INSERT ON act BEGIN SELECT raise(ABORT, 'full'); END");
  expect((await ask(`/${key}/giveUp`, said))[0]).toBe(500);
  expect(states()).toEqual(['parked', 'deferred']);
  expect(told.moved).toBe(0);
  expect((await ask(''))[1].kinds).toMatchObject({ confirmation: 1 });
});

/** The command for people, asking this central: its exit code, and its lines or its complaint. */
async function deskOf({ app }: Pick<ReturnType<typeof openAsked>, 'app'>) {
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return async (...args: string[]) => {
    const all = ['cli/holdfast.ts', 'desk', ...args, '--central', url];
    return promisify(execFile)(process.execPath, all).then(
      ({ stdout }) => [0, stdout.split('\n')],
      (error: { code: number; stderr: string }) => [error.code, error.stderr],
    );
  };
}

test('in words: holdfast desk', async () => {
  const { key, app, facts } = deskAfter(refused);
  const cli = await deskOf({ app });
  expect(await cli()).toEqual([
    0,
    ['1 parked', `confirmation ${key}`, `  lane WO-1, ${m01} 2`, '  because: M7/021: deficit', ''],
  ]);
  const who = ['--by', 'person:17', '--reason', 'not wanted'];
  expect(await cli('give-up', key, ...who)).toEqual([
    0,
    [
      `confirmation ${key}: void`,
      '  order WO-1, operation 0010, yield 5 EA, scrap 0 EA, rework 0 EA',
      `  of fact ${facts[1]!.eventId}`,
      '  because: person:17: not wanted',
      expect.stringMatching(/^ {2}1970-\S+ refused: M7\/021: deficit$/),
      expect.stringMatching(/giveUp by person:17: not wanted; it was parked because: M7\/021/),
      '',
    ],
  ]);
  expect(await cli()).toEqual([0, ['✓ nothing is parked', '']]);
  expect(await cli('health')).toEqual([0, expect.arrayContaining(['state: ok', 'says: none'])]);
  expect((await cli('trace', 'WO-1'))[1]).toContain('WO-1 is order, correlation');
  expect(await cli('line')).toEqual([2, expect.stringContaining('takes one line')]);
  expect(await cli('retry', key, ...who)).toEqual([1, expect.stringContaining('is void')]);
  expect(await cli('settle', key, ...who)).toEqual([1, expect.stringContaining('body.document')]);
  expect(await cli('sell', key)).toEqual([
    2,
    expect.stringContaining('must be one of health, lag'),
  ]);
});

test('in words, page by page: each says how to go on, and the last one nothing', async () => {
  const world = openAsked();
  const orders = ['WO-1', 'WO-2', 'WO-3'];
  const stories = orders.flatMap((order) => [
    stated.release(order),
    stated.report('500', {}, { order }),
  ]);
  world.ledger.accept([{ segment: history(m01, stories).segment(1, 6) }]);
  world.postings.next(new Set(), 10);
  const cli = await deskOf(world);
  const lines = async (...args: string[]) => (await cli(...args))[1] as string[];
  const first = await lines('--limit', '2');
  const next = /^confirmation (\S+)$/.exec(first[4]!)![1]!;
  expect([first[0], first.at(-2)]).toEqual([
    ...['3 parked', `there are more: go on with --after ${next}`],
  ]);
  const last = await lines('--after', next);
  expect(last[2]).toContain('lane WO-3');
  expect(last.at(-2)).toMatch(/because: /);
  const story = await lines('trace', 'WO-2', '--limit', '1');
  expect(story).toContain('there are more facts: go on with --after 3');
  expect(await lines('trace', 'WO-2', '--after', '3')).not.toContain(story[2]);
  expect(await cli('health', '--limit', '1')).toEqual([1, expect.stringContaining('limit')]);
});
