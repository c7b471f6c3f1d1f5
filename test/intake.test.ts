import { join } from 'node:path';
import { expect, test } from 'vitest';
import { admittedBelow, waitingMax } from '../edge/line/admission.ts';
import { batchMax, openIntake } from '../edge/line/intake.ts';
import { readCommand } from '../shared/command.ts';
import { Fault } from '../shared/fault.ts';
import { type Box, contentsOf, openBox, outcome } from './helpers/box.ts';
import { testFolder } from './helpers/folder.ts';
import { command, m02, shop } from './helpers/shop.ts';

/** An intake before a box, with every commit counted. */
function openGate(box: Box, before: () => void = () => undefined) {
  const told: string[] = [];
  const store = {
    ...box.store,
    commit(work: () => void): void {
      box.store.commit(() => {
        work();
        before();
      });
      told.push('commit');
    },
  };
  const intake = openIntake({ store, roster: box.roster, committed: () => told.push('rung') });
  const ask = (given: object) => intake.ask(readCommand(given));
  return { ask, told };
}
const seen = (words: string) =>
  command('ChangeEquipmentState', {}, { state: 'execute', reason: words.padEnd(200, '.') });
const rows = (box: Box) => [...box.store.history()].length;

test('what is asked in one go is one transaction over all lines, then the bell rings', async () => {
  const box = openBox();
  const { ask, told } = openGate(box);
  const asked = [shop.release(), shop.start({ line: m02 }), shop.phase('R1'), shop.phase('R1')];
  const answers = await Promise.all(asked.map(ask));
  expect(answers.map(outcome)).toEqual([
    ...['accepted', 'accepted', 'accepted'],
    'REFUSED run R1 is open already',
  ]);
  expect(told).toEqual(['commit', 'rung']);
});

test('nobody is answered before the commit', async () => {
  const box = openBox();
  const { ask, told } = openGate(box);
  const answers = [shop.release(), shop.start()].map((given) =>
    ask(given).then(() => told.push('answer')),
  );
  await Promise.all(answers);
  expect(told).toEqual(['commit', 'rung', 'answer', 'answer']);
});

test('more than one batch is more than one transaction, in order', async () => {
  const box = openBox();
  const { ask, told } = openGate(box);
  const answers = await Promise.all(Array.from({ length: batchMax + 1 }, () => ask(seen('x'))));
  expect(told).toEqual(['commit', 'rung', 'commit', 'rung']);
  const sequences = answers.map(
    (answer) => answer.status === 'accepted' && answer.facts[0]!.sequence,
  );
  expect(sequences).toEqual(sequences.map((_, index) => index + 1));
});

test('the same command twice in one batch is one fact', async () => {
  const box = openBox();
  const { ask } = openGate(box);
  const release = shop.release();
  const [one, other] = await Promise.all([ask(release), ask(release)]);
  expect(one).toEqual(other);
  expect(rows(box)).toBe(1);
});

test('an unknown line and too big a fact are refused by name, their neighbours not', async () => {
  const box = openBox();
  const { ask } = openGate(box);
  const operations = Array(100).fill({ operation: '0010', name: '🔩'.repeat(200) });
  const asked = [
    ...[shop.release(), shop.start({ line: 'acme/lyon/turning/M9' })],
    ...[shop.release({ operations }, 'WO-2'), shop.start()],
  ];
  expect((await Promise.all(asked.map(ask))).map(outcome)).toEqual([
    'accepted',
    expect.stringContaining('UNKNOWN command.line: acme/lyon/turning/M9 is no line of this edge'),
    'INVALID fact: must be at most 65536 bytes when stored',
    'accepted',
  ]);
});

test('S3: a full disk refuses the whole batch; with room again the edge goes on', async () => {
  const box = openBox(join(testFolder(), 'edge.db'));
  const { ask } = openGate(box);
  await Promise.all([shop.release(), shop.start(), shop.phase('R1')].map(ask));
  const pages = box.db.pragma('page_count', { simple: true });
  box.db.pragma(`max_page_count = ${pages}`);
  const before = contentsOf(box);
  const facts = box.status().facts;

  const asked = [
    shop.report('R1'),
    ...Array.from({ length: 300 }, () => seen('much')),
    shop.end('R1'),
  ];
  const answers = await Promise.allSettled(asked.map(ask));
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'FULL', retry: true } });
  }
  expect(contentsOf(box)).toEqual(before);
  expect(rows(box)).toBe(3);
  expect(box.status().facts).toEqual(facts);
  expect(box.status().lines).toMatchObject([{ head: 3, unsent: 3, good: '0' }, {}]);

  box.db.pragma('max_page_count = 1000000');
  expect((await Promise.all(asked.map(ask))).map(outcome)).toEqual(asked.map(() => 'accepted'));
  expect(rows(box)).toBe(305);
  expect(box.status().facts.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 60 }, (_, index) => 305 - index),
  );
});

test('a commit that fails rejects the batch, and the next one stands', async () => {
  const box = openBox();
  let odd = true;
  const { ask } = openGate(box, () => {
    odd = !odd;
    if (!odd) throw new Fault('FULL', 'the disk is gone');
  });
  const release = shop.release();
  await expect(ask(release)).rejects.toThrow('the disk is gone');
  expect(box.book.look('order', 'WO-1')).toBeUndefined();
  expect(box.status().facts).toEqual([]);
  expect(outcome(await ask(release))).toBe('accepted');
  expect(box.status().facts).toMatchObject([{ type: 'OrderReleased', sequence: 1 }]);
});

/** An intake in which commands wait, for as long as nothing else has its turn. */
function openLong(box: Box) {
  const intake = openIntake({ store: box.store, roster: box.roster, committed: () => undefined });
  const answers: Promise<unknown>[] = [];
  const ask = (given: object) => {
    const answer = intake.ask(readCommand(given));
    answers.push(answer.catch(() => undefined));
    return answer;
  };
  return {
    ...{ ask, intake },
    /** Lets the same command wait until there are so many. */
    fill(given: object, count: number): void {
      const one = readCommand(given);
      while (intake.figures().waiting < count) answers.push(intake.ask(one));
    },
    turned: () => intake.figures().turned.map(({ commands }) => commands),
    drained: () => Promise.all(answers),
  };
}
const full = (message: string) => ({ code: 'FULL', message: expect.stringContaining(message) });

test('beyond its bound the intake refuses at once, and takes more once it drained', async () => {
  const box = openBox();
  const { ask, fill, drained, intake } = openLong(box);
  fill(shop.hold('H1', 'line'), waitingMax);
  const more = ask(shop.hold('H2', 'line'));
  await expect(more).rejects.toMatchObject(full('intake: 20000 commands are waiting already'));
  await drained();
  expect(rows(box)).toBe(1);
  expect(outcome(await ask(shop.release()))).toBe('accepted');
  expect(intake.figures().waiting).toBe(0);
  expect(intake.figures().commits.series()).toMatchObject([{ count: 21 }]);
});

test('in a long queue telemetry is refused first, and quality gets in to the last', async () => {
  const box = openBox();
  const { ask, fill, turned, drained } = openLong(box);
  const asked: [number, object, string][] = [
    [admittedBelow.telemetry, seen('x'), 'no ChangeEquipmentState now; holds and inspections'],
    [admittedBelow.counts, shop.report('R1'), 'no ReportQuantity now; holds and inspections'],
    [admittedBelow.orders, shop.release({}, 'WO-2'), 'no ReleaseOrder now'],
  ];
  for (const [waiting, given, reason] of asked) {
    fill(shop.hold('H1', 'line'), waiting);
    await expect(ask({ ...given, line: m02 })).rejects.toMatchObject(full(reason));
  }
  expect(turned()).toEqual([0, 1, 1, 1]);
  const held = ask(shop.hold('H2', 'line'));
  await drained();
  expect(outcome((await held) as never)).toBe('accepted');
});

test('nothing comes in behind a count that did not: "report, then complete" stays so', async () => {
  const box = openBox();
  const { ask, fill, turned, drained } = openLong(box);
  const before = [shop.release(), shop.start(), shop.phase('R1')].map(ask);
  fill(shop.hold('H1', 'line'), admittedBelow.counts);
  const late = 'no CompleteOperation now, and something before it was not let in';
  await expect(ask(shop.report('R1'))).rejects.toMatchObject(full('no ReportQuantity'));
  await expect(ask(shop.complete())).rejects.toMatchObject(full(late));
  await expect(ask(shop.complete({ line: m02 }))).rejects.toMatchObject(full(late));
  const other = ask(shop.release({}, 'WO-9'));
  await expect(other).rejects.toMatchObject(full('something before it'));
  const elsewhere = ask({ ...shop.release({}, 'WO-9'), line: m02 });
  await expect(elsewhere).rejects.toMatchObject(full('something before it'));
  expect(turned()).toEqual([0, 4, 1, 0]);
  await drained();
  expect((await Promise.all(before)).map(outcome)).toEqual(Array(3).fill('accepted'));
  const again = [shop.report('R1'), shop.end('R1')].map(ask);
  expect((await Promise.all(again)).map(outcome)).toEqual(['accepted', 'accepted']);
});

test('another line and another order are let in while the one before waits', async () => {
  const box = openBox();
  const { ask, fill, drained } = openLong(box);
  fill(shop.hold('H1', 'line'), admittedBelow.counts);
  await expect(ask(shop.report('R1'))).rejects.toMatchObject(full('no ReportQuantity'));
  const elsewhere = ask({ ...shop.release({}, 'WO-9'), line: m02 });
  await drained();
  expect(outcome(await elsewhere)).toBe('accepted');
});
