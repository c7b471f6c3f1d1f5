import { batch } from './batch.ts';
import { hold } from './hold.ts';
import { inspection } from './inspection.ts';
import { line } from './line.ts';
import { lot } from './lot.ts';
import { nonconformance } from './nonconformance.ts';
import { operation } from './operation.ts';
import { order } from './order.ts';
import { report } from './report.ts';

/** The charts that decide at an edge, by the table whose rows have their states. */
export const deciding = {
  ...{ line, order, operation, lot, batch, hold, inspection, nonconformance },
  report,
} as const;

/** Which charts an edge decides by, e.g. "line 2, order 2, …": another text, other charts. */
export const edition = Object.values(deciding)
  .map(({ id, version }) => `${id} ${version}`)
  .join(', ');
