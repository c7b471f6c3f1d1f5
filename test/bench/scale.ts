// Many edges at once: all that they do on the wire, against a real hub and a real central. Told are
// how long they take to come in, what a fact costs each program in processor time (which does not
// depend on who else uses the machine), how old a fact is when central has it, how long a region
// takes to drain after an outage, and what the death of a server of the hub comes to. The same is
// asked of the model, and both are told side by side.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { read } from '../../cli/drive.ts';
import { readMeasured } from '../scale/measured.ts';
import { playBench } from '../scale/stories.ts';
import { percentile, thousands } from './figures.ts';
import { type Region, rssMb, startRegion } from './region.ts';

const usage = `npm run bench:scale -- [options]
  --edges N    edges, each with a connection of its own; 100
  --lines N    lines of each, at most 20; 20
  --rate N     facts of one line in a second; 5
  --hubs N     servers of the hub: 1 or 3; 3
  --steady N   seconds of even work that are measured; 30
  --outage N   seconds that all edges are cut off; 30
`;
const { values } = parseArgs({
  options: {
    edges: { type: 'string', default: '100' },
    lines: { type: 'string', default: '20' },
    rate: { type: 'string', default: '5' },
    hubs: { type: 'string', default: '3' },
    steady: { type: 'string', default: '30' },
    outage: { type: 'string', default: '30' },
    help: { type: 'boolean', default: false },
  },
});
const [edges, lines, rate, members, steadyS, outageS] = [
  ...[values.edges, values.lines, values.rate, values.hubs, values.steady, values.outage],
].map(Number) as [number, number, number, number, number, number];
const all = edges * lines;
/** Until central has read at its pace, and what came together at first is through. */
const settleS = 10;
const say = (text: string) => process.stdout.write(`${text}\n`);

/** What the model says of the same, in the same words; by name, whatever it is. */
type Figures = Awaited<ReturnType<typeof playBench>>;

const aged = (agesMs: readonly number[]) => ({
  p50: percentile(agesMs, 0.5),
  p99: percentile(agesMs, 0.99),
});

async function even({ swarm, central, spent }: Region) {
  await swarm.order('begin');
  await delay(settleS * 1_000);
  const before = await swarm.told();
  const cpu = spent();
  await delay(steadyS * 1_000);
  const now = await swarm.told();
  const after = spent();
  const facts = now.kept - before.kept;
  const each = (['hub', 'central', 'edges'] as const).map((name) => {
    return `${name} ${(((after[name] - cpu[name]) / facts) * 1e6).toFixed(1)}`;
  });
  say(`even work: µs of processor a fact: ${each.join(', ')}`);
  say(
    `  behind by ${thousands(now.stated - now.kept)} facts, central has ${rssMb(central.pid)} MB`,
  );
  const othersCores = Math.max(0, (after.others - cpu.others) / steadyS);
  say(`  others used ${othersCores.toFixed(2)} cores of the machine meanwhile`);
  return { othersCores, factsPerS: facts / steadyS, age: aged(now.agesMs) };
}

async function outage({ swarm }: Region) {
  await swarm.order('cut');
  await delay(outageS * 1_000);
  const cut = await swarm.told();
  await swarm.order('connect');
  const near = ({ stated, kept }: { stated: number; kept: number }) =>
    stated - kept <= all * rate * 2;
  const drainS = await swarm.until('draining', near);
  say(`after ${outageS} s without a network ${thousands(cut.stated - cut.kept)} facts waited`);
  return drainS;
}

/** Side by side: what was seen, what the model says, and how far it is off. */
function compare(seen: Figures, model: Figures): void {
  const rows: [string, number, number][] = [
    ['all lines are let in after, s', seen.enterS, model.enterS],
    ['even work: facts/s in the ledger', seen.factsPerS, model.factsPerS],
    ["  age at the edge of central's word, p50, ms", seen.age.p50, model.age.p50],
    ['  the same, p99, ms', seen.age.p99, model.age.p99],
    ['drained after, s', seen.drainS, model.drainS],
  ];
  say('');
  for (const [what, real, told] of rows) {
    const off = `${told >= real ? '+' : ''}${((told / real - 1) * 100).toFixed(0)} %`;
    say(
      `${what.padEnd(44)} seen ${real.toFixed(1).padStart(9)}  ` +
        `model ${told.toFixed(1).padStart(9)}  ${off}`,
    );
  }
}

async function measure(directory: string, closing: (end: () => unknown) => void): Promise<void> {
  const region = await startRegion({ directory, members, edges, lines, rate, burst: 1, closing });
  const { swarm, hubs, central } = region;
  say(`${edges} edges of ${lines} lines, ${rate} facts/s each: ${thousands(all * rate)} facts/s`);
  await swarm.order('connect');
  const enterS = await swarm.until('coming in', ({ entered }) => entered >= all);
  const { othersCores, factsPerS, age } = await even(region);
  const drainS = await outage(region);
  if (members > 1) {
    const was = await swarm.told();
    hubs[0]!.kill();
    const next = was.kept + all * rate * 10;
    const onS = await swarm.until('going on', ({ kept }) => kept > next);
    say(`a server of the hub died: 10 s of facts are in the ledger ${onS.toFixed(1)} s later`);
    await hubs[0]!.restart();
  }
  await swarm.order('freeze');
  await swarm.until('the end', ({ stated, kept }) => stated === kept);
  const end = await swarm.told();
  const { facts: held } = await read<{ facts: number }>(central.url, '/v1/status');
  say(`stated ${thousands(end.stated)}, in the ledger ${thousands(held)}, doubts ${end.doubts}`);
  if (held !== end.stated) throw new Error('the ledger does not hold what was stated');
  const asked = { edges, lines, rate, hubs: members, settleS, steadyS, outageS, othersCores };
  compare({ enterS, factsPerS, age, drainS }, await playBench(asked, readMeasured()));
}

if (values.help) say(usage);
else {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-scale-'));
  const closing: (() => unknown)[] = [];
  try {
    await measure(directory, (end) => closing.push(end));
  } finally {
    for (const end of closing.reverse()) await end();
    rmSync(directory, { recursive: true });
  }
}
