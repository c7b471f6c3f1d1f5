import { setTimeout as delay } from 'node:timers/promises';
import {
  type CentralStatus,
  type EdgeStatus,
  inStates,
  movingStates,
  type OpenPosting,
} from '../../cli/answers.ts';
import { read } from '../../cli/drive.ts';

type Urls = { edgeUrl: string; centralUrl: string };
/** Postings of each state that a failure tells of. */
const shownMax = 3;
const pollMs = 200;
/** It must have looked at rest this often in a row. */
const looks = 3;

/** In all it may take so many times what it may stand still. */
const wholeOfStill = 4;

/**
 * Resolves once every fact of the edge is kept by central and no posting moves; throws, telling
 * where it stands, when nothing has come further for `timeoutMs`, or after four times that.
 */
export async function rest({ edgeUrl, centralUrl }: Urls, timeoutMs: number): Promise<void> {
  const beganMs = performance.now();
  const endMs = beganMs + wholeOfStill * timeoutMs;
  let deadlineMs = beganMs + timeoutMs;
  let furthest = -1;
  for (let still = 0; still < looks; ) {
    const { lines } = await read<EdgeStatus>(edgeUrl, '/v1/status');
    const central = await read<CentralStatus>(centralUrl, '/v1/status');
    const recorded = lines.reduce((sum, { head }) => sum + head, 0);
    const kept = lines.reduce((sum, line) => sum + line.kept, 0);
    const moving = inStates(central, ...movingStates);
    still = kept === recorded && central.facts === recorded && moving === 0 ? still + 1 : 0;
    const come = kept + central.facts + inStates(central, 'posted');
    if (come > furthest) deadlineMs = Math.min(endMs, performance.now() + timeoutMs);
    furthest = Math.max(furthest, come);
    if (performance.now() > deadlineMs) {
      const { facts, gaps } = central;
      const open = await Promise.all(
        movingStates.map((state) => read<OpenPosting[]>(centralUrl, `/v1/postings/${state}`)),
      );
      const some = open.flatMap((postings) => postings.slice(0, shownMax));
      const stands = { recorded, kept, facts, gaps, moving, some };
      const tookMs = Math.round(performance.now() - beganMs);
      throw new Error(`no rest after ${tookMs} ms: ${JSON.stringify(stands)}`);
    }
    await delay(pollMs);
  }
}
