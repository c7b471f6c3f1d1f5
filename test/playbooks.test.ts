// Goal: what a playbook does to files of a box is what its page says. Method: its own tasks, run
// by Ansible on a folder, without those that need systemd; `npm run fleet` runs all of them.
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';

const hasAnsible = spawnSync('ansible-playbook', ['--version']).status === 0;
const filesOnly = /^ansible\.builtin\.(?:find|file|copy|command)$/;

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
  60_000,
);
