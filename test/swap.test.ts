// Goal: who asks for permits is told line by line what came of it, whatever answers.
// Method: the command itself, against something that answers as central or as no central would.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { m01, m02 } from './helpers/shop.ts';

const status = {
  lines: [{ line: m01, epoch: 1, sequence: 7 }],
  epochs: [{ line: m01, epoch: 1, store: 'S', beganMs: 0 }],
};
const unknown = { code: 'UNKNOWN', message: `line: ${m02}: central has never heard of it` };

/** The command, with two lines, against what answers so to each; `null` is a page, not JSON. */
async function swap(answers: (readonly [number, object | null])[], ...more: string[]) {
  const server = createServer((request, response) => {
    if (request.method === 'GET') return response.end(JSON.stringify(status));
    const [code, body] = answers.shift()!;
    response.writeHead(code).end(body ? JSON.stringify(body) : '<h1>Bad gateway</h1>');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const lines = ['--line', m01, '--line', m02];
  const child = spawn(process.execPath, [
    ...['cli/holdfast.ts', 'swap', '--central', url, '--by', 'person:17', ...lines, ...more],
  ]);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}
const permit = [200, { line: m01, by: 'person:17', untilMs: 3_600_000 }] as const;

test('all lines are permitted', async () => {
  const { code, stdout } = await swap([permit, permit]);
  expect(code).toBe(0);
  expect(stdout).toContain(`✓ ${m01}\n  permitted by person:17 until 1970-01-01T01:00:00.000Z`);
  expect(stdout).not.toContain('not permitted');
});

test('one line of two is permitted, and each is told', async () => {
  const { code, stdout, stderr } = await swap([permit, [404, unknown]]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toContain(`✓ ${m01}\n  permitted by`);
  expect(stdout).toContain(`✗ ${m02}\n  not permitted: line: ${m02}: central has never heard`);
  expect(stdout).toContain('1 of 2 lines are not permitted.\nMend that');
  const told = JSON.parse((await swap([permit, [404, unknown]], '--json')).stdout);
  expect(told).toMatchObject([
    { line: m01, refused: null },
    { line: m02, refused: unknown.message },
  ]);
});

test('no line is permitted: nothing is said of what comes next', async () => {
  const { code, stdout } = await swap([
    [404, unknown],
    [404, unknown],
  ]);
  expect(code).toBe(1);
  expect(stdout.match(/not permitted/g)).toHaveLength(2);
  expect(stdout).not.toContain('Next');
});

test('an answer that is no JSON is told in words, before and after a permit', async () => {
  const first = await swap([[502, null]]);
  expect(first).toMatchObject({ code: 2, stdout: '' });
  expect(first.stderr).toMatch(/^holdfast swap: central: \S+ answers HTTP 502 and no JSON: is it/);
  const second = await swap([permit, [502, null]]);
  expect(second.code).toBe(1);
  expect(second.stdout).toMatch(/✗ \S+M02\n {2}not permitted: central: \S+ answers HTTP 502/);
});
