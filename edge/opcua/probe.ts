import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  setErrorLogger,
  setWarningLogger,
  type UserIdentityInfo,
  UserTokenType,
} from 'node-opcua-client';
import { Fault } from '../../shared/fault.ts';
import { readSecret } from '../../shared/secret.ts';
import { linePath } from '../../shared/subject.ts';
import { draftOf } from '../machine/draft.ts';
import { bounded, faultOf } from './bounded.ts';
import { browse } from './browse.ts';
import { fingerprintOf, openTrust } from './trust.ts';

type Options = Readonly<{
  url: string;
  line: string;
  pki?: string | undefined;
  user?: string | undefined;
  passwordPath?: string | undefined;
}>;

const stepMs = 20_000;
/** The best of what a server offers, and that we speak. */
const offers = [
  ['SignAndEncrypt', 'Aes256_Sha256_RsaPss'],
  ['SignAndEncrypt', 'Basic256Sha256'],
  ['SignAndEncrypt', 'Aes128_Sha256_RsaOaep'],
  ['None', 'None'],
] as const;
type Offer = (typeof offers)[number];

const strategy = { initialDelay: 200, maxDelay: 500, maxRetry: 0 };

/** What a server offers, unprotected: its endpoints only. */
async function endpointsOf(url: string) {
  const client = OPCUAClient.create({ endpointMustExist: false, connectionStrategy: strategy });
  try {
    await bounded(client.connect(url), stepMs, url);
    return await bounded(client.getEndpoints(), stepMs, url);
  } finally {
    await bounded(client.disconnect(), stepMs, url).catch(() => undefined);
  }
}

/**
 * Looks at a server once and writes a first mapping for it. What it shows is trusted for this once,
 * as nothing is booked; its certificate stands in the mapping, for a person to compare. Throws
 * Fault UNREACHABLE, REFUSED, or INVALID for an option.
 */
export async function probe(options: Options): Promise<string> {
  const { url, user, passwordPath } = options;
  const line = linePath(options.line, '--line');
  const shown = await endpointsOf(url);
  const chosen = offers.find((offer) => shown.some((endpoint) => is(endpoint, offer)));
  if (!chosen) throw new Fault('REFUSED', `${url}: offers no protection that we speak`);
  const certificate = shown.find((endpoint) => is(endpoint, chosen))!.serverCertificate;
  const [mode, policy] = chosen;
  const folder = options.pki ?? mkdtempSync(join(tmpdir(), 'holdfast-pki-'));
  const trust = await openTrust(folder);
  if (mode !== 'None') await trust.manager.trustCertificate(certificate);
  const client = OPCUAClient.create({
    ...{ applicationName: 'Holdfast edge', endpointMustExist: false, connectionStrategy: strategy },
    ...{ clientCertificateManager: trust.manager, certificateFile: trust.certificateFile },
    securityMode: MessageSecurityMode[mode],
    securityPolicy: SecurityPolicy[policy],
  });
  try {
    await bounded(client.connect(url), stepMs, url);
    const identity: UserIdentityInfo =
      user === undefined
        ? { type: UserTokenType.Anonymous }
        : {
            type: UserTokenType.UserName,
            userName: user,
            password: readSecret(passwordPath ?? '', '--password-path'),
          };
    const session = await bounded(client.createSession(identity), stepMs, url);
    const { variables, isCut } = await browse(session);
    await bounded(session.close(true), stepMs, url);
    const pinned = mode === 'None' ? {} : { certificate: fingerprintOf(certificate) };
    const text = draftOf({ url, mode, policy, ...pinned }, line, variables);
    return isCut ? `${text}# The server has more than is listed here.\n` : text;
  } catch (error) {
    throw faultOf(error, url);
  } finally {
    await bounded(client.disconnect(), stepMs, url).catch(() => undefined);
    await trust.close();
    if (options.pki === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

type Shown = Awaited<ReturnType<typeof endpointsOf>>[number];
const is = ({ securityMode, securityPolicyUri }: Shown, [mode, policy]: Offer): boolean =>
  securityMode === MessageSecurityMode[mode] && securityPolicyUri === SecurityPolicy[policy];

/** Prints the mapping within one line of JSON; on an expected failure one line, and exit code 2. */
async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const options = { url: text, line: text, pki: text, user: text, 'password-path': text } as const;
  const {
    url = '',
    line = '',
    'password-path': passwordPath,
    ...rest
  } = parseArgs({ options }).values;
  setWarningLogger(() => undefined);
  setErrorLogger(() => undefined);
  try {
    const mapping = await probe({ url, line, passwordPath, ...rest });
    await new Promise((resolve) =>
      process.stdout.write(`${JSON.stringify({ mapping })}\n`, resolve),
    );
    process.exit(0); // whatever a server that hangs still holds open
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

if (import.meta.main) await main();
