import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'vitest';

/**
 * Path of something in the data folder that lies beside the project and is no part of it
 * ($HOLDFAST_DATA, else ../shared/data); undefined where it is not.
 */
export function sharedData(name: string): string | undefined {
  const folder = process.env['HOLDFAST_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
  const path = join(folder, name);
  return existsSync(path) ? path : undefined;
}

/** A test on such data; where there is none it is reported as not run, and says why. */
export function testShared(
  name: string,
  title: string,
  body: (path: string) => Promise<void> | void,
  timeoutMs?: number,
): void {
  const run = (context: TestContext) => {
    const path = sharedData(name);
    return path === undefined ? context.skip(`no ${name} in $HOLDFAST_DATA`) : body(path);
  };
  test(title, run, timeoutMs);
}
