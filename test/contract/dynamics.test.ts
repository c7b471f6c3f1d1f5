// Goal: the Dynamics 365 connector does what every connector must.
// Method: the contract suite, against a message processor behind a proxy that loses and replaces
// answers; its batch job works all the time.
import { dynamicsConnector } from './dynamicsbench.ts';
import { connectorContract } from './suite.ts';

connectorContract(dynamicsConnector);
