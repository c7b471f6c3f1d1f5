import { initialTransition, type MachineSnapshot, setup, transition } from 'xstate';
import { Fault } from '../shared/fault.ts';

/** What a chart is told: a fact's type, and what the chart must know of its surroundings. */
export type ChartEvent = Readonly<{ type: string }>;

/** A condition, and the words for a person when it does not hold; none if it only chooses a way. */
export type Rule<E> = { holds(event: E): boolean; why(event: E): string };

type Guard = { type: 'all'; params: { names: readonly string[] } };
type Transition = { target?: string; guard?: Guard; actions?: 'note' };
/** `timers`: each named delay that runs while in this state, and the fact stated when it is due. */
type State = {
  on?: Record<string, Transition | Transition[]>;
  timers?: Readonly<Record<string, string>>;
};

/** One way through a chart; `rules` must all hold for it to be taken. */
export type Edge = Readonly<{ from: string; event: string; to: string; rules: readonly string[] }>;
/** A chart as a picture needs it, read from the machine itself. */
export type Graph = Readonly<{
  id: string;
  version: number;
  initial: string;
  states: readonly Readonly<{ state: string; timers: readonly string[]; final: boolean }>[];
  edges: readonly Edge[];
}>;

export type Chart<E extends ChartEvent = ChartEvent> = Readonly<{
  id: string;
  /** Rises with every change that decides or remembers anything differently. */
  version: number;
  /** State before the first fact. */
  initial: string;
  states: readonly string[];
  /**
   * State after `event`; throws Fault REFUSED with the guard's name and reason if the chart forbids
   * it. Its rule is `state` where the state knows no such event.
   */
  step(state: string, event: E, name: string): string;
  can(state: string, event: E): boolean;
  /** Named delays that run in this state, and the fact that each one becomes when it is due. */
  timers(state: string): Readonly<Record<string, string>>;
  graph(): Graph;
  /** XState's own machine, for tools that walk its graph. */
  machine: unknown;
}>;

/** All of these rules must hold. */
export const all = (...names: string[]): Guard => ({ type: 'all', params: { names } });

type Definition<E> = {
  id: string;
  version: number;
  initial: string;
  rules: Record<string, Rule<E>>;
  states: Record<string, State>;
};

type Snapshot = MachineSnapshot<object, ChartEvent, never, never, string, string, never, never>;

/**
 * An XState machine used purely: its state is a name, its guards read only the event. No clock, no
 * actions but `note` (accepted, nothing changes), no children.
 *
 * A chart decides once per fact: `can` gates, and `transition` runs only where the event may lead
 * to more than one state.
 */
export function defineChart<E extends ChartEvent>(definition: Definition<E>): Chart<E> {
  const { id, version, initial, rules, states } = definition;
  const machine = setup({
    types: { context: {} as object, events: {} as ChartEvent },
    actions: { note: () => undefined },
    guards: {
      all: ({ event }, { names }: { names: readonly string[] }) =>
        names.every((name) => rules[name]!.holds(event as E)),
    },
  }).createMachine({
    id,
    version: `${version}`,
    initial,
    context: {},
    states: nodesOf(states),
  } as never);

  const snapshots = new Map<string, Snapshot>();
  const snapshotOf = (state: string): Snapshot => {
    const known = snapshots.get(state);
    if (known) return known;
    const made = machine.resolveState({ value: state, context: {} } as never) as never as Snapshot;
    snapshots.set(state, made);
    return made;
  };

  const candidates = (state: string, type: string): Transition[] =>
    [states[state]?.on?.[type] ?? []].flat();

  const targets = new Map<string, string | undefined>();
  /** The one state that the event may lead to from here; undefined if the guards choose. */
  function onlyTarget(state: string, type: string): string | undefined {
    const name = `${state} ${type}`;
    if (!targets.has(name)) {
      const all = new Set(candidates(state, type).map(({ target }) => target ?? state));
      targets.set(name, all.size === 1 ? [...all][0] : undefined);
    }
    return targets.get(name);
  }

  function refusal(state: string, event: E, name: string): Fault {
    const words = candidates(state, event.type)
      .flatMap(({ guard }) => guard?.params.names ?? [])
      .filter((rule) => !rules[rule]!.holds(event))
      .map((rule) => ({ rule, why: rules[rule]!.why(event) }));
    const said = words.find(({ why }) => why !== '');
    const { rule, why } = said ?? { rule: 'state', why: `${name} is ${state}: no ${event.type}` };
    return new Fault('REFUSED', why, { rule });
  }

  const can = (state: string, event: E): boolean => snapshotOf(state).can(event);

  return {
    id,
    version,
    machine,
    timers: (state) => states[state]?.timers ?? {},
    graph: () => graphOf(id, version, machine.root as never),
    initial: initialTransition(machine)[0].value as string,
    states: Object.keys(states),
    can,
    step(state, event, name) {
      if (!can(state, event)) throw refusal(state, event, name);
      const only = onlyTarget(state, event.type);
      if (only !== undefined) return only;
      return transition(machine, snapshotOf(state) as never, event)[0].value as string;
    },
  };
}

/** XState's nodes: timers are only named here; no clock runs inside a machine. */
const nodesOf = (states: Record<string, State>) =>
  Object.fromEntries(
    Object.entries(states).map(([state, { on = {}, timers = {} }]) => [
      state,
      { on, meta: { timers } },
    ]),
  );

type Node = Readonly<{
  initial: { target: readonly { key: string }[] };
  states: Readonly<
    Record<
      string,
      { transitions: ReadonlyMap<string, readonly Way[]>; meta: Pick<State, 'timers'> }
    >
  >;
}>;
type Way = Readonly<{ target?: readonly { key: string }[]; guard?: Guard }>;

function graphOf(id: string, version: number, root: Node): Graph {
  const nodes = Object.entries(root.states);
  const edges = nodes.flatMap(([from, { transitions }]) =>
    [...transitions].flatMap(([event, ways]) =>
      ways.map(({ target, guard }) => ({
        ...{ from, event, to: target?.[0]?.key ?? from },
        rules: guard?.params.names ?? [],
      })),
    ),
  );
  const states = nodes.map(([state, { meta }]) => ({
    ...{ state, timers: Object.keys(meta.timers ?? {}) },
    final: !edges.some(({ from }) => from === state),
  }));
  return { id, version, initial: root.initial.target[0]!.key, states, edges };
}
