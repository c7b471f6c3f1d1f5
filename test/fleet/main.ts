// What a plant's people do with a fleet, on machines of its own: fresh Debians with systemd as the
// first process and no way to any other network, installed from the bundle alone. Prints what each
// step shows; ends with 1 if one does not show it. What this machine cannot do is skipped by name.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../shared/fault.ts';
import { makeBundles, takeBundles } from './bundles.ts';
import { changing } from './changing.ts';
import { growing } from './growing.ts';
import { type Host, lacking, makeBase, openLab } from './hosts.ts';
import { hubbing } from './hubbing.ts';
import { installing } from './installing.ts';
import { makeInventory } from './inventory.ts';
import { lint } from './lint.ts';
import { replacing, upAgain } from './replacing.ts';
import type { Edge, Fleet, Story } from './story.ts';
import { endRuns } from './work.ts';

/** In this order: later ones find what earlier ones leave. */
const stories: readonly Story[] = [
  ...[...installing, ...hubbing, ...changing],
  ...[...replacing, ...growing],
];
const root = join(import.meta.dirname, '../..');
const cache = join(process.env['HOLDFAST_CACHE'] || join(root, '.cache'), 'fleet');
const keep = process.argv.includes('--keep');
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
/** Those of a run before, where nobody wants to wait for new ones: its folder, kept. */
const former = process.argv.find((arg) => arg.startsWith('--bundles='))?.slice(10);
/** A fleet of a run before, its folder, kept: what others rest upon is not done again. */
const resumed = process.argv.find((arg) => arg.startsWith('--resume='))?.slice(9);
const wordsMax = 4_000;
const counts = { passed: 0, failed: 0, skipped: 0 };

async function tell(name: string, story: () => Promise<string>): Promise<void> {
  const beganMs = performance.now();
  const after = () => `${((performance.now() - beganMs) / 1_000).toFixed(0)} s`;
  try {
    const shown = await story();
    if (shown.startsWith('skipped: ')) {
      counts.skipped += 1;
      console.log(`- ${name} is ${shown}`);
      return;
    }
    counts.passed += 1;
    const lines = shown === '' ? [] : shown.split('\n');
    console.log([`✓ ${name} (${after()})`, ...lines.map((line) => `    ${line}`)].join('\n'));
  } catch (error) {
    counts.failed += 1;
    console.log(`✗ ${name} (${after()})\n${(error as Error).message.slice(0, wordsMax)}`);
  }
}

/** The lines of each edge; the first has two. */
const edgeLines = [
  ['acme/lyon/turning/M01', 'acme/lyon/turning/M02'],
  ...['milling/M11', 'grinding/G21', 'packing/P31', 'welding/W41'].map((line) => [
    `acme/lyon/${line}`,
  ]),
];

const machines = (site: string, count: number, from: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `${site}-${index + 1}`,
    address: `10.77.0.${from + index}`,
  }));

/** A hub of three, central and ERP with the first, and five edges. */
async function openFleet(folder: string): Promise<Fleet & { close(): Promise<void> }> {
  await makeBase(join(cache, 'base'));
  const isKept = resumed !== undefined;
  if (former) takeBundles(former, folder);
  else if (!isKept) await makeBundles(root, folder);
  const lab = await openLab(folder, join(cache, 'base'));
  const close = () => lab.close();
  try {
    const hubs: Host[] = [];
    for (const { name, address } of machines('hub', 3, 21)) {
      hubs.push(await lab.host(name, address, isKept));
    }
    const named = machines('lyon', edgeLines.length, 11);
    const inventory = await makeInventory({
      ...{ folder, sshKey: lab.key, hubs },
      edges: named.map((machine, index) => ({ ...machine, lines: edgeLines[index]! })),
    });
    const edges: Edge[] = [];
    for (const { name, address, lines } of inventory.edges) {
      const host = await lab.host(name, address, isKept);
      edges.push({ host, lines, url: `http://${address}:8080` });
    }
    const hub = hubs[0]!;
    const centralUrl = `http://${hub.address}:8090`;
    return { folder, lab, hub, hubs, edges, inventory, centralUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const missing = await lacking();
const found = lint(root);
for (const [name, story] of Object.entries(found)) await tell(name, story);
if (missing.length > 0) {
  counts.skipped += stories.length;
  console.log(`- ${stories.length} stories are skipped: this machine lacks ${missing.join(', ')}`);
} else {
  const folder = resumed ?? mkdtempSync(join(tmpdir(), 'holdfast-fleet-'));
  mkdirSync(cache, { recursive: true });
  let fleet: Awaited<ReturnType<typeof openFleet>> | undefined;
  const close = async () => {
    await fleet?.close();
    if (!keep) rmSync(folder, { recursive: true, force: true });
    else console.log(`kept: ${folder}`);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => close().then(() => process.exit(1)));
  }
  try {
    fleet = await openFleet(folder);
    if (resumed) {
      await Promise.all(fleet.edges.map(upAgain));
      for (const { url } of fleet.edges) await endRuns(url);
    }
    for (const { name, story, needed } of stories) {
      const asked =
        (needed && !resumed) || wanted.length === 0 || wanted.some((word) => name.includes(word));
      if (asked) await tell(name, () => story(fleet!));
    }
  } catch (error) {
    counts.failed += 1;
    console.log(`✗ ${error instanceof Fault ? error.message : (error as Error).stack}`);
  } finally {
    await close();
  }
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
