// Goal: a program that is started wrong says in one line which field, option or file is wrong, and
// ends with an exit code that is not 0. Method: real programs, from outside.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from './helpers/folder.ts';
import { runToEnd } from './helpers/outside.ts';
import { m01 } from './helpers/shop.ts';

const nats = { natsUrl: 'nats://127.0.0.1:9' };
const erp = { url: 'http://127.0.0.1:9', plant: 'HF01', storageLocation: '0001' };
const lines = [{ line: m01 }];
const central = { storePath: 'c.sqlite', ...nats, hubMonitorUrl: 'http://127.0.0.1:9', erp };
const programs = {
  edge: 'edge/main.ts',
  central: 'central/main.ts',
  sandbox: 'central/sandbox/main.ts',
} as const;

/** Which program, what is wrong in its config file, the file's text, and what it prints. */
const configs: [keyof typeof programs, string, string | object, string | RegExp][] = [
  [
    'edge',
    'typos',
    { storePath: 'e.sqlite', ...nats, httpPrt: 1, lines: [{ line: m01, lanse: 2 }] },
    'config.httpPrt: unknown; config.lines[0].lanse: unknown',
  ],
  [
    'edge',
    'a port over its limit',
    { storePath: 'e.sqlite', ...nats, lines, httpPort: 70_000 },
    'config.httpPort: must be a whole number from 0 to 65535',
  ],
  [
    'edge',
    'a folder that is not there',
    { storePath: '/nowhere/at/all/e.sqlite', ...nats, lines },
    '/nowhere/at/all: is no folder that can be used (ENOENT)',
  ],
  ['edge', 'no JSON', '{"storePath": "e.sqlite", }', /^--config: \S+: is not JSON: .*position 26/],
  ['edge', 'nothing', '', /^--config: \S+: is not JSON: Unexpected end/],
  [
    'central',
    'a typo inside',
    { ...central, erp: { ...erp, plantt: 'HF01' } },
    'config.erp.plantt: unknown',
  ],
  ['central', 'no JSON', 'storePath: c.sqlite', /^--config: \S+: is not JSON: /],
  [
    'central',
    'a file and a PostgreSQL',
    { ...central, postgres: { url: 'postgres://127.0.0.1:9/x' } },
    'config.storePath: must be given, or else postgres, and not both',
  ],
  [
    'central',
    'a PostgreSQL that is not there',
    { ...central, storePath: undefined, postgres: { url: 'postgres://127.0.0.1:9/x' } },
    /^PostgreSQL 127\.0\.0\.1:9\/x schema holdfast: connect ECONNREFUSED/,
  ],
  [
    'central',
    'a password file that is not there',
    { ...central, storePath: undefined, postgres: { url: 'postgres://h/x', passwordPath: '/no' } },
    'postgres.passwordPath: /no: cannot be read: ENOENT',
  ],
  ['sandbox', 'a typo', { path: 's.sqlite', prot: 1 }, 'sandbox.prot: unknown'],
  ['sandbox', 'no JSON', '[', /^--config: \S+: is not JSON: /],
];
test.each(configs)('%s with %s in its config says so and ends', async (program, _, given, says) => {
  const file = join(testFolder(), 'config.json');
  writeFileSync(file, typeof given === 'string' ? given : JSON.stringify(given));
  const { stderr, ...rest } = await runToEnd(programs[program], '--config', file);
  expect(rest).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^[^\n]*\n$/);
  const said = stderr.trimEnd().replace(`${program}: `, '');
  if (typeof says === 'string') expect(said).toBe(says);
  else expect(said).toMatch(says);
});

const missing = 'no-such-file';
const calls: [string[], number, RegExp][] = [
  [[programs.edge], 1, /^edge: --config: must name a file\n$/],
  [[programs.edge, '--confg', 'x'], 1, /^edge: Unknown option '--confg'/],
  [[programs.central, '--config', missing], 1, /^central: --config: no-such-file: ENOENT.*\n$/],
  [['cli/holdfast.ts', 'nonsense'], 2, /^holdfast: nonsense is no command; known are demo, import/],
  [['cli/holdfast.ts', 'toString'], 2, /^holdfast: toString is no command; known are demo, import/],
  [['cli/holdfast.ts', 'demo', '--orders', 'NaN'], 1, /--orders: must be a whole number from 1 to/],
  [['cli/holdfast.ts', 'demo', '--ordres', '3'], 2, /^holdfast demo: Unknown option '--ordres'/],
  [['cli/holdfast.ts', 'import'], 1, /^import: must be given one file\n$/],
  [['cli/holdfast.ts', 'import', 'x', '--edge', 'ftp://x'], 1, /^--edge: must be a URL like/],
];
test.each(calls)('%j is refused with %i', async ([entry, ...args], code, says) => {
  const ending = await runToEnd(entry!, ...args);
  expect(ending).toMatchObject({ code, stdout: '' });
  expect(ending.stderr).toMatch(says);
});

const commands = 'demo import dry-run backup doctor verify salvage chart swap'.split(' ');
test.each(commands)('holdfast %s tells its usage, and does nothing', async (command) => {
  for (const help of ['--help', '-h']) {
    const { code, stdout, stderr } = await runToEnd('cli/holdfast.ts', command, help);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.startsWith(`holdfast ${command} `)).toBe(true);
  }
});

test('the import of a file that is not there names it, and nothing was read', async () => {
  const { code, stdout } = await runToEnd('cli/holdfast.ts', 'import', missing, '--dry-run');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^read +0\n/);
  expect(stdout).toMatch(/ended early: .*no-such-file/);
});
