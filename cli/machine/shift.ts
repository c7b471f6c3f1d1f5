import { Fault } from '../../shared/fault.ts';
import { random } from '../random.ts';
import type { MachineConfig } from './config.ts';
import { runNext } from './joblist.ts';
import { life, type Step } from './life.ts';
import type { makePlayer } from './okuma.ts';
import { completed } from './packml.ts';
import type { Unit } from './unit.ts';

const tickMs = 20;

type Parts = Readonly<{
  config: MachineConfig;
  unit: Unit;
  player: ReturnType<typeof makePlayer> | undefined;
  /** Remembers what is now, and tells it as of `atMs`. */
  changed(atMs?: number): void;
  /** Changes what is there for load only. */
  load(): void;
}>;

/** What a machine does by itself: makes pieces, ends its acting states, begins jobs. */
export function startWork({ config, unit, player, changed, load }: Parts) {
  const rate = { perS: config.perS, badPerMille: config.badPerMille };
  const dice = random(config.seed);
  let beganMs = config.plays ? Date.now() : undefined;
  let lastMs = performance.now();
  let owed = 0;
  let state = { is: unit.now.state, sinceMs: lastMs };
  let jobsSinceMs: number | undefined;

  const produce = (elapsedMs: number): boolean => {
    owed = unit.now.state === 'execute' ? owed + (rate.perS * elapsedMs) / 1_000 : 0;
    const pieces = Math.floor(owed);
    owed -= pieces;
    for (let count = 0; count < pieces; count += 1) {
      const bad = dice.below(1_000) < rate.badPerMille;
      unit.make(bad ? 0 : 1, bad ? 1 : 0);
    }
    return pieces > 0;
  };
  const proceed = (nowMs: number): boolean => {
    if (unit.now.state !== state.is) state = { is: unit.now.state, sinceMs: nowMs };
    if (!completed(state.is) || nowMs - state.sinceMs < config.actingMs) return false;
    return unit.complete();
  };
  const beginJob = (nowMs: number): boolean => {
    const jobs = runNext(unit.now.jobs);
    if (!jobs) jobsSinceMs = undefined;
    else jobsSinceMs ??= nowMs;
    if (!jobs || nowMs - jobsSinceMs! < config.jobWaitMs) return false;
    unit.jobs([...jobs]);
    unit.beginJob();
    return true;
  };
  const tick = (): void => {
    const nowMs = performance.now();
    const made = produce(nowMs - lastMs);
    lastMs = nowMs;
    const proceeded = proceed(nowMs);
    if ([made, proceeded, beginJob(nowMs)].includes(true)) changed();
    if (!player || beganMs === undefined) return;
    for (const rowMs of player.advance(Date.now() - beganMs)) changed(beganMs + rowMs);
  };
  const ticking = setInterval(tick, tickMs);
  const loading = config.loadEveryMs > 0 ? setInterval(load, config.loadEveryMs) : undefined;
  return {
    rate,
    play(): void {
      beganMs ??= Date.now();
    },
    stop(): void {
      clearInterval(ticking);
      clearInterval(loading);
    },
  };
}

/** Lets the machine follow its script, then its life if it is lively. Gives what ends that. */
export function follow(
  { script, lively, seed, speed }: MachineConfig,
  perform: (name: string, told: unknown) => Promise<void>,
): () => void {
  const all = stepsOf(script as readonly Step[], lively ? life(seed, speed) : []);
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    const { value, done } = all.next();
    if (done) return;
    timer = setTimeout(async () => {
      try {
        await perform(value.act, value.with ?? {});
      } catch (error) {
        // Another has led it elsewhere meanwhile: the machine goes on from where it is.
        if (!(error instanceof Fault)) throw error;
      }
      if (timer) next();
    }, value.waitMs);
  };
  next();
  return () => {
    clearTimeout(timer);
    timer = undefined;
  };
}

function* stepsOf(...parts: readonly Iterable<Step>[]): Generator<Step> {
  for (const part of parts) yield* part;
}
