import {
  type AddressSpace,
  type CallMethodResultOptions,
  coerceLocalizedText,
  DataType,
  type ExtensionObject,
  StatusCodes,
  type UAMethod,
  type UAObject,
  type UAVariable,
  type Variant,
} from 'node-opcua';
import { answers, ask, type JobMethod, jobStates, store, ways } from './joblist.ts';
import { givenOf, orderOf, responseFields } from './joborder.ts';
import { construct, listOf, scalar, type View } from './plain.ts';
import type { Job } from './unit.ts';

const uri = 'http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/';
const stateNames = Object.keys(jobStates);
const methodNames = ['Store', 'StoreAndStart', ...Object.keys(ways)];

/** Takes what a client asked for; gives the answer's bits. */
export type OnJobs = (
  method: string,
  id: string,
  decide: (jobs: readonly Job[]) => ReturnType<typeof ask>,
) => bigint;

/** JobOrderControl and JobOrderResults of ISA-95 Job Control v2 below `parent`. */
export function addJobs(view: View, parent: UAObject, onJobs: OnJobs): void {
  const { space, own, name, unit, display } = view;
  const index = space.getNamespaceIndex(uri);
  const make = (type: string, child: string, optionals: string[]): UAObject =>
    space.findObjectType(type, index)!.instantiate({
      browseName: { namespaceIndex: own.index, name: child },
      ...{ namespace: own, nodeId: `s=${name}.${child}`, componentOf: parent, optionals },
    });
  const control = make('ISA95JobOrderReceiverObjectType', 'JobOrderControl', methodNames);
  const results = make('ISA95JobResponseProviderObjectType', 'JobOrderResults', [
    'RequestJobResponseByJobOrderID',
  ]);
  const list = control.getChildByName('JobOrderList') as UAVariable;
  display.show(list, () => listed(space, index, unit.now.jobs));
  for (const method of ['Store', 'StoreAndStart']) {
    bind(control, method, ([order]) => {
      const given = (order!.value ?? {}) as { jobOrderID?: string };
      const id = given.jobOrderID ?? '';
      return onJobs(method, id, (jobs) => store(jobs, id, method !== 'Store', givenOf(given)));
    });
  }
  for (const method of Object.keys(ways) as JobMethod[]) {
    bind(control, method, ([given]) => {
      const id = String(given!.value ?? '');
      return onJobs(method, id, (jobs) => ask(jobs, id, method));
    });
  }
  (results.getChildByName('RequestJobResponseByJobOrderID') as UAMethod).bindMethod(
    (inputs, _context, callback) => {
      const { jobs, tellsResults } = unit.now;
      const job = tellsResults ? jobs.find(({ id }) => id === inputs[0]?.value) : undefined;
      const response = construct(space, index, 'ISA95JobResponseDataType', {
        ...(job ? responseFields(job) : { jobResponseID: 'response-', jobOrderID: '' }),
        jobState: job ? [stateOf(space, index, job)] : [],
      });
      callback(null, {
        statusCode: StatusCodes.Good,
        outputArguments: [
          scalar(DataType.ExtensionObject, response),
          bits(job ? answers.ok : answers.unknown),
        ],
      });
    },
  );
}

const stateOf = (space: AddressSpace, index: number, { state }: Job): ExtensionObject =>
  construct(space, index, 'ISA95StateDataType', {
    stateText: coerceLocalizedText(stateNames[state - 1]!),
    stateNumber: state,
  });

const listed = (space: AddressSpace, index: number, jobs: readonly Job[]): Variant =>
  listOf(
    jobs.map((job) =>
      construct(space, index, 'ISA95JobOrderAndStateDataType', {
        jobOrder: construct(space, index, 'ISA95JobOrderDataType', orderOf(job)),
        state: [stateOf(space, index, job)],
      }),
    ),
  );

const bits = (answer: bigint): Variant =>
  scalar(DataType.UInt64, [Number(answer >> 32n), Number(answer & 0xffff_ffffn)]);

function bind(control: UAObject, name: string, act: (inputs: Variant[]) => bigint): void {
  const method = control.getChildByName(name) as UAMethod;
  method.bindMethod((inputs, _context, callback) => {
    const answer: CallMethodResultOptions = {
      statusCode: StatusCodes.Good,
      outputArguments: [bits(act(inputs))],
    };
    callback(null, answer);
  });
}
