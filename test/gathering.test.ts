// Goal: stores that enter at the same time are let in by one transaction, and none is answered
// before it is committed, or goes without an answer because of another.
// Method: the registrar over a real ledger, asked by callback; the transaction is counted, and made
// to fail.
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { gatheredMax } from '../central/gathering.ts';
import { migrations, openMemory } from '../central/memory.ts';
import { openRegistrar } from '../central/registrar.ts';
import type { EnrolAsk } from '../shared/enrol.ts';
import { Fault } from '../shared/fault.ts';
import { nextTurn } from '../shared/loop.ts';
import { enrolSubject } from '../shared/subject.ts';
import { openMedium } from './helpers/medium.ts';

const store = 'aaaaaaaa-0000-4000-8000-000000000000';
const ask = { want: 'enter', store, epoch: 1, sequence: 0, hash: '0'.repeat(64), stream: 0 };
const lineAt = (index: number) => `acme/s${index}/hall/L1`;

function entrance() {
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
    ...{ ...memory, connection, turn: nextTurn, moved: () => undefined },
    registry: {
      ...registry,
      answer(line: string, asked: EnrolAsk) {
        const fault = fails(line);
        if (fault) throw fault;
        return registry.answer(line, asked);
      },
      together: <R>(work: () => R): R => {
        seen.transactions += 1;
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
  return {
    ...{ seen, registry },
    failWhere(which: typeof fails): void {
      fails = which;
    },
    enter(line: string, data = Buffer.from(JSON.stringify(ask))): void {
      const respond = (bytes: Uint8Array) => {
        expect(isOpen, 'answered within the transaction').toBe(false);
        seen.answered.push(`${line} ${JSON.parse(Buffer.from(bytes).toString()).answer}`);
        return true;
      };
      const message = { subject: enrolSubject(line), data, respond } as unknown as Msg;
      heard.get('hf.enrol.*.*.*.*')!(null, message);
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
