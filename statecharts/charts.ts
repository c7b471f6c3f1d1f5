import { Fault } from '../shared/fault.ts';
import { batch } from './batch.ts';
import type { Chart } from './engine.ts';
import { confirmation, delivery, lifecycle } from './erporder.ts';
import { hold } from './hold.ts';
import { inspection } from './inspection.ts';
import { line } from './line.ts';
import { lot } from './lot.ts';
import { nonconformance } from './nonconformance.ts';
import { operation } from './operation.ts';
import { order } from './order.ts';
import { posting } from './posting.ts';
import { report } from './report.ts';

/** What can be done with any chart, whatever its events look like. */
export type AnyChart = Pick<Chart, 'id' | 'version' | 'initial' | 'states' | 'graph'>;

/** Every chart there is, by the name that people ask for it with. */
export const charts: Readonly<Record<string, AnyChart>> = {
  line,
  order,
  operation,
  lot,
  batch,
  hold,
  inspection,
  nonconformance,
  report,
  posting,
  ...{ erpLifecycle: lifecycle, erpConfirmation: confirmation, erpDelivery: delivery },
};

/** Throws Fault UNKNOWN that names the known ones. */
export function chartNamed(name: string): AnyChart {
  if (!Object.hasOwn(charts, name)) {
    const known = Object.keys(charts).join(', ');
    throw new Fault('UNKNOWN', `${name} is no chart; known are ${known}`);
  }
  return charts[name]!;
}
