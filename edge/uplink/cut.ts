import type { Msg, NatsConnection, SubscriptionOptions } from '@nats-io/nats-core';

export type Cut = ReturnType<typeof openCut>;

/**
 * Holds the way to the hub shut until a time that is fixed when it begins: whoever asked for it may
 * die, the edge itself looks at its clock, and a restart opens it.
 */
export function openCut(monotonicMs: () => number) {
  let untilMs = Number.NEGATIVE_INFINITY;
  return {
    isCut: (): boolean => monotonicMs() < untilMs,
    leftMs: (): number => Math.max(0, untilMs - monotonicMs()),
    hold(forMs: number): void {
      untilMs = monotonicMs() + forMs;
    },
    release(): void {
      untilMs = Number.NEGATIVE_INFINITY;
    },
  };
}

const words = 'an outage drill holds the uplink down';

/** The same connection: while it is cut nothing goes out by it, and what comes in is not heard. */
export function cuttable(connection: NatsConnection, { isCut }: Pick<Cut, 'isCut'>) {
  const changed: Partial<NatsConnection> = {
    request: (...given) =>
      isCut() ? Promise.reject(new Error(words)) : connection.request(...given),
    publish(...given) {
      if (isCut()) throw new Error(words);
      connection.publish(...given);
    },
    subscribe(subject: string, options: SubscriptionOptions = {}) {
      const { callback } = options;
      if (!callback) return connection.subscribe(subject, options);
      return connection.subscribe(subject, {
        ...options,
        callback: (error, message: Msg) => {
          if (!isCut()) callback(error, message);
        },
      });
    },
  };
  return new Proxy(connection, {
    get(target, name) {
      const own = (changed as Record<string | symbol, unknown>)[name];
      if (own !== undefined) return own;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
