import { Fault } from '../../shared/fault.ts';
import { readSecret } from '../../shared/secret.ts';

/** What an HTTP request is signed with; never logged, and in no reason. */
export type Credential = Readonly<{
  header(): string;
  /** True if there is another header by now than the one that was `used` and refused. */
  renew(used: string): boolean;
}>;

/**
 * Basic authentication (RFC 7617) by a name and a file with the password; a line end behind it is
 * none of it. The file is read at the start, and again when the ERP has refused what it said: so a
 * password is changed without a restart. Throws Fault INVALID, naming the option, for a name with a
 * colon and for a file that cannot be read at the start or is empty.
 */
export function openCredential(user: string, passwordPath: string, option: string): Credential {
  if (user.includes(':')) throw new Fault('INVALID', `${option}.user: must not contain a colon`);
  let known = read();

  function read(): string {
    const password = readSecret(passwordPath, `${option}.passwordPath`);
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  return {
    header: () => known,
    renew(used) {
      try {
        if (known === used) known = read();
      } catch (error) {
        if (!(error instanceof Fault)) throw error; // it is being written: what we know stays
      }
      return known !== used;
    },
  };
}
