// A real Tryton to look at: npm run tryton. Nothing of it stays behind but the cache.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../shared/fault.ts';
import { provision, serve } from './provision.ts';
import { admin, poster } from './seed.ts';
import { options } from './works.ts';

const stop = new Promise<void>((resolve) => {
  process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
});
const folder = mkdtempSync(join(tmpdir(), 'holdfast-tryton-'));
try {
  const server = await serve(await provision(), folder);
  writeFileSync(join(folder, `${poster.user}.password`), poster.password, { mode: 0o600 });
  console.log(`Tryton is at ${server.url}, database erp, until Ctrl-C. Its users:`);
  for (const { user, password } of [admin, poster]) console.log(`  ${user}: ${password}`);
  console.log('The erp of a central that posts to it:');
  console.log(JSON.stringify(options(server.url, folder), null, 2));
  const keepAlive = setInterval(() => undefined, 60_000);
  await stop;
  clearInterval(keepAlive);
  await server.stop();
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  console.error(`No Tryton here: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
