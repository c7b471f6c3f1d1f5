import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startSandbox } from './server.ts';

const { values } = parseArgs({ options: { config: { type: 'string' } } });
if (values.config === undefined) throw new Error('--config FILE: must be given');
const sandbox = await startSandbox(JSON.parse(readFileSync(values.config, 'utf8')));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    sandbox.close().then(() => process.exit(0));
  });
}
process.stdout.write(`${JSON.stringify({ ready: true, url: sandbox.url })}\n`);
