// Goal: what Ansible lets an edge, a leaf and the hub do on NATS is what cli/permissions.ts and
// cli/accounts.ts say. Method: its filters run beside them.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hubAccounts, withReaders } from '../cli/accounts.ts';
import { withDesk } from '../cli/deskaccounts.ts';
import { edgePermissions } from '../cli/permissions.ts';

const root = join(import.meta.dirname, '../ansible');
const has = (command: string) => spawnSync(command, ['--version']).status === 0;
const python = (script: string, ...args: string[]): string =>
  execFileSync('python3', ['-c', script, root, ...args], { encoding: 'utf8' });

describe.skipIf(!has('python3'))('what is written in Python', () => {
  test('gives an edge on NATS what cli/permissions.ts gives it', () => {
    const lines = ['acme/lyon/turning/M01', 'acme/Lyon 2/Fräserei/M-01_b', 'acme/lyon/turning/M02'];
    const script = `
import json, sys
sys.path.insert(0, sys.argv[1] + '/filter_plugins')
from holdfast import leaf_permissions, permissions
lines = json.loads(sys.argv[2])
leaf = leaf_permissions([{'lines': lines[:1]}])
print(json.dumps([permissions(lines), permissions(lines[1:]), leaf]))`;
    const wanted = [lines, lines.slice(1), lines.slice(0, 1)].map(edgePermissions);
    expect(JSON.parse(python(script, JSON.stringify(lines)))).toEqual(wanted);
  });

  test('gives the hub the accounts that cli/accounts.ts gives it', () => {
    const leaves = [
      { nkeys: ['UA'], edges: [['acme/lyon/turning/M01', 'acme/Lyon 2/Fräserei/M-01_b']] },
      { nkeys: ['UB', 'UC'], edges: [['acme/lyon/turning/M02'], ['acme/lyon/turning/M03']] },
    ];
    const script = `
import json, sys
sys.path.insert(0, sys.argv[1] + '/filter_plugins')
from holdfast import hub_accounts
leaves = json.loads(sys.argv[2])
for leaf in leaves:
    leaf['edges'] = [{'lines': lines} for lines in leaf['edges']]
print(json.dumps(hub_accounts(leaves, ['UH', 'UI'])))`;
    const wanted = hubAccounts(['UH', 'UI'], leaves);
    expect(JSON.parse(python(script, JSON.stringify(leaves)))).toEqual(wanted);
  });

  test('gives each reader of the feed the account that cli/accounts.ts gives it', () => {
    const readers = [
      { name: 'qms', nkeys: ['UQ'] },
      { name: 'lake-2', nkeys: ['UL', 'UM'] },
    ];
    const script = `
import json, sys
sys.path.insert(0, sys.argv[1] + '/filter_plugins')
from holdfast import hub_accounts, with_readers
leaves = [{'nkeys': ['UA'], 'edges': [{'lines': ['acme/lyon/turning/M01']}]}]
print(json.dumps(with_readers(hub_accounts(leaves, ['UH']), json.loads(sys.argv[2]))))`;
    const leaves = [{ nkeys: ['UA'], edges: [['acme/lyon/turning/M01']] }];
    const wanted = withReaders(hubAccounts(['UH'], leaves), readers);
    expect(JSON.parse(python(script, JSON.stringify(readers)))).toEqual(wanted);
  });

  test('gives each who asks the desk the account that cli/deskaccounts.ts gives them', () => {
    const people = [
      { name: 'person:17', nkeys: ['UP', 'UO'], may: 'act' as const },
      { name: 'person:Zoë', nkeys: ['UZ'], may: 'look' as const },
      { name: 'system:lims', nkeys: ['UI'], may: ['inspection', 'hold'] as const },
    ];
    const script = `
import json, sys
sys.path.insert(0, sys.argv[1] + '/filter_plugins')
from holdfast import hub_accounts, with_desk, with_readers
leaves = [{'nkeys': ['UA'], 'edges': [{'lines': ['acme/lyon/turning/M01']}]}]
hub = with_readers(hub_accounts(leaves, ['UH']), [{'name': 'qms', 'nkeys': ['UQ']}])
try:
    print(json.dumps(with_desk(hub, json.loads(sys.argv[2]))))
except ValueError as error:
    print(json.dumps(str(error)))`;
    const leaves = [{ nkeys: ['UA'], edges: [['acme/lyon/turning/M01']] }];
    const readers = [{ name: 'qms', nkeys: ['UQ'] }];
    const wanted = withDesk(withReaders(hubAccounts(['UH'], leaves), readers), people);
    const given = (some: readonly object[]) => JSON.parse(python(script, JSON.stringify(some)));
    expect(given(people)).toEqual(wanted);
    const [first] = people as [(typeof people)[0]];
    expect(given([{ ...first, name: 'ada' }])).toContain('people[0]: must be person:');
    expect(given([{ ...first, may: ['hodl'] }])).toContain('may: must be act, look or operations');
    expect(given([first, { ...first, name: 'person:18' }])).toContain('each key once');
  });
});
