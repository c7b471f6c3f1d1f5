import { askMonitor } from '../../shared/monitor.ts';

/** The leaf answers on the same machine, ms; its answer is believed for so long. */
const answerMs = 2_000;
const freshMs = 2_000;
/** Connections that ended, as many as are looked at; of tools too. */
const looksMax = 64;
const bytesMax = 256 * 1024;
/** Tries that must have ended in the same way, one behind the other. */
const triesMin = 2;
/** A try that is older says nothing of now, ms; the leaf tries every few seconds. */
const tryMs = 60_000;

/** A connection that has ended, as nats-server's `/connz?state=closed` tells it. */
type Ended = Readonly<{
  kind?: string;
  stop?: string;
  reason?: string;
  rtt?: string;
  tls_version?: string;
  subscriptions?: number;
}>;
type Told = Readonly<{ now?: string; connections?: readonly Ended[] }>;

/**
 * Why a try ended that the other side has spoken in, and ended at once; undefined where it can have
 * been the network. As nats-server 2.15 tells it: a hub that refuses the key has answered a PING
 * (`rtt`) and closed before anything was subscribed to; one that refuses the certificate has shaken
 * hands by TLS 1.3, and was not heard.
 */
function reasonOf({ reason, rtt, tls_version: tls, subscriptions }: Ended): string | undefined {
  if (reason === 'TLS Handshake Failure') return "the leaf does not take the hub's certificate";
  const isMute = rtt === undefined || rtt === '0s';
  if (subscriptions !== 0) return undefined;
  if (reason === 'Client Closed' && !isMute) return "the hub refuses the leaf's key";
  if (reason === 'Read Error' && isMute && tls === '1.3') {
    return "the hub refuses the leaf's certificate";
  }
  return undefined;
}

/** What the newest tries of the leaf came to, if all of them came to the same. */
export function refusalIn({ now, connections = [] }: Told): string | undefined {
  const oldestMs = Date.parse(now ?? '') - tryMs;
  const tries = connections
    .filter(({ kind }) => kind === 'Leafnode')
    .sort((a, b) => Date.parse(b.stop ?? '') - Date.parse(a.stop ?? ''))
    .slice(0, triesMin);
  const isOfNow = tries.every(({ stop }) => Date.parse(stop ?? '') >= oldestMs);
  if (tries.length < triesMin || !isOfNow) return undefined;
  const [first, ...others] = tries.map(reasonOf);
  return others.every((reason) => reason === first) ? first : undefined;
}

const ask = (url: string, path: string): Promise<unknown> =>
  askMonitor(new URL(path, url), { answerMs, bytesMax });

/**
 * Why the leaf beside this edge does not reach the hub, by the leaf's own monitoring: the edge
 * itself is let in there, and sees a hub that does not answer. Words that begin with "auth:", while
 * it is a matter of keys or certificates; undefined otherwise, and where the leaf does not tell.
 */
export function openLeafWatch(url: string | undefined, nowMs: () => number) {
  let sinceMs: number | undefined;
  let known: { atMs: number; words: Promise<string | undefined> } | undefined;

  async function look(): Promise<string | undefined> {
    try {
      const { leafnodes } = (await ask(url!, '/leafz')) as { leafnodes?: number };
      const path = `/connz?state=closed&sort=stop&limit=${looksMax}`;
      const why = leafnodes === 0 ? refusalIn((await ask(url!, path)) as Told) : undefined;
      if (why === undefined) {
        sinceMs = undefined;
        return undefined;
      }
      sinceMs ??= nowMs();
      return `auth: ${why} since ${new Date(sinceMs).toISOString()}`;
    } catch {
      return undefined; // it is away, or something else answers there
    }
  }

  return async (): Promise<string | undefined> => {
    if (url === undefined) return undefined;
    const atMs = nowMs();
    const isFresh = known !== undefined && Math.abs(atMs - known.atMs) < freshMs;
    if (!isFresh) known = { atMs, words: look() };
    return known!.words;
  };
}
