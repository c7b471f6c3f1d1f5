// Goal: a hub that would not hold is refused before anything is written, by words that say why.
// Method: the assertions of its role, run by Ansible here; `npm run fleet` runs it all.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';

const hasAnsible = spawnSync('ansible-playbook', ['--version']).status === 0;
const role = join(import.meta.dirname, '../ansible/roles/nats_hub');

const [m1, m2, m3] = [1, 2, 3].map((at) => ({ name: `hub-${at}`, address: `10.0.0.${at}` }));
const leaf = (nkey: string) => ({ nkey, edges: [{ lines: ['acme/lyon/turning/M01'] }] });
const one = {
  ...{ nats_hub_ca: 'plant', nats_hub_certificate: 'c', nats_hub_key: 'k' },
  ...{ nats_hub_central_nkey: 'UC', nats_hub_leaves: [leaf('UA'), leaf('UB')] },
};
const three = {
  ...{ ...one, nats_hub_members: [m1, m2, m3], nats_hub_name: 'hub-1' },
  ...{ nats_hub_listen: '10.0.0.1:4222', nats_hub_http: '10.0.0.1:8222' },
  ...{ nats_hub_route_ca: 'servers', nats_hub_route_certificate: 'c', nats_hub_route_key: 'k' },
};
const members = 'nats_hub_members must name three or five servers, nats_hub_name among them';
const routes = /^nats_hub_route_ca must be another authority than nats_hub_ca/;
const leaves = 'nats_hub_leaves must name at least one leaf, and each with a key of its own';
const addresses = /^nats_hub_listen and nats_hub_http must both be on 127.0.0.1, or neither/;
const cases: readonly (readonly [string, object, string | RegExp | undefined])[] = [
  ['a hub of one', one, undefined],
  ['a hub of three', three, undefined],
  ['nobody is let in', { ...one, nats_hub_leaves: [] }, leaves],
  ['two leaves have one key', { ...one, nats_hub_leaves: [leaf('UA'), leaf('UA')] }, leaves],
  ['a hub of two', { ...three, nats_hub_members: [m1, m2] }, members],
  ['a name twice', { ...three, nats_hub_members: [m1, m2, m2] }, members],
  ['a server that is none of them', { ...three, nats_hub_name: 'hub-4' }, members],
  ['leaves could be servers', { ...three, nats_hub_route_ca: ' plant\n' }, routes],
  ['no authority of the servers', { ...three, nats_hub_route_ca: '' }, routes],
  ['no key for the others', { ...three, nats_hub_route_key: '' }, routes],
  ['a look at it in the clear', { ...one, nats_hub_http: '0.0.0.0:8222' }, addresses],
  ['a look that nobody else has', { ...three, nats_hub_http: '127.0.0.1:8222' }, addresses],
];

test.skipIf(!hasAnsible)('a hub that would not hold is refused, and it is said why', () => {
  const all = parse(readFileSync(join(role, 'tasks/preflight.yml'), 'utf8')) as object[];
  const asserts = all.filter((task) => 'ansible.builtin.assert' in task);
  expect(asserts.length).toBe(4);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-play-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const play = ([name, vars]: (typeof cases)[number], at: number) => {
    const refused = { dest: join(folder, `${at}.txt`), content: '{{ ansible_failed_result.msg }}' };
    return {
      ...{ name, hosts: 'localhost', connection: 'local', gather_facts: false },
      vars_files: ['defaults', 'vars'].map((of) => join(role, of, 'main.yml')),
      tasks: [{ block: asserts, vars, rescue: [{ 'ansible.builtin.copy': refused }] }],
    };
  };
  writeFileSync(
    join(folder, 'play.yml'),
    stringify(cases.map(play), { aliasDuplicateObjects: false }),
  );
  const args = ['--inventory', 'localhost,', join(folder, 'play.yml')];
  execFileSync('ansible-playbook', args, { env: { ...process.env, ANSIBLE_NOCOLOR: '1' } });

  const said = readdirSync(folder);
  const told = cases.map(([name], at) => {
    const file = `${at}.txt`;
    return [name, said.includes(file) ? readFileSync(join(folder, file), 'utf8') : undefined];
  });
  const wanted = cases.map(([name, , words]) => [
    name,
    words instanceof RegExp ? expect.stringMatching(words) : words,
  ]);
  expect(told).toEqual(wanted);
});

test.skipIf(!hasAnsible)('what is heard beyond its machine is by TLS, and else nothing is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-play-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const play = (vars: object, at: number) => ({
    ...{ hosts: 'localhost', connection: 'local', gather_facts: false },
    vars_files: ['defaults', 'vars'].map((of) => join(role, of, 'main.yml')),
    tasks: [
      {
        vars,
        'ansible.builtin.copy': {
          dest: join(folder, `${at}.json`),
          content: '{{ nats_hub__config | to_json }}',
        },
      },
    ],
  });
  writeFileSync(join(folder, 'play.yml'), stringify([one, three].map(play)));
  writeFileSync(
    join(folder, 'ansible.cfg'),
    `[defaults]\nfilter_plugins = ${join(role, '../../filter_plugins')}\n`,
  );
  const env = { ...process.env, ANSIBLE_CONFIG: join(folder, 'ansible.cfg') };
  execFileSync('ansible-playbook', ['--inventory', 'localhost,', join(folder, 'play.yml')], {
    env,
  });
  const [alone, many] = [0, 1].map(
    (at) => JSON.parse(readFileSync(join(folder, `${at}.json`), 'utf8')) as Record<string, unknown>,
  );
  expect(alone).toMatchObject({ listen: '127.0.0.1:4222', http: '127.0.0.1:8222' });
  expect(alone).not.toHaveProperty('tls');
  expect(many).toMatchObject({ https: '10.0.0.1:8222', tls: { handshake_first: true } });
  expect(many).not.toHaveProperty('http');
});
