import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ofPieces, openLooseShelf } from '../edge/machine/loose.ts';
import { machineMetrics } from '../edge/machine/metrics.ts';
import { readMachines } from '../edge/machine/report.ts';
import { openClockBox, openTime } from './helpers/clockbox.ts';
import { openJobs } from './helpers/jobbox.ts';
import { running } from './helpers/machinebox.ts';
import { scrape } from './helpers/prometheus.ts';
import { m01, shop } from './helpers/shop.ts';

/** Four good pieces that were made while no run was open, and run R2 open since. */
function orphaned() {
  const box = running();
  box.decide(shop.end('R1'));
  box.pass(1_000);
  box.say('counter good', 104n);
  box.pass(1_000);
  box.decide(shop.phase('R2'));
  const [row] = box.machines.ledger.loose();
  return { box, id: row!.id };
}
const by = 'person:7';

test('a person says whose pieces are: they are reported by that person, once', () => {
  const { box, id } = orphaned();
  expect(box.desk.pieces({ id, run: 'R2', by })).toMatchObject({ status: 'accepted' });
  expect(box.reports()).toEqual(['R2 4/0']);
  expect(box.facts().at(-1)).toMatchObject({
    actor: by,
    body: { given: 'press: 4 good, noRun' },
  });
  expect(box.loose()).toEqual([]);
  expect(() => box.desk.pieces({ id, run: 'R2', by })).toThrow(`pieces.id: ${id} are none`);
  expect(box.reports()).toEqual(['R2 4/0']);
});

test('how much waits is known, and since when, until it is decided', () => {
  const { box, id } = orphaned();
  const { waiting } = box.machines.ledger;
  const [row] = box.machines.ledger.loose();
  expect(waiting()).toEqual({ entries: 1, sinceMs: row!.fromMs });
  box.desk.pieces({ id, reason: 'test pieces', by });
  expect(waiting()).toEqual({ entries: 0, sinceMs: null });
});

test('an edge tells central with its heartbeats how much waits', async () => {
  const time = openTime(1_700_000_000_000);
  const edge = openClockBox(time);
  await time.pass(1_000);
  expect(edge.beats.at(-1)).not.toHaveProperty('unattributed');
  const about = {
    unit: 'press',
    kind: 'good',
    why: 'noRun',
    run: '',
    job: '',
    ...ofPieces,
  } as const;
  const loose = { ...about, pieces: 4_000_000n, fromMs: 5, untilMs: 9 };
  openLooseShelf(edge.db).addLoose(m01, loose);
  await time.pass(10_000);
  expect(edge.beats.at(-1)).toMatchObject({ unattributed: 1, unattributedSinceMs: 5 });
});

test('or that they are nobody’s, and why: it stays written down', () => {
  const { box, id } = orphaned();
  box.desk.pieces({ id, reason: 'test pieces', by });
  expect(box.loose()).toEqual([]);
  const row = box.db.prepare('SELECT became, decided_by FROM unattributed').get();
  expect(row).toEqual({ became: 'none: test pieces', decided_by: by });
  expect(() => box.db.exec('DELETE FROM unattributed')).toThrow('never forgotten');
  expect(() => box.db.exec("UPDATE unattributed SET became = 'x'")).toThrow('decided already');
});

test('a decision that is none is refused in words, and changes nothing', () => {
  const { box, id } = orphaned();
  const wrong: [object, string][] = [
    [{ id, by }, 'must have one of run and reason'],
    [{ id, by, run: 'R2', reason: 'x' }, 'must have one of run and reason'],
    [{ id, by, run: 'R9' }, 'R9 is no open run'],
    [{ id: 99, by, run: 'R2' }, 'pieces.id: 99'],
    [{ id, run: 'R2' }, 'pieces.by'],
  ];
  for (const [given, words] of wrong) expect(() => box.desk.pieces(given)).toThrow(words);
  expect(box.loose()).toEqual(['noRun good 4']);
});

test('S3: a disk that does not take the decision leaves it to be made again', () => {
  const { box, id } = orphaned();
  const { state } = box.intake;
  box.intake.state = () => false;
  expect(() => box.desk.pieces({ id, run: 'R2', by })).toThrow('does not take it now');
  box.intake.state = state;
  expect(box.loose()).toEqual(['noRun good 4']);
});

test('a counter that jumped goes on where a person says, and what it jumped over waits', () => {
  const box = running();
  box.say('counter good', 5_000_100n);
  box.pass(1_000);
  const counter = () => readMachines(box.machines, box.book).lines[0]!.units[0]!.counters[0];
  expect(counter()).toMatchObject({ shows: '100', notBelieved: '5000100' });
  const about = { line: m01, unit: 'press', counter: 'good', by };
  expect(box.desk.accept(about)).toMatchObject({ from: '100', to: '5000100' });
  expect(box.loose()).toEqual(['implausible good 5000000']);
  box.say('counter good', 5_000_103n);
  box.pass(1_000);
  expect(box.reports()).toEqual(['R1 3/0']);
  expect(counter()).toMatchObject({ notBelieved: null });
  expect(() => box.desk.accept(about)).toThrow('shows nothing to be accepted');
});

test('the status says what is known, and that a machine which is complete proposes so', () => {
  const box = running();
  box.say('state', 3n);
  box.pass(300);
  const line = () => readMachines(box.machines, box.book).lines[0]!;
  expect(line()).toMatchObject({ line: m01, link: 'live' });
  expect(line().units[0]).toMatchObject({
    state: 'complete',
    proposes: { complete: { order: 'WO-1', operation: '0010' } },
  });
  box.lose('stale');
  expect(line().units[0]).toMatchObject({ state: null, proposes: null });
  box.listener.bound(new Map([['press', ['state: there is no such node']]]));
  expect(line().units[0]!.unbound).toEqual(['state: there is no such node']);
});

test('metrics of machines are read by a scraper, and an edge without machines has none', () => {
  const box = openJobs();
  box.ask('Store');
  box.say('counter good', 100n, { sourceMs: box.time.nowMs - 5_000 });
  box.pass(1_000);
  const status = { ...readMachines(box.machines, box.book), ...box.desk.status() };
  const samples = scrape(machineMetrics(status));
  const value = (name: string) =>
    samples.filter((sample) => sample.name === `holdfast_edge_${name}` && sample.value > 0);
  expect(value('machine_link_state')).toMatchObject([{ labels: { line: m01, state: 'live' } }]);
  expect(value('machine_samples_total').map(({ labels }) => labels['became'])).toContain('late');
  const guide = readFileSync(join(import.meta.dirname, '../docs/opcua.md'), 'utf8');
  const told = [...guide.matchAll(/^\| `(holdfast_\w+)`/gm)].map(([, name]) => name);
  expect(new Set(samples.map(({ name }) => name))).toEqual(new Set(told));
  expect(machineMetrics({ lines: [], unattributedRows: 0, unattributed: [], jobs: [] })).toBe('');
});
