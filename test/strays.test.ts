// Goal: a promise that the OPC UA library leaves to nobody does not stop an edge; any other does.
// Method: real rejections in a process of their own, one of them from within the library.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const program = (reject: string): string => `
  import { tolerateStrays } from './edge/opcua/strays.ts';
  import { OPCUAClient } from 'node-opcua-client';
  const end = tolerateStrays({ warn: (_, words) => console.log(words) });
  ${reject}
  setTimeout(() => { console.log('lives'); end(); process.exit(0); }, 300);
`;
const run = (reject: string) =>
  spawnSync(process.execPath, ['--input-type=module', '-e', program(reject)], {
    encoding: 'utf8',
  });

test('a rejection from within node-opcua is told, and the process lives', () => {
  const { stdout, status } = run(`
    const client = OPCUAClient.create({ endpointMustExist: false });
    client.createSession2({ type: 0 }); // without a connection: rejected, and nobody waits
  `);
  expect(stdout).toBe('node-opcua: a promise that nobody waits for\nlives\n');
  expect(status).toBe(0);
});

test('a rejection of our own stops the process', () => {
  const { stdout, stderr, status } = run(`Promise.reject(new Error('a bug of ours'));`);
  expect(stdout).toBe('');
  expect(stderr).toContain('a bug of ours');
  expect(status).not.toBe(0);
});
