import type { SheetName } from './charts.ts';
import { driveBatch } from './drivers/batch.ts';
import { driveLine } from './drivers/line.ts';
import { driveLot } from './drivers/lot.ts';
import { lotList } from './drivers/lotlist.ts';
import { driveOperation } from './drivers/operation.ts';
import { driveOrder, orderList } from './drivers/order.ts';
import { driveHold, driveInspection, driveNonconformance } from './drivers/quality.ts';
import { driveReport } from './drivers/report.ts';
import type { Contradiction } from './paths.ts';
import type { Driver } from './tour.ts';

/** Charts that central asks; test/paths.central.test.ts drives them. */
export const central = ['lifecycle', 'confirmation', 'delivery', 'posting'] as const;
export type EdgeChart = Exclude<SheetName, (typeof central)[number]>;

/** How each chart of the edge is driven. */
export const drivers: Readonly<Record<EdgeChart, Driver>> = {
  ...{ line: driveLine, order: driveOrder, operation: driveOperation, lot: driveLot },
  ...{ hold: driveHold, batch: driveBatch, inspection: driveInspection },
  ...{ nonconformance: driveNonconformance, report: driveReport },
};

/** What each chart's graph allows and no command leads through. */
export const lists: Readonly<Partial<Record<EdgeChart, readonly Contradiction[]>>> = {
  ...{ order: orderList, lot: lotList },
};
