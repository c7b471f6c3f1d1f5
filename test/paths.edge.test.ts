// Goal: what a chart's graph allows, an edge does, step by step, and keeps.
// Method: XState walks each graph; a driver brings every step about by commands, in an edge that is
// real but for its clock. Beside the state, the chart must be told what the step's name promises.
import { expect, test } from 'vitest';
import { sheets } from './helpers/charts.ts';
import { central, drivers, type EdgeChart } from './helpers/drivers.ts';
import { testPaths } from './helpers/journeys.ts';

test('every chart is driven, here or at central', () => {
  expect([...Object.keys(drivers), ...central].sort()).toEqual(Object.keys(sheets).sort());
});

// The lot has more paths than all others together: test/paths.lot.test.ts.
for (const name of Object.keys(drivers) as EdgeChart[]) if (name !== 'lot') testPaths(name);
