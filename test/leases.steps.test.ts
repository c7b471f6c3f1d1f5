// Goal: whenever a central dies on its way with a document, the other one takes over and the
// document is in the ERP once, in the order of its lane, and in the ledger under its number.
// Method: every step of the way, one after the other, on one PostgreSQL; the test is the clock and
// the ERP, which executes late if it can: at the last moment that it has promised.
import { describe, expect, test } from 'vitest';
import type { Found, Outcome } from '../central/erp/erp.ts';
import { openLeases } from '../central/posting/leases.ts';
import type { Task } from '../central/posting/taking.ts';
import { postgresOrWhy } from './helpers/again.ts';
import { only, openSide, stated } from './helpers/central.ts';
import { choosePostgres } from './helpers/medium.ts';
import { leaseMs } from './helpers/pair.ts';

const maxInFlightMs = 20_000;
const lane = 'WO-1';
const { release, report } = stated;
let boots = 0;

type Time = { nowMs: number };
/** An ERP that executes a call at once, or late: then it is found only from that time on. */
function openErp(time: Time) {
  const books: { key: string; fromMs: number; yield: string | null }[] = [];
  return {
    books,
    execute({ posting }: Task, afterMs = 0): Outcome {
      const { key } = posting;
      const good = 'yield' in posting ? posting.yield : null;
      const nth = books.push({ key, fromMs: time.nowMs + afterMs, yield: good });
      return { kind: 'posted', document: `D${nth}` };
    },
    lookUp: (key: string): readonly string[] =>
      books.flatMap((one, at) =>
        one.key === key && one.fromMs <= time.nowMs ? [`D${at + 1}`] : [],
      ),
  };
}
type Erp = ReturnType<typeof openErp>;

function open(path: string, time: Time) {
  const nowMs = () => time.nowMs;
  const own: { leases?: ReturnType<typeof openLeases> } = {};
  const side = openSide(path, maxInFlightMs, time, [], (db) => {
    const times = { leaseMs, monotonicMs: nowMs, serverMs: nowMs };
    own.leases = openLeases({ db, boot: `steps_${++boots}`, ...times });
    return own.leases;
  });
  const { postings } = side;
  const renew = (): number =>
    postings.together(() => {
      own.leases!.renew();
      return postings.takeOver();
    });
  return { ...side, renew };
}
type Central = ReturnType<typeof open>;
type Life = { one: Central; erp: Erp; time: Time };

const unknown: Outcome = { kind: 'unknown', reason: 'no answer' };
const queued: Outcome = { kind: 'queued', ticket: 'Q1', reason: 'waits its turn' };

/** The first document of the lane, its intent committed. */
const intend = ({ one }: Life): Task => only(one.next());
/** The call ends without an answer, and nothing was executed; looked up, it is not there. */
function lookUp(life: Life): Task {
  const { key } = intend(life).posting;
  life.one.postings.settle(key, unknown);
  life.time.nowMs += maxInFlightMs;
  life.one.renew();
  return only(life.one.next());
}

/** What the one has done when it dies; how often its first document was sent by then. */
const steps: [string, (life: Life) => void][] = [
  ['before the intent', () => undefined],
  ['after the intent, before the call', (life) => void intend(life)],
  [
    'during the call, which the ERP executes at the last moment',
    (life) => void life.erp.execute(intend(life), maxInFlightMs - 1),
  ],
  [
    'after the ERP has committed, before the outcome is written',
    (life) => {
      life.erp.execute(intend(life));
    },
  ],
  [
    'after an outcome that is unknown',
    (life) => {
      life.one.postings.settle(intend(life).posting.key, unknown);
    },
  ],
  [
    'after an unknown outcome of what the ERP executes at the last moment',
    (life) => {
      const task = intend(life);
      life.erp.execute(task, maxInFlightMs - 1);
      life.one.postings.settle(task.posting.key, unknown);
    },
  ],
  [
    'after an answer that it was busy',
    (life) => {
      const busy: Outcome = { kind: 'busy', reason: 'locked', retryAfterMs: 60_000 };
      life.one.postings.settle(intend(life).posting.key, busy);
    },
  ],
  [
    'after the ERP has queued it',
    (life) => {
      const task = intend(life);
      life.erp.execute(task, 5_000);
      life.one.postings.settle(task.posting.key, queued);
    },
  ],
  [
    'during the look-up',
    (life) => {
      expect(lookUp(life).do).toBe('lookUp');
    },
  ],
  [
    'after the look-up, before it is sent again',
    (life) => {
      life.one.postings.found(lookUp(life).posting.key, []);
    },
  ],
  [
    'during the second call, which is executed at the last moment',
    (life) => {
      life.one.postings.found(lookUp(life).posting.key, []);
      const again = intend(life);
      expect(again.do).toBe('post');
      life.erp.execute(again, maxInFlightMs - 1);
    },
  ],
  [
    'after the outcome is written',
    (life) => {
      const task = intend(life);
      life.one.postings.settle(task.posting.key, life.erp.execute(task));
    },
  ],
];

/** The other central goes on until all is posted, a second at a time. */
function goOn(other: Central, erp: Erp, time: Time): void {
  for (let seconds = 0; seconds < 600; seconds++) {
    for (const task of other.next()) {
      const { key } = task.posting;
      const isWritten =
        task.do === 'post'
          ? other.postings.settle(key, erp.execute(task))
          : other.postings.found(key, foundOf(erp, key, other));
      expect(isWritten).toBe(true);
    }
    if (other.rows().every(({ state }) => state === 'posted')) return;
    time.nowMs += 1_000;
    other.renew();
  }
}
/** Of what is queued the ERP says so until it is there. */
function foundOf(erp: Erp, key: string, { rows }: Central): Found {
  const there = erp.lookUp(key);
  const isQueued = rows().find((row) => row.key === key)!.state === 'queued';
  return there.length === 0 && isQueued
    ? { kind: 'queued', ticket: 'Q1', reason: 'waits its turn' }
    : there;
}

const cluster = await postgresOrWhy();
if (typeof cluster === 'string') {
  test('a central dies at every step', ({ skip }) => skip(cluster));
} else {
  choosePostgres(cluster);

  describe.each([
    ['it is dead', false],
    ['it wakes later and says what it knows', true],
  ])('one dies, and %s', (_way, wakes) => {
    test.each(steps)('%s: the document is there once', (step, live) => {
      const time = { nowMs: 1_000 };
      const path = `${step} ${wakes}`;
      const [one, other] = [open(path, time), open(path, time)];
      const erp = openErp(time);
      one.note('acme/m1', release(lane), report('1'), report('2'), report('3'));
      const keys = one.rows().map(({ key }) => key);
      live({ one, erp, time });
      const late = erp.books.at(0);

      goOn(other, erp, time);
      expect(erp.books.map(({ key }) => key)).toEqual(keys);
      expect(erp.books.map((book) => book.yield)).toEqual(['1', '2', '3']);
      const documents = ['D1', 'D2', 'D3'];
      const rows = () => other.rows().map(({ key, state, document }) => ({ key, state, document }));
      const all = keys.map((key, at) => ({ key, state: 'posted', document: documents[at]! }));
      expect(rows()).toEqual(all);

      if (!wakes) return;
      const said: Outcome = { kind: 'posted', document: late ? 'D1' : 'D-none' };
      expect(one.postings.settle(keys[0]!, said)).toBe(false);
      expect(one.postings.found(keys[0]!, [])).toBe(false);
      expect(one.next()).toEqual([]);
      expect(rows()).toEqual(all);
    });
  });
}
