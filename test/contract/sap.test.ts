// Goal: the SAP connector does what every connector must.
// Method: the contract suite, against the sandbox behind a proxy that loses and replaces answers.
// The service of process orders is asked for what depends on the service.
import { describe } from 'vitest';
import { decisionTests } from './decisions.ts';
import { documentTests } from './documents.ts';
import { figureTests } from './figures.ts';
import { mastersContract } from './masters.ts';
import { previewTests } from './preview.ts';
import { reversalTests } from './reversals.ts';
import { processConnector, sapConnector } from './sapbench.ts';
import { sapMastersConnector } from './sapmasters.ts';
import { sightTests } from './sight.ts';
import { connectorContract } from './suite.ts';

connectorContract(sapConnector);

describe(`${sapConnector.name}: figures`, () => figureTests(sapConnector));

describe(`${sapConnector.name}: preview`, () => previewTests(sapConnector));

describe(`${sapConnector.name}: master data`, () => mastersContract(sapMastersConnector));

describe(processConnector.name, () => {
  documentTests(processConnector);
  sightTests(processConnector);
  reversalTests(processConnector);
  decisionTests(processConnector);
  figureTests(processConnector);
  previewTests(processConnector);
});
