import type { Database } from '../../shared/database.ts';
import type { Family, Sample } from '../../shared/metrics.ts';
import type { Breaker } from '../erp/breaker.ts';
import type { Meter } from '../erp/meter.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Live } from '../ledger/live.ts';
import { type Counted, openParkedClasses } from './parkedclass.ts';
import type { Postings } from './postings.ts';

export type Parts = {
  db: Database;
  ledger: Pick<Ledger, 'gaps' | 'parkedCount'>;
  live: Pick<Live, 'holds'>;
  postings: Pick<Postings, 'counts'>;
  erpStanding: Breaker['standing'];
  meter: Pick<Meter, 'families'>;
};

/** Postings by state; `isOpen` leaves those that are posted, or never will be. */
function byState(counts: ReturnType<Postings['counts']>['postings'], isOpen: boolean): Sample[] {
  const sums = new Map<string, number>();
  for (const { state, postings } of counts) {
    if (isOpen === (state === 'posted' || state === 'void')) continue;
    sums.set(state, (sums.get(state) ?? 0) + postings);
  }
  return [...sums].map(([state, value]) => ({ labels: { state }, value }));
}

const byReason = (counted: Counted): Sample[] =>
  [...counted].map(([reason, value]) => ({ labels: { reason }, value }));

/** At most as many as the status shows one by one, those that may never come first. */
function aheadIn({ live }: Parts): Sample[] {
  const holds = live.holds();
  const lost = holds.filter((hold) => hold.lost !== null).length;
  return [
    { labels: { fact: 'coming' }, value: holds.length - lost },
    { labels: { fact: 'lost' }, value: lost },
  ];
}

/** What waits for a person or for the ERP, and how the ERP answers. */
export function openPostingMetrics(parts: Parts) {
  const { db, ledger, postings, erpStanding, meter } = parts;
  const classes = openParkedClasses(db);
  return (): Family[] => {
    const counts = postings.counts().postings;
    const open = byState(counts, true);
    const parked = open.find(({ labels }) => labels!['state'] === 'parked')?.value ?? 0;
    const arrivals = ledger.parkedCount();
    return [
      {
        ...{ name: 'gaps', type: 'gauge', samples: [{ value: ledger.gaps().length }] },
        help: 'Lines of which facts are missing before ones that are here.',
      },
      {
        ...{ name: 'arrivals_parked', type: 'gauge', samples: [{ value: arrivals }] },
        help: 'What arrived and is set aside for a person.',
      },
      {
        ...{ name: 'arrivals_parked_by_reason', type: 'gauge' },
        help: 'The same by why, as closed words.',
        samples: byReason(classes.arrivals(arrivals)),
      },
      {
        ...{ name: 'holds_ahead', type: 'gauge', help: 'Holds in force ahead of the ledger.' },
        samples: aheadIn(parts),
      },
      {
        ...{ name: 'erp_up', type: 'gauge' },
        help: '0 while the ERP is down and only asked now and then.',
        samples: [{ value: erpStanding().state === 'up' ? 1 : 0 }],
      },
      {
        ...{ name: 'postings_open', type: 'gauge', samples: open },
        help: 'Documents that are still to be posted.',
      },
      {
        ...{ name: 'postings_over', type: 'gauge', samples: byState(counts, false) },
        help: 'Documents that are posted, or void: never to be posted.',
      },
      {
        ...{ name: 'postings_parked', type: 'gauge' },
        help: 'Postings that wait for a person, by why, as closed words.',
        samples: byReason(classes.postings(parked)),
      },
      ...meter.families(),
    ];
  };
}
