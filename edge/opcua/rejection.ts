import { Fault } from '../../shared/fault.ts';
import type { Connect } from './supervisor.ts';

/** So many in a row are no accident. */
const rejectionsMax = 3;

/**
 * Some servers say nothing to a client that they do not trust, and hang up. Once may be an accident
 * of the network; after three attempts in a row that end so it is taken for a refusal.
 */
export function refusing(connect: Connect): Connect {
  let rejections = 0;
  return async () => {
    try {
      const connection = await connect();
      rejections = 0;
      return connection;
    } catch (error) {
      if (!(error instanceof Fault) || !/may have been rejected/.test(error.message)) {
        rejections = 0;
        throw error;
      }
      rejections += 1;
      if (rejections < rejectionsMax) throw error;
      const says = 'server: hangs up on us; it may not trust the certificate of this edge';
      throw new Fault('REFUSED', says, { cause: error });
    }
  };
}
