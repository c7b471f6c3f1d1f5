import { type Family, metricsText, oneOf, type Sample } from '../shared/metrics.ts';
import type { Status } from './http/status.ts';
import type { Intake } from './line/intake.ts';
import type { Disk } from './store/disk.ts';
import { levels } from './store/gauge.ts';
import type { Express } from './uplink/express.ts';
import { linkStates } from './uplink/forwarder.ts';
import { isRefusal } from './uplink/marks.ts';

type Given = {
  status: Status & { disk: ReturnType<Disk['status']>; program: { release: string } } & {
    environment: string;
  };
  express: ReturnType<Express['counts']>;
  intake: ReturnType<Intake['figures']>;
  /** What became of traces; absent where none is told. */
  traces?: readonly Family[] | undefined;
  vitals?: readonly Family[];
};
type Line = Status['lines'][number];

/**
 * What this edge does, for a scraper. Names begin with `holdfast_edge_`, but for `vitals`, which
 * every program has.
 */
export function edgeMetrics({ traces = [], vitals = [], ...given }: Given): string {
  const { status } = given;
  const own = [
    ...about(given),
    ...linesIn(status),
    ...intakeIn(given),
    ...diskIn(given),
    ...traces,
  ];
  const named = own.map((family) => ({ ...family, name: `holdfast_edge_${family.name}` }));
  return metricsText([...named, ...vitals]);
}

function about({ status, express }: Given): Family[] {
  const { central, program, environment } = status;
  const heard = central ? [central] : [];
  const outcomes = express.flatMap(({ kind, sent, shed }): Sample[] => [
    { labels: { kind, outcome: 'sent' }, value: sent },
    { labels: { kind, outcome: 'shed' }, value: shed },
  ]);
  return [
    {
      ...{ name: 'info', type: 'gauge', help: 'The program that runs here.' },
      samples: [{ labels: { release: program.release, environment }, value: 1 }],
    },
    {
      ...{ name: 'heartbeat_timestamp_seconds', type: 'gauge' },
      help: 'When central last answered a heartbeat, Unix time of this edge.',
      samples: heard.map(({ atMs }) => ({ value: atMs / 1_000 })),
    },
    {
      ...{ name: 'heartbeat_round_trip_seconds', type: 'gauge' },
      help: 'How long the last heartbeat took to central and back.',
      samples: heard.map(({ roundTripMs }) => ({ value: roundTripMs / 1_000 })),
    },
    {
      ...{ name: 'clock_skew_seconds', type: 'gauge' },
      help: "How far central's clock is ahead of this edge's.",
      samples: heard.map(({ skewMs }) => ({ value: skewMs / 1_000 })),
    },
    {
      ...{ name: 'express_facts_total', type: 'counter' },
      help: 'Facts of lines that central is behind with: told ahead (sent), or passed over (shed).',
      samples: outcomes,
    },
  ];
}

function linesIn({ lines, nowMs }: Status): Family[] {
  const each = (value: (line: Line) => number | null): Sample[] =>
    lines.flatMap((row) => {
      const known = value(row);
      return known === null ? [] : [{ labels: { line: row.line }, value: known }];
    });
  const ageOf = ({ oldestUnsentMs }: Line): number =>
    oldestUnsentMs === null ? 0 : Math.max(0, nowMs - oldestUnsentMs) / 1_000;
  return [
    {
      ...{ name: 'facts_stated_total', type: 'counter', samples: each(({ head }) => head) },
      help: "Facts that the line has stated in its epoch: its head's sequence.",
    },
    {
      ...{ name: 'facts_unsent', type: 'gauge', samples: each(({ unsent }) => unsent) },
      help: 'Facts that the stream has not taken.',
    },
    {
      ...{ name: 'oldest_unsent_age_seconds', type: 'gauge', samples: each(ageOf) },
      help: 'Age of the oldest fact that the stream has not taken; 0 without one.',
    },
    {
      ...{ name: 'facts_unread', type: 'gauge', samples: each(({ sent, kept }) => sent - kept) },
      help: "Facts that the stream has taken and central's ledger does not hold yet.",
    },
    {
      ...{ name: 'line_behind', type: 'gauge', samples: each(({ ahead }) => (ahead ? 1 : 0)) },
      help: '1 while central is behind with the line, and is told of newest facts ahead.',
    },
    {
      ...{ name: 'line_failed', type: 'gauge' },
      help: '1 while the line is stopped because its history does not hold.',
      samples: each(({ failure }) => (failure === null ? 0 : 1)),
    },
    {
      ...{ name: 'facts_without_effect', type: 'gauge', samples: each(({ orphans }) => orphans) },
      help: 'Facts that rest on what another medium has lost: recorded, and without effect.',
    },
    {
      ...{
        name: 'link_state',
        type: 'gauge',
        help: "1 for the state of the line's way to central.",
      },
      samples: lines.flatMap(({ line, way }) =>
        oneOf('state', linkStates, way.state).map(({ labels, value }) => {
          return { labels: { line, ...labels }, value };
        }),
      ),
    },
    {
      ...{ name: 'credentials_refused', type: 'gauge' },
      help: "1 while the leaf refuses this edge's credentials, or the hub the leaf's.",
      samples: each(({ way }) => (isRefusal(way) ? 1 : 0)),
    },
  ];
}

const intakeIn = ({ intake: { waiting, turned, commits } }: Given): Family[] => [
  {
    ...{ name: 'intake_waiting', type: 'gauge', samples: [{ value: waiting }] },
    help: 'Commands that wait to be decided.',
  },
  {
    ...{ name: 'intake_refused_total', type: 'counter' },
    help: 'Commands that were not let in because too many waited, since start.',
    samples: turned.map(({ kind, commands }) => ({ labels: { kind }, value: commands })),
  },
  {
    ...{ name: 'commit_duration_seconds', type: 'histogram', of: commits },
    help: 'How long commits of facts took, since start.',
  },
];

const diskIn = ({ status: { disk } }: Given): Family[] => [
  {
    ...{ name: 'disk_level', type: 'gauge', samples: oneOf('level', levels, disk.level) },
    help: '1 for the level of the disk, which says what is still taken in.',
  },
  {
    ...{ name: 'disk_room_bytes', type: 'gauge', samples: [{ value: disk.roomBytes }] },
    help: 'Room that is left for facts.',
  },
  {
    ...{ name: 'disk_budget_bytes', type: 'gauge', samples: [{ value: disk.budgetBytes }] },
    help: 'What the store and its log may take of the disk.',
  },
  {
    ...{ name: 'store_bytes', type: 'gauge', samples: [{ value: disk.storeBytes }] },
    help: 'What the store takes, without its log.',
  },
  {
    ...{ name: 'store_wal_bytes', type: 'gauge', samples: [{ value: disk.walBytes }] },
    help: "What the store's write-ahead log takes.",
  },
  {
    ...{ name: 'disk_days_left', type: 'gauge' },
    help: 'Days until the room is used up at the present rate; absent while it is not.',
    samples: disk.daysLeft === null ? [] : [{ value: disk.daysLeft }],
  },
];
