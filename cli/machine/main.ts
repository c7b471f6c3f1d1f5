// A simulated machine as a program of its own, with a control port: see docs/machines.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Fault } from '../../shared/fault.ts';
import { integer } from '../../shared/field.ts';
import { runService } from '../../shared/service.ts';
import { machineFields, profiles } from './config.ts';
import { openControl } from './control.ts';
import { openHall } from './hall.ts';
import { openMachine } from './simulated.ts';

const control = integer('Port of the control, of 127.0.0.1; 0 for a free one.', 0, 65_535);
const usage = `npm run machine -- --profile ${profiles.join(' | ')}
  --port N         of its OPC UA server, 127.0.0.1; a free one if absent
  --control N      of its control port; a free one if absent
  --folder FOLDER  keeps its certificates and counters there; else they are gone at the end
  --NAME VALUE     any other field of its configuration, e.g. --perS 2 --lively true
  --config FILE    all of it as JSON; --sample prints that, commented`;

/** Opens the machine, or the hall of `machines`, and its control. */
async function start(given: unknown) {
  const { control: wanted = 0, machines, ...config } = given as Record<string, unknown>;
  const port = control.read(wanted, 'control');
  const machine = machines === undefined ? await openMachine(config) : await openHall(machines);
  const opened = await openControl({ at: machine.at, port });
  return {
    ...{ url: opened.url, endpoint: machine.url },
    async close(): Promise<void> {
      await opened.close();
      await machine.close();
    },
  };
}

/** Fields as words of a command line: numbers and truths are read as such. */
function readWords(args: string[]): Record<string, unknown> {
  const names = [...Object.keys(machineFields), 'control'];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args, options });
  const read = Object.entries(values).map(([name, value]) => {
    const isPlain = /^(\d+|true|false|\[.*\])$/s.test(value as string);
    const isText = ['unit', 'user', 'password', 'folder'].includes(name);
    return [name, isPlain && !isText ? JSON.parse(value as string) : value];
  });
  return Object.fromEntries(read);
}

async function runByHand(args: string[]): Promise<void> {
  const words = readWords(args);
  const own = words['folder'] === undefined ? mkdtempSync(join(tmpdir(), 'machine-')) : undefined;
  const forget = () => own && rmSync(own, { recursive: true, force: true });
  try {
    const service = await start({ folder: own, profile: 'generic', ...words });
    console.log(`The machine is at ${service.endpoint}, until Ctrl-C.`);
    console.log(`Its control is at ${service.url}: GET tells what is true, POST /ACT does an act.`);
    await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
    await service.close();
  } finally {
    forget();
  }
}

const args = process.argv.slice(2);
if (args.includes('--config') || args.includes('--sample')) {
  await runService({ name: 'machine', fields: machineFields, start });
} else if (args.includes('--help')) {
  console.log(usage);
} else {
  try {
    await runByHand(args);
    process.exit(0);
  } catch (error) {
    const isUsage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
    if (!(error instanceof Fault) && !isUsage) throw error;
    console.error(`machine: ${(error as Error).message}`);
    process.exit(isUsage ? 2 : 1);
  }
}
