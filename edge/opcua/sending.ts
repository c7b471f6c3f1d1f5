import type { ClientSession } from 'node-opcua-client';
import type { JobPort } from '../machine/port.ts';
import { openJobs } from './jobs.ts';
import { openWrites } from './writes.ts';

type Parts = Readonly<{
  session: ClientSession;
  epoch: string;
  /** Throws Fault UNREACHABLE if the connection is lost, or another incarnation answers. */
  sure: () => Promise<void>;
}>;

/** All that may be asked of the machines of a session; made sure of before each call and write. */
export function openSending({ session, epoch, sure }: Parts): JobPort {
  const jobs = openJobs(session);
  const writes = openWrites(session);
  return {
    ...{ epoch, ...jobs, ...writes },
    async call(...given) {
      await sure();
      return jobs.call(...given);
    },
    async write(...given) {
      await sure();
      await writes.write(...given);
    },
  };
}
