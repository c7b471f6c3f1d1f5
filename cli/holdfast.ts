#!/usr/bin/env node
import { Fault } from '../shared/fault.ts';

/** A command for people: a file that is loaded when it is asked for. */
type Command = Readonly<{
  usage: string;
  /** Resolves with the exit code. A Fault is for the person who typed, and ends with `failed`. */
  run: (args: string[]) => Promise<number>;
  /** Exit code of a command that could not be done; 1 where `run` says nothing with 1. */
  failed?: number;
}>;
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
  explain: () => import('./explain.ts'),
  trace: () => import('./trace.ts'),
  recall: () => import('./recall.ts'),
  replay: () => import('./replay.ts'),
  figures: () => import('./figures.ts'),
  reconcile: () => import('./reconcile.ts'),
  rules: () => import('./rules.ts'),
  masters: () => import('./masters.ts'),
  desk: () => import('./desk.ts'),
  map: () => import('./map.ts'),
  people: () => import('./people.ts'),
  bundle: () => import('./bundle.ts'),
  nkey: () => import('./nkey.ts'),
  accounts: () => import('./hubaccounts.ts'),
  token: () => import('./token.ts'),
  feed: () => import('./feed.ts'),
  bridge: () => import('./bridge.ts'),
  export: () => import('./export.ts'),
  prove: () => import('./prove.ts'),
  drill: () => import('./drill.ts'),
} satisfies Record<string, () => Promise<Command>>;
type Name = keyof typeof commands;

const helps = ['help', '--help', '-h'];
const [name = 'help', ...args] = process.argv.slice(2);
let exitCode = 0;
let failed = 1;
try {
  if (Object.hasOwn(commands, name)) {
    const command: Command = await commands[name as Name]();
    failed = command.failed ?? failed;
    const asksHelp = args.some((arg) => helps.slice(1).includes(arg));
    if (asksHelp) process.stdout.write(`${command.usage.trimEnd()}\n`);
    else exitCode = await command.run(args);
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
  exitCode = isUsage ? 2 : failed;
}
// What is said into a pipe may still be on its way; whoever reads no further is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => undefined);
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
}
process.exit(exitCode);
