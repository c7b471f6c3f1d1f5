import { runService } from '../../shared/service.ts';
import { sandboxFields } from './config.ts';
import { startSandbox } from './server.ts';

await runService({
  name: 'sandbox',
  fields: sandboxFields,
  start: (given) => startSandbox(given as Parameters<typeof startSandbox>[0]),
});
