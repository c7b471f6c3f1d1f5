import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { beforeAll, onTestFinished } from 'vitest';
import { openServices } from '../../central/desk/services.ts';
import { startHub } from '../../cli/broker.ts';
import type { Broker } from '../../cli/natsserver.ts';
import { systemClock } from '../../shared/clock.ts';
import { openLog } from '../../shared/log.ts';
import { refused } from './central.ts';
import { deskAfter } from './deskbox.ts';

/** A real hub for the tests of a file, at which central's desk is served. */
export function openServicebox() {
  let hub: Broker;
  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'desk-'));
    hub = await startHub({ directory });
    return async () => {
      await hub.stop();
      rmSync(directory, { recursive: true, force: true });
    };
  });

  async function client(): Promise<NatsConnection> {
    const connection = await connect({ servers: hub.url });
    onTestFinished(() => connection.close());
    return connection;
  }

  /**
   * Central's desk with a parked posting, served at the hub; and somebody who asks, and waits for
   * an answer up to `askMs`.
   */
  async function served(more: Partial<Parameters<typeof openServices>[0]> = {}, askMs = 30_000) {
    const desk = deskAfter(refused);
    const parts = { connection: await client(), bootId: 'boot_1', clock: systemClock };
    const services = openServices({
      ...parts,
      board: desk.board,
      log: openLog('test', 'silent'),
      ...more,
    });
    const asker = await client();
    await parts.connection.flush();
    async function ask(name: string, payload: object | string = '', kind?: string) {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
      const said = headers();
      if (kind !== undefined) said.set('Accept', kind);
      const answer = await asker.request(`hf.desk.${name}`, text, {
        timeout: askMs,
        headers: said,
      });
      const code = answer.headers?.get('Nats-Service-Error-Code');
      const words = answer.headers?.get('Nats-Service-Error');
      return { text: answer.string(), ...(code ? { code, words } : {}) };
    }
    return {
      ...desk,
      services,
      asker,
      ask,
      json: async (...a: Parameters<typeof ask>) => JSON.parse((await ask(...a)).text),
    };
  }

  return { client, served };
}
