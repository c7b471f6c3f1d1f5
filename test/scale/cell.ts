import { encodeContent } from '../../shared/codec.ts';
import { percentile } from '../bench/figures.ts';
import { content } from '../helpers/facts.ts';
import { random } from '../helpers/random.ts';
import { openCentral } from './central.ts';
import { type Edge, openEdge } from './edge.ts';
import { openHub } from './hub.ts';
import { openMachine, type Program } from './machine.ts';
import type { Measured } from './measured.ts';
import { openTime } from './time.ts';

/** What a cell is made of: a hub, a central with its ledger, and the edges of some sites. */
export type Plan = Readonly<{
  seed: number;
  edges: number;
  lines: number;
  /** Facts of one line in a second. */
  rate: number;
  /** Servers of the hub: 1 or 3. */
  hubs: number;
  /**
   * Cores of each server of the hub and of central's machine; or of the one machine on which all
   * of it runs, with the edges, as in the bench.
   */
  cores: Readonly<{ hub: number; central: number }> | Readonly<{ all: number }>;
  bytesMax: number;
  /** Way of a message between an edge and the hub, ms. */
  wayMs: number;
  /** Whether edges tell ahead of their segments what is new. */
  express: boolean;
  /** Whether central bounds that. */
  bounded: boolean;
}>;
export const plantPlan: Plan = {
  ...{ seed: 1, edges: 30, lines: 20, rate: 5, hubs: 3, wayMs: 10 },
  ...{ express: true, bounded: true },
  ...{ cores: { hub: 2, central: 2 }, bytesMax: 4_096 * 2 ** 20 },
};

/** As the edge's `ackTimeoutMs`, unless it is said otherwise. */
const ackMs = 5_000;
/** How late facts are is told of every so many-th line. */
const sampled = 5;

function placesOf(plan: Plan, time: ReturnType<typeof openTime>) {
  const followers = plan.hubs - 1;
  if ('all' in plan.cores) {
    const { program } = openMachine(time, plan.cores.all);
    const others = Array.from({ length: followers }, () => program());
    return { leader: program(), followers: others, central: program(), edges: program() };
  }
  const { hub, central } = plan.cores;
  const server = (): Program => openMachine(time, hub).program();
  const others = Array.from({ length: followers }, server);
  return {
    ...{ leader: server(), followers: others, edges: undefined },
    central: openMachine(time, central).program(),
  };
}

export type Cell = ReturnType<typeof openCell>;

/** A cell in virtual time. `late` are the ages of facts when central had them, ms. */
export function openCell(plan: Plan, measured: Measured) {
  const time = openTime();
  const dice = random(plan.seed);
  const places = placesOf(plan, time);
  const parts = { time, measured, wayMs: plan.wayMs, ackMs, bytesMax: plan.bytesMax };
  const hub = openHub({ ...parts, leader: places.leader, followers: places.followers });
  const fact = factOf(measured.factBytes);
  const edges: Edge[] = [];
  const edgeOf = new Map<string, Edge>();
  const known = new Map<string, Set<number>>(); // told ahead, of sampled lines
  let late: number[] = [];
  let words: number[] = [];
  let sinceMs = 0; // facts stated before are a backlog, and not live

  function note(line: string, sequence: number): void {
    const atMs = edgeOf.get(line)!.atOf(line, sequence);
    if (atMs >= sinceMs) late.push(time.nowMs() - atMs);
  }
  const central = openCentral({
    ...{ time, measured, hub, program: places.central, bounded: plan.bounded },
    lines: Array.from({ length: plan.edges }, (_, edge) => pathsOf(edge, plan.lines)).flat(),
    word(line, sequence) {
      words.push(time.nowMs() - edgeOf.get(line)!.atOf(line, sequence));
      edgeOf.get(line)!.hear(line, sequence);
    },
    kept(line, first, last) {
      const ahead = known.get(line);
      if (!ahead) return;
      for (let sequence = first; sequence <= last; sequence++) {
        if (!ahead.delete(sequence)) note(line, sequence);
      }
    },
  });
  let count = 0;
  for (let index = 0; index < plan.edges; index++) {
    const lines = pathsOf(index, plan.lines);
    for (const line of lines) if (count++ % sampled === 0) known.set(line, new Set());
    const phases = new Map(lines.map((line) => [line, dice.below(1_000) / 1_000]));
    const edge = openEdge({
      ...{ time, measured, hub, central: () => central, program: places.edges, lines, fact },
      ...{
        rate: plan.rate,
        phase: (line) => phases.get(line)!,
        express: plan.express,
      },
      ahead(line, sequence) {
        const ahead = known.get(line);
        if (!ahead || ahead.has(sequence) || sequence <= central.headOf(line)) return;
        ahead.add(sequence);
        note(line, sequence);
      },
    });
    edges.push(edge);
    for (const line of lines) edgeOf.set(line, edge);
  }

  const told = () => {
    const sum = (of: (edge: Edge) => number) => edges.reduce((all, edge) => all + of(edge), 0);
    return {
      ...{ entered: sum((edge) => edge.entered()), stated: sum((edge) => edge.stated()) },
      ...{ sent: sum((edge) => edge.sent()), kept: central.figures().taken },
      ...{ hub: hub.figures(), central: central.figures() },
    };
  };
  return {
    ...{ plan, edges, hub, central, told, time, places },
    /** Ages of facts that were stated since it was asked last, and of central's word at edges. */
    ages() {
      const ages = { late: spread(late), words: spread(words) };
      [late, words, sinceMs] = [[], [], time.nowMs()];
      return ages;
    },
    /** Virtual seconds until it holds, looked for ten times a second; undefined if not in time. */
    async until(holds: () => boolean, maxS: number): Promise<number | undefined> {
      const startMs = time.nowMs();
      while (!holds()) {
        if (time.nowMs() - startMs >= maxS * 1_000) return undefined;
        await time.run(time.nowMs() + 100);
      }
      return (time.nowMs() - startMs) / 1_000;
    },
    pass: (seconds: number): Promise<void> => time.run(time.nowMs() + seconds * 1_000),
  };
}

const pathsOf = (edge: number, lines: number): string[] =>
  Array.from({ length: lines }, (_, line) => `acme/s${edge}/hall/L${line + 1}`);

const spread = (ages: readonly number[]) =>
  ages.length === 0
    ? undefined
    : { p50: percentile(ages, 0.5), p99: percentile(ages, 0.99), count: ages.length };

/** A report of a piece, as large as a fact is. */
function factOf(bytes: number): Buffer {
  const body = { run: 'R1', phase: 'run' as const, good: '1', scrap: '0', rework: '0', held: '0' };
  const made = content('piece', 'QuantityReported', { ...body, unit: 'EA', inRework: false });
  const short = encodeContent(made).length;
  const name = 'x'.repeat(Math.max(0, Math.min(120, bytes - short)));
  return encodeContent({ ...made, actor: `person:${name}`, order: 'WO-1', operation: '0010' });
}
