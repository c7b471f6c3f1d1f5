// Goal: stores that enter at the same time are let in by one transaction, and none is answered
// before it is committed, or goes without an answer because of another.
// Method: the registrar over a real ledger, asked by callback; the transaction is counted, and made
// to fail.
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { gatheredMax } from '../central/ledger/gathering.ts';
import { openRegistrar } from '../central/ledger/registrar.ts';
import { migrations, openMemory } from '../central/memory.ts';
import type { EnrolAsk } from '../shared/enrol.ts';
import { Fault } from '../shared/fault.ts';
import { encodeLive } from '../shared/live.ts';
import { nextTurn } from '../shared/loop.ts';
import { enrolSubject, liveSubject } from '../shared/subject.ts';
import { content, history, report } from './helpers/facts.ts';
import { openMedium } from './helpers/medium.ts';

const store = 'aaaaaaaa-0000-4000-8000-000000000000';
const ask = { want: 'enter', store, epoch: 1, sequence: 0, hash: '0'.repeat(64), stream: 0 };
const lineAt = (index: number) => `acme/s${index}/hall/L1`;

function entrance() {
  const time = { ms: 0, workMs: 0 };
  const db = openMedium(':memory:', migrations);
  onTestFinished(() => void db.close());
  const memory = openMemory({ db, nowMs: () => 1_000, waitMs: () => 1_000, maxInFlightMs: 1 });
  const { registry } = memory;
  const seen = { transactions: 0, forgotten: 0, answered: [] as string[] };
  let isOpen = false; // a transaction
  let fails: (line: string) => Fault | undefined = () => undefined;
  const heard = new Map<string, (error: null, message: Msg) => void>();
  const connection = {
    subscribe: (subject: string, { callback }: { callback: never }) => heard.set(subject, callback),
  } as unknown as NatsConnection;
  openRegistrar({
    ...{ ...memory, connection, moved: () => undefined },
    crowd: { turn: nextTurn, monotonicMs: () => time.ms },
    registry: {
      ...registry,
      answer(line: string, asked: EnrolAsk) {
        const fault = fails(line);
        if (fault) throw fault;
        return registry.answer(line, asked);
      },
      together: <R>(work: () => R): R => {
        seen.transactions += 1;
        time.ms += time.workMs;
        return registry.together(() => {
          isOpen = true;
          try {
            return work();
          } finally {
            isOpen = false;
          }
        });
      },
    },
    forget(): void {
      seen.forgotten += 1;
      memory.forget();
    },
    log: pino({ level: 'silent' }),
  });
  function say(subjects: string, subject: string, line: string, data: Buffer): void {
    const respond = (bytes: Uint8Array) => {
      expect(isOpen, 'answered within the transaction').toBe(false);
      seen.answered.push(`${line} ${JSON.parse(Buffer.from(bytes).toString()).answer}`);
      return true;
    };
    heard.get(subjects)!(null, { subject, data, respond } as unknown as Msg);
  }
  return {
    ...{ seen, registry, live: memory.live, time },
    failWhere(which: typeof fails): void {
      fails = which;
    },
    enter: (line: string, data = Buffer.from(JSON.stringify(ask))) =>
      say('hf.enrol.*.*.*.*', enrolSubject(line), line, data),
    tellAhead(line: string, newest = report(`${line} more`, '2')): void {
      const { bytes, links } = history(line, [report(line, '1'), newest]);
      const facts = [{ sequence: 2, hash: links[2]!, bytes: bytes[1]! }];
      const told = encodeLive({ store, epoch: 1, facts });
      say('hf.live.*.*.*.*', liveSubject(line), line, told);
    },
  };
}

test('who comes in one turn is let in by one transaction, and answered after it', async () => {
  const { seen, enter, registry } = entrance();
  const lines = Array.from({ length: gatheredMax + 1 }, (_, index) => lineAt(index));
  for (const line of lines) enter(line);
  expect(seen).toMatchObject({ transactions: 0, answered: [] });
  await nextTurn();
  expect(seen.answered).toEqual(lines.map((line) => `${line} entered`));
  expect(seen.transactions).toBe(2);
  for (const line of lines) expect(registry.writes(line, store, 1)).toBe(true);
  enter('acme/late/hall/L1');
  await nextTurn();
  expect(seen).toMatchObject({ transactions: 3, forgotten: 0 });
});

test('what is no question costs nobody else the answer', async () => {
  const { seen, enter } = entrance();
  enter(lineAt(1));
  enter(lineAt(2), Buffer.from('{"want":"all"}'));
  enter(lineAt(3));
  await nextTurn();
  expect(seen.answered).toEqual([`${lineAt(1)} entered`, `${lineAt(3)} entered`]);
  expect(seen).toMatchObject({ transactions: 1, forgotten: 0 });
});

test('where the disk does not take one of them, each is tried alone', async () => {
  const { seen, enter, failWhere, registry } = entrance();
  failWhere((line) => (line === lineAt(2) ? new Fault('FULL', 'the disk is full') : undefined));
  for (const index of [1, 2, 3]) enter(lineAt(index));
  await nextTurn();
  expect(seen.answered).toEqual([`${lineAt(1)} entered`, `${lineAt(3)} entered`]);
  expect(seen).toMatchObject({ transactions: 1, forgotten: 1 });
  expect(registry.writes(lineAt(2), store, 1)).toBe(false);
  expect(registry.writes(lineAt(3), store, 1)).toBe(true);
});

test('a ledger that is away is not asked again for each of them', async () => {
  const { seen, enter, failWhere } = entrance();
  let asked = 0;
  failWhere(() => {
    asked += 1;
    return new Fault('UNREACHABLE', 'the server is away');
  });
  for (const index of [1, 2, 3]) enter(lineAt(index));
  await nextTurn();
  expect(seen.answered).toEqual([]);
  expect(asked).toBe(1);
});

test('what is told ahead at the same time is one transaction, too, and all is kept', async () => {
  const { seen, enter, tellAhead, live } = entrance();
  const lines = [1, 2, 3].map(lineAt);
  for (const line of lines) enter(line);
  await nextTurn();
  for (const line of lines) tellAhead(line);
  expect(seen.answered.slice(3)).toEqual([]);
  await nextTurn();
  expect(seen.answered.slice(3)).toEqual(lines.map((line) => `${line} taken`));
  expect(seen.transactions).toBe(2);
  expect([...live.beyond().keys()]).toEqual(lines);
});

test('what is told ahead is put off when it takes too much time, but never a hold', async () => {
  const { seen, enter, tellAhead, live, time } = entrance();
  const lines = Array.from({ length: 400 }, (_, index) => lineAt(index));
  for (const line of lines) enter(line);
  await nextTurn();
  time.workMs = 3;
  const told = () => seen.answered.slice(lines.length);
  const takes = async (line: string) => {
    tellAhead(line);
    await nextTurn();
    return told().at(-1) === `${line} taken`;
  };
  let count = 0;
  while (count < lines.length && (await takes(lines[count]!))) count += 1;
  expect(count).toBeGreaterThan(10);
  expect(count).toBeLessThan(30);
  const [next, other] = [lines[count]!, lines[count + 1]!];
  expect(told().at(-1)).toBe(`${next} full`);
  expect(live.beyond().has(next)).toBe(false);
  const body = { hold: 'H1', scope: 'order', quantity: '1', unit: 'EA', reason: 'crack' } as const;
  tellAhead(other, content('hold', 'HoldPlaced', body, { order: 'WO-1' }));
  await nextTurn();
  expect(told().at(-1)).toBe(`${other} taken`);
  time.ms += 60_000;
  expect(await takes(next)).toBe(true);
});
