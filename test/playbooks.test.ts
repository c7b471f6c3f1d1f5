// Goal: what a playbook does to files of a box is what its page says. Method: its own tasks, run
// by Ansible on a folder, without those that need systemd; `npm run fleet` runs all of them.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';

const hasAnsible = spawnSync('ansible-playbook', ['--version']).status === 0;
const filesOnly = /^ansible\.builtin\.(?:find|file|copy|command|stat)$/;

/** Runs those tasks of a file that only look after files, on this machine. */
function play(path: string, vars: Record<string, unknown>): void {
  const all = parse(readFileSync(join('ansible', path), 'utf8')) as Record<string, object>[];
  const tasks = all.filter((task) => {
    const isFiles = Object.keys(task).some((name) => filesOnly.test(name));
    return isFiles && !JSON.stringify(task).includes('bin/holdfast');
  });
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-play-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const hosts = { hosts: 'localhost', connection: 'local', gather_subset: ['!all', 'date_time'] };
  writeFileSync(join(folder, 'play.yml'), stringify([{ ...hosts, vars, tasks }]));
  const args = ['--inventory', 'localhost,', join(folder, 'play.yml')];
  execFileSync('ansible-playbook', args, { env: { ...process.env, ANSIBLE_NOCOLOR: '1' } });
}

test.skipIf(!hasAnsible)(
  'a backup takes the place of the store alone, and the store is kept with its log',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-state-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const state = join(folder, 'edge');
    mkdirSync(join(state, 'pki'), { recursive: true });
    const had = {
      'edge.db': 'old',
      'edge.db-wal': 'its log',
      'people.json': 'Ada',
      'pki/own': 'k',
    };
    for (const [name, text] of Object.entries(had)) writeFileSync(join(state, name), text);
    writeFileSync(join(folder, 'backup.db'), 'backup');
    const { username } = userInfo();
    const names = { edge__state: state, edge__user: username, edge__unit: 'none' };
    play('tasks/restore.yml', { ...names, drill_newest: join(folder, 'backup.db') });

    const found = (place: string) =>
      Object.fromEntries(
        globSync('**/*', { cwd: place, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .map((path) => [path.slice(place.length + 1), readFileSync(path, 'utf8')]),
      );
    const { 'people.json': people, 'pki/own': own, ...store } = had;
    expect(found(state)).toEqual({ 'edge.db': 'backup', 'people.json': people, 'pki/own': own });
    expect(globSync(`${state}.*`).map(found)).toEqual([store]);
  },
  300_000,
);

test.skipIf(!hasAnsible)(
  'of old releases go the oldest, and never the current one or the one before it',
  () => {
    const root = mkdtempSync(join(tmpdir(), 'holdfast-releases-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const releases = ['1.0.0', '1.1.0', '1.2.0', '1.3.0'];
    mkdirSync(join(root, 'bundles'));
    for (const [age, name] of releases.entries()) {
      const folder = join(root, 'releases', name);
      mkdirSync(folder, { recursive: true });
      utimesSync(folder, age, age);
      writeFileSync(join(root, 'bundles', `holdfast-${name}-linux-x64.tar`), '');
    }
    symlinkSync(join(root, 'releases/1.1.0'), join(root, 'current'));
    symlinkSync(join(root, 'releases/1.0.0'), join(root, 'previous'));
    const vars = parse(readFileSync('ansible/roles/release/vars/main.yml', 'utf8')) as object;
    const names = { release_root: root, release_keep: '3', release__platform: 'linux-x64' };
    play('roles/release/tasks/prune.yml', { ...vars, ...names });
    const kept = ['1.0.0', '1.1.0', '1.3.0'];
    expect(readdirSync(join(root, 'releases')).sort()).toEqual(kept);
    const bundles = readdirSync(join(root, 'bundles')).map((name) => name.slice(9, 14));
    expect(bundles.sort()).toEqual(kept);
  },
  300_000,
);
