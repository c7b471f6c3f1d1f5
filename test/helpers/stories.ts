import type { Content } from '../../shared/event.ts';
import { quantity as micros } from '../../shared/quantity.ts';
import { stated } from './central.ts';
import { random } from './random.ts';
import type { Story } from './search.ts';

const { release, produce, consume, block, blockAll, letGo, hold, decide, free } = stated;

/**
 * A story made up from `seed`: two orders, six lots, holds of every scope, decided by anybody. Of
 * each order's lot "own" the other order draws, so that lots may come of themselves.
 */
export function storyOf(seed: number): Story {
  const { below, chance } = random(seed);
  const lines: Record<string, Content[]> = { m1: [], m2: [], qc: [] };
  const say = (fact: Content) => lines[['m1', 'm2', 'qc'][below(3)]!]!.push(fact);
  const open: { hold: string; left: number; about: object }[] = [];
  const left: Record<string, number> = {};
  say(release());
  say(release('WO-2'));
  for (let step = 0; step < 32; step++) {
    const order = chance(0.5) ? 'WO-1' : 'WO-2';
    const name = `${order}/${chance(0.2) ? 'own' : below(2)}`;
    const chosen = open[below(open.length)];
    const way = below(13);
    if (way < 3) {
      if (name.endsWith('own')) continue;
      const quantity = 1 + below(6);
      left[name] = (left[name] ?? 0) + quantity;
      say(produce(name, `${quantity}`, { order }));
    } else if (way === 3) say(consume('S', `${1 + below(3)}`, { order }));
    else if (way < 6) {
      const subject = chance(0.2) ? 'S' : name;
      const most = subject === 'S' ? 5 : (left[subject] ?? 0);
      if (most === 0) continue;
      const quantity = 1 + below(most);
      if (subject !== 'S') left[subject] = most - quantity;
      const about = { lot: subject, ...(subject === 'S' || chance(0.5) ? {} : { order }) };
      open.push({ hold: `H${step}`, left: quantity, about });
      say(block(`H${step}`, subject, `${quantity}`, about));
    } else if (way === 6) {
      const scope = (['operation', 'order', 'line'] as const)[below(3)]!;
      const reach = { operation: { order, operation: '0010' }, order: { order }, line: {} };
      open.push({ hold: `H${step}`, left: 0, about: reach[scope] });
      say(hold(`H${step}`, scope, reach[scope]));
    } else if (way === 7) {
      const own = `${order}/own`;
      const drawn = lines['m1']!.some(
        ({ type, lot }) => type === 'MaterialConsumed' && lot === own,
      );
      const there = left[own] ?? 0;
      if (there > 0 && chance(0.5)) {
        const quantity = 1 + below(there);
        left[own] = there - quantity;
        const by = order === 'WO-1' ? 'WO-2' : 'WO-1';
        lines['m1']!.push(consume(own, `${quantity}`, { order: by }));
      } else if (!drawn) {
        left[own] = there + 4;
        lines['m1']!.push(produce(own, '4', { order }));
      }
    } else if (way === 8) {
      const subject = ['S', name, `${order}/own`][below(3)]!;
      open.push({ hold: `H${step}`, left: 0, about: { lot: subject } });
      say(blockAll(`H${step}`, subject));
    } else if (way === 9) {
      if (chosen) say(letGo(chosen.hold, name));
    } else if (chosen && chosen.left > 0 && chance(0.8)) {
      const quantity = 1 + below(chosen.left);
      const what = (['useAsIs', 'scrap', 'rework', 'return'] as const)[below(4)]!;
      chosen.left -= quantity;
      if (chosen.left === 0) open.splice(open.indexOf(chosen), 1);
      say(decide(chosen.hold, what, `${quantity}`, chance(0.5) ? chosen.about : {}));
    } else if (chosen) {
      open.splice(open.indexOf(chosen), 1);
      const rest = chosen.left === 0 ? undefined : `${chosen.left}`;
      say(free(chosen.hold, rest, chosen.about));
    }
  }
  say(consume('S', '1'));
  for (const { hold: name, left: rest, about } of open) {
    if (rest === 0) say(free(name, undefined, about));
    else if (chance(0.6)) say(free(name, `${rest}`, about));
  }
  const none = micros(0, 'count');
  const opening = { S: { unrestricted: micros(100, 'count'), blocked: none, scrapped: none } };
  return { lines, opening, doubts: 6 };
}

/**
 * The same story where every lot is inspected and received into quality inspection; quality
 * releases most of them, some before they were made.
 */
export function inspectedOf(seed: number, story: Story): Story {
  const { below, chance } = random(seed);
  const lines = Object.entries(story.lines).map(([line, facts]): [string, Content[]] => [
    line,
    facts.map((fact) =>
      fact.type === 'LotProduced' ? { ...fact, body: { ...fact.body, inspect: true } } : fact,
    ),
  ]);
  const made = lines.flatMap(([, facts]) => facts.filter(({ type }) => type === 'LotProduced'));
  for (const name of new Set(made.map(({ lot }) => lot!))) {
    if (chance(0.2)) continue;
    const facts = lines[below(lines.length)]![1];
    facts.splice(below(facts.length + 1), 0, stated.releaseLot(name));
  }
  return { ...story, lines: Object.fromEntries(lines), inspects: true };
}
