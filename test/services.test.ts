// Goal: whatever is asked of the desk on NATS, each gets an answer in time or an error in words,
// and the others are served.
// Method: a real server; requests that are none, too many, too large, late, or that meet a bug.
import { expect, test, vi } from 'vitest';
import { answerBytesMax, servedMax } from '../central/desk/services.ts';
import { systemClock } from '../shared/clock.ts';
import { refused } from './helpers/central.ts';
import { deskAfter } from './helpers/deskbox.ts';
import { openServicebox } from './helpers/servicebox.ts';

const { client, served } = openServicebox();
const said = { by: 'person:17', reason: 'master data is mended' };
/** A machine that is busy with other things takes its time. */
const soon = { timeout: 30_000 };

test('a request that is none is told which field is wrong, and the service goes on', async () => {
  const { ask, key } = await served();
  const wrong: [string, object | string, RegExp][] = [
    ['parked', '{"limit":', /^request: is not JSON$/],
    ['parked', '[1]', /^request: must be a JSON object$/],
    ['health', 'now', /^request: must be a JSON object$/],
    ['parked', { limit: 0 }, /^request\.limit: must be a whole number from 1 to 1000$/],
    ['parked', { after: 'nothing' }, /^posting: nothing is unknown$/],
    ['parked', { as: 'xml' }, /^request\.as: must be one of json, text, csv$/],
    ['parked', { as: 'csv' }, /^request\.as: parked is not told as csv$/],
    ['retry', { key }, /request\.by: .*request\.reason: /],
    ['settle', { key, ...said, more: 1 }, /request\.more: unknown.*request\.document/],
    ['line', 'nowhere', /^request\.line: must be enterprise\/site\/area\/line/],
    ['line', 'a/b/c/d', /^line: a\/b\/c\/d is unknown here$/],
    ['trace', 'nothing', /^id: nothing here bears nothing$/],
    ['trace', { id: 'x', after: -1 }, /^request\.after: must be a whole number/],
    ['show', 'x'.repeat(257 * 1024), /^request: must be at most 262144 bytes$/],
    ['reconcile', { from: 'yesterday' }, /^request\.from: must be a day or an instant in UTC/],
    ['postings', 'lost', /^state: must be one of /],
  ];
  for (const [name, payload, words] of wrong) {
    const answer = await ask(name, payload);
    expect(answer.words, name).toMatch(words);
    expect(['400', '404']).toContain(answer.code);
  }
  expect((await ask('health')).code).toBeUndefined();
});

test('too many at once, too large and a bug are told as errors to whoever asked', async () => {
  const { board } = deskAfter(refused);
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const status = () => {
    throw new TypeError('a bug');
  };
  const reconcile = () => gate.then(() => ({ facts: 'x'.repeat(answerBytesMax) }));
  const own = { ...board, status, reconcile } as unknown as typeof board;
  const { ask } = await served({ board: own });
  const waiting = Array.from({ length: servedMax }, () => ask('reconcile'));
  await expect.poll(async () => (await ask('health')).code, soon).toBe('429');
  expect((await ask('health')).words).toBe(`${servedMax} requests are being answered: ask again`);
  release();
  for (const { words } of await Promise.all(waiting)) expect(words).toMatch(/^answer: \d+ bytes/);
  expect(await ask('status')).toMatchObject({
    code: '500',
    words: expect.stringMatching(/its log says why/),
  });
  expect((await ask('health')).code).toBeUndefined();
});

test('an answer that does not come in time is given up, and whoever asked is told', async () => {
  const { board } = deskAfter(refused);
  const never = { ...board, reconcile: () => new Promise<never>(() => undefined) };
  const clock = { ...systemClock, sleep: async () => undefined };
  const { ask } = await served({ board: never, clock });
  expect(await ask('reconcile')).toMatchObject({
    ...{ code: '503', words: 'no answer within 3600000 ms: look whether it was done' },
  });
});

test('when it stops, nobody serves any more', async () => {
  const { services, asker, ask } = await served();
  services.stop();
  await asker.flush();
  await expect
    .poll(() => ask('health').then(String, ({ name }: Error) => name), soon)
    .toMatch(/NoResponders|RequestError/);
});

test('what is being answered when it stops ends without a word, and harms nobody', async () => {
  for (const outcome of ['answer', 'error'] as const) {
    const { board } = deskAfter(refused);
    let end = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      end = resolve;
    });
    const reconcile = vi.fn(async () => {
      await gate;
      if (outcome === 'error') throw new TypeError('the database is closed');
      return {};
    });
    const connection = await client();
    const own = { ...board, reconcile } as unknown as typeof board;
    const { services, ask } = await served({ board: own, connection }, 3_000);
    const asked = ask('reconcile').catch(({ message }: Error) => message);
    await expect.poll(() => reconcile.mock.calls.length, soon).toBe(1);
    services.stop();
    await connection.close();
    end();
    expect(await asked).toMatch(/timeout/); // and nothing is thrown that nobody catches
  }
});
