import { describe } from 'vitest';
import type { Connector } from './bench.ts';
import { decisionTests } from './decisions.ts';
import { documentTests } from './documents.ts';
import { networkTests } from './network.ts';
import { doubtTests, outcomeTests } from './outcomes.ts';
import { reversalTests } from './reversals.ts';
import { sightTests } from './sight.ts';
import { stormTests } from './storm.ts';

/** Declares all that a connector must pass, as tests of the file that calls this. */
export function connectorContract(connector: Connector): void {
  describe(connector.name, () => {
    documentTests(connector);
    sightTests(connector);
    outcomeTests(connector);
    doubtTests(connector);
    networkTests(connector);
    reversalTests(connector);
    decisionTests(connector);
    stormTests(connector);
  });
}
