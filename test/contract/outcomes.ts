import { expect } from 'vitest';
import type { Outcome } from '../../central/erp/erp.ts';
import type { Ability, Answer, Bench, Connector, Trouble } from './bench.ts';
import { declare, lookedUp, send, sent } from './watch.ts';

/** What happens, how it may be told, and how many documents the books have more because of it. */
type Case = readonly [string, Trouble | Answer, object | readonly Outcome['kind'][], 0 | 1];
/** Far enough for a suite that takes long to come to its test. */
const laterMs = 1_800_000;
const later = (): string => new Date(Date.now() + laterMs).toUTCString();
const page = { headers: { 'content-type': 'text/html' }, text: '<html><body>Log on</body></html>' };
const told = (status: number, more: Partial<Answer> = {}): Answer => ({
  ...{ status, text: '', committed: false, ...more },
});
const busy = { kind: 'busy', unreached: true };

function cases({ softError }: Connector): readonly Case[] {
  const retryAfter = (value: string) => ({ headers: { 'retry-after': value } });
  const soft = softError === undefined ? [] : [told(200, { text: softError })];
  return [
    ['E2: a connection cut after the commit', 'lost', ['unknown'], 1],
    ['E3: a connection cut before the posting', 'cut', ['unknown'], 0],
    ['E2: a connection cut within the answer', 'torn', ['unknown'], 1],
    ['E2: a posting that arrives after the time-out', 'late', ['unknown'], 1],
    ['an answer that takes a while', 'slow', ['posted'], 1],
    ['E3: 429 in seconds', told(429, retryAfter('3')), { ...busy, retryAfterMs: 3_000 }, 0],
    ['E3: 429 by date', told(429, retryAfter(later())), busy, 0],
    ['E3: 503 in seconds', told(503, retryAfter('4')), { ...busy, retryAfterMs: 4_000 }, 0],
    ['E3: 503 without a time', told(503), busy, 0],
    ['E3: a 502 in HTML', told(502, { ...page, committed: true }), ['unknown'], 1],
    ['E3: a 504', told(504, { committed: true }), ['unknown'], 1],
    ['E3: a 500 in HTML', told(500, { ...page, committed: true }), ['unknown'], 1],
    ['E5: a page to log on with 200', told(200, page), ['unknown', 'busy'], 0],
    ...soft.map((answer): Case => {
      return ['E5: an error with 200', answer, ['unknown', 'refused', 'busy'], 0];
    }),
    ['E5: an empty 204', told(204, { committed: true }), ['unknown'], 1],
    ['E5: an empty 200', told(200, { committed: true }), ['unknown'], 1],
    ['E5: truncated text', 'truncated', ['unknown'], 1],
    ['E5: a number that is none', told(200, { text: '{"d":0,"result":{}}' }), ['unknown'], 0],
    ['a redirect', told(302, { headers: { location: '/login' } }), ['unknown', 'busy'], 0],
  ];
}

/** One document, and what takes several: of that the last one is told of, which the rest is for. */
const kinds = ['confirmation', 'usageDecision'] as const;
type Kind = (typeof kinds)[number];

/** Every outcome is told by what the ERP has certainly done, and a look-up then tells the truth. */
export function outcomeTests(connector: Connector): void {
  for (const kind of kinds) {
    if (connector.cannot[kind] === undefined || kind === 'confirmation')
      outcomesOf(connector, kind);
  }
  refusals(connector);
  credentials(connector);
}

function outcomesOf(connector: Connector, kind: Kind): void {
  const may = declare(connector);
  const prefix = kind === 'confirmation' ? '' : `${kind}: `;
  for (const [what, trouble, expected, documents] of cases(connector)) {
    const ability: Ability = typeof trouble === 'object' ? 'answer' : trouble;
    const how = Array.isArray(expected) ? expected.join(' or ') : 'busy';
    may(`${prefix}${what} is ${how}`, [kind, ability], async (bench) => {
      const first = await bench.posting('confirmation', 'first');
      await sent(bench, first); // a session is open
      const posting = await bench.posting(kind, 'one');
      const before = await bench.books();
      await bench.befall(trouble);
      const outcome = await send(bench, posting);
      await bench.heal();
      if (Array.isArray(expected)) expect(expected).toContain(outcome.kind);
      else expect(outcome).toMatchObject(expected);
      if (what.includes('by date')) {
        const { retryAfterMs } = outcome as { retryAfterMs: number };
        expect(retryAfterMs).toBeGreaterThan(0);
        expect(retryAfterMs).toBeLessThanOrEqual(laterMs);
      }
      if (connector.cannot.lookup === undefined) {
        expect(await lookedUp(bench, posting)).toHaveLength(documents);
      }
      expect(await bench.books()).toHaveLength(before.length + documents);
    });
  }
  leases(connector, kind);
}

/** A central that stood still may have lost its lane while it made ready to send. */
function leases(connector: Connector, kind: Kind): void {
  const may = declare(connector);
  may(
    `${kind}: a lease that is over at the last moment lets nothing out`,
    [kind],
    async (bench) => {
      const first = await bench.posting('confirmation', 'first');
      const posting = await bench.posting(kind, 'one');
      const before = await bench.books();
      const unsent = [await bench.erp.post(first, () => false)]; // no session is open yet
      await sent(bench, first);
      unsent.push(await bench.erp.post(posting, () => false));
      for (const outcome of unsent) expect(outcome).toMatchObject({ kind: 'busy' });
      expect(await bench.books()).toHaveLength(before.length + 1);
      if (connector.cannot.lookup === undefined)
        expect(await bench.erp.lookup(posting)).toEqual([]);
      expect(await bench.erp.post(posting, () => true)).toMatchObject({
        kind: expect.stringMatching(/^(posted|queued)$/),
      });
    },
  );
}

function refusals(connector: Connector): void {
  const may = declare(connector);
  may(
    'E4: a refusal has the ERP’s code and words, and books nothing',
    ['refusal'],
    async (bench) => {
      const before = await bench.books();
      const { posting, code, words } = await bench.refusable();
      const outcome = await send(bench, posting);
      expect(outcome).toMatchObject({ kind: 'refused', code: expect.stringContaining(code) });
      expect(outcome).toMatchObject({ reason: expect.stringContaining(words) });
      expect(await bench.books()).toEqual(before);
      if (connector.cannot.lookup === undefined)
        expect(await bench.erp.lookup(posting)).toEqual([]);
    },
  );

  may(
    'E4: a lock is busy, no failure of the ERP, and passes',
    ['confirmation', 'locked'],
    async (bench) => {
      const posting = await bench.posting('confirmation', 'one');
      await bench.befall('locked');
      const outcome = await send(bench, posting);
      expect(outcome).toMatchObject({ kind: 'busy' });
      expect(outcome).not.toHaveProperty('unreached');
      await bench.heal();
      await sent(bench, posting);
    },
  );
}

const callers = 10;

function credentials(connector: Connector): void {
  const may = declare(connector);
  const many = async (bench: Bench, round: string): Promise<Outcome[]> => {
    const names = Array.from({ length: callers }, (_, at) => `${round} ${at}`);
    const postings = await Promise.all(names.map((name) => bench.posting('confirmation', name)));
    return Promise.all(
      postings.map((posting) => send(bench, { ...posting, yield: '1', scrap: '0', rework: '0' })),
    );
  };

  may(
    `E6: ${callers} callers with an expired credential renew it once, and are posted`,
    ['confirmation', 'expired'],
    async (bench) => {
      await many(bench, 'before');
      const before = bench.renewals();
      await bench.befall('expired');
      const outcomes = await many(bench, 'after');
      expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['posted']));
      expect(bench.renewals()).toBe(before + 1);
      expect(await bench.books()).toHaveLength(2 * callers);
    },
  );

  may(
    'E6: a credential that is refused after its renewal is busy, and renewed no more',
    ['confirmation', 'shutOut'],
    async (bench) => {
      await many(bench, 'before');
      const before = bench.renewals();
      await bench.befall('shutOut');
      const posting = await bench.posting('confirmation', 'one');
      expect(await bench.erp.post(posting)).toMatchObject({ kind: 'busy', unreached: true });
      expect(bench.renewals()).toBeLessThanOrEqual(before + 2);
      await bench.heal();
      await sent(bench, posting);
    },
  );
}

/** Without a look-up by key, nothing may ever be told to be absent that could be there. */
export function doubtTests(connector: Connector): void {
  const why = connector.cannot.lookup;
  if (why === undefined) return;
  const { lookup: _shown, ...cannot } = connector.cannot;
  const may = declare({ ...connector, cannot });
  may(
    `E2: what is unknown is never told absent [cannot lookup: ${why}]`,
    ['confirmation', 'lost'],
    async (bench) => {
      const posting = await bench.posting('confirmation', 'one');
      await bench.befall('lost');
      expect(await send(bench, posting)).toMatchObject({ kind: 'unknown' });
      await bench.heal();
      expect(await lookedUp(bench, posting)).not.toEqual([]);
    },
  );
}
