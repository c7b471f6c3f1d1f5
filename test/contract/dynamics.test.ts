// Goal: the Dynamics 365 connector does what every connector must.
// Method: the contract suite, against a message processor behind a proxy that loses and replaces
// answers; its batch job works all the time.
import { describe } from 'vitest';
import { dynamicsConnector } from './dynamicsbench.ts';
import { dynamicsMastersConnector } from './dynamicsmasters.ts';
import { mastersContract } from './masters.ts';
import { previewTests } from './preview.ts';
import { connectorContract } from './suite.ts';

connectorContract(dynamicsConnector);

describe(`${dynamicsConnector.name}: preview`, () => previewTests(dynamicsConnector));

describe(`${dynamicsConnector.name}: master data`, () => mastersContract(dynamicsMastersConnector));
