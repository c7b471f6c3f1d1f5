import { lasting } from '../shared/clock.ts';
import { fileOf, type Look, type Symptom } from './symptom.ts';

/** A line that is away for so long is bad, and not only worth a look, ms. */
const awayMs = 3_600_000;

/** Why a line may not write, though its link is up. */
const bars: Readonly<Record<string, Omit<Symptom, 'about'>>> = {
  seeding: {
    level: 'warn',
    says: 'its history is being fetched',
    next: 'wait: it goes on by itself; where it names another line, give leave for that one too',
  },
  owned: {
    level: 'bad',
    says: 'it belongs to another box',
    next: 'at central, if this box is to have it: holdfast swap (docs/swap.md)',
  },
  stale: {
    level: 'bad',
    says: 'another box has taken it over',
    next: 'leave it connected until nothing is left to hand over; decide what is parked at central',
  },
};

const renew =
  "nothing is lost: renew the seed in natsNkeyPath, or add this edge's key to the leaf's users " +
  'and reload it (docs/credentials.md); the edge goes on within a minute, without a restart';

/** What to renew where it is not the edge's own key, by the words of `edge/uplink/leafwatch.ts`. */
const renewals: Readonly<Record<string, string>> = {
  "the hub refuses the leaf's key":
    "nothing is lost: let the leaf's key in at the hub and reload it, or give the leaf a seed " +
    'that is let in, and restart the leaf (docs/credentials.md); the edge goes on by itself',
  certificate:
    'nothing is lost: renew the certificate beside the leaf or the hub, and restart that one ' +
    '(docs/credentials.md); the edge goes on by itself',
};

/** What is wrong with the ways of lines to central. */
export const wayOf: Look = ({ lines, nowMs }, asker) =>
  lines.flatMap(({ line, way: { state, sinceMs, detail }, ...own }): Symptom[] => {
    const since = nowMs - sinceMs;
    if (state === 'up' || state === 'draining') return [];
    if (state === 'down' && detail?.startsWith('auth:')) {
      const says = `${detail}; ${own.unsent} facts are unsent`;
      const next = Object.entries(renewals).find(([words]) => detail.includes(words))?.[1] ?? renew;
      return [{ level: 'bad', about: line, says, next }];
    }
    if (state === 'down') {
      const level = since > awayMs ? 'bad' : 'warn';
      const why = detail === undefined ? '' : ` (${detail})`;
      const says = `the link is down for ${lasting(since)}${why}; ${own.unsent} facts are unsent`;
      const next = 'nothing is lost: see that the leaf beside the edge runs and reaches the hub';
      return [{ level, about: line, says, next }];
    }
    const barred = Object.hasOwn(bars, state) ? bars[state] : undefined;
    if (barred) return [{ ...barred, about: line, says: `${state}: ${detail ?? barred.says}` }];
    const says = `${state}: ${detail ?? 'its history is not the one that the hub has'}`;
    const compare = `holdfast verify --store ${fileOf(asker)} --ledger LEDGER`;
    const next = `delete nothing (${own.unsent} facts are unsent here); compare both: ${compare}`;
    return [{ level: 'bad', about: line, says, next }];
  });
