#!/usr/bin/env node
import { Fault } from '../shared/fault.ts';

/** Each command for people is a file with `usage` and `run`, loaded when it is asked for. */
const commands = {
  demo: () => import('./demo.ts'),
  import: () => import('./import.ts'),
  'dry-run': () => import('./dryrun.ts'),
  backup: () => import('./backup.ts'),
  doctor: () => import('./doctor.ts'),
  verify: () => import('./verify.ts'),
  salvage: () => import('./salvage.ts'),
  chart: () => import('./chart.ts'),
  swap: () => import('./swap.ts'),
};
type Name = keyof typeof commands;

const helps = ['help', '--help', '-h'];
const [name = 'help', ...args] = process.argv.slice(2);
let exitCode = 0;
try {
  if (Object.hasOwn(commands, name)) {
    const { run } = await commands[name as Name]();
    exitCode = await run(args);
  } else if (!helps.includes(name)) {
    const known = Object.keys(commands).join(', ');
    process.stderr.write(`holdfast: ${name} is no command; known are ${known}, help\n`);
    exitCode = 2;
  } else {
    const usages = await Promise.all(
      Object.values(commands).map(async (load) => (await load()).usage),
    );
    process.stdout.write(`${usages.join('\n\n')}\n`);
  }
} catch (error) {
  const isUsage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  if (!(error instanceof Fault) && !isUsage) throw error;
  process.stderr.write(`holdfast ${name}: ${(error as Error).message}\n`);
  exitCode = isUsage ? 2 : 1;
}
process.exit(exitCode);
