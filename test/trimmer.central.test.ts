// Goal: the hub's stream never stays full of what the ledger holds; what central has not read stays
// in it, and a stream that is not the one that was read is left alone.
import pino from 'pino';
import { expect, test } from 'vitest';
import type { Ledger } from '../central/ledger/ledger.ts';
import { trim } from '../central/ledger/trimmer.ts';
import { digest } from '../shared/codec.ts';
import { fakeClock } from './helpers/clock.ts';

const log = pino({ level: 'silent' });
const room = 1_000;
const data = Buffer.from('a message');
type State = { first_seq: number; last_seq: number; bytes: number };

/** What a look at such a stream purges up to, the ledger being read up to `cursor`. */
async function purgedBy(state: State, cursor: number, more: object = {}, known = digest(data)) {
  const stop = new AbortController();
  const asked: number[] = [];
  const manager = {
    streams: {
      info: async () => ({ state, config: { max_bytes: room } }),
      purge: async (_: string, { seq }: { seq: number }) => {
        asked.push(seq);
        return { purged: seq - state.first_seq };
      },
      ...more,
    },
    direct: { getMessage: async () => ({ data }) },
  };
  const ledger = { cursor: () => ({ streamSequence: cursor, digest: known }) };
  const clock = fakeClock();
  await trim({
    ...{ manager: manager as never, ledger: ledger as unknown as Ledger, trimMs: 10, log },
    clock: {
      ...clock,
      async sleep(ms, signal) {
        await clock.sleep(ms, signal);
        if (clock.monotonicMs() >= 30) stop.abort();
      },
    },
    signal: stop.signal,
  });
  return asked.slice(0, 1);
}

const full = { first_seq: 1, last_seq: 100, bytes: room };

test('half full it is trimmed to a quarter, the oldest first', async () => {
  expect(await purgedBy({ ...full, bytes: room / 2 }, 100)).toEqual([]);
  expect(await purgedBy(full, 100)).toEqual([76]);
  expect(await purgedBy({ first_seq: 501, last_seq: 600, bytes: room / 2 + 1 }, 600)).toEqual([
    552,
  ]);
});

test('what central has not read stays, with the message that it read last', async () => {
  expect(await purgedBy(full, 40)).toEqual([40]);
  expect(await purgedBy(full, 1)).toEqual([]);
  expect(await purgedBy(full, 0)).toEqual([]);
});

test('another stream than the one that was read is left alone, or one without limit', async () => {
  expect(await purgedBy(full, 100, {}, digest(Buffer.from('another')))).toEqual([]);
  expect(await purgedBy(full, 200)).toEqual([]);
  const info = async () => ({ state: full, config: { max_bytes: -1 } });
  expect(await purgedBy(full, 100, { info })).toEqual([]);
});

test('a hub that does not answer is asked again', async () => {
  let calls = 0;
  const info = async () => {
    if (++calls === 1) throw new Error('timeout');
    return { state: full, config: { max_bytes: room } };
  };
  expect(await purgedBy(full, 100, { info })).toEqual([76]);
  expect(calls).toBeGreaterThan(1);
});
