import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import { readSecret } from '../shared/secret.ts';

const requestMaxMs = 15_000;

/** What central answers, or its words where it refuses: a code and what a person is told. */
export type Told<T> = Readonly<{ answer: T } | { code: string; message: string }>;

/** A URL as it was typed. Throws Fault INVALID, beginning with `option`, for none. */
export function urlIn(value: string | undefined, option: string): string {
  if (value !== undefined && URL.canParse(value)) return value;
  throw invalid(option, 'must be a URL');
}

/** The token in a file; undefined without one. Throws Fault INVALID, which never tells it. */
export const tokenIn = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : readSecret(path, '--token-path');

/**
 * Asks central; with a body, to do something; with a token, in the name that it proves. Throws
 * Fault UNREACHABLE if nothing comes back that central may have said.
 */
export async function askCentral<T>(
  url: string,
  path: string,
  body?: object,
  maxMs = requestMaxMs,
  token?: string,
): Promise<Told<T>> {
  const proof = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const json = { 'content-type': 'application/json' };
  let said: (T & { code?: string; message?: string }) | null;
  let [status, isGood] = [0, false];
  try {
    const response = await fetch(new URL(path, url), {
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
      headers: { ...proof, ...(body && json) },
      signal: AbortSignal.timeout(maxMs),
    });
    [status, isGood] = [response.status, response.ok];
    said = JSON.parse(await response.text());
  } catch (cause) {
    const no = status === 0 ? 'does not answer' : `answers HTTP ${status} and no JSON`;
    throw new Fault('UNREACHABLE', `central: ${url} ${no}: is it central's address?`, { cause });
  }
  if (isGood && said) return { answer: said };
  const { code, message } = said ?? {};
  if (code !== undefined && message !== undefined) return { code, message };
  throw new Fault(
    'UNREACHABLE',
    `central: ${url} answers HTTP ${status}: is it central's address?`,
  );
}

/** Tells what was answered, for people or as JSON; the exit code, 1 where central refuses. */
export function tell<T>(
  { command, json }: Readonly<{ command: string; json: boolean }>,
  told: Told<T>,
  text: (answer: T) => string,
): number {
  if (!('answer' in told)) {
    process.stderr.write(`holdfast ${command}: ${told.message}\n`);
    return 1;
  }
  process.stdout.write(json ? `${JSON.stringify(told.answer)}\n` : text(told.answer));
  return 0;
}
