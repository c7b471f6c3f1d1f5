import type { Crossed } from './alarms.ts';
import type { Step } from './counter.ts';
import {
  countSample,
  type Gain,
  type Here,
  isTaken,
  type Kind,
  sumOf,
  type Why,
} from './counting.ts';
import { idOf, jobsIn } from './inhand.ts';
import { levelsIn } from './limits.ts';
import type { Unit } from './mapping.ts';
import type { Hearing, Memory } from './memory.ts';
import type { Equipment } from './packml.ts';
import { nestedState, stateOf } from './packml.ts';
import { type Fired, firedBy, inARow, results } from './rejects.ts';
import type { Plain, Sample } from './sample.ts';
import { type Heard, hear, propose, type Settling, settle } from './settle.ts';
import { instantOf } from './time.ts';
import { openTroubles, reasonsIn, type Troubles } from './troubles.ts';

/** The state of a machine that is to be stated. */
export type StateChange = Readonly<{
  state: Equipment;
  atMs: number;
  reason: string;
  isResync: boolean; // it may have been so for longer, and other states before it
}>;
export type Understood = Readonly<{
  memory: Memory;
  hearing: Hearing;
  sums: ReadonlyMap<Why | undefined, Readonly<Record<Kind, bigint>>>;
  gains: readonly Gain[];
  state: StateChange | undefined;
  fired: readonly Fired[];
  crossed: readonly Crossed[];
  noted: ReadonlyMap<Step['kind'], number>; // samples of counters by what became of them
}>;

const stops = new Set<string>(['stopping', 'stopped', 'aborting', 'aborted', 'holding', 'held']);

/**
 * What the samples of a unit mean, in the order in which they came. Pure: `memory` is what must be
 * stored together with the facts that this leads to. A machine that is complete only proposes that
 * an operation is; nothing here completes one, and only a rule of the plant holds anything.
 */
export function understand(
  unit: Unit,
  known: Readonly<{ memory: Memory; hearing: Hearing }>,
  samples: readonly Sample[],
  around: Omit<Here, 'producing'>,
): Understood {
  const counters = new Map(known.memory.counters);
  const heard = new Map(known.hearing.heard);
  const fresh = new Set(known.hearing.fresh);
  const gains: Gain[] = [];
  const noted = new Map<Step['kind'], number>();
  const jobs = jobsIn(heard.get('job'), samples, around.skew);
  const { alarms } = known.memory;
  const trouble = openTroubles(unit, known.hearing.troubles, alarms, around.nowMs);
  for (const sample of samples) {
    const [kind, name] = partsOf(sample.tag);
    if (kind !== 'counter') {
      const { atMs } = instantOf(sample, around.skew);
      if (sample.event) trouble.event(sample, atMs);
      else heard.set(sample.tag, hear(heard.get(sample.tag), sample, atMs));
      continue;
    }
    const lot = lotOf(unit, name, heard);
    const producing = isProducing(unit, heard);
    const here = { ...around, producing, isFresh: fresh.has(name), jobs, lot };
    const counted = countSample(unit, name, counters.get(name), sample, here);
    noted.set(counted.kind, (noted.get(counted.kind) ?? 0) + 1);
    if (counted.kept) counters.set(name, counted.kept);
    if (counted.gain) gains.push(counted.gain);
    if (!counted.isBehind && isTaken(counted.kind)) fresh.add(name);
  }
  const { sums, owed } = sumOf(unit, gains, known.memory.owed);
  const good = [...sums.values()].reduce((sum, kinds) => sum + kinds.good, 0n);
  const told = results(unit, known.memory, heard, inARow(unit, known.memory.row, gains, good));
  const fired = firedBy(unit, told.row);
  const state = stateIn(unit, known.hearing.state, heard, around.nowMs);
  const { troubles, acted, crossed: alarmed } = trouble.end(heard);
  const reason = reasonIn(unit, heard, troubles);
  const change = changeOf(known.memory.told, state, reason, around);
  const { levels, zones, crossed } = levelsIn(unit, known, heard, around.nowMs);
  const memory: Memory = {
    counters,
    zones,
    owed,
    row: fired.length > 0 ? 0 : told.row,
    sequences: told.sequences,
    alarms: acted,
    told: change?.state ?? known.memory.told,
  };
  const hearing = { heard, state, levels, troubles, fresh };
  const stated = { state: change, fired, crossed: [...crossed, ...alarmed] };
  return { memory, hearing, sums, gains, noted, ...stated };
}

/** "counter good" in its two parts. */
function partsOf(tag: string): [string, string] {
  const cut = tag.indexOf(' ');
  return cut < 0 ? [tag, ''] : [tag.slice(0, cut), tag.slice(cut + 1)];
}

/** The lot that a counter of consumption takes from; undefined for one that nobody knows. */
export const lotOf = (
  unit: Unit,
  counter: string,
  heard: ReadonlyMap<string, Heard>,
): string | undefined =>
  unit.counters.get(counter)?.lot ?? idOf(heard.get(`consumed ${counter}`)?.value);

function isProducing({ produceIn }: Unit, heard: ReadonlyMap<string, Heard>): boolean {
  const mode = heard.get('mode')?.value;
  return mode === undefined || mode === null || produceIn.includes(Number(mode));
}

const stateTags = ['state', 'state machine', 'state execute'];

function stateIn(
  unit: Unit,
  known: Settling<Equipment>,
  heard: ReadonlyMap<string, Heard>,
  nowMs: number,
): Settling<Equipment> {
  const words = stateTags.flatMap((tag) => heard.get(tag) ?? []);
  if (words.length === 0) return known;
  const [base, machine, execute] = stateTags.map((tag) => heard.get(tag)?.value);
  const value =
    unit.profile === 'packml-opc30050'
      ? nestedState(base, machine, execute)
      : unit.state
        ? unit.state.map.get(textOf(base))
        : stateOf(base);
  const said = {
    value,
    sinceMs: Math.max(...words.map(({ atMs }) => atMs)),
    receivedMs: Math.max(...words.map(({ receivedMs }) => receivedMs)),
  };
  return settle(propose(known, said), nowMs, unit.debounceMs);
}

const textOf = (value: Plain | undefined): string => `${value}`;

function changeOf(
  told: Equipment | undefined,
  { value: state, sinceMs = 0 }: Settling<Equipment>,
  reason: string,
  { liveSinceMs }: Pick<Here, 'liveSinceMs'>,
): StateChange | undefined {
  if (state === undefined || state === told) return undefined;
  const isResync = sinceMs < liveSinceMs;
  return { state, atMs: sinceMs, reason: stops.has(state) ? reason : '', isResync };
}

/** Why a machine stopped: by its stop reason, and by what it says is wrong. */
function reasonIn(unit: Unit, heard: ReadonlyMap<string, Heard>, troubles: Troubles): string {
  const code = heard.get('stop reason')?.value;
  const isTold = code !== undefined && code !== null && code !== '';
  const known = isTold ? unit.reasons.get(textOf(code)) : undefined;
  const isNone = !isTold || ((code === 0 || code === 0n) && known === undefined);
  const own = isNone ? [] : [known ?? `stop reason ${textOf(code)}`];
  return [...new Set([...own, ...reasonsIn(troubles)])].join('; ').slice(0, 200);
}
