import { systemClock } from '../../shared/clock.ts';
import { dial, openStanding } from '../../shared/connection.ts';
import { hubTlsOf } from '../../shared/hubtls.ts';
import { openLog } from '../../shared/log.ts';
import { keepRunning } from '../../shared/loop.ts';
import { feedInbox } from '../../shared/subject.ts';
import { accessOf, openMqtt } from './broker.ts';
import { carry } from './carry.ts';
import type { BridgeConfig } from './config.ts';

/**
 * Starts the bridge: resolves once it is connected to the hub. Throws Fault INVALID for files that
 * cannot be read, UNREACHABLE for a hub that does not answer; a broker may come later.
 */
export async function startBridge(config: BridgeConfig) {
  const log = openLog('bridge', config.logLevel);
  const { natsUrl: servers, natsNkeyPath: nkeyPath, natsCaPath: caPath, consumer } = config;
  accessOf(config);
  const names = ['config.natsUrl', 'config.natsCaPath'] as const;
  const tls = hubTlsOf({ urls: servers, caPath, names });
  const standing = openStanding("the hub refuses the bridge's", systemClock.nowMs, () => {
    log.error({ reason: standing.words() }, 'the bridge is not let in');
  });
  const own = { name: `holdfast-bridge-${consumer}`, inboxPrefix: feedInbox(consumer) };
  const connection = await dial({ servers, ...own, nkeyPath, tls }, standing);
  const stopping = new AbortController();
  const { prefix, inFlightMax, natsApi: api } = config;
  const carrying = keepRunning(
    carry({
      ...{ connection, api, consumer, prefix, inFlightMax, log, clock: systemClock },
      openBroker: () => openMqtt(config),
      signal: stopping.signal,
    }),
  );
  return {
    url: config.mqttUrl,
    async close(): Promise<void> {
      stopping.abort();
      await carrying;
      await connection.close();
    },
  };
}
