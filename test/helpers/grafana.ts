// Grafana's model of a dashboard, as far as ours use it: what the kind `Dashboard` of Grafana 10
// (kinds/dashboard/dashboard_kind.cue) has, with the ids of units of @grafana/data (valueFormats).
// Nothing else may stand in a file: a name that is misspelt is passed over by Grafana in silence.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';

const folder = join(import.meta.dirname, '../../docs/monitoring');

export type Target = Readonly<{ refId: string; expr: string; legendFormat: string }>;
type Grid = Readonly<{ x: number; y: number; w: number; h: number }>;
type Step = Readonly<{ color: string; value: number | null }>;
export type Panel = Readonly<{
  id: number;
  type: string;
  title: string;
  gridPos: Grid;
  targets?: readonly Target[];
  fieldConfig?: { defaults: { unit: string; thresholds?: { steps: readonly Step[] } } };
}>;
export type Variable = Readonly<{ name: string; type: string; definition?: string }>;
export type Dashboard = Readonly<{
  uid: string;
  title: string;
  panels: readonly Panel[];
  templating: { list: readonly Variable[] };
}>;

export const boards = readdirSync(folder).filter((name) => name.endsWith('.json'));
export const boardText = (name: string): string => readFileSync(join(folder, name), 'utf8');
export const dashboard = (name: string): Dashboard => JSON.parse(boardText(name));

const text = { type: 'string', minLength: 1 };
const flag = { type: 'boolean' };
const whole = (minimum: number, maximum = 1e6) => ({ type: 'integer', minimum, maximum });
const one = (...values: (string | number)[]) => ({ enum: values });
const listOf = (items: object, minItems = 0) => ({ type: 'array', items, minItems });
/** All of these must be there, and of the others no more than these. */
const closed = (needed: Record<string, object>, more: Record<string, object> = {}) => ({
  type: 'object',
  properties: { ...needed, ...more },
  required: Object.keys(needed),
  additionalProperties: false,
});

const datasource = closed({ type: one('prometheus'), uid: one(`\${datasource}`) });
const gridPos = closed({ x: whole(0, 23), y: whole(0), w: whole(1, 24), h: whole(1, 24) });
const target = closed(
  { refId: { type: 'string', pattern: '^[A-Z]$' }, datasource, expr: text, legendFormat: text },
  { instant: flag, range: flag, format: one('time_series', 'table', 'heatmap') },
);
const thresholds = closed({
  mode: one('absolute', 'percentage'),
  steps: listOf(
    closed({
      color: one('green', 'yellow', 'orange', 'red', 'blue', 'purple', 'text'),
      value: { type: ['number', 'null'] },
    }),
    1,
  ),
});
const units = one(
  ...['none', 'string', 'short', 'percent', 'percentunit', 'bytes', 'decbytes', 'Bps', 'ms', 's'],
  ...['m', 'h', 'd', 'cps', 'ops', 'reqps', 'dtdurations', 'dateTimeAsIso', 'dateTimeFromNow'],
);
const custom = closed(
  {},
  {
    stacking: closed({ mode: one('none', 'normal', 'percent') }),
    fillOpacity: whole(0, 100),
  },
);
const fieldConfig = closed({
  defaults: closed({ unit: units }, { min: { type: 'number' }, thresholds, custom }),
  overrides: { type: 'array', maxItems: 0 },
});
const drawn = (type: string, options: object, more: Record<string, object> = {}) =>
  closed(
    {
      ...{ id: whole(1), type: one(type), title: text, datasource, gridPos, fieldConfig },
      ...{ targets: listOf(target, 1), options },
    },
    { description: text, ...more },
  );
const reduceOptions = closed({
  calcs: listOf(one('lastNotNull', 'last', 'mean', 'max', 'min', 'sum'), 1),
});
const merge = closed({ id: one('merge'), options: closed({}) });
const panel = {
  oneOf: [
    drawn(
      'stat',
      closed({
        reduceOptions,
        colorMode: one('none', 'value', 'background', 'background_solid'),
        graphMode: one('none', 'area'),
      }),
    ),
    drawn(
      'timeseries',
      closed({
        legend: closed({
          displayMode: one('list', 'table', 'hidden'),
          placement: one('bottom', 'right'),
        }),
        tooltip: closed({ mode: one('single', 'multi', 'none'), sort: one('none', 'asc', 'desc') }),
      }),
    ),
    // Two answers are one table only once they are merged.
    drawn('table', closed({ showHeader: flag }), { transformations: listOf(merge, 1) }),
    closed({
      ...{ id: whole(1), type: one('row'), title: text, gridPos, collapsed: { const: false } },
      panels: { type: 'array', maxItems: 0 },
    }),
  ],
};
const variable = {
  oneOf: [
    closed({
      ...{ name: one('datasource'), type: one('datasource'), label: text },
      ...{ query: one('prometheus'), current: closed({}), hide: one(0, 1, 2) },
    }),
    closed({
      ...{ name: { type: 'string', pattern: '^\\w{1,50}$' }, type: one('query'), label: text },
      ...{ datasource, definition: text, query: closed({ query: text, refId: text }) },
      ...{ refresh: one(1, 2), multi: flag, includeAll: flag, sort: whole(0, 8) },
      ...{ current: closed({ text, value: text }), hide: one(0, 1, 2) },
    }),
  ],
};
const link = closed({
  ...{ title: text, type: one('link', 'dashboards'), tags: listOf(text) },
  ...{ icon: text, tooltip: { type: 'string' }, url: { type: 'string' } },
  ...{ asDropdown: flag, keepTime: flag, includeVars: flag, targetBlank: flag },
});
const schema = closed({
  uid: { type: 'string', pattern: '^[A-Za-z0-9_-]{8,40}$' },
  ...{ title: text, description: text, tags: listOf(text, 1), editable: flag },
  ...{ schemaVersion: { const: 39 }, version: whole(1), panels: listOf(panel, 1) },
  refresh: { type: 'string', pattern: '^[1-9]\\d*[smhd]$' },
  time: closed({ from: { type: 'string', pattern: '^now-\\d+[mhd]$' }, to: { const: 'now' } }),
  timezone: one('browser', 'utc'),
  annotations: closed({ list: { type: 'array', maxItems: 0 } }),
  templating: closed({ list: listOf(variable, 1) }),
  links: listOf(link),
});
const validate = new Ajv2020({ strict: false }).compile(schema);

const meet = (a: Grid, b: Grid): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
const named = (words: string): string[] =>
  [...words.matchAll(/\$\{?(\w+)\}?/g)].map(([, name]) => name!);
const twice = (all: readonly (string | number)[]) => all.filter((x, at) => all.indexOf(x) < at);

function ofPanel({ title, gridPos: at, targets = [], fieldConfig: config }: Panel): string[] {
  const steps = config?.defaults.thresholds?.steps ?? [];
  const [first, ...rest] = steps.map(({ value }) => value);
  const isSorted = rest.every(
    (value, index) => value !== null && value > (rest[index - 1] ?? -1e9),
  );
  const legends = targets
    .map(({ legendFormat }) => legendFormat)
    .filter((words) => !words.includes('{{instance}}')); // what edge and central both have
  return [
    ...(at.x + at.w > 24 ? [`${title}: is wider than the grid`] : []),
    ...(steps.length > 0 && !(first === null && isSorted) ? [`${title}: steps do not rise`] : []),
    ...twice(targets.map(({ refId }) => refId)).map((id) => `${title}: ${id} twice`),
    ...twice(legends).map((words) => `${title}: ${words} twice`),
  ];
}

/** All that Grafana would not take, or draw otherwise than it was meant; nothing for a good one. */
export function faultsOf(json: string): string[] {
  const board = JSON.parse(json) as Dashboard;
  if (!validate(board)) {
    const one = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'oneOf');
    return one.map(({ instancePath, message, params }) =>
      `${instancePath} ${message} ${JSON.stringify(params)}`.slice(0, 300),
    );
  }
  const { panels, templating } = board;
  const known = templating.list.map(({ name }) => name);
  const asked = panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => named(expr)));
  const used = new Set([
    ...['datasource', ...asked],
    ...templating.list.flatMap(({ definition = '' }) => named(definition)),
  ]);
  const overlaps = panels.flatMap((panel, at) =>
    panels
      .slice(0, at)
      .filter((other) => meet(panel.gridPos, other.gridPos))
      .map(({ title }) => `${panel.title} lies on ${title}`),
  );
  return [
    ...twice(panels.map(({ id }) => id)).map((id) => `panel ${id} twice`),
    ...twice(known).map((name) => `variable ${name} twice`),
    ...[...used].filter((name) => !known.includes(name)).map((name) => `no variable ${name}`),
    ...known.filter((name) => !used.has(name)).map((name) => `nobody uses ${name}`),
    ...overlaps,
    ...panels.flatMap(ofPanel),
  ];
}
