import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { openNotify } from '../shared/notify.ts';

const scratch = mkdtempSync(join(tmpdir(), 'holdfast-service-'));
const file = (name: string, content: unknown): string => {
  const path = join(scratch, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
type Said = { stdout: string; stderr: string; code?: number };
const run = (program: string, ...args: string[]): Promise<Said> =>
  promisify(execFile)(process.execPath, [program, ...args], { timeout: 60_000 }).catch(
    (error: Said) => error,
  );

const seed = 'SUAGDLNBWI2SGHDRYBHD63NH5FGZSVJUW2J7GAJZXWANQFLDW6G5SXZESU';
const storePath = join(scratch, 'store.db');
const edge = {
  storePath,
  natsUrl: 'nats://127.0.0.1:1',
  lines: [{ line: 'acme/lyon/turning/M01' }],
};
const central = {
  ...{ storePath, natsUrl: 'nats://127.0.0.1:1', hubMonitorUrl: 'http://127.0.0.1:1' },
  erp: { kind: 'sap', url: 'http://127.0.0.1:1', plant: 'HF01', storageLocation: '0001' },
};
const programs = [
  ['edge', 'edge/main.ts', edge],
  ['central', 'central/main.ts', central],
] as const;

test.each(programs)('%s checks a good config and opens nothing', async (name, program, config) => {
  const natsNkeyPath = file(`${name}.nk`, `${seed}\n`);
  const path = file(`${name}.json`, { ...config, natsNkeyPath });
  const said = await run(program, '--config', path, '--check-config');
  expect(said).toEqual({ stdout: `${path}: no mistake was found\n`, stderr: '' });
  expect(existsSync(storePath)).toBe(false);
});

test.each(programs)(
  '%s names every field that is wrong, and ends with 1',
  async (name, program, config) => {
    const path = file(`${name}.bad.json`, { ...config, httpPort: 70_000, colour: 'red' });
    const said = await run(program, '--config', path, '--check-config');
    expect(said.code).toBe(1);
    expect(said.stderr).toMatch(/config.colour: unknown.*config.httpPort: must be a whole number/s);
    expect(said.stderr).not.toContain('    at ');
  },
);

test.each(programs)(
  '%s reads the file with its seed, and never tells it',
  async (name, program, config) => {
    const natsNkeyPath = file(`${name}.short.nk`, seed.slice(0, -3));
    const path = file(`${name}.seed.json`, { ...config, natsNkeyPath });
    const said = await run(program, '--config', path, '--check-config');
    expect(said.code).toBe(1);
    expect(said.stderr).toContain('must hold the seed of a user');
    expect(said.stderr).not.toContain(seed.slice(0, 20));
  },
);

test('the edge reads the mapping of a machine that its config names', async () => {
  const machine = file('machine.yaml', 'line: acme/lyon/turning/M02\n');
  const path = file('mapped.json', { ...edge, lines: [{ ...edge.lines[0], machine }] });
  const said = await run('edge/main.ts', '--config', path, '--check-config');
  expect(said.code).toBe(1);
  expect(said.stderr).toContain(machine);
});

test.each(programs)('%s says by which schema it works', async (_name, program) => {
  const { schema } = JSON.parse((await run(program, '--about')).stdout);
  expect(schema).toBeGreaterThan(5);
});

test('systemd is told of readiness, of each turn and of the end, where it asks', () => {
  vi.useFakeTimers();
  try {
    const words: string[] = [];
    const env = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '30000000' };
    const notify = openNotify(env, (word) => words.push(word));
    vi.advanceTimersByTime(60_000);
    expect(words).toEqual([]);
    notify.ready();
    vi.advanceTimersByTime(29_999);
    expect(words).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1']);
    notify.stopping();
    vi.advanceTimersByTime(60_000);
    expect(words.slice(3)).toEqual(['STOPPING=1']);
  } finally {
    vi.useRealTimers();
  }
});

test('nobody is told anything where systemd does not ask', () => {
  vi.useFakeTimers();
  try {
    const words: string[] = [];
    const notify = openNotify({ WATCHDOG_USEC: '30000000' }, (word) => words.push(word));
    notify.ready();
    vi.advanceTimersByTime(60_000);
    notify.stopping();
    const quiet = openNotify({ NOTIFY_SOCKET: '/x' }, (word) => words.push(word));
    quiet.ready();
    vi.advanceTimersByTime(60_000);
    expect(words).toEqual(['READY=1']);
  } finally {
    vi.useRealTimers();
  }
});
