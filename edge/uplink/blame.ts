import { Fault } from '../../shared/fault.ts';
import type { Hub } from './hub.ts';

/**
 * The same hub; where it does not answer, and a certificate or the leaf's own monitoring says why,
 * that is the reason. The leaf answers all the while, so that nothing else can tell.
 */
export function blaming(hub: Hub, blame: () => Promise<string | undefined>): Hub {
  const told =
    <Given extends unknown[], Answer>(call: (...given: Given) => Promise<Answer>) =>
    async (...given: Given): Promise<Answer> => {
      try {
        return await call(...given);
      } catch (cause) {
        if (!(cause instanceof Fault) || cause.code !== 'UNREACHABLE') throw cause;
        const reason = cause.message.startsWith('auth:') ? undefined : await blame();
        if (reason === undefined) throw cause;
        throw new Fault('UNREACHABLE', reason, { cause });
      }
    };
  const { publish, last, askBeat, ask } = hub;
  return {
    ...hub,
    ...{ publish: told(publish), last: told(last), askBeat: told(askBeat), ask: told(ask) },
  };
}
