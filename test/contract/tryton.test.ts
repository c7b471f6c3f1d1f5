// Goal: the Tryton connector does what every connector must.
// Method: the contract suite, against a real Tryton 7.0 behind a proxy that loses and replaces
// answers; each test has a database of its own, read past Tryton.
import { afterAll, describe, test, vi } from 'vitest';
import { findDepot } from '../tryton/bench.ts';
import { figureTests } from './figures.ts';
import { mastersContract } from './masters.ts';
import { previewTests } from './preview.ts';
import { connectorContract } from './suite.ts';
import { openShared, trytonConnector } from './trytonbench.ts';
import { trytonMasters } from './trytonmasters.ts';

/** The longest call there may be, and whatever a busy machine takes, ms. */
vi.setConfig({ testTimeout: 300_000 });
const depot = await findDepot();

if (typeof depot === 'string') {
  test('Tryton: the contract of connectors', ({ skip }) => skip(`no Tryton here: ${depot}`));
} else {
  const shared = await openShared(depot);
  afterAll(shared.close);
  const connector = trytonConnector(shared);
  connectorContract(connector);
  describe(`${connector.name}: figures`, () => figureTests(connector));
  describe(`${connector.name}: preview`, () => previewTests(connector));
  describe(`${connector.name}: master data`, () => mastersContract(trytonMasters(shared)));
}
