import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What a program said, and how it ended. */
export type Said = Readonly<{ code: number; out: string }>;

type How = { cwd?: string; env?: NodeJS.ProcessEnv; input?: string; timeoutMs?: number };

/** Runs a program to its end, which must come within ten minutes unless said otherwise. */
export async function said(command: string, args: readonly string[], how: How = {}): Promise<Said> {
  const { cwd, env = {}, input, timeoutMs = 600_000 } = how;
  const child = spawn(command, args, {
    ...{ stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutMs, killSignal: 'SIGKILL' },
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const gone = once(child, 'close').catch(() => [127]);
  const [out, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await gone) as [number | null];
  return { code: code ?? 137, out: `${out}${complaint}` };
}

/** The same; throws an Error with its last words unless it ended with 0. */
export async function run(command: string, args: readonly string[], how: How = {}) {
  const { code, out } = await said(command, args, how);
  if (code === 0) return out;
  throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${out.slice(-3_000)}`);
}
