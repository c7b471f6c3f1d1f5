import type { NatsConnection } from '@nats-io/nats-core';
import { bellSubject } from '../../shared/subject.ts';

/**
 * Rings a line's bell once what has made it ring is committed or undone; several at once are one.
 * Whoever does not hear it asks anyway.
 */
export function openRinging(connection: Pick<NatsConnection, 'publish' | 'isClosed'>) {
  const rung = new Set<string>();

  function ring(): void {
    for (const line of rung) if (!connection.isClosed()) connection.publish(bellSubject(line));
    rung.clear();
  }
  return (line: string): void => {
    if (rung.size === 0) setImmediate(ring);
    rung.add(line);
  };
}
