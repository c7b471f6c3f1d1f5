import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../shared/fault.ts';
import type { EdgeStatus } from './answers.ts';
import { read } from './drive.ts';
import { type Ears, isCalm } from './ears.ts';
import type { Foreman } from './foreman.ts';
import { alone, codeOf, type Park } from './park.ts';
import { grouped } from './progress.ts';
import type { Stage } from './stage.ts';
import type { Task } from './tasks.ts';

/** When each begins, as a share of all commands. */
const at = { zeroed: 0.1, cut: 0.3, pulled: 0.4, healed: 0.55, killed: 0.75 } as const;
/** The machine whose cable is pulled, and for how long, ms. */
const pulled = 'M05';
const pulledMs = 3_000;
/** The edge must have heard of a run before its machine is cut off: of several bookings, ms. */
const heardMs = 500;
/** So long it may take until a run is open there, ms; else its machine has nothing to make. */
const openMaxMs = 3_000;
/** A machine must be heard again within this time, ms. */
const backMaxMs = 120_000;

type Parts = Readonly<{
  stage: Stage;
  park: Park;
  ears: Ears;
  foreman: () => Foreman;
  say(line: string): void;
  signal: AbortSignal;
}>;

/** What befalls the plant while it works, one trouble after the other. */
export function openTroubles({ stage, park, ears, foreman, say, signal }: Parts) {
  const resting = new Set<string>();
  const still = new Set<string>();
  const all = park.places.map(({ line }) => line);
  const lineOf = (code: string): string => all.find((line) => codeOf(line) === code)!;

  /**
   * The machines keep still, until a run waits for its pieces; then nobody starts another one:
   * behind a gap nobody could say whose its pieces are. Resolves once the edge has heard of the
   * runs that are open.
   */
  async function rest(lines: readonly string[]): Promise<void> {
    for (const line of lines) still.add(line);
    const deadlineMs = performance.now() + openMaxMs;
    const isOpen = () => foreman().barred(lines) > 0 || performance.now() > deadlineMs;
    while (!isOpen() && !signal.aborted) await delay(20);
    for (const line of lines) resting.add(line);
    while (foreman().isAsking() && !signal.aborted) await delay(20);
    await delay(heardMs);
  }
  const release = (from: Set<string>, lines: readonly string[]): void => {
    for (const line of lines) from.delete(line);
    foreman().call();
  };
  async function heardAgain(lines: readonly string[]): Promise<void> {
    if (await ears.until(isCalm(lines), backMaxMs)) return;
    if (!signal.aborted) throw new Fault('UNREACHABLE', `${lines}: not heard again`);
  }

  /** A controller loses its power and what it counted; between the two it makes nothing. */
  async function zeroed(): Promise<void> {
    const lines = [lineOf(alone)];
    await rest(lines);
    while (foreman().underway(lines[0]) > 0 && !signal.aborted) await delay(50);
    park.link(lines[0]!).cut();
    await park.single.kill();
    await park.single.restart('zeroed');
    park.link(lines[0]!).heal();
    say(`⚡ ${alone} has lost its power, and its counters: they begin again at 0`);
    await heardAgain(lines);
    release(still, lines);
    release(resting, lines);
  }

  /** Its cable is pulled while it works: it counts on, and is heard when the cable is back. */
  async function pull(): Promise<void> {
    const lines = [lineOf(pulled)];
    await rest(lines);
    park.link(lines[0]!).cut();
    release(still, lines);
    say(`✂ the cable of ${pulled} is pulled; it counts on, unheard`);
    await delay(pulledMs);
    const waiting = foreman().underway(lines[0]);
    park.link(lines[0]!).heal();
    say(`⚭ the cable of ${pulled} is back; ${reports(waiting)} made meanwhile`);
    await heardAgain(lines);
    release(resting, lines);
  }

  function cut(): void {
    stage.link.cut();
    say('✂ the link between leaf and hub is cut; the lines work on');
  }
  async function heal(): Promise<void> {
    const { unsent } = await read<EdgeStatus>(stage.edgeUrl, '/v1/status');
    stage.link.heal();
    say(`⚭ the link is back; ${grouped(unsent)} facts wait at the edge`);
  }

  /** The machines make their pieces while nobody listens. */
  async function killed(): Promise<void> {
    await rest(all);
    const { pid } = stage.edge;
    await stage.killEdge();
    release(still, all);
    await delay(heardMs);
    const waiting = foreman().underway();
    say(`✗ kill -9 of the edge (process ${pid}); ${reports(waiting)} made unheard`);
    const startMs = performance.now();
    await stage.startEdge();
    const ms = Math.round(performance.now() - startMs);
    say(`↻ the edge is back after ${ms} ms, rebuilt from its store`);
    await heardAgain(all);
    release(resting, all);
  }

  const todo = [
    { at: at.zeroed, act: zeroed },
    { at: at.cut, act: cut },
    { at: at.pulled, act: pull },
    { at: at.healed, act: heal },
    { at: at.killed, act: killed },
  ];
  let last: Promise<void> = Promise.resolve();

  return {
    /** So much of the shop is done. What a trouble throws ends the work as well. */
    come(share: number): void {
      while (todo[0] && share >= todo[0].at) {
        const { act } = todo.shift()!;
        last = last.then(() => (signal.aborted ? undefined : act()));
        last.catch(foreman().fail);
      }
    },
    /** Resolves once all that has come is over. */
    over: () => last,
    isFree: ({ asked: { command }, work }: Task): boolean => {
      if (work && still.has(work.line)) return false;
      return command.type !== 'StartPhase' || !resting.has(command.line);
    },
  };
}

const reports = (count: number): string =>
  `the pieces of ${count} ${count === 1 ? 'run' : 'runs'} were`;
