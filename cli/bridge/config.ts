import {
  choice,
  fallback,
  integer,
  invalid,
  optional,
  prose,
  type Read,
  readFields,
  text,
} from '../../shared/field.ts';
import { feedApi } from '../../shared/subject.ts';

export const bridgeFields = {
  natsUrl: text('The hub, e.g. tls://hub.example:4222; of a cluster all, commas between.', 500),
  natsNkeyPath: optional(text("File with the seed of the consumer's NKey.", 4_096)),
  natsCaPath: optional(
    text('PEM of the authority that signed the hub’s certificate; with tls://.', 4_096),
  ),
  natsApi: fallback(
    choice('How the hub is called: hf.feed.API from an account of our own.', [
      '$JS.API',
      feedApi,
    ] as const),
    '$JS.API',
  ),
  consumer: text('Name under which central keeps its place (feed.consumers).', 40),
  mqttUrl: text('The broker, e.g. mqtts://broker.example:8883 or mqtt://127.0.0.1:1883.', 500),
  mqttVersion: fallback(choice('Version of MQTT.', ['5', '3.1.1'] as const), '5'),
  username: optional(text('Who we are at the broker.', 200)),
  passwordPath: optional(text('File with the password; read at every connect.', 4_096)),
  caPath: optional(text('PEM file of the authority that signed the broker’s certificate.', 4_096)),
  certPath: optional(text('PEM file with our certificate, where the broker wants one.', 4_096)),
  keyPath: optional(text('PEM file with its key.', 4_096)),
  clientId: fallback(
    text('Our name at the broker; two with one name throw each other out.', 60),
    'holdfast',
  ),
  prefix: fallback(prose('Levels before the enterprise, e.g. "uns/"; none if empty.', 100), ''),
  inFlightMax: fallback(integer('Most facts that the broker has not acknowledged.', 1, 1_000), 100),
  ackTimeoutMs: fallback(integer('Wait for the broker, ms.', 100, 30_000), 10_000),
  logLevel: fallback(
    choice('Least severe line that is logged.', ['debug', 'info', 'warn', 'error', 'silent']),
    'info',
  ),
};
export type BridgeConfig = Read<typeof bridgeFields>;

/** Throws Fault INVALID naming every mistake at once. */
export function readBridgeConfig(given: unknown): BridgeConfig {
  const config = readFields(bridgeFields, given, 'config');
  const { consumer, mqttUrl, prefix, certPath, keyPath } = config;
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(consumer)) {
    throw invalid('config.consumer', 'must be 1 to 40 letters, digits, "_" or "-"');
  }
  const url = URL.parse(mqttUrl);
  if (!url || !/^mqtts?:$/.test(url.protocol) || url.hostname === '') {
    throw invalid('config.mqttUrl', 'must be like mqtts://broker.example:8883');
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid('config.mqttUrl', 'must name nobody: username and passwordPath do');
  }
  if (/[+#]/.test(prefix)) throw invalid('config.prefix', 'must have no "+" or "#"');
  if ((certPath === undefined) !== (keyPath === undefined)) {
    throw invalid('config.keyPath', 'must be given with certPath, and not alone');
  }
  return config;
}
