import { Fault } from '../shared/fault.ts';
import type { Edge, Graph } from './engine.ts';
import { heightOf, type Line, wrap } from './lettering.ts';

/** What a picture shows beside the chart: one thing's state, and how often ways were taken. */
export type Lit = Readonly<{
  state?: string | undefined;
  /** By `${from} ${event} ${to}`. */
  counts?: ReadonlyMap<string, number> | undefined;
}>;
/** A state: its name and timers, and below them, in columns, the events that do not leave it. */
export type Box = Readonly<{
  state: string;
  lit: boolean;
  final: boolean;
  head: readonly Line[];
  stays: readonly (readonly Line[])[];
}>;
/** All ways from one state to another one. */
export type Arrow = Readonly<{ from: string; to: string; lines: readonly Line[] }>;
export type Sketch = Readonly<{
  initial: string;
  boxes: readonly Box[];
  arrows: readonly Arrow[];
  /** Events that lead from every state to every other one: told, not drawn. */
  notes: readonly (readonly Line[])[];
}>;

const columnRowsMax = 10;
const ruleColumns = 30;
/** Ways told below a note, the most taken ones. */
const waysMax = 12;

/** What a picture of the chart consists of; throws Fault UNKNOWN if it has no such state. */
export function sketch(graph: Graph, { state, counts }: Lit): Sketch {
  const names = graph.states.map((node) => node.state);
  if (state !== undefined && !names.includes(state)) {
    const known = names.join(', ');
    throw new Fault('UNKNOWN', `chart ${graph.id} has no state ${state}; known are ${known}`);
  }
  const edges = Map.groupBy(graph.edges, ({ event }) => event);
  const everywhere = [...edges].filter(([, ways]) => leadsEverywhere(names, ways));
  const told = new Set(everywhere.map(([event]) => event));
  const pairs = Map.groupBy(
    graph.edges.filter(({ event }) => !told.has(event)),
    ({ from, to }) => JSON.stringify([from, to]),
  );
  const linesOf = (from: string, to: string) =>
    lettered(pairs.get(JSON.stringify([from, to])) ?? [], counts);
  return {
    initial: graph.initial,
    boxes: graph.states.map(({ state: name, timers, final }) => ({
      ...{ state: name, lit: name === state, final },
      head: [
        { kind: 'name', text: name },
        ...timers.map((timer): Line => ({ kind: 'timer', text: timer })),
      ],
      stays: columns(linesOf(name, name)),
    })),
    arrows: [...pairs.values()]
      .map(([edge]) => edge!)
      .filter(({ from, to }) => from !== to)
      .map(({ from, to }) => ({ from, to, lines: linesOf(from, to).flat() })),
    notes: everywhere.map(([event, ways]) => noteOf(event, ways, names.length, counts)),
  };
}

/** Two states are drawn even so: a note would not be shorter. */
function leadsEverywhere(names: readonly string[], ways: readonly Edge[]): boolean {
  const pairs = new Set(
    ways.filter(({ from, to }) => from !== to).map(({ from, to }) => JSON.stringify([from, to])),
  );
  return names.length > 2 && pairs.size === names.length * (names.length - 1);
}

const keyOf = ({ from, event, to }: Edge): string => `${from} ${event} ${to}`;

/** One block of lines for each event: its name, and below it every set of rules it may come by. */
function lettered(edges: readonly Edge[], counts: Lit['counts']): Line[][] {
  return [...Map.groupBy(edges, ({ event }) => event)].map(([event, ways]) => {
    const count = counts && { count: counts.get(keyOf(ways[0]!)) ?? 0 };
    return [
      { kind: 'event', text: event, ...count },
      ...ways
        .flatMap(({ rules }) => ruleRows(rules))
        .map((text): Line => ({ kind: 'rule', text, ...(count?.count === 0 ? count : {}) })),
    ];
  });
}

const ruleRows = (rules: readonly string[]): string[] =>
  rules.length === 0 ? [] : wrap(`[${rules.join(', ')}]`.split(' '), ruleColumns);

/** Blocks in as few columns of about the same height as keep a state's box low. */
function columns(blocks: readonly (readonly Line[])[]): Line[][] {
  const rows = blocks.flat().length;
  const count = Math.ceil(rows / columnRowsMax);
  const height = heightOf(blocks.flat()) / count;
  const made: Line[][] = [];
  for (const block of blocks) {
    const last = made.at(-1);
    const room = last && (heightOf(last) + heightOf(block) / 2 <= height || made.length === count);
    if (room) last.push(...block);
    else made.push([...block]);
  }
  return made;
}

function noteOf(
  event: string,
  ways: readonly Edge[],
  states: number,
  counts: Lit['counts'],
): readonly Line[] {
  const own = new Set(ways.filter(({ from, to }) => from === to).map(({ from }) => from)).size;
  const itself =
    own === states ? ', or to itself' : own > 0 ? `, or to itself in ${own} states` : '';
  const taken = [...new Set(ways.map((way) => `${keyOf(way)}`))]
    .map((key) => ({ key, count: counts?.get(key) ?? 0 }))
    .filter(({ count }) => count > 0);
  const most = taken.toSorted((a, b) => b.count - a.count).slice(0, waysMax);
  const shown = new Map(ways.map((way) => [keyOf(way), `${way.from} → ${way.to}`]));
  const sum = counts && { count: taken.reduce((total, { count }) => total + count, 0) };
  const [first] = ways;
  const alike = ways.every(({ rules }) => rules.join() === first!.rules.join());
  const named = ways.every(({ rules, to }) => rules.join() === to);
  const rules = alike
    ? ruleRows(first!.rules)
    : [
        named
          ? '[the rule has the name of the state it leads to]'
          : '[rules differ from way to way]',
      ];
  return [
    { kind: 'event', text: `${event}: from any state to any other${itself}`, ...sum },
    ...rules.map((text): Line => ({ kind: 'rule', text })),
    ...most.map(({ key, count }): Line => ({ kind: 'event', text: shown.get(key)!, count })),
    ...(taken.length > most.length
      ? [{ kind: 'rule', text: `and ${taken.length - most.length} more ways` } as const]
      : []),
  ];
}
