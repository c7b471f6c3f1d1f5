import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { sender } from '../../shared/dispatch.ts';
import { Fault } from '../../shared/fault.ts';
import { type Field, id, invalid, list, optional, type Read, record } from '../../shared/field.ts';
import { readJson } from '../../shared/json.ts';
import type { Logger } from '../../shared/log.ts';
import { instantMs } from '../../shared/vocabulary.ts';
import type { Asker } from './asker.ts';

/** Most tokens in the file, largest file, bytes, and longest token, characters. */
export const tokensMax = 200;
const fileBytesMax = 256 * 1024;
const tokenMax = 200;

const digest: Field<string> = {
  doc: 'SHA-256 of the token, hexadecimal.',
  read(value, name) {
    if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value;
    throw invalid(name, 'must be 32 bytes, hexadecimal');
  },
};
const token = {
  name: { ...sender, doc: 'Who asks with it: "person:17", "system:lims".' },
  id: id('Name of the token, one of its kind; it stands in what is done with it.', 40),
  sha256: digest,
  untilMs: optional(instantMs('It is valid up to here, Unix ms.')),
};
const fields = { tokens: list(record('A token.', token), tokensMax) };
type Token = Read<typeof token>;

/** Throws Fault INVALID naming `tokensPath` or the field that is bad; never tells a secret. */
function readTokens(path: string): readonly Token[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const code = (cause as { code?: unknown }).code ?? 'no file';
    throw new Fault('INVALID', `tokensPath: ${path}: cannot be read: ${code}`, { cause });
  }
  if (bytes.length > fileBytesMax) {
    throw new Fault('INVALID', `tokensPath: ${path}: must be at most ${fileBytesMax} bytes`);
  }
  const { tokens } = readJson(fields, bytes, 'tokens');
  for (const key of ['id', 'sha256'] as const) {
    if (new Set(tokens.map((one) => one[key])).size === tokens.length) continue;
    throw new Fault('INVALID', `tokens: each ${key} must stand once`);
  }
  return tokens;
}

type Parts = { path: string | undefined; nowMs: () => number; log: Logger };
export type Tokens = ReturnType<typeof openTokens>;

/**
 * Who asks over HTTP, by a bearer token (RFC 6750), of which the file holds only the hash. The file
 * is read again when it has changed; one that cannot be read then is told in the log, and what was
 * read last stays in force. Throws Fault INVALID at first for a file that is bad.
 */
export function openTokens({ path, nowMs, log }: Parts) {
  const stampOf = (file: string): string => {
    const { mtimeMs, size, ino } = statSync(file, { throwIfNoEntry: false }) ?? {};
    return `${mtimeMs} ${size} ${ino}`;
  };
  let stamp = path === undefined ? '' : stampOf(path);
  let tokens = path === undefined ? [] : readTokens(path);

  function renew(file: string): void {
    const now = stampOf(file);
    if (now === stamp) return;
    stamp = now;
    try {
      tokens = readTokens(file);
      log.info({ tokens: tokens.length }, 'tokens were read anew');
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      log.error({ reason: error.message }, 'the last good tokens stay in force');
    }
  }

  /** All are looked at, whichever fits: how long it takes tells nothing. */
  function find(secret: string): Token | undefined {
    const given = hash('sha256', secret, 'buffer');
    return tokens.filter((one) => timingSafeEqual(Buffer.from(one.sha256, 'hex'), given))[0];
  }

  return {
    /**
     * Of a request by the value of its header `Authorization`. Throws Fault REFUSED for a token
     * that is none, or whose time is over.
     */
    askerOf(authorization: string | undefined): Asker {
      if (authorization === undefined) return { way: 'http' };
      if (path !== undefined) renew(path);
      const secret = /^Bearer +([!-~]+)$/i.exec(authorization)?.[1] ?? '';
      const found = secret.length <= tokenMax ? find(secret) : undefined;
      if (!found) throw new Fault('REFUSED', 'authorization: must be a bearer token known here');
      if (found.untilMs !== undefined && nowMs() > found.untilMs) {
        throw new Fault('REFUSED', `authorization: the time of the token ${found.id} is over`);
      }
      return { way: 'http', name: found.name, credential: `token ${found.id}` };
    },
  };
}
