import { setErrorLogger, setWarningLogger } from 'node-opcua-client';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/log.ts';
import type { Mapping } from '../machine/mapping.ts';
import type { Listen } from '../machine/port.ts';
import { openConnection } from './connection.ts';
import { refusing } from './rejection.ts';
import { tolerateStrays } from './strays.ts';
import { supervise } from './supervisor.ts';
import { openTrust } from './trust.ts';

/** Listens to OPC UA servers, with the certificates of one folder. */
export async function openOpcua(folder: string, clock: Clock, log: Logger) {
  const quiet = (...words: unknown[]): void =>
    log.debug({ reason: words.join(' ').slice(0, 500) }, 'node-opcua says something');
  setWarningLogger(quiet);
  setErrorLogger(quiet);
  const strict = tolerateStrays(log);
  const trust = await openTrust(folder);

  return {
    of:
      (mapping: Mapping): Listen =>
      (tags, listener, signal) =>
        supervise({
          connect: refusing(() => openConnection({ mapping, tags, trust, listener, clock })),
          ...{ listener, clock, signal },
          staleAfterMs: mapping.session.staleAfterMs,
          log: log.child({ line: mapping.line }),
        }),
    async close(): Promise<void> {
      await trust.close();
      strict();
    },
  };
}
