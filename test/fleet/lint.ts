import { join } from 'node:path';
import { run, said } from './shell.ts';

/** What is asked of Ansible's files alone, where the tools for it are. */
export function lint(root: string): Record<string, () => Promise<string>> {
  const cwd = join(root, 'ansible');
  const last = (out: string) => out.trim().split('\n').at(-1)?.trim() ?? '';
  const checks: [string, string, string[]][] = [
    ['yamllint finds nothing', 'yamllint', ['--strict', '.']],
    ['ansible-lint finds nothing by its profile production', 'ansible-lint', ['--nocolor']],
  ];
  return Object.fromEntries(
    checks.map(([name, command, args]) => [
      name,
      async () => {
        const { code } = await said('sh', ['-c', `command -v ${command}`]);
        if (code !== 0) return `skipped: this machine lacks ${command}`;
        return last(await run(command, args, { cwd, env: { ANSIBLE_NOCOLOR: '1' } }));
      },
    ]),
  );
}
