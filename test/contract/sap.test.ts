// Goal: the SAP connector does what every connector must.
// Method: the contract suite, against the sandbox behind a proxy that loses and replaces answers.
import { sapConnector } from './sapbench.ts';
import { connectorContract } from './suite.ts';

connectorContract(sapConnector);
