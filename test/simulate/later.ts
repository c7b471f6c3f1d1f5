import type { Found, Posting, Queued } from '../../central/erp/erp.ts';
import type { World } from './world.ts';

/** Words of what failed in the queue, and of what a person there has taken out of it. */
export const failedThere = 'M3/998: failed in the queue';
export const cancelledThere = 'cancelled in the queue';

type Item = {
  posting: Posting;
  askedMs: number;
  state: 'queued' | 'failed' | 'cancelled' | 'done';
  words: string;
};
type Parts = {
  world: World;
  /** Odds that what is executed goes wrong, now. */
  odds: () => number;
  /** Why it cannot be executed, or undefined; `code: words`. */
  flaw: (posting: Posting) => string | undefined;
  commit: (posting: Posting, askedMs: number) => void;
};

/**
 * The queue of an ERP that takes first and executes later; one plant in three has such an ERP. What
 * fails there waits for a person there, who puts it back into the queue or cancels it.
 */
export function openLater({ world, odds, flaw, commit }: Parts) {
  const { nature } = world;
  const dice = world.dice('later');
  const share = dice.chance(1 / 3) ? 0.6 : 0;
  const items: Item[] = [];

  /** Mostly soon, at times much later: a batch job that is late. */
  const soon = (): number => dice.below(dice.chance(0.1) ? 600_000 : 8_000);

  function execute(item: Item): void {
    const why = flaw(item.posting);
    if (why !== undefined) [item.state, item.words] = ['failed', why];
    else if (dice.chance(odds() / 4)) {
      [item.state, item.words] = ['failed', failedThere];
      world.after(nature, dice.below(300_000), () => tend(item));
    } else {
      item.state = 'done';
      commit(item.posting, item.askedMs);
    }
  }

  /** Somebody there looks after what failed. */
  function tend(item: Item): void {
    if (dice.chance(0.5)) [item.state, item.words] = ['cancelled', cancelledThere];
    else {
      item.state = 'queued';
      world.after(nature, soon(), () => execute(item));
    }
  }

  return {
    /** Whether this one is queued and not executed at once. */
    takes: (): boolean => share > 0 && dice.chance(share),
    add(posting: Posting, askedMs: number): Queued {
      const item: Item = { posting, askedMs, state: 'queued', words: '' };
      items.push(item);
      world.after(nature, soon(), () => execute(item));
      return { kind: 'queued', ticket: `Q${items.length}`, reason: 'waits its turn' };
    },
    /** How the last message of the key stands; nothing where it is in the books, or never came. */
    of(key: string): Extract<Found, { kind: string }> | undefined {
      const at = items.findLastIndex(({ posting }) => posting.key === key);
      const item = items[at];
      if (!item || item.state === 'done') return undefined;
      if (item.state === 'queued') {
        return { kind: 'queued', ticket: `Q${at + 1}`, reason: 'waits its turn' };
      }
      if (item.state === 'cancelled') return { kind: 'undecided', reason: item.words };
      const [code = '', reason = ''] = item.words.split(': ');
      return { kind: 'refused', code, reason };
    },
  };
}
