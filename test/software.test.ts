// Goal: each line's history says by which software it was stated: once for each change of it,
// before anything else that the new one states, and in central's ledger; whatever dies meanwhile.
// Method: boxes that are given one release after another, beside a central in the same process.
import { expect, test } from 'vitest';
import { judge, type Stand } from '../cli/proof.ts';
import { openSoftware, type Software, softwareHere } from '../edge/line/software.ts';
import { Fault } from '../shared/fault.ts';
import { openBox } from './helpers/box.ts';
import { type Fleet, type Member, openFleet } from './helpers/fleet.ts';
import { waitFor } from './helpers/plantnet.ts';
import { bothKept } from './helpers/restored.ts';
import { m01, m02, shop } from './helpers/shop.ts';

const of = (release: string): Software => ({ ...softwareHere, release, build: `${release} sum` });
const [a, b, c] = ['A', 'B', 'C'].map(of) as [Software, Software, Software];
const both = [m01, m02];

const boxOf = (fleet: Fleet, name: string, software: Software) =>
  fleet.box(name, both, 0, software);
/** What a line has said of its software, "before > release", and where. */
const saidOf = (box: Member, line: string): string[] =>
  box.recent(line).flatMap(({ type, body, epoch, sequence }) => {
    if (type !== 'SoftwareChanged') return [];
    return [`${epoch}/${sequence} ${body.before ?? '?'} > ${body.release}`];
  });
const inLedger = (fleet: Fleet, box: Member) =>
  both.map((line) => {
    const { epoch, sequence, hash } = fleet.ledger.head(line);
    const own = box.roster.actor(line).head();
    expect({ epoch, sequence, hash }).toEqual({
      ...{ epoch: own.epoch, sequence: own.sequence, hash: own.hash },
    });
    return sequence;
  });
const spoken = async (box: Member) => {
  const isSaid = () => both.every((line) => box.status(line).software?.isCurrent);
  await waitFor(isSaid, 9_000, 'it to be said');
};
const saidAndKept = async (box: Member) => {
  await spoken(box);
  await bothKept(box);
};

/** A line that has worked and one that has not, stated by A, and all of it in the ledger. */
async function worked() {
  const fleet = openFleet();
  const box = boxOf(fleet, 'box', a);
  await box.ask(shop.release());
  await box.kept(m01);
  expect(both.map((line) => saidOf(box, line))).toEqual([[], []]);
  return { fleet, box };
}

test('a line says it once where nobody asks anything of it, and the ledger holds it', async () => {
  const { fleet, box } = await worked();
  await box.stop();
  const same = boxOf(fleet, 'box', a);
  await same.kept(m01);
  await same.until('up', m02);
  expect(both.map((line) => saidOf(same, line))).toEqual([[], []]);
  await same.stop();

  const next = boxOf(fleet, 'box', b);
  await saidAndKept(next);
  await next.stop();
  const again = boxOf(fleet, 'box', b);
  await saidAndKept(again);
  expect(both.map((line) => saidOf(again, line))).toEqual([['1/2 A > B'], ['1/1 A > B']]);
  expect(inLedger(fleet, again)).toEqual([2, 1]);
  expect(again.status(m01).software).toEqual({
    ...{ release: 'B', build: 'B sum', isCurrent: true, epoch: 1, sequence: 2 },
  });
  expect(again.recent(m01).at(-1)!.body).toEqual({ ...b, before: 'A', buildBefore: 'A sum' });
  await again.stop();

  const back = boxOf(fleet, 'box', a); // who goes back says so too
  await saidAndKept(back);
  expect(saidOf(back, m01)).toEqual(['1/2 A > B', '1/3 B > A']);
  expect(back.roster.actors.map(({ failure }) => failure())).toEqual([undefined, undefined]);
  expect(fleet.ledger.parkedCount()).toBe(0);
});

test('a release is proved only by what the ledger holds of each line', async () => {
  const { fleet, box } = await worked();
  const before = box.whole() as Stand;
  await box.stop();
  fleet.away.central = true;
  const next = boxOf(fleet, 'box', b);
  await spoken(next);
  const first = next.whole() as Stand;
  const seen = { ...first, central: { atMs: first.nowMs } }; // nobody beats here
  const { broken, waiting } = judge(before, seen, seen, 'B');
  const not = ', and not that release B goes on';
  expect([broken, [...waiting].sort()]).toEqual([
    [],
    [
      ...[`${m01}: the ledger holds 1 of 2 facts`, `${m01}: the ledger holds 1 of 2 facts${not}`],
      ...[`${m02}: the ledger holds 0 of 1 facts`, `${m02}: the ledger holds 0 of 1 facts${not}`],
    ],
  ]);
  fleet.away.central = false;
  await bothKept(next);
  const now = { ...(next.whole() as Stand), central: { atMs: first.nowMs } };
  expect(judge(before, seen, now, 'B')).toEqual({ broken: [], waiting: [] });
});

test('another build, Node.js, schema or chart is other software as well', async () => {
  const { fleet, box } = await worked();
  let last = box;
  for (const change of [{ build: 'x' }, { node: 'v1' }, { schema: 1 }, { charts: 'line 0' }]) {
    await last.stop();
    last = boxOf(fleet, 'box', { ...a, ...change });
    await saidAndKept(last);
  }
  expect(saidOf(last, m01)).toEqual([2, 3, 4, 5].map((sequence) => `1/${sequence} A > A`));
});

test('without a network it stands before the first fact that the line states', async () => {
  const { fleet, box } = await worked();
  await box.stop();
  const next = boxOf(fleet, 'box', b);
  next.link.cut = true;
  await next.ask(shop.start());
  expect(next.recent(m01).map(({ type }) => type)).toEqual([
    ...['OrderReleased', 'SoftwareChanged', 'OperationStarted'],
  ]);
  expect(next.status(m02)).toMatchObject({ head: 0, software: { isCurrent: false } });
  next.link.cut = false;
  await saidAndKept(next);
  expect(both.map((line) => saidOf(next, line))).toEqual([['1/2 A > B'], ['1/1 A > B']]);
  expect(inLedger(fleet, next)).toEqual([3, 1]);
});

test('what was rolled back is still to be said, before the next fact', async () => {
  const { fleet, box } = await worked();
  await box.stop();
  const next = boxOf(fleet, 'box', b);
  const { commit } = next.store;
  let refused = 0;
  next.store.commit = (work) =>
    commit(() => {
      work();
      refused += 1;
      throw new Fault('CONFLICT', 'not now');
    });
  await waitFor(() => refused > 0, 9_000, 'it to be rolled back');
  next.store.commit = commit;
  expect(saidOf(next, m01)).toEqual([]);
  await next.ask(shop.start());
  await next.kept(m01);
  expect(saidOf(next, m01)).toEqual(['1/2 A > B']);
});

test('killed at any commit, by one release after another, each change is said once', async () => {
  const { fleet, box } = await worked();
  let last = box;
  const expected: Software[] = [a];
  for (const [commits, software] of [b, c, b, a, c].flatMap((release) =>
    [1, 2, 3].map((count) => [count, release] as const),
  )) {
    await last.crash();
    last = boxOf(fleet, 'box', software);
    if (software === expected.at(-1)) {
      await spoken(last);
    } else {
      expected.push(software);
      last.crashAfter(commits);
      await Promise.race([
        waitFor(() => last.commits() >= commits, 9_000, 'it to die'),
        spoken(last),
      ]);
    }
  }
  await last.stop();
  last = boxOf(fleet, 'box', expected.at(-1)!);
  await saidAndKept(last);
  const names = expected.map(({ release }) => release);
  const changes = names.slice(1).map((name, at) => `${names[at]} > ${name}`);
  for (const line of both) {
    expect(saidOf(last, line).map((text) => text.slice(text.indexOf(' ') + 1))).toEqual(changes);
  }
  inLedger(fleet, last);
  expect(fleet.ledger.parkedCount()).toBe(0);
});

test('a backup of before the change that is restored behind it says nothing again', async () => {
  const { fleet, box } = await worked();
  box.copy('backup');
  await box.stop();
  const next = boxOf(fleet, 'box', b);
  await saidAndKept(next);
  await next.stop();
  const restored = boxOf(fleet, 'backup', b);
  await waitFor(() => both.every((line) => restored.status(line).epoch === 2), 9_000);
  await saidAndKept(restored);
  expect(both.map((line) => saidOf(restored, line))).toEqual([['1/2 A > B'], ['1/1 A > B']]);
  inLedger(fleet, restored);
  await restored.stop();
  const older = boxOf(fleet, 'backup', a);
  await saidAndKept(older);
  expect(saidOf(older, m01)).toEqual(['1/2 A > B', '2/2 B > A']);
});

test('a new disk says who goes on, and who was before where its history says so', async () => {
  const { fleet, box } = await worked();
  await box.stop();
  const swapped = async (name: string, software: Software) => {
    for (const line of both) fleet.registry.permit(line, 'person:17');
    const blank = boxOf(fleet, name, software);
    const { epoch } = fleet.ledger.head(m01);
    await waitFor(() => blank.status(m01).epoch > epoch, 9_000);
    await saidAndKept(blank);
    await blank.stop();
    return blank;
  };
  await swapped('second', a); // nothing says that A was before
  await swapped('third', a); // now it does
  const last = await swapped('fourth', b);
  const again = boxOf(fleet, 'fourth', b);
  await saidAndKept(again);
  expect(last.name).toBe('fourth');
  expect(saidOf(again, m01)).toEqual(['2/2 ? > A', '4/2 A > B']);
});

test('who stated the last facts is remembered when they are forgotten', () => {
  const { db, store, roster } = openBox();
  const [actor] = roster.actors;
  const heads = () => roster.actors.map(({ head }) => head());
  const first = openSoftware(db, a);
  first.settle(heads(), store.commit);
  store.commit(() => {
    const told = actor!.observe('SoftwareChanged', b);
    const fact = { ...told, line: m01, body: { ...b, before: 'A' } };
    first.note(fact as never, true);
  });
  const without = openSoftware(db, b); // no fact of its log is told to it
  expect([without.due(m01), without.due(m02)]).toEqual([
    undefined,
    { ...b, before: 'A', buildBefore: 'A sum' },
  ]);
  expect(without.standing(m01)).toMatchObject({ release: 'B', epoch: 1, sequence: 1 });
});
