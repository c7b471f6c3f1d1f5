import { execFileSync } from 'node:child_process';

/** Runs the machine's openssl by its usual settings, whatever a library has set for us. */
export const openssl = (args: readonly string[]): Buffer => {
  const env = { ...process.env, OPENSSL_CONF: undefined };
  return execFileSync('openssl', args, { stdio: 'pipe', env });
};
