// A year of three plants that make each other's components, as their lines state it: supplier lots
// go into parts, parts into assemblies, assemblies into machines with serials; with lots that are
// shared, split and merged, and serials that go into others. It keeps its own record of where
// everything went, which no program of ours has touched.
import { encodeContent, genesis, link } from '../../shared/codec.ts';
import type { BodyOf, Content, FactType } from '../../shared/event.ts';
import { eventIds } from '../../shared/identity.ts';
import type { Segment } from '../../shared/segment.ts';
import { random as seeded } from './random.ts';

const plants = ['acme/lyon/parts', 'acme/nantes/assembly', 'acme/lille/machines'] as const;
const dayMs = 86_400_000;
const days = 365;
/** Facts that travel together at most. */
const segmentMax = 400;
const counts = { scrap: '0', rework: '0', held: '0', unit: 'EA', inRework: false };

type Line = { path: string; sequence: number; hash: Buffer; facts: Buffer[] };
type Shape = Readonly<{ facts: number; seed: number; linesEach?: number; startMs?: number }>;
/** A day's segments, in the order in which they come to central; and when it is over. */
export type Day = Readonly<{ endMs: number; segments: readonly Segment[] }>;

/** Lots that may be consumed; the oldest go first. */
function openPool(most: number) {
  const lots: string[] = [];
  return {
    lots,
    add(lot: string): void {
      lots.push(lot);
      if (lots.length > most) lots.shift();
    },
  };
}

/** A year, day by day; `into` says where each lot, order and serial went, by the bare names. */
export function openYear({ facts, seed, linesEach = 4, startMs = Date.UTC(2025, 0, 1) }: Shape) {
  const { below } = seeded(seed);
  const random = (): number => below(1e9) / 1e9;
  const upTo = (max: number): number => 1 + Math.floor(random() * max);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  let nowMs = startMs;
  const id = eventIds(
    () => nowMs,
    (size) => Uint8Array.from({ length: size }, () => Math.floor(random() * 256)),
  );
  const lines: Line[][] = plants.map((plant) =>
    Array.from({ length: linesEach }, (_, at) => {
      const path = `${plant}/L${at + 1}`;
      return { path, sequence: 0, hash: genesis(path, 1), facts: [] };
    }),
  );
  const into = new Map<string, Set<string>>();
  const suppliers: string[] = [];
  const pools = [openPool(60), openPool(150), openPool(150)];
  const serials = openPool(200);
  let [made, orders, lots, pieces] = [0, 0, 0, 0];

  const went = (source: string, target: string): void => {
    const known = into.get(source);
    if (known) known.add(target);
    else into.set(source, new Set([target]));
  };

  function state<T extends FactType>(
    line: Line,
    type: T,
    body: BodyOf<T>,
    about: Partial<Content> = {},
  ): void {
    made += 1;
    nowMs += 1;
    const commandId = `c${made}`;
    const own = { eventId: id(), type, version: 1, atMs: nowMs, recordedMs: nowMs, body };
    const said = { actor: 'person:4445', correlationId: about.order ?? commandId, commandId };
    line.facts.push(encodeContent({ ...own, clock: 'edge', ...said, ...about } as Content));
  }

  /** Coils and bags come in now and then, and are shared by orders of all plants. */
  function buy(): string {
    const pool = pools[0]!;
    if (pool.lots.length < 10 || random() < 0.06) {
      const lot = `SUP-${suppliers.length + 1}`;
      suppliers.push(lot);
      pool.add(lot);
    }
    return pick(pool.lots);
  }

  function consume(line: Line, order: string, lot: string): void {
    const body = { material: `M-${lot.slice(0, 3)}`, quantity: `${upTo(5)}`, unit: 'EA' };
    state(line, 'MaterialConsumed', body, { order, operation: '0010', lot });
    went(lot, order);
  }

  /** Some of a lot goes on under other numbers, or several are put into one. */
  function rearrange(line: Line, lot: string, level: number): void {
    const pool = pools[level + 1];
    if (!pool || random() < 0.85) {
      pool?.add(lot);
      return;
    }
    if (random() < 0.5) {
      const children = [`${lot}.1`, `${lot}.2`];
      const parts = children.map((child) => ({ lot: child, quantity: '10' }));
      state(line, 'LotSplit', { children: parts, unit: 'EA' }, { lot });
      for (const child of children) {
        went(lot, child);
        pool.add(child);
      }
      return;
    }
    const other = pool.lots.length > 0 ? pick(pool.lots) : lot;
    const merged = `${lot}.M`;
    const parents = [...new Set([lot, other])].map((parent) => ({ lot: parent, quantity: '5' }));
    state(line, 'LotMerged', { parents, material: `P-${level}`, unit: 'EA' }, { lot: merged });
    for (const parent of parents) went(parent.lot, merged);
    pool.add(merged);
  }

  /** One order from its release to its closing, about 70 facts. */
  function work(line: Line, level: number): void {
    const order = `WO-${++orders}`;
    const operation = '0010';
    const about = { order, operation };
    const material = `P-${level}`;
    state(line, 'OrderReleased', { material, quantity: '9999', unit: 'EA' }, { order });
    state(line, 'OperationStarted', {}, about);
    state(line, 'PhaseStarted', { run: order, phase: 'run', lane: 1, rework: false }, about);
    const needs = upTo(4);
    for (let at = 0; at < needs; at++) {
      const pool = pools[level]!.lots;
      consume(line, order, level === 0 || pool.length === 0 || random() < 0.2 ? buy() : pick(pool));
    }
    if (level === 2 && serials.lots.length > 0 && random() < 0.1) {
      consume(line, order, pick(serials.lots));
    }
    for (let at = 0; at < 54; at++) {
      const report = { run: order, phase: 'run', ...counts } as const;
      if (level < 2) {
        state(line, 'QuantityReported', { ...report, good: `${upTo(9)}` }, about);
        continue;
      }
      const serial = `SN-${++pieces}`;
      const isBad = random() < 0.02;
      const piece = isBad ? { good: '0', scrap: '1' } : { good: '1' };
      state(line, 'QuantityReported', { ...report, ...piece }, { ...about, serial });
      went(order, serial);
      if (random() < 0.05) serials.add(serial);
    }
    for (let produced = upTo(3); produced > 0; produced--) {
      const lot = `${['PRT', 'ASM', 'PAL'][level]}-${++lots}`;
      state(line, 'LotProduced', { material, quantity: '40', unit: 'EA' }, { ...about, lot });
      went(order, lot);
      rearrange(line, lot, level);
    }
    state(line, 'PhaseEnded', { run: order }, about);
    state(line, 'OperationCompleted', {}, about);
    state(line, 'OrderCompleted', {}, { order });
    state(line, 'OrderClosed', {}, { order });
  }

  /** What a line has stated since, as it travels. */
  function* take(line: Line): Generator<Segment> {
    while (line.facts.length > 0) {
      const own = line.facts.splice(0, segmentMax);
      const before = line.hash;
      const links = own.map((fact) => {
        line.hash = link(line.hash, fact);
        return line.hash;
      });
      const about = { line: line.path, epoch: 1, first: line.sequence + 1, before, facts: own };
      line.sequence += own.length;
      yield { ...about, after: line.hash, links };
    }
  }

  return {
    suppliers,
    into,
    /** Facts, orders, lots that were made and serials until now. */
    counted: () => ({ facts: made, orders, lots, serials: pieces }),
    *days(): Generator<Day> {
      for (let day = 0; day < days && made < facts; day++) {
        nowMs = startMs + day * dayMs;
        while (made < (facts * (day + 1)) / days) {
          for (const [level, own] of lines.entries()) work(pick(own), level);
        }
        const segments = lines.flat().flatMap((line) => [...take(line)]);
        yield { endMs: startMs + (day + 1) * dayMs, segments };
      }
    },
    /** All that something went into, itself too, by the record of this generator alone. */
    reached(start: string): Set<string> {
      const found = new Set([start]);
      for (const name of found) for (const next of into.get(name) ?? []) found.add(next);
      return found;
    },
  };
}
