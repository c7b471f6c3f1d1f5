// The paths of a lot, driven as in test/paths.edge.test.ts.
import { testPaths } from './helpers/journeys.ts';

testPaths('lot');
