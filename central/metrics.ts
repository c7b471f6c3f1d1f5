import { type Environment, environmentUsual } from '../shared/environment.ts';
import type { Exporter } from '../shared/exporter.ts';
import { type Family, metricsText, type Sample } from '../shared/metrics.ts';
import { release } from '../shared/release.ts';
import { walBytesOf } from '../shared/vitals.ts';
import { type Parts as FeedParts, feedFamilies } from './feed/metrics.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Beyond, Live } from './ledger/live.ts';
import type { StreamSeen } from './ledger/mark.ts';
import type { Pulse } from './ledger/pulse.ts';
import { openPostingMetrics, type Parts as PostingParts } from './posting/postingmetrics.ts';
import type { Postings } from './posting/postings.ts';

/** Most lines, and most edges, that are told of one by one. */
const shownMax = 1_000;

type Parts = PostingParts &
  FeedParts & {
    ledger: Ledger;
    live: Live;
    postings: Pick<Postings, 'counts' | 'settled'>;
    edges: Pulse['edges'];
    /** The hub's stream as it was last seen; undefined before, and where another central looks. */
    hubSeen: () => StreamSeen | undefined;
    /** What is wrong with the hub's servers; undefined where nothing is. */
    hubTrouble: () => string | undefined;
    /** Whether other centrals share the ledger. */
    isShared: boolean;
    /** Where traces are told. */
    exporter?: Pick<Exporter, 'families'> | undefined;
    environment?: Environment | undefined;
  };

/**
 * What central does, for a scraper. Names begin with `holdfast_central_`, but for the vitals, which
 * every program has.
 */
export function openMetrics(parts: Parts) {
  const postings = openPostingMetrics(parts);
  return (vitals: readonly Family[] = []): string => {
    const known = [...about(parts), ...linesIn(parts), ...edgesIn(parts), ...storesIn(parts)];
    const seen = [...feedFamilies(parts), ...(parts.exporter?.families() ?? [])];
    const own = [...known, ...postings(), ...seen];
    const named = own.map((family) => ({ ...family, name: `holdfast_central_${family.name}` }));
    return metricsText([...named, ...vitals]);
  };
}

function about({ isShared, environment = environmentUsual }: Parts): Family[] {
  const labels = { release, environment, ledger: isShared ? 'postgres' : 'sqlite' };
  return [
    {
      ...{ name: 'info', type: 'gauge', samples: [{ labels, value: 1 }] },
      help: 'The program that runs here, for what, and its ledger.',
    },
  ];
}

/** Room: of the ledger, as far as it is a file of ours, and of the hub's stream. */
function storesIn({ db, hubSeen, hubTrouble, isShared }: Parts): Family[] {
  const stream = hubSeen();
  const file = (value: () => number): Sample[] => (isShared ? [] : [{ value: value() }]);
  const hub = (value: (seen: StreamSeen) => number): Sample[] =>
    stream ? [{ value: value(stream) }] : [];
  const pages = () =>
    (db.pragma('page_count', { simple: true }) as number) *
    (db.pragma('page_size', { simple: true }) as number);
  return [
    {
      ...{
        name: 'hub_up',
        type: 'gauge',
        samples: [{ value: hubTrouble() === undefined ? 1 : 0 }],
      },
      help: '0 while a server of the hub is away, or is not as it must be.',
    },
    {
      ...{ name: 'ledger_bytes', type: 'gauge', samples: file(pages) },
      help: "What the ledger's file takes; absent on PostgreSQL.",
    },
    {
      ...{ name: 'ledger_wal_bytes', type: 'gauge', samples: file(() => walBytesOf(db)) },
      help: 'What its write-ahead log takes.',
    },
    {
      ...{ name: 'stream_bytes', type: 'gauge', samples: hub(({ bytes }) => bytes) },
      help: "What the hub's stream of segments takes.",
    },
    {
      ...{ name: 'stream_max_bytes', type: 'gauge', samples: hub(({ bytesMax }) => bytesMax) },
      help: 'What it may take.',
    },
    {
      ...{ name: 'stream_unread_segments', type: 'gauge', samples: hub(({ unread }) => unread) },
      help: 'Segments in it that central has not read.',
    },
  ];
}

function linesIn({ ledger, live, postings, isShared }: Parts): Family[] {
  const beyond = live.beyond();
  const lines = ledger.lines().slice(0, shownMax);
  const labels = (line: string) => ({ labels: { line } });
  const ahead = (value: (known: Beyond) => number): Sample[] =>
    lines.map(({ path }) => {
      const known = beyond.get(path);
      return { ...labels(path), value: known ? value(known) : 0 };
    });
  return [
    {
      ...{ name: 'facts_total', type: 'counter' },
      help: "Facts of the line's epoch that the ledger holds: its head's sequence.",
      samples: lines.map(({ path, sequence }) => ({ ...labels(path), value: sequence })),
    },
    {
      ...{ name: 'repeats_total', type: 'counter' },
      help: 'Facts of the line that came again.',
      samples: lines.map(({ path, repeats }) => ({ ...labels(path), value: repeats })),
    },
    {
      ...{ name: 'behind_facts', type: 'gauge', samples: ahead(({ behind }) => behind) },
      help: 'Facts from the ledger to the newest that its edge has told ahead; 0 without one.',
    },
    {
      ...{ name: 'behind_seconds', type: 'gauge' },
      help: "The same as time, by the edge's clock; 0 where it is not known.",
      samples: ahead(({ behindMs }) => (behindMs ?? 0) / 1_000),
    },
    {
      ...{ name: 'unsettled_facts', type: 'gauge' },
      help: 'Facts from the first that the ERP does not have all of; absent on PostgreSQL.',
      samples: (isShared ? [] : lines).map(({ path, sequence }) => {
        const { settled } = postings.settled(path, sequence);
        return { ...labels(path), value: sequence - settled };
      }),
    },
  ];
}

function edgesIn({ edges, nowMs }: Parts): Family[] {
  const known = edges().slice(0, shownMax);
  return [
    {
      ...{ name: 'edge_silence_seconds', type: 'gauge' },
      help: 'Since when the edge, named for its first line, was not heard.',
      samples: known.map(({ line, heardMs }) => {
        return { labels: { line }, value: Math.max(0, nowMs() - heardMs) / 1_000 };
      }),
    },
    {
      ...{ name: 'edge_clock_skew_seconds', type: 'gauge' },
      help: "How far central's clock is ahead of the edge's.",
      samples: known.map(({ line, skewMs }) => ({ labels: { line }, value: skewMs / 1_000 })),
    },
    {
      ...{ name: 'edge_unsent_facts', type: 'gauge' },
      help: 'Facts of all lines of the edge that its stream had not taken at the last heartbeat.',
      samples: known.map(({ line, unsent }) => ({ labels: { line }, value: unsent })),
    },
    {
      ...{ name: 'edge_unattributed', type: 'gauge' },
      help: 'Entries of what machines of the edge made that wait for a person there.',
      samples: known.map(({ line, unattributed = 0 }) => {
        return { labels: { line }, value: unattributed };
      }),
    },
    {
      ...{ name: 'edge_unattributed_seconds', type: 'gauge' },
      help: 'How long the oldest of them waits; 0 where none does.',
      samples: known.map(({ line, unattributedSinceMs: sinceMs }) => {
        const waitMs = sinceMs === undefined ? 0 : Math.max(0, nowMs() - sinceMs);
        return { labels: { line }, value: waitMs / 1_000 };
      }),
    },
  ];
}
