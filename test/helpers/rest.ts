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

/**
 * Resolves once every fact of the edge is kept by central and no posting moves; throws, telling
 * where it stands, after `timeoutMs`.
 */
export async function rest({ edgeUrl, centralUrl }: Urls, timeoutMs: number): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  for (let still = 0; still < looks; ) {
    const { lines } = await read<EdgeStatus>(edgeUrl, '/v1/status');
    const central = await read<CentralStatus>(centralUrl, '/v1/status');
    const recorded = lines.reduce((sum, { head }) => sum + head, 0);
    const kept = lines.reduce((sum, line) => sum + line.kept, 0);
    const moving = inStates(central, ...movingStates);
    still = kept === recorded && central.facts === recorded && moving === 0 ? still + 1 : 0;
    if (performance.now() > deadlineMs) {
      const { facts, gaps } = central;
      const open = await Promise.all(
        movingStates.map((state) => read<OpenPosting[]>(centralUrl, `/v1/postings/${state}`)),
      );
      const some = open.flatMap((postings) => postings.slice(0, shownMax));
      const stands = { recorded, kept, facts, gaps, moving, some };
      throw new Error(`no rest after ${timeoutMs} ms: ${JSON.stringify(stands)}`);
    }
    await delay(pollMs);
  }
}
