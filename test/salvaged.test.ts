// Goal: a salvaged store of which one line cannot go on alone costs no fact: its box gets its lines
// back from central, and what only the salvaged file knows goes to a person (S4, docs/backup.md).
// Method: the drill of docs/backup.md with real edges and the ledger in one process.
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { salvageFile } from '../edge/store/salvage.ts';
import type { Fleet, Member } from './helpers/fleet.ts';
import { waitFor } from './helpers/plantnet.ts';
import { backedUp, bothKept, good, report } from './helpers/restored.ts';
import { m01, m02 } from './helpers/shop.ts';

/** A box whose file lost the order that M01 released and M02 works on; salvaged, it is "saved". */
async function salvaged() {
  const plant = await backedUp();
  const { box } = plant;
  box.link.cut = true;
  for (const made of ['2', '4']) await box.ask(report(made));
  await box.crash();
  const path = box.db.name;
  const knife = new Sqlite(path);
  knife.exec('DROP TRIGGER event_is_history; UPDATE event SET hash = zeroblob(32) WHERE line = 1');
  knife.close();
  const { lines, lost } = await salvageFile(path, join(dirname(path), 'saved.sqlite'));
  expect(lost).toEqual([]);
  expect(lines.map(({ line, facts }) => [line, facts])).toEqual([
    [m01, 0],
    [m02, 5],
  ]);
  return plant;
}

/** An empty store takes the lines over from the one that was salvaged. */
async function replaced(fleet: Fleet): Promise<Member> {
  const blank = fleet.box('b');
  const isBarred = (line: string) => ['owned', 'stale'].includes(blank.way(line).state);
  await waitFor(() => fleet.lines.every(isBarred), 9_000);
  for (const line of fleet.lines) fleet.registry.permit(line, 'person:17');
  await bothKept(blank);
  expect(fleet.lines.map((line) => blank.status(line).failure)).toEqual([null, null]);
  return blank;
}
const emptied = (box: Member) => () =>
  box.way(m02).detail?.endsWith('nothing is left to hand over') === true;

test('S4: a line whose order another one lost goes on when central has given it back', async () => {
  const { fleet, counted } = await salvaged();
  const saved = fleet.box('saved');
  const isAtCentral = () => saved.status(m01).epoch === 2 && saved.status(m02).kept === 5;
  await waitFor(isAtCentral, 9_000);
  expect(fleet.lines.map((line) => saved.status(line).failure)).toEqual([null, null]);
  await saved.ask(report('8'));
  await saved.kept(m02);
  expect([good(saved), counted(), fleet.ledger.parkedCount()]).toEqual([15n, 15n, 0]);
});

test('S4: what only the salvaged file knows is parked when it comes back', async () => {
  const { fleet, counted } = await salvaged();
  const blank = await replaced(fleet);
  await blank.ask(report('8'));
  await blank.kept(m02);
  const saved = fleet.box('saved');
  await waitFor(emptied(saved), 9_000);
  expect(fleet.ledger.parked(9)).toMatchObject([
    { line: m02, epoch: 1, sequence: 5 },
    { line: m02, epoch: 1, sequence: 4 },
  ]);
  expect([good(blank), counted()]).toEqual([9n, 9n]);
});
