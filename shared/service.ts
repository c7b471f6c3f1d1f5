import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Fault } from './fault.ts';
import { type Fields, readFields } from './field.ts';
import { openNotify } from './notify.ts';
import { sample } from './sample.ts';

/** A program that runs until it is asked to end. */
export type Service = { url: string; close(): Promise<void> };

type Parts = {
  name: string;
  /** The table of the config; `--sample` prints it. */
  fields: Fields;
  /** What the program is, for whoever installs it; `--about` prints it. */
  about?: Readonly<Record<string, unknown>>;
  /**
   * Reads all that `start` reads before it opens anything; the fields alone if absent. Throws Fault
   * INVALID naming every mistake in `config`, and in the files that it names.
   */
  check?: (config: unknown) => void;
  /** Throws Fault INVALID as `check` does. */
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

const options = {
  config: { type: 'string' },
  'check-config': { type: 'boolean' },
  sample: { type: 'boolean' },
  about: { type: 'boolean' },
} as const;

/**
 * Runs a program of ours: `--config FILE` starts it, and one line of JSON on stdout says that it is
 * ready and where; with `--check-config` it is only read, and nothing opened. `--sample` prints a
 * commented config, `--about` what this program is. Ends cleanly on SIGTERM and SIGINT; on an
 * expected failure it prints one line and exits with 1.
 */
export async function runService(parts: Parts): Promise<void> {
  const { name, fields, about = {}, start } = parts;
  const { check = (given) => readFields(fields, given, 'config') } = parts;
  try {
    const { values } = parseArgs({ options });
    if (values.sample) {
      process.stdout.write(sample(fields));
      return;
    }
    if (values.about) {
      process.stdout.write(`${JSON.stringify(about)}\n`);
      return;
    }
    if (values.config === undefined) throw new Fault('INVALID', '--config: must name a file');
    if (values['check-config']) {
      check(readJson(values.config));
      process.stdout.write(`${values.config}: no mistake was found\n`);
      return;
    }
    const service = await start(readJson(values.config));
    process.stdout.write(`${JSON.stringify({ ready: true, url: service.url })}\n`);
    const notify = openNotify(process.env);
    notify.ready();
    const end = () => {
      notify.stopping();
      return service.close().then(() => process.exit(0));
    };
    process.once('SIGTERM', end).once('SIGINT', end);
  } catch (error) {
    const expected = error instanceof Fault || (error as { code?: string }).code !== undefined;
    if (!expected) throw error;
    process.stderr.write(`${name}: ${(error as Error).message}\n`);
    process.exit(1);
  }
}
