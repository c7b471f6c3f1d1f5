import type { Content } from '../../shared/event.ts';
import { quantity as micros } from '../../shared/quantity.ts';
import { stated } from './central.ts';
import { random } from './random.ts';
import type { Story } from './search.ts';

const { release, report, produce, consume, block, blockAll, hold, free } = stated;
const { reverse, correct } = stated;

/**
 * A story made up from `seed`, in which people change their minds: reports, consumptions and lots
 * of two orders, reversed, restored and corrected at any line, under holds that come and go. In the
 * end no more of a lot is consumed, or held, than was made.
 */
export function undoingsOf(seed: number): Story {
  const { below, chance } = random(seed);
  const lines: Record<string, Content[]> = { m1: [], m2: [], qc: [] };
  const say = (fact: Content): Content => {
    lines[['m1', 'm2', 'qc'][below(3)]!]!.push(fact);
    return fact;
  };
  /** Reverses it, then the reversal, and so on; whether it counts in the end. */
  function doubtOf(fact: Content, most: number): boolean {
    const times = below(most + 1);
    let last = fact;
    for (let time = 0; time < times; time++) last = say(reverse(last));
    return times % 2 === 0;
  }
  const orders = [{ order: 'WO-1' }, { order: 'WO-2' }] as const;
  for (const { order } of orders) say(release(order));
  const ends: (() => void)[] = [];
  for (let step = 0; step < 7; step++) {
    const own = orders[below(2)]!;
    const other = own === orders[0] ? orders[1] : orders[0];
    const lot = `${own.order}/${step}`;
    const way = below(7);
    if (way < 2) {
      const said = say(report(`${1 + below(9)}`, { inRework: chance(0.2) }, own));
      if (chance(0.5)) doubtOf(said, 3);
      else doubtOf(say(correct(said, `${below(9)}`, own)), 3);
    } else if (way === 2) {
      doubtOf(say(consume('S', `${1 + below(3)}`, own)), 3);
    } else if (way === 3) {
      const [made, used] = [produce(lot, '6', own), consume(lot, '2', other)];
      lines['m1']!.push(made, used); // an issue knows by its lot that it is of our own
      if (doubtOf(used, 2)) continue;
      doubtOf(made, 2);
    } else if (way === 4) {
      const remains = doubtOf(say(produce(lot, '5', own)), 3);
      say(block(`H${step}`, lot, '3', { lot }));
      if (!remains || chance(0.5)) ends.push(() => say(free(`H${step}`, '3', { lot })));
    } else if (way === 5) {
      say(blockAll(`H${step}`, 'S'));
      ends.push(() => say(free(`H${step}`, undefined, { lot: 'S' })));
    } else {
      say(hold(`H${step}`, 'line'));
      doubtOf(say(produce(lot, '4', own)), 3);
      ends.push(() => say(free(`H${step}`)));
    }
  }
  for (const end of ends) end();
  const none = micros(0, 'count');
  const opening = { S: { unrestricted: micros(100, 'count'), blocked: none, scrapped: none } };
  return { lines, opening, doubts: 5, persons: 3 };
}
