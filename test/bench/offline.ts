// A plant that was without a network for a while, and comes back: what was stated meanwhile is
// written at full speed with the times that it would have had, then drains on real processes while
// the lines go on stating. Nothing may be lost, and what is stated now must be known at once.
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ask, read } from '../../cli/drive.ts';
import { type Stage, startStage } from '../../cli/stage.ts';
import { readCommand } from '../../shared/command.ts';
import { readChains } from '../helpers/chains.ts';
import { percentile, thousands } from './figures.ts';
import { edge, lines, opening, reporting } from './work.ts';

const usage = `npm run offline -- [options]
  --minutes M  so long the plant was without a network; 60
  --rate R     facts a second that each of its ${lines.length} lines stated; 5
  --folder F   where the stores are, and stay; what is there already is gone on with
`;
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '5' },
    folder: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const [minutes, rate] = [Number(values.minutes), Number(values.rate)];
const perSecond = rate * lines.length;
const backlog = Math.round(minutes * 60 * perSecond);
const weekFacts = 7 * 86_400 * perSecond;
/** The slowest drain that is waited for, facts a second. */
const slowest = 500;
const { signal } = new AbortController();

type Known = { line: string; sequence: number; ahead: { upTo: number } | null };
type Status = { facts: number; lines: Known[] };
type Told = { facts: { line: string; sequence: number }[] };

/** A store as an edge has it after that time; the reports in it, and seconds of writing. */
async function fill(directory: string): Promise<{ reports: number; seconds: number }> {
  let nowMs = Date.now() - minutes * 60_000;
  const plant = edge(directory, () => nowMs);
  for (const command of opening()) await plant.intake.ask(command);
  const there = plant.facts() - opening().length;
  nowMs += (there * 1_000) / perSecond;
  const startMs = performance.now();
  const chunk = 10_000;
  for (let at = there; at < backlog; at += chunk) {
    const size = Math.min(chunk, backlog - at);
    const asked = Array.from({ length: size }, (_, index) => {
      nowMs += 1_000 / perSecond;
      return plant.intake.ask(readCommand(reporting(at + index)));
    });
    await Promise.all(asked);
  }
  const reports = plant.facts() - opening().length;
  plant.close();
  return { reports, seconds: (performance.now() - startMs) / 1_000 };
}

/** Goes on stating, a fact a line and second; after how long central knew each, ms. */
async function goOn({ edgeUrl, centralUrl }: Stage, reports: number, isOver: () => boolean) {
  const waits: number[] = [];
  const open = new Map<string, { sequence: number; sinceMs: number }>();
  let next = reports;
  const look = async () => {
    for (const { line, sequence, ahead } of await linesOf(centralUrl)) {
      const asked = open.get(line);
      if (!asked || Math.max(sequence, ahead?.upTo ?? 0) < asked.sequence) continue;
      waits.push(performance.now() - asked.sinceMs);
      open.delete(line);
    }
  };
  while (!isOver()) {
    for (let count = 0; count < lines.length && !isOver(); count++) {
      const index = next++;
      const [answer] = await ask(edgeUrl, [reporting(index)], signal);
      const [fact] = (answer as unknown as Told).facts;
      const sinceMs = performance.now();
      if (!open.has(fact!.line)) open.set(fact!.line, { sequence: fact!.sequence, sinceMs });
      await look();
      await delay(1_000 / lines.length);
    }
  }
  return { waits, unknown: open.size, stated: next - reports };
}

const linesOf = async (centralUrl: string): Promise<Known[]> =>
  (await read<Status>(centralUrl, '/v1/status')).lines;

/** Waits until the ledger holds so many facts; seconds. */
async function drained(stage: Stage, facts: () => number): Promise<number> {
  const startMs = performance.now();
  const maxMs = 60_000 + (facts() / slowest) * 1_000;
  while ((await read<Status>(stage.centralUrl, '/v1/status')).facts < facts()) {
    if (performance.now() - startMs > maxMs) throw new Error('the backlog did not drain');
    await delay(200);
  }
  return (performance.now() - startMs) / 1_000;
}

/**
 * Compares both logs, link by link. Throws if anything is lost, doubled or out of order. No event
 * id is there twice: the ledger's index would not take it.
 */
function compare(directory: string): number {
  const stated = readChains(join(directory, 'edge.sqlite'), 'edge', false);
  const there = readChains(join(directory, 'ledger.sqlite'), 'ledger', false);
  const against = [...stated.broken, ...there.broken];
  if (stated.facts !== there.facts) against.push(`${stated.facts} stated, ${there.facts} there`);
  if (JSON.stringify(stated.ends) !== JSON.stringify(there.ends)) against.push('other ends');
  if (against.length > 0) throw new Error(against.join('; '));
  return there.facts;
}

async function measure(directory: string): Promise<void> {
  say(`${lines.length} lines, ${rate} facts a second each, ${minutes} minutes: ${backlog} facts`);
  const { reports, seconds: filled } = await fill(directory);
  const bytes = statSync(join(directory, 'edge.sqlite')).size;
  say(`stated in ${filled.toFixed(0)} s; ${(bytes / reports).toFixed(0)} bytes of disk a fact`);
  const startMs = performance.now();
  const lanes = lines.map((line) => ({ line, lanes: 4 }));
  // Room for the backlog and as much again: a store over its budget takes nothing.
  const diskBudgetMb = Math.max(8_192, Math.ceil((2 * bytes) / 2 ** 20));
  const stage = await startStage({ directory, lines: lanes, edgeConfig: { diskBudgetMb } });
  try {
    say(`the edge has read them in ${((performance.now() - startMs) / 1_000).toFixed(0)} s`);
    const { facts: before } = await read<Status>(stage.centralUrl, '/v1/status');
    let over = false;
    const going = goOn(stage, reports, () => over);
    const seconds = await drained(stage, () => reports);
    over = true;
    const { waits, unknown, stated } = await going;
    if (waits.length === 0) throw new Error('nothing was left to drain');
    await drained(stage, () => reports + opening().length + stated);
    await stage.edge.stop();
    await stage.central.stop();
    const speed = (reports - before) / seconds;
    const [median, most] = [percentile(waits, 0.5), Math.max(...waits)];
    say(`drained in ${seconds.toFixed(0)} s: ${thousands(speed)} facts a second`);
    say(
      `meanwhile ${stated} were stated, and known at central after ${median.toFixed(0)} ms ` +
        `(median), ${percentile(waits, 0.99).toFixed(0)} (99 of 100), ${most.toFixed(0)} at most` +
        `; ${unknown} were still open at the end`,
    );
    const facts = compare(directory);
    say(`${facts} facts in both logs, link by link: none lost, doubled or out of order`);
    if (backlog >= weekFacts) return;
    say(
      `a week of this, not played: ${thousands(weekFacts)} facts, ` +
        `${((weekFacts * bytes) / reports / 1e9).toFixed(0)} GB, ` +
        `${(weekFacts / speed / 3_600).toFixed(1)} hours to drain`,
    );
  } finally {
    await stage.close();
  }
}

if (values.help || !(minutes > 0 && rate > 0)) say(usage);
else {
  const { folder } = values;
  const directory = folder ?? mkdtempSync(join(tmpdir(), 'holdfast-offline-'));
  try {
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
    await measure(directory);
  } finally {
    if (folder === undefined) rmSync(directory, { recursive: true });
  }
  process.exit(0);
}
