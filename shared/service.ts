import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Fault } from './fault.ts';
import type { Fields } from './field.ts';
import { sample } from './sample.ts';

/** A program that runs until it is asked to end. */
export type Service = { url: string; close(): Promise<void> };

type Parts = {
  name: string;
  /** The table of the config; `--sample` prints it. */
  fields: Fields;
  /** Throws Fault INVALID naming every mistake in `config`. */
  start(config: unknown): Promise<Service>;
};

/** The JSON of a file. Throws Fault INVALID that names the file and what is wrong with it. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const { message } = cause as Error;
    const what = cause instanceof SyntaxError ? `is not JSON: ${message}` : message;
    throw new Fault('INVALID', `--config: ${file}: ${what}`, { cause });
  }
}

/**
 * Runs a program of ours: `--config FILE` starts it, and one line of JSON on stdout says that it is
 * ready and where; `--sample` prints a commented config. Ends cleanly on SIGTERM and SIGINT; on an
 * expected failure it prints one line and exits with 1.
 */
export async function runService({ name, fields, start }: Parts): Promise<void> {
  try {
    const options = { config: { type: 'string' }, sample: { type: 'boolean' } } as const;
    const { values } = parseArgs({ options });
    if (values.sample) {
      process.stdout.write(sample(fields));
      return;
    }
    if (values.config === undefined) throw new Fault('INVALID', '--config: must name a file');
    const service = await start(readJson(values.config));
    process.stdout.write(`${JSON.stringify({ ready: true, url: service.url })}\n`);
    const end = () => service.close().then(() => process.exit(0));
    process.once('SIGTERM', end).once('SIGINT', end);
  } catch (error) {
    const expected = error instanceof Fault || (error as { code?: string }).code !== undefined;
    if (!expected) throw error;
    process.stderr.write(`${name}: ${(error as Error).message}\n`);
    process.exit(1);
  }
}
