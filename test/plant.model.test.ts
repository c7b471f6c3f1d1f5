// Goal: whatever is asked of an edge, in whatever order, its book holds: what was stated leads to
// the same state again, no quantity appears or vanishes, and no forbidden state is ever reached.
// Method: stories of commands of every type about few things, so that they meet, under each policy;
// beside the real actors a witness reads the same facts as a plain list and counts anew.
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../edge/line/answers.ts';
import { openBook } from '../edge/line/book.ts';
import { openRoster } from '../edge/line/roster.ts';
import { writeMemory } from '../edge/store/memory.ts';
import { decodeContent } from '../shared/codec.ts';
import { type CommandType, commandTypes, readCommand } from '../shared/command.ts';
import { Fault } from '../shared/fault.ts';
import { edition } from '../statecharts/edition.ts';
import { type Template, templateNames } from '../statecharts/policy.ts';
import { contentsOf } from './helpers/box.ts';
import fc from './helpers/check.ts';
import { neverStated, neverThere } from './helpers/invariants.ts';
import { lanes, openShop, type Shop, type Step } from './helpers/model.ts';
import { hear, lineTallies, lots, outs, tallies } from './helpers/recount.ts';
import { stepTypes } from './helpers/wishes.ts';
import { openWitness, type Said } from './helpers/witness.ts';

const asked = new Map<CommandType, { accepted: number; refused: number }>();
const step = fc.tuple(fc.constantFrom(...stepTypes), fc.nat());
const length = { minLength: 1, maxLength: 250, size: 'max' } as const;
const steps: fc.Arbitrary<Step[]> = fc.noBias(fc.array(step, length));

/** What was stated because of an answer, as it was stored. */
function statedBy({ store, roster }: Shop, answer: Answer): Said[] {
  if (answer.status !== 'accepted') return [];
  return answer.facts.map(({ line, epoch, sequence }) => {
    const row = store.at(roster.actor(line).head().line, epoch, sequence)!;
    return { ...decodeContent(row.bytes), line };
  });
}

/** False for what is no command at all: it never comes to a line. */
function isCommand(given: object): boolean {
  try {
    return readCommand(given).commandId !== '';
  } catch (error) {
    if (error instanceof Fault && error.code === 'INVALID') return false;
    throw error;
  }
}

/** The same store read again into another book. */
function readAgain({ store }: Shop) {
  const lines = Object.entries(lanes).map(([line, count]) => ({ line, lanes: count }));
  const book = openBook();
  const parts = { store, book, nowMs: () => 0, eventId: () => '', stated: () => undefined };
  const roster = openRoster(lines, parts);
  return { book, failures: roster.actors.flatMap((actor) => actor.failure() ?? []) };
}

/** As `expect` with `toEqual`, which takes its time, where it would fail. */
function same(found: unknown, wanted: unknown, name: string): void {
  if (!isDeepStrictEqual(found, wanted)) expect(found, name).toEqual(wanted);
}

function checkAll(shop: Shop, said: readonly Said[]): void {
  const heard = hear(said);
  const counted = tallies(shop.book, heard);
  same(counted.book, counted.naive, 'tallies');
  const lines = lineTallies(shop.book, heard);
  same(lines.book, lines.naive, 'tallies of the lines');
  const reported = outs(shop.book, heard);
  same(reported.book, reported.naive, 'what was reported of each operation');
  const left = lots(shop.book, said);
  same(left.book, left.naive, 'what is left of each lot');
  const again = readAgain(shop);
  same(again.failures, [], 'lines that stopped');
  same(contentsOf(again), contentsOf(shop), 'the book that was read again');
}

/** The edge begins again in the middle of a story, from its snapshot or from its facts. */
function beginAgain(shop: Shop, fromSnapshot: boolean): void {
  const before = contentsOf(shop);
  if (fromSnapshot) shop.store.snapshots.write(edition, writeMemory(shop.book.contents()));
  else shop.db.exec('DELETE FROM snapshot');
  shop.roster.rebuild();
  const failures = shop.roster.actors.flatMap((actor) => actor.failure() ?? []);
  same(failures, [], 'lines that stopped');
  same(contentsOf(shop), before, 'the book after a new start');
}

function tell(template: Template, story: readonly Step[]): void {
  const shop = openShop(template);
  const witness = openWitness(shop.policy, lanes);
  const answers: [object, Answer][] = [];
  for (const [index, step] of story.entries()) {
    const command = shop.command(step);
    if (!isCommand(command)) continue;
    const answer = shop.decide(command);
    answers.push([command, answer]);
    const count = asked.get(command.type) ?? { accepted: 0, refused: 0 };
    asked.set(command.type, { ...count, [answer.status]: count[answer.status] + 1 });
    for (const fact of statedBy(shop, answer)) {
      for (const [name, isStated] of Object.entries(neverStated)) {
        if (isStated(witness.before(), fact)) throw new Error(`${name}: ${JSON.stringify(fact)}`);
      }
      witness.hear(fact);
      shop.remember(fact.eventId);
    }
    for (const [name, found] of Object.entries(neverThere)) same(found(shop.book), [], name);
    if (index % 25 === 24) checkAll(shop, witness.said);
    if (index % 40 === 39) beginAgain(shop, index % 80 === 39);
  }
  checkAll(shop, witness.said);
  for (const [command, answer] of answers) expect(shop.decide(command)).toEqual(answer);
  expect([...shop.store.history()]).toHaveLength(witness.said.length);
}

/** One seed that reaches every command; SEED= tries others. */
const first = [Number(process.env['SEED'] ?? 591_494_335)];

describe.each(templateNames)('%s', (template) => {
  test.each(first)('whatever is asked, the book holds (SEED=%i)', (from) => {
    const seed = from + templateNames.indexOf(template);
    const story = fc.property(steps, (told) => tell(template, told));
    fc.assert(story, { seed, numRuns: 40 });
  });
});

test('every command was accepted, and a good part of all', () => {
  const counts = commandTypes.map((type) => asked.get(type) ?? { accepted: 0, refused: 0 });
  const accepted = counts.reduce((sum, count) => sum + count.accepted, 0);
  const refused = counts.reduce((sum, count) => sum + count.refused, 0);
  expect(commandTypes.filter((_, index) => counts[index]!.accepted === 0)).toEqual([]);
  expect(accepted / (accepted + refused)).toBeGreaterThan(0.3);
});
