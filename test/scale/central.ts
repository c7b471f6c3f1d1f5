import type { NatsConnection } from '@nats-io/nats-core';
import { openAllowance } from '../../central/ledger/allowance.ts';
import { batchBytesMax, batchMax } from '../../central/ledger/inbox.ts';
import { tellKept } from '../../central/ledger/keeper.ts';
import type { Ledger } from '../../central/ledger/ledger.ts';
import { openMovements } from '../../central/ledger/movements.ts';
import { liveShare } from '../../central/ledger/registrar.ts';
import { trim } from '../../central/ledger/trimmer.ts';
import { digest } from '../../shared/codec.ts';
import { decodeKept } from '../../shared/kept.ts';
import { openLog } from '../../shared/log.ts';
import { openBell } from '../../shared/loop.ts';
import { plantPace } from '../../shared/pace.ts';
import { keptSubject } from '../../shared/subject.ts';
import type { Hub, Stored } from './hub.ts';
import type { Program } from './machine.ts';
import type { Measured } from './measured.ts';
import type { Time } from './time.ts';

type Parts = {
  time: Time;
  measured: Measured;
  hub: Hub;
  program: Program;
  lines: readonly string[];
  /** Whether what is told ahead may take a part of the time only. */
  bounded: boolean;
  /** Central's word reaches the line. */
  word: (line: string, sequence: number) => void;
  /** The ledger has committed facts of a line up to here. */
  kept: (line: string, first: number, last: number) => void;
};
export type Central = ReturnType<typeof openCentral>;
type Head = { path: string; epoch: number; sequence: number; hash: Buffer };

const hash = Buffer.alloc(32);
const log = openLog('model', 'silent');

/**
 * Central as the stream sees it: it reads on by the batches of its inbox, tells its word by its own
 * keeper, keeps room in the stream by its own trimmer, and answers questions in between.
 */
export function openCentral(parts: Parts) {
  const { time, measured, hub, program, lines, word, kept } = parts;
  const { turnUs, segmentUs, factUs, askUs } = measured.central;
  const { clock } = time;
  const bell = openBell(clock);
  const movements = openMovements();
  const heads = new Map<string, Head>(
    lines.map((path) => [path, { path, epoch: 1, sequence: 0, hash }]),
  );
  const lineOf = new Map(lines.map((line) => [keptSubject(line), line]));
  const unread: Stored[] = [];
  let [at, cursor, taken, batches, mostUnread] = [0, 0, 0, 0, 0];
  let isBusy = false;
  const factBytes = measured.factBytes + 5;

  function take(): Stored[] {
    const batch: Stored[] = [];
    for (let bytes = 0; batch.length < batchMax && bytes < batchBytesMax; ) {
      const next = unread[at];
      if (!next) break;
      at += 1;
      batch.push(next);
      bytes += next.facts * factBytes;
    }
    if (at > 1_000 && at * 2 > unread.length) {
      unread.splice(0, at);
      at = 0;
    }
    return batch;
  }

  function commit(batch: readonly Stored[]): void {
    for (const { line, last, facts } of batch) {
      const head = heads.get(line)!;
      const first = Math.max(head.sequence + 1, last - facts + 1);
      if (first > last) continue; // a repeat
      head.sequence = last;
      taken += last - first + 1;
      movements.touch(line);
      kept(line, first, last);
    }
    cursor = batch.at(-1)!.seq;
    bell.ring();
    isBusy = false;
    read();
  }

  function read(): void {
    if (isBusy || !hub.isUp()) return;
    const batch = take();
    if (batch.length === 0) return;
    isBusy = true;
    batches += 1;
    const facts = batch.reduce((sum, one) => sum + one.facts, 0);
    const us = turnUs + batch.length * segmentUs + facts * factUs;
    // A commit that waits for its disk holds up all of central.
    program.run(us / 1_000 + measured.commitMs, () => commit(batch));
  }
  hub.listen((message) => {
    unread.push(message);
    mostUnread = Math.max(mostUnread, unread.length - at);
    read();
  });

  const allowance = parts.bounded ? openAllowance(liveShare, clock.monotonicMs) : undefined;
  const ledger = {
    lines: () => [...heads.values()],
    head: (path: string) => heads.get(path)!,
    cursor: () => ({ streamSequence: cursor, digest: digest(new Uint8Array()) }),
  } as unknown as Ledger;
  const connection = {
    isClosed: () => false,
    publish(subject: string, text: string) {
      const line = lineOf.get(subject)!;
      const { sequence } = decodeKept(Buffer.from(text));
      if (hub.isUp()) hub.tell(() => word(line, sequence));
    },
  } as unknown as NatsConnection;
  const settled = (_: string, sequence: number) => ({ settled: sequence, waiting: [] });
  const over = () => new AbortController().signal;
  const { repeatMs, trimMs } = plantPace;
  const common = { ledger, clock, log };
  void tellKept({ ...common, connection, settled, bell, movements, repeatMs, signal: over() });
  void trim({ ...common, manager: hub.manager, trimMs, signal: over() });

  return {
    /** A question that takes central so long, µs beside what every question takes. */
    ask: <T>(us: number, answer: () => T): Promise<T> =>
      hub.ask<T>((give) => program.run((askUs + us) / 1_000, () => give(answer()))),
    /** Facts that are told ahead, unless that has taken too much of the time. */
    take(facts: number, take: () => void): Promise<'taken' | 'full'> {
      const us = askUs + factUs * facts;
      return hub.ask<'taken' | 'full'>((give) => {
        if (allowance?.isSpent()) return program.run(askUs / 1_000, () => give('full'));
        allowance?.add(us / 1_000);
        program.run(us / 1_000, () => {
          take();
          give('taken');
        });
      });
    },
    read,
    headOf: (line: string): number => heads.get(line)!.sequence,
    figures: () => ({ taken, batches, unread: unread.length - at, mostUnread }),
  };
}
