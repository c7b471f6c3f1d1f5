// Goal: Ansible's files say what the programs mean. Method: they are read as text and YAML, and
// what is written in Python runs beside what it must be the same as. `npm run fleet` runs them.
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments, parse as parseYaml } from 'yaml';
import { readKey, seal, writeKeys } from '../cli/bundle/signature.ts';
import { packTar } from '../cli/bundle/tar.ts';

const root = join(import.meta.dirname, '../ansible');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const load = (path: string) => parseYaml(read(path)) as Record<string, never>;
const roles = ['nats_hub', 'nats_leaf', 'edge', 'central', 'bridge', 'release'];
const yamls = globSync('**/*.yml', { cwd: root }).sort();
const has = (command: string) => spawnSync(command, ['--version']).status === 0;

test('there are files to look at', () => expect(yamls.length).toBeGreaterThan(40));

test.each(yamls)('%s is YAML, each key once, and ends with a line', (path) => {
  const text = read(path);
  for (const document of parseAllDocuments(text, { uniqueKeys: true })) {
    expect('errors' in document ? document.errors : []).toEqual([]);
  }
  expect(text.startsWith('---\n') && text.endsWith('\n') && !text.endsWith('\n\n')).toBe(true);
});

type Spec = { type: string; required?: boolean; default?: unknown; description: string };
const optionsOf = (role: string): Record<string, Spec> =>
  (load(`roles/${role}/meta/argument_specs.yml`) as never)['argument_specs']['main']['options'];

describe.each(roles)('the role %s', (role) => {
  const options = optionsOf(role);
  const defaults = load(`roles/${role}/defaults/main.yml`) ?? {};

  test('says of every variable its type, its meaning, and its default or that it has none', () => {
    const given = Object.entries(options).filter(([, spec]) => 'default' in spec);
    expect(Object.fromEntries(given.map(([name, spec]) => [name, spec.default]))).toEqual(defaults);
    for (const [name, { type, description }] of Object.entries(options)) {
      expect(name.startsWith(`${role}_`), name).toBe(true);
      expect(type, name).toMatch(/^(?:str|int|bool|list|dict|path)$/);
      expect(description, name).toMatch(/^[A-Z].*\.$/s);
    }
  });

  test('uses no variable of its own that it does not declare', () => {
    const files = globSync(`roles/${role}/{tasks,handlers,templates,vars}/*`, { cwd: root });
    const used = new Set(
      files.flatMap((path) => read(path).match(new RegExp(`\\b${role}_[a-z]\\w*`, 'g')) ?? []),
    );
    expect([...used].filter((name) => !(name in options)).sort()).toEqual([]);
  });

  test('names every variable that has no default in its defaults, as a comment', () => {
    const required = Object.keys(options).filter((name) => options[name]!.required);
    const text = read(`roles/${role}/defaults/main.yml`);
    for (const name of required) expect(text).toMatch(new RegExp(`^# .*${name}\\b`, 'm'));
  });

  test('changes nothing in its preflight', () => {
    const tasks = parseYaml(read(`roles/${role}/tasks/preflight.yml`)) as Record<string, unknown>[];
    const asks = ['assert', 'stat', 'wait_for'].map((name) => `ansible.builtin.${name}`);
    for (const task of tasks) {
      const isQuestion = asks.some((name) => name in task);
      const isCommand = 'ansible.builtin.command' in task && task['changed_when'] === false;
      expect(isQuestion || isCommand, `${task['name']}`).toBe(true);
    }
  });
});

test('secrets are shown to nobody: whatever writes a seed or a key has no_log', () => {
  for (const path of globSync('roles/*/tasks/*.yml', { cwd: root })) {
    for (const task of parseYaml(read(path)) as Record<string, unknown>[]) {
      if (!/_seed|_token }}|__secrets|nats_leaf__config/.test(JSON.stringify(task))) continue;
      if ('ansible.builtin.assert' in task) continue; // tells its own words alone
      expect(task['no_log'], `${path}: ${task['name']}`).toBe(true);
    }
  }
});

const units = globSync('roles/*/templates/*.service.j2', { cwd: root }).sort();
const { release__hardening: hardening } = load('roles/release/vars/main.yml') as Record<
  string,
  string
>;
/** As systemd will read it, with names where a plant has values. */
const rendered = (path: string): string =>
  read(path)
    .replace('{{ release__hardening }}', hardening!)
    .replaceAll(/^\{%.*%\}\n/gm, '')
    .replaceAll(/\{\{ release_root \}\}/g, '/opt/holdfast')
    .replaceAll(/\{\{ \w+__program \}\}/g, '/bin/true')
    .replaceAll(/\{\{ \w+__(?:credentials|config|conf) \}\}/g, '/etc/holdfast/it')
    .replaceAll(/\{\{ \w+_timeout_s \}\}/g, '900')
    .replaceAll(/\{\{ (\w+) \}\}/g, '$1');

describe.each(units)('%s', (path) => {
  const unit = rendered(path);
  const lines = unit.split('\n');

  test('takes its secrets as credentials, and nothing by its environment', () => {
    expect(lines.filter((line) => line.startsWith('LoadCredential='))).not.toEqual([]);
    expect(lines.filter((line) => /^(?:Environment|PassEnvironment)/.test(line))).toEqual([]);
    // A unit that is reloaded may not work there: its ExecReload= would be refused.
    const reloads = /^ExecReload=/m.test(unit);
    expect(/^WorkingDirectory=%d$/m.test(unit)).toBe(!reloads);
    expect(/^ExecStart=.*--chdir=%d /m.test(unit)).toBe(reloads);
  });

  test('can reach nothing but what it needs', () => {
    const wanted = [
      ...['NoNewPrivileges=yes', 'CapabilityBoundingSet=', 'ProtectSystem=strict'],
      ...['ProtectHome=yes', 'PrivateTmp=yes', 'PrivateDevices=yes', 'RestrictNamespaces=yes'],
      ...['SystemCallFilter=@system-service', 'SystemCallFilter=~@privileged @resources'],
      ...['RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK', 'UMask=0077'],
    ];
    for (const line of wanted) expect(lines).toContain(line);
  });

  test('comes back by itself, for ever, and runs as a user of its own', () => {
    const wanted = ['Restart=always', 'StartLimitIntervalSec=0', 'WantedBy=multi-user.target'];
    for (const line of wanted) expect(lines).toContain(line);
    expect(unit).toMatch(/^User=/m);
    expect(unit).not.toMatch(/^MemoryDenyWriteExecute/m); // V8 compiles at run time
  });

  test('is watched where it is ours', () => {
    if (!basename(path).startsWith('holdfast-')) return;
    for (const line of ['Type=notify', 'NotifyAccess=all', 'WatchdogSec=60']) {
      expect(lines).toContain(line);
    }
    expect(unit).toMatch(/^StateDirectory=holdfast-/m);
  });

  test.skipIf(!has('systemd-analyze'))('scores at most 2.0 by systemd-analyze security', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'holdfast-unit-')), basename(path, '.j2'));
    writeFileSync(file, unit);
    const args = ['security', '--offline=true', '--no-pager', '--threshold=20', file];
    const { status, stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    expect(stdout).toMatch(/Overall exposure level/);
    expect(status, stdout).toBe(0);
  });
});

const python = (script: string, ...args: string[]): string =>
  execFileSync('python3', ['-c', script, root, ...args], { encoding: 'utf8' });

describe.skipIf(!has('python3'))('what is written in Python', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-python-'));
  const { secret, open } = writeKeys(join(scratch, 'key'));
  const { open: other } = writeKeys(join(scratch, 'other'));
  const file = (path: string, text: string, runs = false) => {
    return { path, bytes: Buffer.from(text), runs };
  };
  const files = [file('bin/node', 'node', true), file('app/edge/main.ts', 'edge')];
  const sums = files.map(({ path, bytes }) => {
    const sum = execFileSync('sha256sum', { input: bytes, encoding: 'utf8' }).slice(0, 64);
    return `${sum}  ${path}\n`;
  });
  const payload = gzipSync(packTar([...files, file('SHA256SUMS', sums.join(''))]));
  const about = { name: 'holdfast', version: '1.2.3', platform: 'linux-x64' };
  const bundle = seal(payload, about, readKey(secret, 'private'));

  /** What the module says of bundles: nothing where it takes them, else why not. */
  function judge(bundles: Buffer[], more: Record<string, unknown> = {}): string[] {
    const paths = bundles.map((bytes, index) => {
      const path = join(scratch, `${index}.tar`);
      writeFileSync(path, bytes);
      return path;
    });
    const params = { public_key: open, version: '1.2.3', platform: 'linux-x64', ...more };
    const script = `
import json, sys
sys.path.insert(0, sys.argv[1] + '/library')
import holdfast_bundle as module
class Module:
    check_mode = False
    params = json.loads(sys.argv[2])
said = []
for path in json.loads(sys.argv[3]):
    Module.params['bundle'] = path
    try:
        manifest, payload = module.opened(Module.params)
        changed = 'releases' in Module.params and module.install(Module, manifest, payload)
        said.append('changed' if changed else '')
    except (module.Refused, OSError, ValueError, KeyError) as error:
        said.append(f'{type(error).__name__}: {error}')
print(json.dumps(said))`;
    return JSON.parse(python(script, JSON.stringify(params), JSON.stringify(paths)));
  }

  test('refuses a bundle with another bit in its manifest, signature or payload', () => {
    const places = ['manifest.json', 'manifest.sig', 'payload.tar.gz'].flatMap((name) => {
      const at = bundle.indexOf(name) + 512;
      return [at, at + 1, at + 31, at + 60];
    });
    const changed = places.map((at) => {
      const bytes = Buffer.from(bundle);
      bytes[at]! ^= 1 << (at % 8);
      return bytes;
    });
    const said = judge([bundle, ...changed, bundle.subarray(0, 2_000)]);
    expect(said[0]).toBe('');
    for (const words of said.slice(1)) {
      expect(words).toMatch(/^Refused: .*(?:not signed|not the one that was signed|no bundle)/);
    }
  });

  test('refuses what another has signed, another version and another platform', () => {
    expect(judge([bundle], { public_key: other })[0]).toContain('is not signed with');
    expect(judge([bundle], { public_key: secret })[0]).toContain('is no public key');
    expect(judge([bundle], { version: '1.2.4' })[0]).toContain('version is 1.2.3, must be 1.2.4');
    expect(judge([bundle], { platform: 'linux-arm64' })[0]).toContain('must be linux-arm64');
  });

  test('unpacks a release once, mends a damaged one, and takes no second of one version', () => {
    const releases = join(scratch, 'releases');
    mkdirSync(releases);
    expect(judge([bundle, bundle], { releases })).toEqual(['changed', '']);
    const node = join(releases, '1.2.3/bin/node');
    expect(readFileSync(node, 'utf8')).toBe('node');
    writeFileSync(node, 'nod');
    expect(judge([bundle, bundle], { releases })).toEqual(['changed', '']);
    expect(readFileSync(node, 'utf8')).toBe('node');
    const second = gzipSync(packTar([file('bin/node', 'node 2')]));
    const forged = seal(second, about, readKey(secret, 'private'));
    expect(judge([forged], { releases })[0]).toContain('is another release of this version');
    const broken = gzipSync(packTar([file('bin/node', 'x'), file('SHA256SUMS', sums.join(''))]));
    const differing = seal(broken, { ...about, version: '1.2.4' }, readKey(secret, 'private'));
    expect(judge([differing], { releases, version: '1.2.4' })[0]).toContain('differs from its sum');
    expect(globSync('*', { cwd: releases })).toEqual(['1.2.3']);
  });
});
