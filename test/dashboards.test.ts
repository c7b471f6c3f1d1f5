// Goal: the dashboards are what Grafana takes, and lie as they were meant: no panel on another, no
// field that it would pass over, no unit or variable that there is not.
// Method: Grafana's own model as a closed schema; and a file with one thing made wrong at a time.
import { expect, test } from 'vitest';
import { boards, boardText, dashboard, faultsOf } from './helpers/grafana.ts';

test.each(boards)('%s is a dashboard as Grafana has them', (name) => {
  expect(faultsOf(boardText(name))).toEqual([]);
});

test('dashboards have an id, a title and links of their own', () => {
  const all = boards.map(dashboard);
  for (const of of ['uid', 'title'] as const) {
    expect(new Set(all.map((board) => board[of])).size).toBe(boards.length);
  }
  expect(all.map(({ uid }) => `${uid}.json`)).toEqual(boards);
});

// biome-ignore lint/suspicious/noExplicitAny: a test spoils what it likes.
type Loose = any;
const wrong: [string, (board: Loose) => void, RegExp][] = [
  ['a field that is misspelt', (board) => (board.panels[0].tilte = 'x'), /tilte/],
  ['an unknown field of a target', (board) => (board.panels[0].targets[0].exp = 'up'), /"exp"/],
  [
    'a unit that there is not',
    (board) => (board.panels[0].fieldConfig.defaults.unit = 'sec'),
    /unit/,
  ],
  ['another schema', (board) => (board.schemaVersion = 16), /schemaVersion/],
  ['no data source', (board) => delete board.panels[0].datasource, /datasource/],
  ['a data source by name', (board) => (board.panels[0].datasource.uid = 'prom-1'), /uid/],
  ['an id twice', (board) => (board.panels[1].id = 1), /^panel 1 twice$/],
  ['a panel on another', (board) => (board.panels[1].gridPos.x = 2), / lies on /],
  ['too wide a panel', (board) => (board.panels[5].gridPos.x = 23), /is wider than the grid/],
  [
    'a variable that there is not',
    (board) => (board.panels[0].targets[0].expr = 'up{instance=~"$box"}'),
    /^no variable box$/,
  ],
  [
    'a variable that nobody uses',
    (board) => board.templating.list.push({ ...queried, name: 'area' }),
    /^nobody uses area$/,
  ],
  [
    'steps that do not rise',
    (board) => board.panels[0].fieldConfig.defaults.thresholds.steps.reverse(),
    /steps do not rise/,
  ],
  [
    'a target twice',
    (board) => board.panels[0].targets.push({ ...board.panels[0].targets[0] }),
    /: A twice$/,
  ],
  [
    'a legend twice',
    (board) => board.panels[2].targets.push({ ...board.panels[2].targets[0], refId: 'B' }),
    /: segments twice$/,
  ],
];
const queried: Loose = JSON.parse(boardText('holdfast-edge.json')).templating.list[1];
test.each(wrong)('%s is found', (_name, spoil, words) => {
  const board = JSON.parse(boardText('holdfast-central.json'));
  spoil(board);
  expect(faultsOf(JSON.stringify(board)).join('\n')).toMatch(new RegExp(words.source, 'm'));
});
