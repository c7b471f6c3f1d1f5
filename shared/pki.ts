import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { Fault } from './fault.ts';
import { invalid, list, type Read, record, text } from './field.ts';
import { readSecret } from './secret.ts';

const dayMs = 86_400_000;
/** A certificate that ends within so many ms is told of … */
export const soonMs = 30 * dayMs;
/** … and within so many it is bad. */
export const urgentMs = 7 * dayMs;

const watchFields = {
  name: text('What it is for, e.g. "leaf": the one that the leaf shows to the hub.', 40),
  path: text('PEM file; read again when it changes.', 4_096),
};
/** Certificates whose end is told of. */
export const watchField = list(record('A certificate whose end is told of.', watchFields), 20);
export type Watched = Read<typeof watchFields>;

export const certificateStates = [
  ...(['good', 'soon', 'urgent', 'over', 'early', 'unreadable'] as const),
] as const;

/** How long a certificate is good. `unreadable` is a file that holds none now. */
export type CertificateStanding = Readonly<{
  name: string;
  state: (typeof certificateStates)[number];
  untilMs: number | null;
  /** Whole days until then, below 0 once it is over; null while it cannot be read. */
  daysLeft: number | null;
}>;

/** The first certificate of a PEM file. Throws Fault INVALID that names `option` and the file. */
function readCertificate(path: string, option: string): X509Certificate {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (cause) {
    const code = (cause as { code?: unknown }).code ?? 'no file';
    throw new Fault('INVALID', `${option}: ${path}: cannot be read: ${code}`, { cause });
  }
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new Fault('INVALID', `${option}: ${path}: holds no certificate (PEM)`, { cause });
  }
}

/** In words why a certificate is not good at `nowMs`; undefined while it is. */
export function untimely(certificate: X509Certificate, nowMs: number): string | undefined {
  const { validFrom, validTo } = certificate;
  const iso = (text: string) => new Date(text).toISOString();
  if (nowMs >= Date.parse(validTo)) return `is over since ${iso(validTo)}`;
  return nowMs < Date.parse(validFrom) ? `is not valid before ${iso(validFrom)}` : undefined;
}

type PairPaths = Readonly<{ certPath: string; keyPath: string }>;
/** A certificate and its key, as a TLS server takes them. */
export type Pair = Readonly<{ cert: string; key: string; certificate: X509Certificate }>;

/**
 * Reads a certificate, with its chain behind it, and its key. Throws Fault INVALID that names the
 * field of `option` and never tells the key: a file that cannot be read, no PEM, a key of another
 * certificate. A certificate that is over is read all the same: see `untimely`.
 */
export function readPair({ certPath, keyPath }: PairPaths, option: string): Pair {
  const certificate = readCertificate(certPath, `${option}.certPath`);
  const key = readSecret(keyPath, `${option}.keyPath`);
  let isOfIt: boolean;
  try {
    isOfIt = certificate.checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw new Fault('INVALID', `${option}.keyPath: ${keyPath}: holds no private key (PEM)`, {
      cause,
    });
  }
  if (!isOfIt) throw invalid(`${option}.keyPath`, `${keyPath}: is not the key of ${certPath}`);
  return { cert: readFileSync(certPath, 'utf8'), key, certificate };
}

/** Throws Fault INVALID for a pair that a browser would refuse now. */
function checkPair(paths: PairPaths, option: string, nowMs: number): void {
  const words = untimely(readPair(paths, option).certificate, nowMs);
  if (words) throw invalid(`${option}.certPath`, `${paths.certPath}: ${words}`);
}

/** When it is good; null while it cannot be read. */
type Dates = Readonly<{ fromMs: number; untilMs: number }> | null;

function datesOf(path: string): Dates {
  try {
    const { validFrom, validTo } = readCertificate(path, 'certificate');
    return { fromMs: Date.parse(validFrom), untilMs: Date.parse(validTo) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return null;
  }
}

function standingOf(name: string, dates: Dates, nowMs: number): CertificateStanding {
  if (!dates) return { name, state: 'unreadable', untilMs: null, daysLeft: null };
  const { fromMs, untilMs } = dates;
  const leftMs = untilMs - nowMs;
  const told = { name, untilMs, daysLeft: Math.floor(leftMs / dayMs) };
  if (nowMs < fromMs) return { ...told, state: 'early' };
  if (leftMs <= 0) return { ...told, state: 'over' };
  if (leftMs < urgentMs) return { ...told, state: 'urgent' };
  return { ...told, state: leftMs < soonMs ? 'soon' : 'good' };
}

/** All certificates of a program: those that it shows, and those that it was told to watch. */
export const allOf = ({ tls, certificates = [] }: Told): readonly Watched[] => [
  ...(tls ? [{ name: 'tls', path: tls.certPath }] : []),
  ...certificates,
];
type Told = { tls?: PairPaths | undefined; certificates?: readonly Watched[] | undefined };

/** What `--check-config` finds wrong with them. Throws Fault INVALID naming the first. */
export function checkCertificates(config: Told, nowMs: number): void {
  if (config.tls) checkPair(config.tls, 'config.tls', nowMs);
  for (const [index, { path }] of (config.certificates ?? []).entries()) {
    readCertificate(path, `config.certificates[${index}].path`);
  }
}

/** In words what is to be done about a certificate; undefined while it is good. */
export function certificateText(standing: CertificateStanding): string | undefined {
  const { name, state, untilMs, daysLeft } = standing;
  const day = untilMs === null ? '' : new Date(untilMs).toISOString();
  if (state === 'soon' || state === 'urgent') {
    const left = daysLeft === 1 ? '1 day' : `${daysLeft} days`;
    return `the certificate "${name}" ends at ${day}, in ${left}: renew it`;
  }
  if (state === 'over') return `the certificate "${name}" is over since ${day}: renew it`;
  if (state === 'early') return `the certificate "${name}" is not valid yet: see the clock`;
  return state === 'good' ? undefined : `the certificate "${name}" cannot be read`;
}

export type Certificates = ReturnType<typeof openCertificates>;

/** For a scraper: until when each is good. */
export const certificateFamily = (standings: readonly CertificateStanding[]) => ({
  ...{ name: 'certificate_until_timestamp_seconds', type: 'gauge' as const },
  help: 'When the certificate ends, Unix time; 0 while it cannot be read.',
  samples: standings.map(({ name, untilMs }) => {
    return { labels: { certificate: name }, value: (untilMs ?? 0) / 1_000 };
  }),
});

/** One that the program makes itself, when it first needs it, is not missed before. */
type Looked = Watched & Readonly<{ isMade?: boolean }>;

/** Looks at certificates whenever somebody asks; a file that is another one is read again. */
export function openCertificates(watched: readonly Looked[], nowMs: () => number) {
  const known = new Map<string, { version: string; dates: Dates }>();
  const look = (path: string): Dates => {
    const stat = statSync(path, { throwIfNoEntry: false });
    const version = stat ? `${stat.ino} ${stat.mtimeMs} ${stat.size}` : '';
    const seen = known.get(path);
    if (seen?.version === version) return seen.dates;
    const dates = datesOf(path);
    known.set(path, { version, dates });
    return dates;
  };
  const standings = (): readonly CertificateStanding[] =>
    watched
      .filter(({ path, isMade }) => !isMade || existsSync(path))
      .map(({ name, path }) => standingOf(name, look(path), nowMs()));
  return {
    standings,
    /** Why the leaf cannot show the hub who it is, in words that begin with "auth:". */
    blame(): string | undefined {
      const leaf = standings().find(({ name }) => name === 'leaf');
      if (leaf?.state !== 'over' && leaf?.state !== 'early') return undefined;
      return `auth: ${certificateText(leaf)}`;
    },
  };
}
