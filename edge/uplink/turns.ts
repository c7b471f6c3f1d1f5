import type { Publish } from './forwarder.ts';

/**
 * Most bytes of facts that are on their way from one edge at once. On a thin link they are what
 * everything else waits behind: heartbeats, what is told ahead, and each segment's own answer.
 */
export const flyingMax = 1024 * 1024;

type Waiting = { bytes: number; go: () => void };

/** Lets the lines of an edge publish in turn, as many at once as may be on their way. */
export function inTurns(publish: Publish): Publish {
  const waiting: Waiting[] = []; // at most one a line
  let flying = 0;

  function admit(): void {
    while (waiting[0] && (flying === 0 || flying + waiting[0].bytes <= flyingMax)) {
      const { bytes, go } = waiting.shift()!;
      flying += bytes;
      go();
    }
  }

  return async (segment, streamSequence) => {
    const bytes = segment.facts.reduce((sum, { length }) => sum + length, 0);
    await new Promise<void>((go) => {
      waiting.push({ bytes, go });
      admit();
    });
    try {
      return await publish(segment, streamSequence);
    } finally {
      flying -= bytes;
      admit();
    }
  };
}
