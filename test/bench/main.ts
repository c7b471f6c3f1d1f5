// Measures what an edge and central can carry, beside the same work done bare, in one run.
// Machines are shared and noisy: trust the ratios, not the absolutes.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { measureAppend } from './append.ts';
import { measureDrain } from './drain.ts';
import { type Row, table, thousands } from './figures.ts';
import { measureMachines } from './machines.ts';
import { measureTablets } from './tablets.ts';

/** Callers that wait at the same time: one person, a busy edge, an import. */
const callers = [1, 64, 512];
const target = 'bench.json';

const say = (line: string) => process.stdout.write(`${line}\n`);
const ratio = (ours: number, peer: number): string => (ours / peer).toFixed(2);

const appended = [];
for (const count of callers) {
  say(`appending with ${count} callers …`);
  appended.push(await measureAppend(count));
}
say('draining a backlog …');
const drained = await measureDrain();
say('listening to machines …');
const heard = await measureMachines();
say('tapping on tablets …');
const tapped = await measureTablets();

const rows: Row[] = appended.flatMap(({ callers, ours, peer }) => [
  {
    what: `accepted and durable facts/s, ${callers} callers`,
    figure: thousands(ours.factsPerSecond),
    peer: thousands(peer.factsPerSecond),
    ratio: ratio(ours.factsPerSecond, peer.factsPerSecond),
  },
  {
    what: '  accept to durable, p50 / p99 ms',
    figure: `${ours.p50Ms.toFixed(2)} / ${ours.p99Ms.toFixed(2)}`,
    peer: `${peer.p50Ms.toFixed(2)} / ${peer.p99Ms.toFixed(2)}`,
    ratio: '',
  },
]);
rows.push(
  {
    what: `backlog of ${thousands(drained.facts)} drained into the ledger, facts/s`,
    figure: thousands(drained.factsPerSecond),
    peer: thousands(drained.barePerSecond),
    ratio: ratio(drained.factsPerSecond, drained.barePerSecond),
  },
  {
    what: '  peak memory of edge / central, MB',
    figure: `${drained.edgePeakMb} / ${drained.centralPeakMb}`,
    peer: '',
    ratio: '',
  },
);
rows.push(
  {
    what: `${heard.lines} lines of ${heard.tags} tags over OPC UA, values/s`,
    figure: thousands(heard.valuesPerSecond),
    peer: '',
    ratio: '',
  },
  {
    what: '  share of a core, % / memory, MB',
    figure: `${heard.corePercent} / ${heard.memoryMb}`,
    peer: '',
    ratio: '',
  },
  {
    what: `  at the machine to durable, booked every ${heard.bookMs} ms, p50 / p99 ms`,
    figure: `${heard.p50Ms} / ${heard.p99Ms}`,
    peer: '',
    ratio: '',
  },
  {
    what: '  of that from the decision to durable, p50 / p99 ms',
    figure: `${heard.commitP50Ms} / ${heard.commitP99Ms}`,
    peer: '',
    ratio: '',
  },
);
rows.push(
  {
    what: `${tapped.tablets} tablets on ${tapped.lines} busy lines, tap to answer, p50 / p99 ms`,
    figure: `${tapped.p50Ms} / ${tapped.p99Ms}`,
    peer: `${tapped.unwatched.p50Ms} / ${tapped.unwatched.p99Ms}`,
    ratio: '',
  },
  {
    what: '  share of a core, % / memory, MB',
    figure: `${tapped.corePercent} / ${tapped.memoryMb}`,
    peer: '',
    ratio: '',
  },
);
say(`\n${table(rows)}\n`);
const machine = { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version };
writeFileSync(
  target,
  `${JSON.stringify({ machine, appended, drained, heard, tapped }, null, 2)}\n`,
);
say(`as JSON: ${target}`);
process.exit(0);
