// Goal: a hold of central stands at the lines themselves, in every template, is told as not yet
// held while an edge is away, and ends there by the two who end it at central.
// Method: boxes and central in one process, over subjects that the test cuts; a line of each
// template that decides the very commands that central sends.
import { expect, test } from 'vitest';
import { readCommand, readSent } from '../shared/command.ts';
import { fingerprint } from '../statecharts/fingerprint.ts';
import { type Template, templateNames, templates } from '../statecharts/policy.ts';
import { openBox, outcome } from './helpers/box.ts';
import { openFleet } from './helpers/fleet.ts';
import { waitFor } from './helpers/plantnet.ts';
import { command, m01, m02, shop } from './helpers/shop.ts';

type Fleet = ReturnType<typeof openFleet>;
const qa = { by: 'person:qa', reason: 'supplier warns' };

const statesOf = ({ quality }: Fleet, hold: string) =>
  quality.shown(hold).lines.map(({ line, node, state }) => `${line.slice(-3)} ${node} ${state}`);
async function stand(fleet: Fleet, hold: string, all: readonly string[]): Promise<void> {
  const says = () => `${statesOf(fleet, hold)} = ${all}`;
  const isSo = () => {
    fleet.wards.pass();
    return `${statesOf(fleet, hold)}` === `${all}`;
  };
  await waitFor(isSo, 30_000, 'the lines to stand').catch((cause) => {
    throw new Error(says(), { cause });
  });
}

test('a line that is away holds when it is back, what it made meanwhile, too', async () => {
  const fleet = openFleet([m01, m02]);
  const near = fleet.box('near', [m01]);
  const far = fleet.box('far', [m02]);
  for (const [box, line] of [
    [near, m01],
    [far, m02],
  ] as const) {
    await box.until('up', line);
    const about = { line };
    const order = line === m01 ? 'WO-1' : 'WO-2';
    await box.ask(shop.release({}, order, about));
    await box.ask(shop.start({ order, ...about }));
    await box.ask(shop.consume('L-7', {}, { order, ...about }));
    await box.kept(line);
  }
  while (fleet.thread.readOn() > 0);
  far.link.cut = true;
  fleet.quality.hold('lot', 'L-7', qa);
  await stand(fleet, 'C-1', ['M01 lot:L-7 held', 'M02 lot:L-7 not yet held']);
  await near.kept(m01);
  expect(near.recent(m01).findLast(({ type }) => type === 'HoldPlaced')).toMatchObject({
    ...{ actor: 'person:qa', lot: 'L-7', body: { hold: 'C-1.1', reason: 'supplier warns' } },
    flags: 'fromCentral',
  });
  await near.ask(shop.hold('H-9', 'line'));
  const told = near.whole().holds.map(({ hold, origin = 'line' }) => `${hold} ${origin}`);
  expect(told).toEqual(['C-1.1 central', 'H-9 line']);
  await near.ask(shop.free('H-9'));
  const used = await near.ask(shop.consume('L-7'));
  expect(outcome(used)).toMatch(/C-1\.1/);
  // Nobody has told the far line: it goes on, and what it makes of it is held when that is known.
  expect(outcome(await far.ask(shop.produce('P-9', {}, { order: 'WO-2', line: m02 })))).toBe(
    'accepted',
  );
  far.link.cut = false;
  await far.kept(m02);
  while (fleet.thread.readOn() > 0);
  await stand(fleet, 'C-1', ['M01 lot:L-7 held', 'M02 lot:L-7 held', 'M02 lot:P-9 held']);
  fleet.quality.release('C-1', { by: 'person:a', reason: 'tested' });
  fleet.quality.approve('C-1', { by: 'person:b', reason: 'tested' });
  await stand(fleet, 'C-1', [
    ...['M01 lot:L-7 released', 'M02 lot:L-7 released', 'M02 lot:P-9 released'],
  ]);
  expect(outcome(await near.ask(shop.consume('L-7')))).toBe('accepted');
});

test('a lot is decided: the line splits off what is scrap, and lets the rest go', async () => {
  const fleet = openFleet([m01]);
  const near = fleet.box('near', [m01]);
  await near.until('up', m01);
  await near.ask(shop.release());
  await near.ask(shop.start());
  const now = { atMs: Date.now() };
  await near.ask(shop.produce('P-1', { quantity: '10' }, now));
  await near.ask(shop.produce('P-2', { quantity: '5' }, now));
  await near.kept(m01);
  while (fleet.thread.readOn() > 0);
  fleet.quality.hold('lot', 'P-1', qa);
  fleet.quality.hold('lot', 'P-2', qa);
  await stand(fleet, 'C-1', ['M01 lot:P-1 held']);
  await stand(fleet, 'C-2', ['M01 lot:P-2 held']);
  near.link.cut = true;
  const said = { by: 'person:a', reason: 'sorted' };
  fleet.quality.dispose({ hold: 'C-1', useAsIs: '6', scrap: '4', unit: 'EA', ...said });
  fleet.quality.approve('C-1', { by: 'person:b', reason: 'seen' });
  fleet.quality.dispose({ hold: 'C-2', disposition: 'useAsIs', ...said });
  fleet.quality.approve('C-2', { by: 'person:b', reason: 'seen' });
  await stand(fleet, 'C-1', ['M01 lot:P-1 held, not yet let go']);
  expect(near.book.look('lot', 'P-1')).toMatchObject({ state: 'restricted' });
  near.link.cut = false;
  await stand(fleet, 'C-1', ['M01 lot:P-1 let go']);
  await stand(fleet, 'C-2', ['M01 lot:P-2 released']);
  const act = fleet.portions.of('C-1')[0]!.act;
  expect(near.book.look('lot', 'P-1')).toMatchObject({
    state: 'unrestricted',
    quantity: 6_000_000n,
  });
  expect(near.book.look('lot', 'P-2')).toMatchObject({ state: 'unrestricted' });
  expect(near.book.look('lot', `C-1.1.${act}`)).toMatchObject({
    ...{ state: 'restricted', quantity: 4_000_000n },
  });
  fleet.quality.release('C-1', said);
  fleet.quality.approve('C-1', { by: 'person:b', reason: 'all is gone' });
  await stand(fleet, 'C-1', ['M01 lot:P-1 released']);
  expect(near.book.look('lot', `C-1.1.${act}`)).toMatchObject({ state: 'unrestricted' });
});

test('who asked for a hold is in no fingerprint, and nobody else says that it was central', () => {
  const state = { state: 'active', hold: 'C-1.1' };
  const of = (value: object) =>
    fingerprint(null, { changes: [{ table: 'hold', key: 'C-1.1', value }], flags: [] } as never);
  expect(of({ ...state, origin: 'central' })).toEqual(of(state));
  expect(of({ ...state, state: 'closed' })).not.toEqual(of(state));
  const given = command('PlaceHold', { lot: 'L-7' }, { hold: 'H', scope: 'lot', reason: 'x' });
  expect(() => readCommand({ ...given, flags: 'fromCentral' })).toThrow('command.flags');
});

test.each(templateNames)('a line of template %s takes the hold and its end', (name: Template) => {
  const box = openBox(':memory:', [{ line: m01, lanes: 2, policy: templates[name] }]);
  const decide = (given: object) => {
    let answer: ReturnType<typeof box.decide> | undefined;
    box.store.commit(() => {
      answer = box.roster.actor(m01).decide(readSent(given));
    });
    return outcome(answer!);
  };
  const hold = { hold: 'C-1.1', scope: 'lot', reason: 'supplier warns', sinceMs: 1 };
  const ends = { hold: 'C-1.1', reason: 'tested', signature: 'released' };
  expect(decide(command('PlaceHold', { lot: 'L-7', actor: 'person:qa' }, hold))).toBe('accepted');
  expect(box.book.look('held', 'lot\nL-7')).toEqual(['C-1.1']);
  expect(decide(command('ReleaseHold', { actor: 'person:qa' }, ends))).not.toBe('accepted');
  const review = command('StartHoldReview', { actor: 'person:a' }, { hold: 'C-1.1' });
  expect(decide(review)).toBe('accepted');
  expect(decide(command('ReleaseHold', { actor: 'person:b' }, ends))).toBe('accepted');
  expect(box.book.look('held', 'lot\nL-7')).toBeUndefined();
});
