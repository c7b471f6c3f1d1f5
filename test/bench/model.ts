// A thousand edges, which no one machine can play for real: in virtual time, by the edge's own
// forwarding, window, turns and express lane, and central's own batches, keeper and trimmer, with
// what each costs a processor as it was measured (`npm run bench:measure`). The same seed tells the
// same. It is held against what is played for real by `npm run bench:scale`.
import { parseArgs } from 'node:util';
import { type Plan, plantPlan } from '../scale/cell.ts';
import { readMeasured } from '../scale/measured.ts';
import { playDrain, playEven, playLoss, playRestart } from '../scale/stories.ts';
import { thousands } from './figures.ts';

const usage = `npm run bench:model -- [options]
  --edges N    edges in all; 1000
  --lines N    lines of each; 20
  --rate N     facts of one line in a second; 5
  --cell N     edges of one cell (a hub of three and a central); the most that bear it if absent
  --late N     a cell is full when 99 of 100 live facts are later than this, ms; 1000
  --away N     edges of the region that was away; 300
  --hours N    how long it was away; 8
  --hub N      cores of each server of the hub; 2
  --central N  cores of central's machine; 2
  --seed N     1
`;
const { values } = parseArgs({
  options: {
    edges: { type: 'string', default: '1000' },
    lines: { type: 'string', default: '20' },
    rate: { type: 'string', default: '5' },
    cell: { type: 'string' },
    late: { type: 'string', default: '1000' },
    away: { type: 'string', default: '300' },
    hours: { type: 'string', default: '8' },
    hub: { type: 'string', default: '2' },
    central: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const [edges, lines, rate, lateMax, away, hours] = [
  ...[values.edges, values.lines, values.rate, values.late, values.away, values.hours],
].map(Number) as [number, number, number, number, number, number];
const [seed, hubCores, centralCores] = [values.seed, values.hub, values.central].map(Number) as [
  number,
  number,
  number,
];
const measured = readMeasured();
const planOf = (count: number): Plan => ({
  ...{ ...plantPlan, seed, edges: count, lines, rate },
  cores: { hub: hubCores, central: centralCores },
});
const ms = (late: { p50: number; p99: number } | undefined): string =>
  late ? `p50 ${thousands(late.p50)} ms, p99 ${thousands(late.p99)} ms` : 'none';
const seconds = (s: number | undefined): string =>
  s === undefined ? 'never' : `${s.toFixed(1)} s`;
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

/** Most edges that one cell bears: of its live facts 99 of 100 are there in time. */
async function fullCell(): Promise<number> {
  let [low, high] = [1, Math.min(edges, 512)];
  while (high - low > Math.max(1, low * 0.05)) {
    const middle = Math.ceil((low + high) / 2);
    const { late, factsPerS, central, leader } = await playEven(planOf(middle), measured, 8);
    const asked = middle * lines * rate;
    const isBorne = late !== undefined && late.p99 <= lateMax && factsPerS > asked * 0.97;
    const busy = `central ${percent(central)}, hub's leader ${percent(leader)} of a core`;
    say(
      `  ${middle} edges: ${thousands(factsPerS)} of ${thousands(asked)} facts/s, ` +
        `${ms(late)}; ${busy}`,
    );
    if (isBorne) low = middle;
    else high = middle - 1;
  }
  return low;
}

async function tellDrain(name: string, plan: Plan, gone: number): Promise<void> {
  const told = await playDrain(plan, measured, { edges: gone, s: hours * 3_600 }, 20);
  const hoursLeft = told.drainS === undefined ? 'never' : `${(told.drainS / 3_600).toFixed(1)} h`;
  say(`${name}: ${gone} of ${plan.edges} edges of a cell were away for ${hours} h`);
  say(
    `  ${thousands(told.backlog)} facts waited; ${thousands(told.factsPerS)} facts/s in the ledger`,
  );
  say(`  drained after ${hoursLeft}; what is stated now: ${ms(told.late)}`);
  say(
    `  most in the stream: ${thousands(told.mostBytes / 2 ** 20)} MB, ` +
      `${thousands(told.mostUnread)} ` +
      `segments unread; central ${percent(told.central)}, leader ${percent(told.leader)} of a core`,
  );
}

/** What comes of all of it on one cell, and how many edges one bears. */
async function search(): Promise<number> {
  const together = await playEven(planOf(edges), measured, 10);
  say(`all of it on one hub and one central: in after ${seconds(together.enterS)},`);
  say(`  ${thousands(together.factsPerS)} facts/s in the ledger, ${ms(together.late)}`);
  say('how many edges one cell bears:');
  return fullCell();
}

async function tell(): Promise<void> {
  say(`measured ${measured.date} on ${measured.machine}; all that follows is the model's`);
  say(
    `${edges} edges of ${lines} lines, ${rate} facts/s each: ` +
      `${thousands(edges * lines * rate)} facts/s`,
  );
  const size = values.cell === undefined ? await search() : Number(values.cell);
  const cells = Math.ceil(edges / size);
  say(`=> ${size} edges a cell (${thousands(size * lines * rate)} facts/s), ${cells} cells`);
  // Half as much room as it takes on an even day: a cell that is full never drains.
  const roomy = Math.max(1, Math.floor(size / 2));
  say(
    `=> with half of it left to drain with: ${roomy} edges a cell, ` +
      `${Math.ceil(edges / roomy)} cells`,
  );
  for (const count of [size, roomy]) {
    const plan = planOf(count);
    say(`--- cells of ${count} edges`);
    const even = await playEven(plan, measured);
    say(`even work: ${ms(even.late)}; in after ${seconds(even.enterS)}`);
    const back = await playRestart(plan, measured, 30);
    say(`the hub was away for 30 s: all lines are in after ${seconds(back.enterS)},`);
    say(
      `  caught up after ${seconds(back.caughtUpS)}; ` +
        `${back.doubts} questions had no answer in time`,
    );
    const lost = await playLoss(plan, measured);
    say(
      `a server of the hub dies, and another leads after ${seconds(measured.electionMs / 1_000)}:`,
    );
    say(`  caught up ${seconds(lost.caughtUpS)} later; facts meanwhile: ${ms(lost.late)}`);
    const share = Math.round((away * count) / edges);
    await tellDrain('the region is a cell of its own', plan, count);
    await tellDrain('the region is spread over all cells', plan, Math.max(1, share));
  }
}

if (values.help) say(usage);
else await tell();
