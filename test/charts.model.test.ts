// Goal: no chart has a state that cannot be reached, a way that cannot be taken, or two answers.
// Method: XState walks its own machine with everything that may be asked; our charts must say the
// same, step by step, as the machine they are made of.
import { describe, expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { getShortestPaths, getSimplePaths } from 'xstate/graph';
import { type Event, type Sheet, type SheetName, sheets } from './helpers/charts.ts';

type Way = Readonly<{ guard?: unknown; target?: readonly { key: string }[] }>;

/** Every state leads to every other: too many simple paths to walk, and no two of them differ. */
const meshed = new Set<SheetName>(['line']);

const wayOf = (from: string, event: string, to: string, rules: readonly string[]): string =>
  `${from} ${event} [${rules.join(' ')}] ${to}`;

function rulesOf({ guard }: Way): readonly string[] {
  const named = guard as { params: { names: readonly string[] } } | undefined;
  return named?.params.names ?? [];
}

describe.each(Object.keys(sheets) as SheetName[])('%s', (name) => {
  const { chart, events }: Sheet = sheets[name];
  const machine = chart.machine as AnyStateMachine;
  const names = new Map(Object.entries(events).map(([asked, event]) => [event, asked]));
  const options = {
    events: Object.values(events),
    serializeEvent: (event: object) => names.get(event as Event) ?? 'the beginning',
    serializeState: ({ value }: { value: unknown }) => String(value),
  } as Parameters<typeof getShortestPaths>[1];
  const shortest = getShortestPaths(machine, options);
  const paths = meshed.has(name) ? shortest : getSimplePaths(machine, options);
  const graph = chart.graph();

  test('begins where its machine and its picture begin', () => {
    const empty = shortest.find(({ weight }) => weight === 0);
    expect(empty?.state.value).toBe(chart.initial);
    expect(graph.initial).toBe(chart.initial);
    expect(machine.version).toBe(`${chart.version}`);
  });

  test('every state can be reached', () => {
    const reached = new Set(shortest.map(({ state }) => state.value));
    expect([...reached].sort()).toEqual(chart.states.toSorted());
    expect(graph.states.map(({ state }) => state)).toEqual(chart.states);
  });

  test('every way is taken by something that may be asked', () => {
    const taken = shortest.flatMap(({ state }) =>
      Object.values(events).flatMap((event) => {
        const ways = machine.getTransitionData(state, event) as readonly Way[];
        return ways.map((way) => {
          const to = way.target?.[0]?.key ?? state.value;
          return wayOf(state.value, event.type, to, rulesOf(way));
        });
      }),
    );
    const drawn = graph.edges.map(({ from, event, to, rules }) => wayOf(from, event, to, rules));
    expect([...new Set(taken)].sort()).toEqual([...new Set(drawn)].sort());
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  test(`the chart follows its machine on all ${paths.length} simple paths`, () => {
    for (const { steps, state } of paths) {
      let at = chart.initial;
      for (const { event, state: next } of steps.filter(({ event }) => names.has(event as Event))) {
        at = chart.step(at, event as Event, 'it');
        expect(at).toBe(next.value);
      }
      expect(at).toBe(state.value);
    }
  });

  test('whatever may be asked somewhere is accepted somewhere', () => {
    const accepted = Object.entries(events).filter(([, event]) =>
      chart.states.some((state) => chart.can(state, event)),
    );
    expect(accepted.map(([asked]) => asked)).toEqual(Object.keys(events));
  });

  test('its events are all that its ways hear, and a final state hears none', () => {
    const heard = new Set(graph.edges.map(({ event }) => event));
    expect([...heard].sort()).toEqual(
      [...new Set(Object.values(events).map(({ type }) => type))].sort(),
    );
    for (const { state, final } of graph.states) {
      const hears = Object.values(events).some((event) => chart.can(state, event));
      expect(hears).toBe(!final);
    }
  });

  test('a timer becomes a fact that its state accepts', () => {
    for (const state of chart.states) {
      for (const type of Object.values(chart.timers(state))) {
        expect(chart.can(state, events[type]!)).toBe(true);
      }
    }
  });
});
