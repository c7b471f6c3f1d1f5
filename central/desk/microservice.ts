import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core';

/** Of the protocol of services on NATS (ADR-32): what `nats service` asks and understands. */
const types = {
  PING: 'io.nats.micro.v1.ping_response',
  INFO: 'io.nats.micro.v1.info_response',
  STATS: 'io.nats.micro.v1.stats_response',
} as const;
/** One of those who serve answers each request, whichever of them it is. */
const queue = 'q';

export type Endpoint = Readonly<{
  name: string;
  subject: string;
  /** Where it is asked as well, and counted as the same. */
  also?: string;
  metadata: Readonly<Record<string, string>>;
  /** Answers, and tells in words what went wrong if it did; must not throw. */
  serve: (message: Msg) => Promise<string | undefined>;
}>;
type Parts = Readonly<{
  connection: Pick<NatsConnection, 'subscribe'>;
  name: string;
  /** Unlike any other that serves under this name. */
  id: string;
  version: string;
  description: string;
  endpoints: readonly Endpoint[];
  nowMs: () => number;
  monotonicMs: () => number;
}>;

/** What was served under one endpoint since the start; times in ns, as the protocol has them. */
function openTally(monotonicMs: () => number) {
  let [requests, errors, spentNs, last] = [0, 0, 0, ''];
  return {
    async count(work: Promise<string | undefined>): Promise<void> {
      const beganMs = monotonicMs();
      requests += 1;
      const words = await work;
      spentNs += Math.round((monotonicMs() - beganMs) * 1e6);
      if (words === undefined) return;
      errors += 1;
      last = words;
    },
    told: () => ({
      ...{ num_requests: requests, num_errors: errors, last_error: last },
      processing_time: spentNs,
      average_processing_time: requests === 0 ? 0 : Math.round(spentNs / requests),
    }),
  };
}

/**
 * Serves endpoints, and tells of itself and of them whoever asks `$SRV.PING`, `$SRV.INFO` and
 * `$SRV.STATS`, plain, by name, or by name and id. Times and errors are those of whole answers,
 * also of those that take their time.
 */
export function openMicroservice(parts: Parts) {
  const { connection, name, id, version, description, endpoints } = parts;
  const started = new Date(parts.nowMs()).toISOString();
  const own = { name, id, version, metadata: {} };
  const all = endpoints.map((endpoint) => ({ ...endpoint, tally: openTally(parts.monotonicMs) }));
  const subscriptions: Subscription[] = [];

  const answers: Record<keyof typeof types, () => object> = {
    PING: () => own,
    INFO: () => ({
      ...{ ...own, description },
      endpoints: all.map(({ name: of, subject, metadata }) => {
        return { name: of, subject, queue_group: queue, metadata };
      }),
    }),
    STATS: () => ({
      ...{ ...own, started },
      endpoints: all.map(({ name: of, subject, tally }) => {
        return { name: of, subject, queue_group: queue, ...tally.told() };
      }),
    }),
  };
  for (const verb of ['PING', 'INFO', 'STATS'] as const) {
    for (const subject of [`$SRV.${verb}`, `$SRV.${verb}.${name}`, `$SRV.${verb}.${name}.${id}`]) {
      const callback = (error: Error | null, message: Msg): void => {
        if (error) return;
        message.respond(JSON.stringify({ type: types[verb], ...answers[verb]() }));
      };
      subscriptions.push(connection.subscribe(subject, { callback }));
    }
  }
  for (const { subject, also, serve, tally } of all) {
    const callback = (error: Error | null, message: Msg): void => {
      if (!error) void tally.count(serve(message));
    };
    for (const one of also === undefined ? [subject] : [subject, also]) {
      subscriptions.push(connection.subscribe(one, { queue, callback }));
    }
  }
  return {
    /** No more is served. */
    stop(): void {
      for (const subscription of subscriptions) subscription.unsubscribe();
    },
  };
}
