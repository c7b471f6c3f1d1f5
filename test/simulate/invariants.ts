import { isDeepStrictEqual } from 'node:util';
import { decodeContent } from '../../shared/codec.ts';
import { openLog } from './logs.ts';
import { checkNet } from './net.ts';
import {
  byHand,
  eventIdOf,
  factsOf,
  idsOf,
  parkedOf,
  placeOf,
  placesOf,
  postingsOf,
  type Row,
  undecidedOf,
} from './rows.ts';
import type { Scene } from './scene.ts';

type Parts = Scene & { failed: (invariant: string, detail: string) => void };

/** What must be true once everything has come to rest. */
export function checkEnd(parts: Parts): void {
  const { edges, central, failed } = parts;
  const ledger = factsOf(central.disk.real(), 'fact');
  const stored = edges.flatMap(({ disk }) => factsOf(disk.real(), 'event'));
  openLog('ledger', failed)(ledger);
  for (const { name, disk } of edges) openLog(name, failed)(factsOf(disk.real(), 'event'));
  checkBoth(stored, ledger, failed);
  checkBooks(parts);
  checkInspected(parts);
  checkNet(parts);
  checkTotals(parts);
  for (const edge of edges) {
    const { roster, book } = edge.app()!;
    const stopped = roster.all.flatMap((actor) => actor.failure() ?? []);
    if (stopped.length > 0) failed('a line has stopped', stopped.join('; '));
    const before = structuredClone(book.contents());
    roster.rebuild();
    if (!isDeepStrictEqual(before, book.contents())) {
      failed('the book is not what its log says', edge.name);
    }
  }
  checkAhead(parts);
  checkParked(parts);
  checkCommands(ledger, failed);
}

/** No copy is left of what was told ahead; a hold is, only where its fact may never come. */
function checkAhead({ central, failed }: Parts): void {
  const { live } = central.app()!.memory;
  const places = placesOf(central.disk.real());
  const holds = live.holds().filter(({ eventId, lost }) => lost === null || places.has(eventId));
  const ahead = [...holds, ...live.beyond().keys()];
  if (ahead.length > 0) {
    failed('central keeps a copy of what its ledger has', JSON.stringify(ahead));
  }
}

/** Parked is what an old store has stated and the ledger lacks: each once, and nothing else. */
function checkParked({ edges, central, fitter, failed }: Parts): void {
  const places = placesOf(central.disk.real());
  const boxes = [...edges, ...fitter.ghosts().map(({ box }) => box)];
  const stated = new Set(boxes.flatMap(({ disk }) => [...idsOf(disk.real()).keys()]));
  const hasTwins = fitter.ghosts().length > 0 || edges.some(({ disk }) => disk.media() > 0);
  const seen = new Set<string>();
  for (const { line, epoch, sequence, reason, bytes } of parkedOf(central.disk.real())) {
    const place = `${line} ${epoch}/${sequence}: ${reason}`;
    const id = eventIdOf(bytes);
    // Two stores of one identity meet in one epoch: then central tells what does not fit.
    if (id !== undefined && hasTwins && /^(fork|conflict)/.test(reason)) {
      seen.add(id);
      continue;
    }
    if (id === undefined || !/^(stray|stale epoch)/.test(reason)) failed('a fact is parked', place);
    else if (places.has(id)) failed('a fact is parked that the ledger has', place);
    else if (seen.has(id)) failed('a fact is parked twice', place);
    else if (!stated.has(id) && !fitter.lost(id)) {
      failed('a fact is parked that no store has stated', place);
    }
    if (id !== undefined) seen.add(id);
  }
  for (const id of stated) {
    if (!places.has(id) && !seen.has(id)) failed('a fact of an old store is lost', id);
  }
}

/** However often a command was asked, and at whatever disk, it is one fact. */
function checkCommands(ledger: Row[], failed: Parts['failed']): void {
  const seen = new Set<string>();
  for (const row of ledger) {
    const { commandId, causationId } = decodeContent(row.bytes);
    if (commandId === undefined || causationId !== undefined) continue;
    if (seen.has(commandId))
      failed('a command is in the ledger twice', `${commandId}: ${placeOf(row)}`);
    seen.add(commandId);
  }
}

function checkBoth(stored: Row[], ledger: Row[], failed: Parts['failed']): void {
  const there = new Map(ledger.map((row) => [placeOf(row), row]));
  for (const row of stored) {
    const place = placeOf(row);
    if (!there.get(place)?.bytes.equals(row.bytes)) failed('a fact is not in the ledger', place);
    there.delete(place);
  }
  for (const place of there.keys()) failed('the ledger has what no edge stated', place);
}

/**
 * Who was told "recorded" finds it in the ledger, there or in a later epoch; or parked; or it was
 * on a disk that is gone, and never at central. Who was refused last finds nothing.
 */
export function checkAnswers({ people, edges, central, fitter, failed }: Parts): void {
  const places = placesOf(central.disk.real());
  const stored = edges.flatMap(({ disk }) => factsOf(disk.real(), 'event'));
  const byPlace = new Map(stored.map((row) => [placeOf(row), row]));
  const commands = new Set(stored.map((row) => row.commandId));
  const parked = new Set(parkedOf(central.disk.real()).map(({ bytes }) => eventIdOf(bytes)));
  for (const { answer } of people.told) {
    if (answer.status === 'refused') continue;
    for (const { line, epoch, sequence, eventId } of answer.facts) {
      const fact = byPlace.get(`${line} ${epoch}/${sequence}`);
      if (fact && eventIdOf(fact.bytes) === eventId) continue;
      const place = places.get(eventId);
      const isThere = (at: Row) =>
        at.path === line && (at.epoch > epoch || (at.epoch === epoch && at.sequence === sequence));
      if (place && isThere(place)) continue;
      if (!place && (parked.has(eventId) || fitter.lost(eventId))) continue;
      const at = `${answer.commandId}: ${line} ${epoch}/${sequence}`;
      failed('an accepted fact is lost', place ? `${at}, but at ${placeOf(place)}` : at);
    }
  }
  for (const { answer, box, medium, epoch, line } of people.last()) {
    const isSame = box.disk.media() === medium && box.epochOf(line) === epoch;
    if (answer.status === 'refused' && isSame && commands.has(answer.commandId)) {
      failed('a refused command has left a fact', answer.commandId);
    }
  }
}

/** Every document that central calls posted is in the books, under its number, and nothing else. */
function checkBooks({ central, books, failed }: Parts): void {
  const rows = new Map(postingsOf(central.disk.real()).map((row) => [row.key, row]));
  const seen = new Set<string>();
  books.books.forEach(({ posting: { key } }, index) => {
    const row = rows.get(key);
    if (seen.has(key)) failed('a document is in the books twice', key);
    if (row?.state !== 'posted') failed('a document that nobody asked for', `${key} ${row?.state}`);
    else if (row.document !== `D${index + 1}`) failed('a document under another number', key);
    seen.add(key);
  });
  for (const { key, state, document } of rows.values()) {
    if (state === 'posted' && document !== byHand && !seen.has(key))
      failed('a posted document is not in the books', key);
  }
}

/** What quality has decided is not inspected any more; of no stock is there less than none. */
function checkInspected({ central, books, failed }: Parts): void {
  for (const [lot] of books.overdrawn()) failed('stock is less than nothing', lot);
  for (const { lot, reason } of undecidedOf(central.disk.real())) {
    failed('a lot that is released was not decided', `${lot}: ${reason}`);
  }
}

function checkTotals({ edges, central, failed }: Parts): void {
  const { totals } = central.app()!.memory;
  for (const [line, tally] of totals.all('line')) {
    const edge = edges.find(({ lines }) => lines.includes(line))!;
    const own = edge.app()!.book.tally('line', line);
    if (!isDeepStrictEqual({ ...own }, tally)) {
      const text = (value: object) => Object.entries(value).map(([key, of]) => `${key} ${of}`);
      failed('central counts otherwise', `${line}: ${text(own)} against ${text(tally)}`);
    }
  }
}
