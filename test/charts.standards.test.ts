// Goal: the charts do what the standards say, and where they do not, it is on purpose. Method: the
// standards' transition tables (test/data/transitions) against the charts' own graphs; what a chart
// knows beyond its table is written in helpers/standards.ts, and is to be neither more nor less.
// docs/charts/standards.md gives the reasons to the reader.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { equipmentStates } from '../shared/event.ts';
import { isRegular } from '../statecharts/line.ts';
import { type Sheet, type SheetName, sheets } from './helpers/charts.ts';
import { type Standard, standards } from './helpers/standards.ts';

type Row = Readonly<{ machine: string; from: string; event: string; to: string; kind: string }>;

/** Fields of a line, quoted ones with their commas. */
const fieldsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!,
  );

function rowsOf(file: string): Row[] {
  const [head, ...lines] = readFileSync(`test/data/transitions/${file}.csv`, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map(fieldsOf);
  expect(head).toEqual(['machine', 'from', 'event', 'to', 'kind', 'source']);
  return lines.map((fields) => {
    expect(fields).toHaveLength(6);
    const [machine, from, event, to, kind] = fields as [string, string, string, string, string];
    return { machine, from, event, to, kind };
  });
}

const tableOf = ({ file, part }: Standard): Row[] =>
  rowsOf(file).filter(({ machine }) => part === undefined || machine === part);

describe.each(Object.keys(standards) as SheetName[])('%s', (name) => {
  const { chart, events }: Sheet = sheets[name];
  const standard = standards[name]!;
  const { states, ours = {}, refused = {} } = standard;
  const table = tableOf(standard).map(({ from, event, to, kind }) => {
    const asked = standard.events[event]!;
    const way = `${states[from]} ${asked.split(' ')[0]} ${states[to]}`;
    const detailed = `${states[from]} ${asked} ${states[to]}`;
    const given = events[asked]!;
    return { from: states[from]!, asked, given, to: states[to]!, kind, way, detailed };
  });
  const isRefused = ({ way, detailed }: { way: string; detailed: string }): boolean =>
    way in refused || detailed in refused;

  test('has the states of its table', () => {
    expect(table).toHaveLength(standard.rows);
    expect(chart.states).toEqual(expect.arrayContaining(Object.values(states)));
  });

  test.each(table)('$from, then $asked: $to', ({ from, given, to, ...row }) => {
    const legal = !isRefused(row);
    expect(chart.can(from, given)).toBe(legal);
    if (legal) expect(chart.step(from, given, 'it')).toBe(to);
  });

  test('knows exactly these ways beyond its table', () => {
    const known = new Set(table.filter((row) => !isRefused(row)).map(({ way }) => way));
    const drawn = chart.graph().edges.map(({ from, event, to }) => `${from} ${event} ${to}`);
    const beyond = new Set(drawn.filter((way) => !known.has(way)));
    expect([...beyond].sort()).toEqual(Object.keys(ours).sort());
  });

  test('refuses exactly these rows of its table', () => {
    const missed = table
      .filter(isRefused)
      .map(({ detailed, way }) => (detailed in refused ? detailed : way));
    expect(missed.sort()).toEqual(Object.keys(refused).sort());
  });
});

test('every command to a batch that ISA-88 does not know is refused', () => {
  const { chart, events }: Sheet = sheets.batch;
  const { states, events: named } = standards.batch!;
  const legal = rowsOf('isa88_procedural')
    .filter(({ kind }) => !kind.endsWith('DISPUTED'))
    .map(({ from, event }) => `${states[from]} ${named[event]}`);
  const taken = chart.states.flatMap((state) =>
    Object.values(named)
      .filter((asked) => chart.can(state, events[asked]!))
      .map((asked) => `${state} ${asked}`),
  );
  expect(taken.sort()).toEqual(legal.sort());
});

test('where the table of holds asks for a second person or a signature, the chart does', () => {
  const { chart, events }: Sheet = sheets.hold;
  const unsigned = (asked: string) => ({ ...events[asked]!, signed: false });
  const proposer = { ...events['DispositionApproved']!, actor: 'quality:1' };
  expect(chart.can('dispositionProposed', proposer)).toBe(false);
  expect(chart.can('underReview', unsigned('DispositionProposed'))).toBe(false);
  expect(chart.can('dispositionProposed', unsigned('DispositionApproved'))).toBe(false);
  expect(chart.can('active', unsigned('HoldReleased'))).toBe(false);
  expect(chart.can('active', unsigned('HoldCancelled'))).toBe(false);
});

describe('line', () => {
  const known = new Set(
    ['packml_2015', 'packml_opc30050_flat'].flatMap((file) =>
      rowsOf(file).map(({ from, to }) => `${from} ${to}`.toLowerCase()),
    ),
  );

  test('the two tables know its 17 states and no others', () => {
    const states = new Set([...known].flatMap((way) => way.split(' ')));
    expect([...states].sort()).toEqual([...equipmentStates].sort());
    expect(sheets.line.chart.states).toEqual([...equipmentStates]);
  });

  const pairs = equipmentStates.flatMap((from) => equipmentStates.map((to) => ({ from, to })));
  test.each(pairs)('from $from to $to is as regular as PackML says', ({ from, to }) => {
    expect(isRegular(from, to)).toBe(from === to || known.has(`${from} ${to}`));
  });
});

const page = readFileSync('docs/charts/standards.md', 'utf8');

test('the page for the reader gives the reason of each difference', () => {
  const text = page.replaceAll(/\s+/g, ' ');
  for (const { ours, refused } of Object.values(standards)) {
    for (const why of Object.values({ ...ours, ...refused })) expect(text).toContain(why);
  }
});

describe('order', () => {
  const lines = page.split('\n').filter((line) => /^\| `/.test(line));
  const cells = lines.map((line) => line.split('|').slice(1, -1));
  const statesOf = (file: string, part = ''): string[] => [
    ...rowsOf(file)
      .filter(({ machine }) => machine.includes(part))
      .flatMap(({ from, to }) => [from, to]),
    '–',
  ];

  test('every state has its place in D365, SAP and the ISA-95 job order', () => {
    const d365 = statesOf('d365_production_order');
    const sap = statesOf('sap_order_status');
    const isa95 = statesOf('isa95_job_order_opc10031_4_v2', 'isa95_job_order');
    expect(cells.map(([state]) => state!.replaceAll('`', '').trim())).toEqual(
      sheets.order.chart.states,
    );
    const named = (cell: string | undefined): string[] => cell!.trim().split(/, | \+ /);
    for (const [, one, two, three] of cells) {
      expect(d365).toEqual(expect.arrayContaining(named(one)));
      expect(sap).toEqual(expect.arrayContaining(named(two)));
      expect(isa95).toEqual(expect.arrayContaining(named(three)));
    }
  });
});
