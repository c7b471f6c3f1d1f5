import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Fault } from '../shared/fault.ts';

/** A program that has not answered by then is ended, ms: the largest stores take minutes. */
const partMaxMs = 3_600_000;

/**
 * Lets a program of ours answer with one line of JSON: what edge and central alone know.
 * Throws Fault INVALID with what it says if it cannot, or does not within `partMaxMs`.
 */
export async function askPart<T>(entry: string, args: readonly string[]): Promise<T> {
  const path = fileURLToPath(new URL(`../${entry}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], {
    ...{ stdio: ['ignore', 'pipe', 'pipe'], timeout: partMaxMs, killSignal: 'SIGKILL' },
  });
  const gone = once(child, 'exit');
  const [out, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = await gone;
  if (code !== 0)
    throw new Fault('INVALID', complaint.trim() || `its program ended with ${code ?? signal}`);
  return JSON.parse(out) as T;
}
