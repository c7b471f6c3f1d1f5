import { type Environment, environmentUsual } from '../shared/environment.ts';
import { type Family, metricsText, type Sample } from '../shared/metrics.ts';
import { release } from '../shared/release.ts';
import type { Breaker } from './breaker.ts';
import type { Ledger } from './ledger.ts';
import type { Beyond, Live } from './live.ts';
import type { Postings } from './postings.ts';
import type { Pulse } from './pulse.ts';

/** Most lines, and most edges, that are told of one by one. */
const shownMax = 1_000;

type Parts = {
  ledger: Ledger;
  live: Live;
  postings: Pick<Postings, 'counts'>;
  edges: Pulse['edges'];
  erpStanding: Breaker['standing'];
  nowMs: () => number;
  environment?: Environment | undefined;
};

/** What central does, for a scraper. Names begin with `holdfast_central_`. */
export function centralMetrics(parts: Parts): string {
  const all = [about(parts), ...linesIn(parts), ...edgesIn(parts), ...openIn(parts)];
  return metricsText(all.map((family) => ({ ...family, name: `holdfast_central_${family.name}` })));
}

const about = ({ environment = environmentUsual }: Parts): Family => ({
  ...{ name: 'info', type: 'gauge', help: 'The program that runs here, and for what.' },
  samples: [{ labels: { release, environment }, value: 1 }],
});

function linesIn({ ledger, live }: Parts): Family[] {
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

/** Postings that are still to be done or wait, by state. */
function undone(counts: ReturnType<Postings['counts']>['postings']): Sample[] {
  const sums = new Map<string, number>();
  for (const { state, postings } of counts) {
    if (state !== 'posted' && state !== 'void') sums.set(state, (sums.get(state) ?? 0) + postings);
  }
  return [...sums].map(([state, value]) => ({ labels: { state }, value }));
}

/** At most as many as the status shows one by one, those that may never come first. */
function aheadIn({ live }: Parts): Sample[] {
  const holds = live.holds();
  const lost = holds.filter((hold) => hold.lost !== null).length;
  return [
    { labels: { fact: 'coming' }, value: holds.length - lost },
    { labels: { fact: 'lost' }, value: lost },
  ];
}

const openIn = (parts: Parts): Family[] => [
  {
    ...{ name: 'gaps', type: 'gauge', samples: [{ value: parts.ledger.gaps().length }] },
    help: 'Lines of which facts are missing before ones that are here.',
  },
  {
    ...{ name: 'arrivals_parked', type: 'gauge', samples: [{ value: parts.ledger.parkedCount() }] },
    help: 'What arrived and is set aside for a person.',
  },
  {
    ...{ name: 'holds_ahead', type: 'gauge', help: 'Holds in force ahead of the ledger.' },
    samples: aheadIn(parts),
  },
  {
    ...{
      name: 'erp_up',
      type: 'gauge',
      help: '0 while the ERP is down and only asked now and then.',
    },
    samples: [{ value: parts.erpStanding().state === 'up' ? 1 : 0 }],
  },
  {
    ...{ name: 'postings_open', type: 'gauge', help: 'Documents that are still to be posted.' },
    samples: undone(parts.postings.counts().postings),
  },
];
