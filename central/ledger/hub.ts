import type { NatsConnection } from '@nats-io/nats-core';
import { distrustOf } from '../../shared/authorities.ts';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import type { Logger } from '../../shared/log.ts';
import { askMonitor } from '../../shared/monitor.ts';

/** Oldest server whose leaf enforces permissions and whose streams refuse after a disk error. */
const versionMin = [2, 14] as const;
/** What a server tells of itself takes a few kB. */
const limits = { answerMs: 5_000, bytesMax: 1_048_576 };

type Varz = {
  server_name?: string;
  version?: string;
  jetstream?: { config?: { sync_always?: boolean }; meta?: { cluster_size?: number } };
};

/** What was seen of the hub: which of its servers did not answer, by their addresses. */
export type Seen = Readonly<{ members: number; silent: readonly string[] }>;

/** "hub: nats-server 2.13.9, must be 2.14 or later", or undefined. */
function tooOld(name: string, version = '0.0'): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > versionMin[0] || (major === versionMin[0] && minor >= versionMin[1]))
    return undefined;
  return `${name}: nats-server ${version}, must be ${versionMin.join('.')} or later`;
}

/**
 * Refuses a hub that may lose what it acknowledged in a power cut, or that is too old.
 * `monitorUrls` are the monitoring addresses of its servers, one each: of a cluster most of them
 * must answer, so that central can begin while one is away, and whoever is silent is told. Those
 * by https:// are believed if `ca` signed for them.
 *
 * Throws Fault INVALID naming the server and what is wrong with it, or a cluster with servers that
 * have no address here; UNREACHABLE when too few answer.
 */
export async function verifyHub(
  connection: NatsConnection,
  monitorUrls: readonly string[],
  ca: string | undefined,
): Promise<Seen> {
  const reached = tooOld('hub', connection.info?.version);
  if (reached !== undefined) throw new Fault('INVALID', reached);
  const answers = await Promise.all(monitorUrls.map((url) => ask(url, ca)));
  const silent = monitorUrls.flatMap((url, index) => {
    const { told, why } = answers[index]!;
    if (told !== undefined) return [];
    return [why === undefined ? url : `${url} (${why})`];
  });
  const heard = answers.flatMap(({ told }) => told ?? []);
  if (heard.length * 2 <= monitorUrls.length) {
    throw new Fault('UNREACHABLE', `hub: no answer from ${silent.join(', ')}`);
  }
  for (const { server_name = '', version, jetstream } of heard) {
    const name = monitorUrls.length === 1 ? 'hub' : `hub: ${server_name}`;
    const old = tooOld(name, version);
    if (old !== undefined) throw new Fault('INVALID', old);
    if (jetstream?.config?.sync_always !== true) {
      throw new Fault('INVALID', `${name}: jetstream.sync_interval must be "always"`);
    }
    const members = jetstream.meta?.cluster_size ?? 1;
    if (members > monitorUrls.length) {
      const asked = `${monitorUrls.length} of its ${members} servers`;
      throw new Fault('INVALID', `hub: hubMonitorUrl names ${asked}; must name each`);
    }
  }
  return { members: monitorUrls.length, silent };
}

/** What a server tells of itself, or why it is not believed; neither of one that is silent. */
async function ask(url: string, ca: string | undefined): Promise<{ told?: Varz; why?: string }> {
  try {
    return { told: (await askMonitor(new URL('/varz', url), { ca, ...limits })) as Varz };
  } catch (error) {
    const [, words] = distrustOf(`${(error as { code?: unknown }).code}`) ?? [];
    return words === undefined ? {} : { why: words };
  }
}

/** Pause between two looks at the hub's servers, ms. */
const lookMs = 60_000;

type Watched = {
  connection: NatsConnection;
  monitorUrls: readonly string[];
  ca: string | undefined;
  /** What was seen at start. */
  seen: Seen;
  clock: Pick<Clock, 'sleep'>;
  log: Logger;
};

/**
 * Looks at the hub's servers again each minute: one that was away may come back with other
 * settings, and one that is away is a fault away from a hub that says no.
 */
export function openHubWatch({ connection, monitorUrls, ca, seen, clock, log }: Watched) {
  let trouble = wordsOf(seen);

  async function look(): Promise<void> {
    const before = trouble;
    try {
      trouble = wordsOf(await verifyHub(connection, monitorUrls, ca));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      trouble = error.message;
    }
    if (trouble === before) return;
    if (trouble === undefined) log.info('the hub is whole again');
    else log.error({ reason: trouble }, 'the hub is not as it must be');
  }

  return {
    /** What is wrong with the hub, in words, or undefined. */
    trouble: (): string | undefined => trouble,
    look,
    /** Looks until `signal` aborts. */
    async watch(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        await clock.sleep(lookMs, signal);
        if (!signal.aborted) await look();
      }
    },
  };
}

const wordsOf = ({ members, silent }: Seen): string | undefined =>
  silent.length === 0
    ? undefined
    : `hub: ${silent.length} of ${members} servers do not answer: ${silent.join(', ')}`;
