// Central's memory alone, as a plant's backlog fills it: reports of 20 lines, segment by segment in
// turns, taken in by this very process. The ERP refuses the first document of every order, so that
// all others wait behind it. What a fact costs must not grow with what is there.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { factsInTurn } from '../../central/assembly.ts';
import { portionsOf } from '../../central/ledger/inbox.ts';
import { openMemory } from '../../central/memory.ts';
import { steadyMs, systemClock } from '../../shared/clock.ts';
import { encodeContent, genesis } from '../../shared/codec.ts';
import { eventIds, systemRandom } from '../../shared/identity.ts';
import { decodeSegment, encodeSegment, linksOf, type Segment } from '../../shared/segment.ts';
import { contents } from './contents.ts';
import { thousands } from './figures.ts';
import { benchShelf } from './shelf.ts';
import { lines } from './work.ts';

const usage = `npm run bench:ledger -- [options]
  --facts N  so many facts are taken in; 500000
  --each N   and so many between two readings; 100000
  --postgres in a PostgreSQL of its own instead of a file of SQLite
  --turn N   facts of one transaction; 2000, and on PostgreSQL as central takes turns, 500
`;
const { values } = parseArgs({
  options: {
    facts: { type: 'string', default: '500000' },
    each: { type: 'string', default: '100000' },
    postgres: { type: 'boolean', default: false },
    turn: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
/** Facts of one line that travel together, and lines whose segments share a transaction. */
const [segmentFacts, linesAtOnce] = [1_000, 2];
const turnMax = Number(values.turn ?? (values.postgres ? factsInTurn : segmentFacts * linesAtOnce));
/** Between two facts of the plant, ms. */
const everyMs = 10;

/** Segments of all lines in turns, without end; each line goes on where it has stopped. */
async function* segments(): AsyncGenerator<Segment> {
  const { first, report } = await contents();
  let round = 0;
  const startMs = Date.now() - 7 * 86_400_000;
  const heads = lines.map((line) => ({ sequence: 0, hash: genesis(line, 1) as Uint8Array }));
  for (; ; round++) {
    const facts = lines.map((): Buffer[] => []);
    let nowMs = startMs + round * segmentFacts * lines.length * everyMs;
    const id = eventIds(() => nowMs, systemRandom);
    for (let index = 0; index < segmentFacts; index++) {
      lines.forEach((_, line) => {
        const content = (round === 0 && first[line]![index]) || report[line]!;
        nowMs += everyMs;
        const commandId = `q${(round * segmentFacts + index) * lines.length + line}`;
        const about = { commandId, correlationId: commandId };
        const when = { eventId: id(), atMs: nowMs, recordedMs: nowMs };
        facts[line]!.push(encodeContent({ ...content, ...about, ...when }));
      });
    }
    for (const [index, line] of lines.entries()) {
      const { sequence, hash } = heads[index]!;
      const own = { line, epoch: 1, first: sequence + 1, before: hash, facts: facts[index]! };
      const after = linksOf({ ...own, after: null }).at(-1)!;
      heads[index] = { sequence: sequence + segmentFacts, hash: after };
      yield { ...own, after };
    }
  }
}

/** Refuses whatever goes to the ERP. */
function refuseAll(postings: ReturnType<typeof openMemory>['postings']): void {
  for (const { posting } of postings.next(new Set(), lines.length)) {
    postings.settle(posting.key, { kind: 'refused', code: 'M3/305', reason: 'no such order' });
  }
}

async function measure(directory: string): Promise<void> {
  const path = join(directory, 'ledger.sqlite');
  const shelf = await benchShelf(values.postgres, directory);
  const db = shelf.open(path);
  const memory = openMemory({
    db,
    nowMs: Date.now,
    waitMs: steadyMs(systemClock),
    maxInFlightMs: 100,
  });
  let [taken, cpuMs, wallMs, next] = [0, 0, 0, Number(values.each)];
  let servedMs = shelf.serverMs(db);
  let batch: Buffer[] = [];
  for await (const segment of segments()) {
    batch.push(encodeSegment(segment));
    if (batch.length < linesAtOnce) continue;
    const [cpu, startMs] = [process.cpuUsage(), performance.now()];
    const arrivals = batch.map((bytes) => ({ segment: decodeSegment(bytes) }));
    for (const turn of portionsOf(arrivals, turnMax, memory.ledger.head))
      memory.ledger.accept(turn);
    refuseAll(memory.postings);
    for (const line of lines) memory.postings.settled(line, memory.ledger.head(line).sequence);
    const { user, system } = process.cpuUsage(cpu);
    [cpuMs, wallMs] = [cpuMs + (user + system) / 1_000, wallMs + performance.now() - startMs];
    taken += batch.length * segmentFacts;
    batch = [];
    if (taken < next) continue;
    const facts = Number(values.each);
    const micros = ((cpuMs * 1_000) / facts).toFixed(1);
    const nowMs = shelf.serverMs(db);
    const more = values.postgres
      ? `, ${(((nowMs - servedMs) * 1_000) / facts).toFixed(0)} µs of the server's`
      : `, ${(statSync(path).size / taken).toFixed(0)} bytes of disk a fact`;
    servedMs = nowMs;
    say(
      `${thousands(taken)} facts: ${thousands((facts / wallMs) * 1_000)} facts/s, ` +
        `${micros} µs of CPU a fact${more}`,
    );
    [cpuMs, wallMs, next] = [0, 0, next + facts];
    if (taken >= Number(values.facts)) break;
  }
  db.close();
  await shelf.stop();
}

if (values.help) say(usage);
else {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-ledger-'));
  try {
    await measure(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
