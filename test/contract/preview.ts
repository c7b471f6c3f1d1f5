import { expect } from 'vitest';
import {
  cancelKinds,
  inverses,
  isCancel,
  type Posting,
  postingKinds,
} from '../../central/erp/erp.ts';
import type { Bench, Connector } from './bench.ts';
import { newKey } from './documents.ts';
import { declare, sent } from './watch.ts';

type Forward = Parameters<Bench['posting']>[0];

/** Every value of a body, by the way to it. */
function leavesOf(body: unknown, at = ''): [string, unknown][] {
  if (typeof body !== 'object' || body === null) return [[at, body]];
  const all = Object.entries(body).flatMap(([name, value]) => leavesOf(value, `${at}/${name}`));
  return all.length > 0 ? all : [[at, 'nothing']];
}

/**
 * What goes out is what was shown, value by value; only what the ERP must be asked for, as the id
 * of an order, is shown as words in parentheses.
 */
function expectShown(shown: unknown, out: unknown): void {
  const [words, values] = [leavesOf(shown), leavesOf(out)];
  expect(words.map(([at]) => at)).toEqual(values.map(([at]) => at));
  const others = words.filter(([, word], index) => {
    const [, value] = values[index]!;
    return word !== value && !/\(.+\)$/.test(`${word}`);
  });
  expect(others.map(([at]) => [at, new Map(values).get(at)])).toEqual(
    others.map(([at, word]) => [at, word]),
  );
}

/** Without asking anybody, and without any document. */
async function shownBy(bench: Bench, posting: Posting) {
  const before = await bench.books();
  await bench.befall('mute');
  const shown = bench.erp.preview!(posting);
  await bench.heal();
  expect(await bench.books()).toEqual(before);
  return shown;
}

/** For a connector with a preview: what it shows is what it sends. */
export function previewTests(connector: Connector): void {
  const may = declare(connector);
  for (const kind of postingKinds) {
    // What takes several documents has a test of its own.
    if (isCancel(kind) || kind === 'usageDecision') continue;
    if (connector.cannot[kind] !== undefined) continue;
    may(`${kind}: what a preview shows is what is sent`, [kind, 'mute'], async (bench) => {
      const posting = await bench.posting(kind as Forward, 'one');
      const { to, body } = await shownBy(bench, posting);
      expect(to).toMatch(/\S/);
      await sent(bench, posting);
      expectShown(body, bench.carried!());
    });
  }

  for (const kind of cancelKinds) {
    if (connector.cannot[kind] !== undefined) continue;
    const of = inverses[kind] as Forward;
    may(`${kind}: what a preview shows is what is sent`, [of, kind, 'mute'], async (bench) => {
      const posting = await bench.posting(of, 'one');
      const { key: cancelsKey, final: _final, ...amounts } = posting;
      const cancels = await sent(bench, posting);
      const cancel = { ...amounts, key: newKey(`shown ${kind}`), kind, cancels, cancelsKey };
      const { to, body } = await shownBy(bench, cancel);
      const [group = '', ...count] = cancels.split('/');
      expect(`${to} ${JSON.stringify(body)}`).toContain(count.length > 0 ? group : cancels);
      await sent(bench, cancel);
      expectShown(body, bench.carried!());
    });
  }
}
