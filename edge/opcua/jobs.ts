import {
  AttributeIds,
  BrowseDirection,
  type ClientSession,
  coerceNodeId,
  DataType,
  NodeClass,
  type NodeId,
  VariantArrayType,
} from 'node-opcua-client';
import { Fault } from '../../shared/fault.ts';
import type { JobContent } from '../machine/content.ts';
import type { JobAction, JobState } from '../machine/job.ts';
import type { JobPort } from '../machine/port.ts';
import { severityOf } from '../machine/sample.ts';
import type { Address } from '../machine/tags.ts';
import { answerMs, bounded } from './bounded.ts';
import { orderFields, responseOf, type States, stateIn } from './joborder.ts';
import { memberOf, namespaceOf } from './node.ts';
import { scalar } from './values.ts';

const uri = 'http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/';
/** ISA95JobOrderDataType, in the namespace above. */
const orderType = 3008;
const resultsName = 'JobOrderResults';
const byId = 'RequestJobResponseByJobOrderID';
const unknownBit = 1n;

/** What is read of an entry of JobOrderList (ISA95JobOrderAndStateDataType). */
type Entry = Readonly<{ jobOrder?: Readonly<{ jobOrderID?: unknown }>; state?: States }>;

/** Job Control of ISA-95 (OPC 10031-4 v2) within a session. Nothing else is ever called. */
export function openJobs(session: ClientSession): Pick<JobPort, 'list' | 'call' | 'response'> {
  const find = async (object: Address, name: string): Promise<[NodeId, NodeId]> =>
    memberOf(session, object, await namespaceOf(session, uri), name);

  async function inputsOf(action: JobAction, job: string, given: JobContent | undefined) {
    const comments = {
      dataType: DataType.LocalizedText,
      arrayType: VariantArrayType.Array,
      value: [],
    };
    if (action !== 'Store') return [{ dataType: DataType.String, value: job }, comments];
    const { own } = await namespaceOf(session, uri);
    const type = coerceNodeId(`ns=${own};i=${orderType}`);
    const order = session.constructExtensionObject(type, orderFields(job, given));
    const value = await bounded(order, answerMs, 'jobs: its types');
    return [{ dataType: DataType.ExtensionObject, value }, comments];
  }

  /** What is beside the receiver and named so. */
  async function resultsBeside(receiver: Address): Promise<NodeId> {
    const [object] = await find(receiver, 'JobOrderList');
    const around = (nodeId: NodeId, browseDirection: BrowseDirection) =>
      bounded(
        session.browse({
          ...{ nodeId, browseDirection, referenceTypeId: 'HierarchicalReferences' },
          ...{ includeSubtypes: true, nodeClassMask: NodeClass.Object, resultMask: 63 },
        }),
        answerMs,
        'jobs: results',
      );
    const parents = await around(object, BrowseDirection.Inverse);
    for (const { nodeId } of (parents.references ?? []).slice(0, 10)) {
      const children = await around(nodeId, BrowseDirection.Forward);
      const found = children.references?.find(({ browseName }) => browseName.name === resultsName);
      if (found) return found.nodeId;
    }
    throw new Fault('REFUSED', `jobs: there is no ${resultsName} beside the receiver`);
  }

  /** What tells results, and how it is asked. */
  async function resultsOf(object: Address, results: Address | undefined) {
    if (results) return find(results, byId);
    const beside = await resultsBeside(object);
    const { all, own } = await namespaceOf(session, uri);
    const id = { uri: all[beside.namespace]!, id: beside.toString().replace(/^ns=\d+;/, '') };
    return memberOf(session, id, { all, own }, byId);
  }

  return {
    async list(receiver) {
      const [, list] = await find(receiver, 'JobOrderList');
      const node = { nodeId: list, attributeId: AttributeIds.Value };
      const { value, statusCode } = await bounded(session.read(node), answerMs, 'jobs: their list');
      if (severityOf(statusCode.value) !== 'good') {
        throw new Fault('UNREACHABLE', `jobs: their list is ${statusCode.name}`);
      }
      const entries = (value.value ?? []) as readonly Entry[];
      return new Map(
        entries.flatMap(({ jobOrder, state }): [string, JobState][] => {
          const known = stateIn(state);
          return known && typeof jobOrder?.jobOrderID === 'string'
            ? [[jobOrder.jobOrderID, known]]
            : [];
        }),
      );
    },

    async call(receiver, action, job, order) {
      const [objectId, methodId] = await find(receiver, action);
      const inputArguments = await inputsOf(action, job, order);
      const call = session.call({ objectId, methodId, inputArguments });
      const { statusCode, outputArguments } = await bounded(call, answerMs, `jobs: ${action}`);
      if (severityOf(statusCode.value) === 'bad') {
        throw new Fault('REFUSED', `jobs: ${action}: ${statusCode.name}`);
      }
      return statusOf(outputArguments?.[0]?.value);
    },

    async response({ object, results }, job) {
      const [objectId, methodId] = await resultsOf(object, results);
      const inputArguments = [{ dataType: DataType.String, value: job }];
      const call = session.call({ objectId, methodId, inputArguments });
      const { statusCode, outputArguments } = await bounded(call, answerMs, 'jobs: result');
      if (severityOf(statusCode.value) === 'bad') {
        throw new Fault('REFUSED', `jobs: result: ${statusCode.name}`);
      }
      const [response, status] = outputArguments ?? [];
      if ((statusOf(status?.value) >> unknownBit) & 1n) return undefined;
      const given = response?.value as Record<string, unknown> | null | undefined;
      if (given && given['jobOrderID'] === job) return responseOf(given);
      throw new Fault('REFUSED', 'jobs: result: it is of no job, or of another');
    },
  };
}

/** A ReturnStatus is a UInt64; 0, which is no answer of the standard, for what is none. */
const statusOf = (status: unknown): bigint => BigInt(scalar(DataType.UInt64, status) ?? 0);
