// Goal: a picture shows the chart as its machine is, all of it, and nothing else.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { charts } from '../statecharts/charts.ts';
import { defineChart, type Graph, all as rules } from '../statecharts/engine.ts';
import { drawChart } from '../statecharts/picture.ts';
import { testFolder } from './helpers/folder.ts';
import { runToEnd } from './helpers/outside.ts';
import { all, type Node, readXml } from './helpers/svg.ts';

const named = (node: Node, state: string): Node =>
  all(node, 'state').find(({ attributes }) => attributes['data-state'] === state)!;
const texts = (node: Node, className: string): string[] =>
  all(node, className).map((at) => at.text);
const between = (node: Node, from: string, to: string): Node[] =>
  all(node, 'edge').filter(
    ({ attributes }) => attributes['data-from'] === from && attributes['data-to'] === to,
  );
const labelOf = (node: Node, from: string, to: string): Node =>
  all(node, 'label').find(
    ({ attributes: at }) => at['data-from'] === from && at['data-to'] === to,
  )!;
/** All events and rules of a box or a label, in their order. */
const lettersOf = ({ children }: Node): string =>
  children
    .filter(({ attributes }) => /event|rule/.test(attributes['class'] ?? ''))
    .map(({ text }) => text)
    .join(' ');
const notedIn = (node: Node): string[] => texts(node, 'note').map((text) => text.split(':')[0]!);
const frameOf = ({ attributes }: Node) => {
  const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => +attributes[name]!);
  return { left: x!, top: y!, right: x! + width!, bottom: y! + height! };
};

describe.each(Object.entries(charts))('the picture of %s', (_name, chart) => {
  const graph = chart.graph();
  const svg = drawChart(graph);
  const root = readXml(svg);

  test('is XML without styles and scripts, and the same every time', () => {
    expect(svg).not.toMatch(/style|script|[^:]href|url\(/i);
    expect(root.attributes['xmlns']).toBe('http://www.w3.org/2000/svg');
    expect(drawChart(chart.graph())).toBe(svg);
  });

  test('has every state and its timers, and every event with its rules where it leads', () => {
    expect(texts(root, 'name')).toEqual(chart.states);
    for (const { state, timers } of graph.states) {
      expect(texts(named(root, state), 'timer')).toEqual(timers);
    }
    const noted = notedIn(root);
    for (const { from, event, to, rules } of graph.edges) {
      if (noted.includes(event)) continue;
      const told = lettersOf(from === to ? named(root, from) : labelOf(root, from, to));
      const way =
        rules.length === 0 ? event : `${event}( \\[[^\\]]*\\])* \\[${rules.join(', ')}\\]`;
      expect(told, `${from} to ${to}`).toMatch(new RegExp(`(^| )${way}( |$)`));
    }
  });

  test('has no event that its chart has not', () => {
    const known = graph.edges.map(({ event }) => event);
    const events = texts(root, 'event').map((text) => text.split(':')[0]!);
    expect(events.filter((event) => !known.includes(event))).toEqual([]);
  });

  test('has an arrow for every pair of states, but for ways from any to any', () => {
    const noted = notedIn(root);
    for (const { from, event, to } of graph.edges) {
      if (from === to || noted.includes(event)) continue;
      expect(between(root, from, to), `${from} ${event} ${to}`).toHaveLength(1);
    }
    const drawn = all(root, 'edge').filter(({ attributes }) => 'data-from' in attributes);
    expect(drawn).toHaveLength(new Set(drawn.map(({ attributes: a }) => JSON.stringify(a))).size);
  });

  test('has nothing that lies on something else, or outside', () => {
    const frames = ['box', 'card', 'frame'].flatMap((name) => all(root, name)).map(frameOf);
    const { width, height } = root.attributes;
    for (const [index, one] of frames.entries()) {
      expect(one.left >= 0 && one.top >= 0).toBe(true);
      expect(one.right <= +width! && one.bottom <= +height!).toBe(true);
      for (const other of frames.slice(index + 1)) {
        const apart =
          one.right <= other.left ||
          other.right <= one.left ||
          one.bottom <= other.top ||
          other.bottom <= one.top;
        expect(apart, JSON.stringify([one, other])).toBe(true);
      }
    }
  });

  test.each(chart.states)('marks %s by frame, dot and word when it is lit', (state) => {
    const lit = readXml(drawChart(graph, { state }));
    const node = named(lit, state);
    expect(all(lit, 'lit')).toEqual([node]);
    expect(all(node, 'mark')).toHaveLength(1);
    expect(node.attributes['aria-current']).toBe('true');
    const thick = (at: Node) => Number(all(at, 'box')[0]!.attributes['stroke-width']);
    expect(thick(node)).toBeGreaterThan(thick(named(root, state)));
    const [title, desc] = lit.children;
    expect(title!.text).toBe(`Chart ${chart.id}, version ${chart.version}, now ${state}`);
    expect(desc!.text).toContain(`The current state is ${state}.`);
    expect(all(root, 'lit')).toEqual([]);
  });
});

const lamp = (more: object = {}) =>
  defineChart({
    id: 'lamp',
    version: 1,
    initial: 'off',
    rules: { paid: { holds: () => true, why: () => '' } },
    states: {
      off: {
        on: { Switched: { target: 'on', guard: rules('paid') }, Dusted: { actions: 'note' } },
      },
      on: { timers: { night: 'Switched' }, on: { Switched: { target: 'off' } } },
      ...more,
    },
  }).graph();

test('a state that is added to a chart is in its picture by itself', () => {
  const more = {
    broken: {},
    on: { on: { Switched: { target: 'off' }, Fell: { target: 'broken' } } },
  };
  const [before, after] = [readXml(drawChart(lamp())), readXml(drawChart(lamp(more)))];
  expect(texts(before, 'name')).toEqual(['off', 'on']);
  expect(texts(after, 'name')).toEqual(['off', 'on', 'broken']);
  expect(between(after, 'on', 'broken')).toHaveLength(1);
  expect(named(after, 'broken').attributes['class']).toBe('state final');
  expect(all(named(after, 'broken'), 'inner')).toHaveLength(1);
});

test('names that look like markup are text', () => {
  const evil = '<g a="1">&\'\u0001';
  const graph: Graph = {
    ...{ id: evil, version: 1, initial: evil },
    states: [
      { state: evil, timers: [evil], final: false },
      { state: 'b', timers: [], final: true },
    ],
    edges: [
      { from: evil, event: evil, to: 'b', rules: [evil] },
      { from: evil, event: evil, to: evil, rules: [] },
    ],
  };
  const root = readXml(drawChart(graph, { state: evil }));
  const shown = evil.replace('\u0001', '\ufffd');
  expect(texts(root, 'name')).toEqual([shown, 'b']);
  expect(texts(root, 'event')).toEqual([shown, shown]);
  expect(texts(root, 'timer')).toEqual([shown]);
});

test('ways are counted, and those that nobody took are paler', () => {
  const counts = new Map([['off Switched on', 12]]);
  const root = readXml(drawChart(lamp(), { counts }));
  expect(texts(root, 'count')).toEqual([' ×12']);
  expect(texts(root, 'event')).toContain('Switched ×12');
  expect(between(root, 'off', 'on')[0]!.attributes['class']).toBe('edge');
  expect(between(root, 'on', 'off')[0]!.attributes['class']).toBe('edge untaken');
  expect(all(named(root, 'off'), 'untaken').map(({ text }) => text)).toEqual(['Dusted']);
  expect(all(readXml(drawChart(lamp())), 'untaken')).toEqual([]);
});

test('an event from every state to every other one is told, not drawn', () => {
  const counts = new Map([
    ['idle EquipmentStateChanged execute', 3],
    ['execute EquipmentStateChanged held', 4],
  ]);
  const root = readXml(drawChart(charts['line']!.graph(), { counts }));
  expect(all(root, 'edge')).toHaveLength(1);
  const [note] = all(root, 'note');
  expect(texts(note!, 'event')).toEqual([
    'EquipmentStateChanged: from any state to any other, or to itself ×7',
    'execute → held ×4',
    'idle → execute ×3',
  ]);
});

test('a state that the chart has not got is refused, and the known ones are named', () => {
  const unknown = { code: 'UNKNOWN', message: 'chart lamp has no state red; known are off, on' };
  expect(() => drawChart(lamp(), { state: 'red' })).toThrow(expect.objectContaining(unknown));
});

describe('holdfast chart', () => {
  const chart = (...args: string[]) => runToEnd('cli/holdfast.ts', 'chart', ...args);

  test('lists the charts', async () => {
    const { code, stdout } = await chart();
    expect(code).toBe(0);
    const rows = Object.entries(charts).map(([name, { version, states }]) =>
      expect.stringMatching(new RegExp(`^${name} +v${version} +${states.length} states$`)),
    );
    expect(stdout.trimEnd().split('\n')).toEqual(rows);
  });

  test('prints a picture, or writes it to a file', async () => {
    const svg = drawChart(charts['hold']!.graph(), { state: 'active' });
    expect(await chart('hold', '--state', 'active')).toEqual({ code: 0, stdout: svg, stderr: '' });
    const path = join(testFolder(), 'hold.svg');
    const written = await chart('hold', '--state', 'active', '--out', path);
    expect(written).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(path, 'utf8')).toBe(svg);
  });

  test.each([
    [['nope'], 1, /^holdfast chart: nope is no chart; known are line, order, /],
    [['toString'], 1, /^holdfast chart: toString is no chart; known are line, order, /],
    [
      ['hold', '--state', 'x'],
      1,
      /^holdfast chart: chart hold has no state x; known are unknown, /,
    ],
    [['hold', 'lot'], 1, /^holdfast chart: chart: must be given one name\n$/],
    [['--state', 'x'], 1, /^holdfast chart: --state: must come with the name of a chart\n$/],
    [['hold', '--out', '/no/such/folder/x'], 1, /^holdfast chart: --out: ENOENT/],
    [['hold', '--stat', 'x'], 2, /^holdfast chart: Unknown option '--stat'/],
  ])('%j is refused with %i', async (args, code, says) => {
    const ending = await chart(...args);
    expect(ending).toMatchObject({ code, stdout: '' });
    expect(ending.stderr).toMatch(says);
  });
});
