import { setTimeout as delay } from 'node:timers/promises';
import { batchMax } from './drive.ts';
import type { Asked } from './floor.ts';
import type { Need, Task, Work } from './tasks.ts';

/** Most commands that are known and not done: the plant's times differ by no more. */
const knownMax = 1_500;
/** It looks again so often even if nobody calls, ms. */
const lookMs = 250;

type Parts = Readonly<{
  tasks: Iterable<Task>;
  /** Asks the edge for what people say, in this order. */
  send(batch: readonly Asked[]): Promise<void>;
  /** Lets a machine do its work; resolves once the edge has booked it. */
  make(work: Work): Promise<void>;
  /** False while a task has to wait for something else than other tasks. */
  isFree(task: Task): boolean;
  signal: AbortSignal;
}>;
export type Foreman = ReturnType<typeof openForeman>;
type Row = { task: Task; state: 'waits' | 'underway' | 'done' };

/**
 * Works the plant's commands: what people say is sent in batches, what machines make is made
 * beside it, all at once but for what has to wait for each other. Of two commands that need the
 * same order, lot, hold, lane or line the later one waits until the earlier one is done.
 */
export function openForeman({ tasks, send, make, isFree, signal }: Parts) {
  const source = tasks[Symbol.iterator]();
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  let rows: Row[] = [];
  let failure: unknown;
  let isSending = false;
  let barred: readonly Task[] = [];
  let calls = new AbortController();

  const call = (): void => calls.abort();
  const end = (error: unknown): void => {
    failure ??= error;
    over.abort();
  };
  const does = (mine: readonly Row[], work: Promise<void>): void => {
    for (const row of mine) row.state = 'underway';
    const done = (): void => {
      for (const row of mine) row.state = 'done';
      call();
    };
    work.then(done, end);
  };
  function refill(): void {
    rows = rows.filter(({ state }) => state !== 'done');
    while (rows.length < knownMax) {
      const { value, done } = source.next();
      if (done) return;
      rows.push({ task: value, state: 'waits' });
    }
  }
  function sendNow(batch: readonly Row[]): void {
    isSending = true;
    const asked = batch.map(({ task }) => task.asked);
    does(
      batch,
      send(asked).finally(() => {
        isSending = false;
      }),
    );
  }

  return {
    /** Something has changed that a task may wait for. */
    call,
    /** Ends it with this error. */
    fail: end,

    /** True while the edge has not answered what it was asked. */
    isAsking: (): boolean => isSending,
    /** Works of these lines' machines that could begin, but are not free. */
    barred: (lines: readonly string[]): number =>
      barred.filter(({ work }) => work && lines.includes(work.line)).length,
    /** Works of machines that are not booked yet; of one line if it is named. */
    underway: (line?: string): number =>
      rows.filter(
        ({ task: { work }, state }) =>
          state === 'underway' && work && (line === undefined || work.line === line),
      ).length,

    /** Resolves once all is done, or the signal aborts; throws what a task has thrown. */
    async run(): Promise<void> {
      for (refill(); rows.length > 0 && !stop.aborted; refill()) {
        calls = new AbortController();
        const { makes, batch, barred: others } = plan(rows, isFree);
        barred = others;
        for (const row of makes) does([row], make(row.task.work!));
        if (batch.length > 0 && !isSending) sendNow(batch);
        await delay(lookMs, undefined, { signal: AbortSignal.any([calls.signal, stop]) }).catch(
          () => undefined,
        );
      }
      if (failure !== undefined) throw failure;
    },
  };
}

/** What can begin now: works of machines, and what people say, one after the other. */
function plan(rows: readonly Row[], isFree: Parts['isFree']) {
  const [taken, said] = [needs(), needs()];
  const makes: Row[] = [];
  const batch: Row[] = [];
  const barred: Task[] = [];
  for (const row of rows) {
    const { task, state } = row;
    if (state === 'done') continue;
    const isNext = state === 'waits' && !taken.conflict(task.needs);
    if (isNext && !isFree(task)) barred.push(task);
    if (!isNext || barred.at(-1) === task) taken.add(task.needs);
    else if (task.work) {
      if (!said.conflict(task.needs)) makes.push(row);
      taken.add(task.needs);
    } else if (batch.length < batchMax) {
      batch.push(row);
      said.add(task.needs);
    } else taken.add(task.needs);
  }
  return { makes, batch, barred };
}

/** What is needed already, by whom ever. */
function needs() {
  const all = new Map<string, boolean>();
  return {
    add(more: readonly Need[]): void {
      for (const { key, shared } of more) all.set(key, shared && all.get(key) !== false);
    },
    conflict: (others: readonly Need[]): boolean =>
      others.some(({ key, shared }) => all.has(key) && !(shared && all.get(key))),
  };
}
