// Goal: what a machine cannot take back is shown to a person with the plan: what stands, in which
// order it would have to be undone, what would be posted instead.
// Method: central's tables with a ledger, asked over HTTP; the words as the command tells them.
import { expect, test } from 'vitest';
import { showText } from '../shared/desktext.ts';
import type { Content } from '../shared/event.ts';
import type { Explained } from '../shared/explained.ts';
import { explainText } from '../shared/explained.ts';
import type { DeskPosting } from '../shared/parked.ts';
import { openAsked } from './helpers/board.ts';
import { other, stated } from './helpers/central.ts';
import { history } from './helpers/facts.ts';
import { m01 } from './helpers/shop.ts';

const { release, report, produce, consume, reverse, correct } = stated;
const late = { flags: 'late' } as const;

/** Central that is told of facts and posts what it may; D1, D2 and so on. */
function openDesk() {
  const { db, app, ledger, postAll } = openAsked();
  const facts: Content[] = [];
  const keys = () => db.prepare<[], string>('SELECT key FROM posting ORDER BY id').pluck().all();
  async function ask<T>(path: string): Promise<T> {
    return (await app.inject(path)).json();
  }
  return {
    keys,
    say(...said: Content[]): void {
      const first = facts.push(...said) - said.length + 1;
      ledger.accept([{ segment: history(m01, facts).segment(first, facts.length) }]);
      postAll();
    },
    show: (at: number) => ask<DeskPosting>(`/v1/desk/${keys()[at]}`),
    explain: ({ eventId }: Content) => ask<Explained>(`/v1/facts/${eventId}`),
  };
}

test('a receipt that went further: what stands on it, last in, first out', async () => {
  const made = produce('L', '9');
  const [used, more] = [consume('L', '2', other), consume('L', '3', other)];
  const side = openDesk();
  side.say(release(), release('WO-2'), made, used, more);
  side.say(reverse(made));
  side.say(reverse(used, other));
  const told = await side.show(3);
  const [receipt, first, second, , back] = side.keys();
  expect(told.plan).toMatchObject({
    undo: [
      { key: second, kind: 'goodsIssue', document: 'D3', by: 'cancelIssue', planned: null },
      { key: receipt, document: 'D1', by: 'cancelReceipt', planned: { kind: 'cancelReceipt' } },
    ],
    instead: [],
  });
  expect(told.gate).toMatchObject({ do: 'park' });
  expect(showText(told).split('\n').slice(2)).toEqual([
    `  of fact ${told.posting.eventId}`,
    '  because: what it takes back went further: goodsIssue D3, goodsIssue D2',
    'to be undone, last in, first out:',
    '  1. goodsIssue D3 in lane WO-2: by a cancelIssue, which nothing calls for yet',
    '  2. goodsReceipt D1 in lane WO-1: by this cancelReceipt',
    'now it would park: what it takes back went further: goodsIssue D3',
    '',
  ]);
  expect((await side.explain(used)).postings).toMatchObject([
    { key: first, cancels: null, cancelledBy: { key: back, state: 'posted', document: 'D4' } },
  ]);
});

test('a correction after the closing: what is taken back, and what is posted instead', async () => {
  const [good, younger] = [report('5'), report('7')];
  const side = openDesk();
  side.say(release(), good, younger);
  const better = correct(good, '6', late);
  side.say(better);
  const words = showText(await side.show(2)).split('\n');
  expect(words.slice(3, -2)).toEqual([
    '  because: corrects what may be in a document already, after the order was closed',
    'to be undone, last in, first out:',
    '  1. confirmation D1 in lane WO-1: by this cancelConfirmation',
    'to be posted instead:',
    `  confirmation ${side.keys()[3]}: parked, yield 6 EA, scrap 0 EA, rework 0 EA`,
  ]);
  expect((await side.show(3)).plan).toBeNull();
  expect((await side.show(0)).plan).toBeNull();
});

test('explain: what takes back names what it takes back, and the other way round', async () => {
  const good = report('5', { inRework: false });
  const side = openDesk();
  side.say(release(), good);
  const better = correct(good, '6');
  side.say(better);
  const [own, cancel] = side.keys();
  const words = explainText(await side.explain(better)).split('\n');
  expect(words.find((line) => line.startsWith('rule of'))).toBe(
    'rule of QuantityCorrected (corrections, live): calls for a confirmation',
  );
  expect(words).toContain(`  takes back confirmation ${own}, document D1, of fact ${good.eventId}`);
  expect(words.filter((line) => line.includes('for a held lot'))).toEqual([]);
  const original = explainText(await side.explain(good));
  expect(original).toContain(
    `  is taken back by cancelConfirmation ${cancel}, document D2, of fact ${better.eventId}, ` +
      'which is posted',
  );
  const undo = reverse(better);
  side.say(undo);
  expect(explainText(await side.explain(undo))).toContain(
    'rule of FactReversed (corrections, live): calls for what takes back the document of what it',
  );
});
