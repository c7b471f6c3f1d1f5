import { closeSync, openSync, readSync } from 'node:fs';
import { invalid } from '../shared/field.ts';

/** Longest secret that is read, bytes. */
const secretMax = 1_024;

/** The first line of a file descriptor; throws Fault INVALID for a longer one, and for none. */
function firstLine(fd: number, option: string): string {
  const bytes = Buffer.alloc(secretMax + 1);
  let used = 0;
  while (used <= secretMax && !bytes.subarray(0, used).includes(0x0a)) {
    const count = readSync(fd, bytes, used, bytes.length - used, null);
    if (count === 0) break;
    used += count;
  }
  const [line = ''] = bytes.toString('utf8', 0, used).split(/\r?\n/);
  if (line === '') throw invalid(option, 'nothing was given');
  if (used > secretMax) throw invalid(option, `must be at most ${secretMax} bytes`);
  return line;
}

const enter = '\r';
const breaks = new Set(['\u0003', '\u0004']);

/** What is typed, shown to nobody. Throws Fault INVALID where it is broken off. */
function typed(label: string): string {
  const { stdin, stderr } = process;
  stderr.write(`${label}: `);
  stdin.setRawMode(true);
  const tty = openSync('/dev/tty', 'r');
  const byte = Buffer.alloc(1);
  const bytes: number[] = [];
  try {
    while (bytes.length <= secretMax) {
      const count = readSync(tty, byte, 0, 1, null);
      const key = byte.toString('latin1');
      if (count === 0 || breaks.has(key)) throw invalid(label, 'was broken off');
      if (key === enter || key === '\n') return Buffer.from(bytes).toString('utf8');
      if (key === '\u007f' || key === '\b') bytes.pop();
      else bytes.push(byte[0]!);
    }
    throw invalid(label, `must be at most ${secretMax} bytes`);
  } finally {
    closeSync(tty);
    stdin.setRawMode(false);
    stderr.write('\n');
  }
}

/**
 * A secret that must not stand in an argument: typed at the terminal, twice if it is new; or the
 * first line of the file descriptor `fd`, or of what is piped in.
 */
export function askSecret(label: string, fd: string | undefined, isNew: boolean): string {
  if (fd !== undefined) {
    if (/^\d{1,4}$/.test(fd)) return firstLine(Number(fd), '--secret-fd');
    throw invalid('--secret-fd', 'must be a file descriptor, e.g. 3');
  }
  if (!process.stdin.isTTY) return firstLine(0, label);
  const secret = typed(label);
  if (isNew && typed(`${label} again`) !== secret) throw invalid(label, 'was typed differently');
  return secret;
}
