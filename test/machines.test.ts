import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { waitingMax } from '../edge/machine/hearing.ts';
import type { Sample } from '../edge/machine/sample.ts';
import fc from './helpers/check.ts';
import { testFolder } from './helpers/folder.ts';
import { told } from './helpers/machine.ts';
import { openMachineBox, running } from './helpers/machinebox.ts';
import { shop } from './helpers/shop.ts';

test('what a counter shows at first is no count', () => {
  expect(running().reports()).toEqual([]);
});

test('counts become reports on the open run, and the counter says from where to where', () => {
  const box = running();
  box.say('counter good', 103n);
  box.say('counter scrap', 11n);
  box.pass(1_000);
  expect(box.reports()).toEqual(['R1 3/1']);
  const fact = box.facts().findLast(({ type }) => type === 'QuantityReported');
  expect(fact).toMatchObject({
    ...{ order: 'WO-1', operation: '0010', actor: 'machine:press', clock: 'source' },
    body: { unit: 'EA', phase: 'run', given: 'good 100→103, scrap 10→11' },
  });
});

test('pieces without an open run are nobody’s until a person says so', () => {
  const box = openMachineBox();
  box.live();
  box.say('counter good', 100n);
  box.pass(3_000);
  box.say('counter good', 104n);
  box.pass(1_000);
  box.say('counter good', 106n);
  box.pass(1_000);
  expect(box.reports()).toEqual([]);
  expect(box.loose()).toEqual(['noRun good 6']);
});

test('pieces of maintenance are no production', () => {
  const box = running();
  box.say('mode', 2n);
  box.say('counter good', 104n);
  box.pass(1_000);
  box.say('mode', 1n);
  box.say('counter good', 105n);
  box.pass(1_000);
  expect(box.reports()).toEqual(['R1 1/0']);
  expect(box.loose()).toEqual(['mode good 4']);
});

describe('behind a gap', () => {
  test('the same job at both ends: one report of all of it', () => {
    const box = running();
    box.lose();
    box.pass(40_000);
    box.say('counter good', 150n);
    box.live();
    box.say('counter good', 151n);
    box.pass(1_000);
    expect(box.reports()).toEqual(['R1 51/0 catchUp']);
    expect(box.loose()).toEqual([]);
  });

  test('another job: nobody can say whose they are, and what comes then is the new one’s', () => {
    const box = running();
    box.lose('stale');
    box.pass(20_000);
    box.decide(shop.end('R1'));
    box.decide(shop.phase('R2'));
    const buffered = { sourceMs: box.time.nowMs - 10_000 };
    box.say('counter good', 110n, buffered);
    box.live();
    box.say('counter good', 112n);
    box.pass(500);
    box.pass(3_000);
    box.say('counter good', 115n);
    box.pass(1_000);
    expect(box.loose()).toEqual(['jobChanged good 12']);
    expect(box.reports()).toEqual(['R2 3/0']);
  });

  test('a job that began while the link was live has what was made since', () => {
    const box = running();
    box.decide(shop.end('R1'));
    box.decide(shop.phase('R2'));
    box.pass(1_000); // nothing was made
    box.lose();
    box.pass(40_000);
    box.live();
    box.say('counter good', 107n);
    box.pass(1_000);
    expect(box.reports()).toEqual(['R2 7/0 catchUp']);
  });

  test('a store of another epoch of the line does not know what was booked meanwhile', () => {
    const box = running();
    box.db.exec('UPDATE counter SET line_epoch = 7');
    const again = [...box.machines.lines[0]!.units.values()][0]!.memory;
    const counters = [...again.counters].map(([n, k]) => [n, { ...k, lineEpoch: 7 }] as const);
    box.machines.lines[0]!.accept('press', { ...again, counters: new Map(counters) });
    box.say('counter good', 107n);
    box.pass(1_000);
    expect(box.loose()).toEqual(['restored good 7']);
    box.say('counter good', 108n);
    box.pass(1_000);
    expect(box.reports()).toEqual(['R1 1/0']);
  });
});

describe('the mark and the fact are one', () => {
  test('S1: an edge that is killed before the commit books it at the next start, once', () => {
    const path = join(testFolder(), 'edge.db');
    const first = running({ path });
    first.say('counter good', 105n);
    first.pass(1_000);
    first.say('counter good', 108n); // heard, and not booked
    first.db.close();
    const second = openMachineBox({ path });
    second.time.nowMs += 60_000;
    second.say('counter good', 120n);
    second.live();
    second.pass(1_000);
    expect(second.reports()).toEqual(['R1 5/0', 'R1 15/0 catchUp']);
  });

  test('S3: a disk that takes no counts keeps the mark where it is, and nothing is lost', () => {
    let isFull = false;
    const box = running({ stopped: () => isFull });
    isFull = true;
    box.say('counter good', 105n);
    box.pass(1_000);
    box.say('counter good', 109n);
    box.pass(1_000);
    expect(box.reports()).toEqual([]);
    isFull = false;
    box.pass(1_000);
    expect(box.reports()).toEqual(['R1 9/0']);
  });

  test('S3: a state that a full disk does not take is told when there is room', () => {
    let isFull = false;
    const box = running({ stopped: () => isFull });
    isFull = true;
    box.say('state', 2n);
    box.pass(1_000);
    expect(box.states()).toEqual([]);
    isFull = false;
    box.pass(1_000);
    expect(box.states()).toHaveLength(1);
  });

  test('a commit that fails moves neither, and the next one has it all', () => {
    const box = running();
    box.db.exec(`CREATE TEMP TRIGGER full BEFORE INSERT ON event
      BEGIN SELECT raise(ABORT, 'no'); END`);
    box.say('counter good', 104n);
    expect(() => box.pass(1_000)).toThrow();
    box.db.exec('DROP TRIGGER full');
    box.say('counter good', 106n);
    box.pass(1_000);
    expect(box.reports()).toEqual(['R1 6/0']);
  });

  test('S3: a disk that does not take the commit: what was said waits for the next', () => {
    const box = running();
    const { state } = box.intake;
    box.intake.state = () => false;
    box.say('counter good', 104n);
    expect(box.pass(1_000)).toBe(false);
    box.intake.state = state;
    box.pass(1_000);
    expect(box.reports()).toEqual(['R1 4/0']);
  });

  test('more than can wait: the oldest goes, and the counter says what was in it', () => {
    const box = running();
    const many = Array.from({ length: waitingMax + 50 }, (_, index) =>
      told('counter good', BigInt(101 + Math.floor(index / 1_000)), box.time.nowMs + index),
    );
    box.time.nowMs += waitingMax + 50;
    box.listener.heard(many);
    expect(box.machines.lines[0]!.figures()).toMatchObject({ waiting: waitingMax, dropped: 50 });
    box.pass(1_000);
    expect(box.status().lines[0]).toMatchObject({ good: '21' });
    expect(box.reports()).toEqual(['R1 21/0 catchUp']);
  });

  test('a total that would fall is refused by the table itself', () => {
    const box = running();
    box.say('counter good', 104n);
    box.pass(1_000);
    expect(() => box.db.exec('UPDATE counter SET total = 0')).toThrow('not taken back');
  });

  test('a report that the charts refuse is kept beside the log', () => {
    const box = openMachineBox();
    box.decide(shop.release());
    box.decide(shop.start());
    box.decide(shop.phase('R1'));
    box.live();
    box.say('counter good', 1n);
    box.pass(3_000);
    box.db.exec("UPDATE counter SET run = 'R1'");
    // Between the look at the run and the commit nothing can come; a chart may still refuse.
    const actor = box.roster.actor(box.mapping.line);
    const { decide } = actor;
    actor.decide = (command) => {
      const { commandId } = command;
      return { commandId, status: 'refused', code: 'REFUSED', reason: 'no' };
    };
    box.say('counter good', 4n);
    box.pass(1_000);
    actor.decide = decide;
    expect(box.reports()).toEqual([]);
    expect(box.loose()).toEqual(['refused good 3']);
  });
});

test('repeats and reordered messages change nothing that is booked', () => {
  const steps = fc.array(
    fc.record({ good: fc.nat({ max: 5 }), scrap: fc.nat({ max: 2 }), again: fc.nat({ max: 6 }) }),
    { minLength: 1, maxLength: 25 },
  );
  fc.assert(
    fc.property(steps, (given) => {
      const box = running();
      const said: Sample[] = [];
      let [good, scrap] = [100, 10];
      for (const step of given) {
        box.time.nowMs += 1_000;
        good += step.good;
        scrap += step.scrap;
        const now = [
          told('counter good', BigInt(good), box.time.nowMs),
          told('counter scrap', BigInt(scrap), box.time.nowMs),
        ];
        said.push(...now);
        box.listener.heard([...now, ...said.slice(-step.again).reverse()]);
        box.machines.bookAll();
      }
      const { good: booked, scrap: lost } = box.status().lines[0]!;
      expect([booked, lost]).toEqual([`${good - 100}`, `${scrap - 10}`]);
      expect(box.loose()).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
