import { readFileSync } from 'node:fs';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { Fault } from '../../shared/fault.ts';
import { readSecret } from '../../shared/secret.ts';
import type { BridgeConfig } from './config.ts';
import type { Told } from './topic.ts';

const unreachable = (url: string, reason: string, cause?: unknown): Fault =>
  new Fault('UNREACHABLE', `broker: ${url}: ${reason}`, { cause });

/** A PEM file. Throws Fault INVALID that names the field. */
function pem(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Fault('INVALID', `config.${name}: ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** What the files hold that the config names. Throws Fault INVALID naming the one that is bad. */
export function accessOf(config: BridgeConfig): IClientOptions {
  const { username, passwordPath, caPath, certPath, keyPath } = config;
  return {
    ...(username === undefined ? {} : { username }),
    ...(passwordPath === undefined ? {} : { password: readSecret(passwordPath, 'passwordPath') }),
    ...(caPath === undefined ? {} : { ca: pem(caPath, 'caPath') }),
    ...(certPath === undefined ? {} : { cert: pem(certPath, 'certPath') }),
    ...(keyPath === undefined ? {} : { key: pem(keyPath, 'keyPath') }),
  };
}

/** Resolves once the broker has let us in. */
function entered(client: MqttClient, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error?: Error) =>
      reject(unreachable(url, error?.message ?? 'closed the connection', error));
    client.once('connect', () => resolve());
    client.once('error', refuse);
    client.once('close', () => refuse());
  });
}

/**
 * Connects once, and never again by itself. Throws Fault UNREACHABLE for a broker that does not
 * answer or does not let us in, and INVALID for files that cannot be read.
 */
export async function openMqtt(config: BridgeConfig) {
  const { mqttUrl: url, mqttVersion, clientId, ackTimeoutMs } = config;
  const client = connect(url, {
    ...accessOf(config),
    ...{ clientId, clean: true, reconnectPeriod: 0, connectTimeout: ackTimeoutMs, keepalive: 15 },
    ...{ protocolVersion: mqttVersion === '5' ? 5 : 4, rejectUnauthorized: true },
  });
  const lost = new Promise<never>((_, reject) => {
    client.on('error', (error) => reject(unreachable(url, error.message, error)));
    client.on('close', () => reject(unreachable(url, 'the connection was closed')));
  });
  lost.catch(() => undefined); // whoever publishes is told
  try {
    await entered(client, url);
  } catch (error) {
    client.end(true);
    throw error;
  }

  return {
    /** Ends when the connection does. */
    lost,
    /** QoS 1: resolves once the broker has acknowledged it. Throws Fault UNREACHABLE. */
    async publish({ topic, payload, retain }: Told, about: Record<string, string>) {
      const late = new AbortController();
      const wait = new Promise<never>((_, reject) => {
        const timer = setTimeout(
          () => reject(unreachable(url, `no PUBACK within ${ackTimeoutMs} ms`)),
          ackTimeoutMs,
        );
        late.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
      });
      const v5 = { contentType: 'application/json', userProperties: about };
      const properties = mqttVersion === '5' ? { properties: v5 } : {};
      const sent = client.publishAsync(topic, payload, { qos: 1, retain, ...properties });
      try {
        await Promise.race([sent, lost, wait]);
      } catch (error) {
        sent.catch(() => undefined);
        if (error instanceof Fault) throw error;
        throw unreachable(url, (error as Error).message, error);
      } finally {
        late.abort();
      }
    },
    close: (): Promise<void> => client.endAsync(true),
  };
}
export type Mqtt = Awaited<ReturnType<typeof openMqtt>>;
