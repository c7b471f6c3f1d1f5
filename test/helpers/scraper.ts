// A Prometheus of the test's own, with the configuration that docs/monitoring tells people to use.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { freePorts } from '../../cli/port.ts';
import { testFolder } from './folder.ts';
import { waitFor } from './plantnet.ts';

const folder = join(import.meta.dirname, '../../docs/monitoring');
const everyS = 1;
const waitMs = 60_000;

export type Series = { metric: Record<string, string>; values: [number, string][] };
/** Addresses, by the job that scrapes them. */
type Targets = Readonly<Record<string, readonly string[]>>;
type Job = { job_name: string; static_configs: { targets: string[] }[]; scrape_interval: string };
type Told = { global?: object; scrape_configs: Job[]; rule_files: string[] };

/** The configuration of the documentation, scraping these instead of the examples. */
function configOf(targets: Targets): Told {
  const page = readFileSync(join(folder, 'README.md'), 'utf8');
  const told = parse(/```yaml\n([\s\S]*?)```/.exec(page)![1]!) as Told;
  return {
    global: { scrape_interval: `${everyS}s`, evaluation_interval: `${everyS}s` },
    rule_files: told.rule_files.map((file) => join(folder, file)),
    scrape_configs: told.scrape_configs.map((job) => ({
      ...{ ...job, scrape_interval: `${everyS}s` },
      static_configs: [{ targets: [...targets[job.job_name]!] }],
    })),
  };
}

/** Resolves once each target was scraped three times, and gone when the test ends. */
export async function startScraper(program: string, targets: Targets) {
  const directory = testFolder();
  const file = join(directory, 'prometheus.yml');
  writeFileSync(file, stringify(configOf(targets)));
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const flags = ['--log.level=error', `--storage.tsdb.path=${join(directory, 'data')}`];
  const child = spawn(
    program,
    [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`, ...flags],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  /** An answer of its API. Throws in its words where it refuses. */
  async function ask<T>(path: string, asked: Record<string, string> = {}): Promise<T> {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(asked)}`);
    const { status, data, error } = (await response.json()) as Record<string, never>;
    if (status !== 'success') throw new Error(`${error}: ${JSON.stringify(asked)}`);
    return data as T;
  }
  /** What a graph of the last seconds is drawn of. */
  async function range(query: string): Promise<Series[]> {
    const now = Date.now() / 1_000;
    const span = { start: `${now - 2 * everyS}`, end: `${now}`, step: `${everyS}` };
    return (await ask<{ result: Series[] }>('query_range', { query, ...span })).result;
  }
  const counted = 'count(count_over_time(up[1m]) >= 3 and up == 1)';
  const isScraped = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`prometheus: ${said}`);
    const found = await range(counted).catch(() => []);
    return Number(found[0]?.values.at(-1)?.[1]) === Object.values(targets).flat().length;
  };
  await waitFor(isScraped, waitMs, 'every target to be scraped');
  return { ask, range };
}
export type Scraper = Awaited<ReturnType<typeof startScraper>>;
