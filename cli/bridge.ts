import { parseArgs } from 'node:util';
import { invalid } from '../shared/field.ts';
import { openNotify } from '../shared/notify.ts';
import { sample } from '../shared/sample.ts';
import { readJson } from '../shared/service.ts';
import { startBridge } from './bridge/bridge.ts';
import { accessOf } from './bridge/broker.ts';
import { bridgeFields, readBridgeConfig } from './bridge/config.ts';

export const usage = `holdfast bridge mqtt --config FILE

Carries the feed of facts to an MQTT broker, each at least once and in the order of its line, QoS 1:
<enterprise>/<site>/<area>/<line>/<type>, and retained under …/state/equipment and …/state/order
what is true now. Runs until it is asked to end; broker and hub may come and go.

  --config FILE     its config
  --check-config    only reads it
  --sample          prints a config with comments

Exit code 0: ended when asked. 1: not started, and why.
`;

const options = {
  config: { type: 'string' },
  'check-config': { type: 'boolean', default: false },
  sample: { type: 'boolean', default: false },
} as const;

/** The command line; resolves with the exit code once it was asked to end. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (positionals.join(' ') !== 'mqtt') throw invalid('bridge', 'must be told where to: mqtt');
  if (values.sample) {
    process.stdout.write(sample(bridgeFields));
    return 0;
  }
  if (values.config === undefined) throw invalid('--config', 'must name a file');
  const config = readBridgeConfig(readJson(values.config));
  if (values['check-config']) {
    accessOf(config);
    process.stdout.write(`${values.config}: no mistake was found\n`);
    return 0;
  }
  const bridge = await startBridge(config);
  process.stdout.write(`${JSON.stringify({ ready: true, url: bridge.url })}\n`);
  const notify = openNotify(process.env);
  notify.ready();
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve()).once('SIGINT', () => resolve());
  });
  notify.stopping();
  await bridge.close();
  return 0;
}
