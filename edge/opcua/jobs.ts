import {
  AttributeIds,
  type ClientSession,
  coerceNodeId,
  DataType,
  makeBrowsePath,
  type NodeId,
  VariantArrayType,
} from 'node-opcua-client';
import { Fault } from '../../shared/fault.ts';
import { type JobAction, type JobState, jobStateOf } from '../machine/job.ts';
import type { JobOrder, JobPort } from '../machine/port.ts';
import { severityOf } from '../machine/sample.ts';
import type { Address } from '../machine/tags.ts';
import { bounded } from './bounded.ts';
import { writtenOf } from './resolve.ts';

const uri = 'http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/';
/** ISA95JobOrderDataType, in the namespace above. */
const orderType = 3008;
const answerMs = 10_000;

/** What is read of an entry of JobOrderList (ISA95JobOrderAndStateDataType). */
type Entry = Readonly<{
  jobOrder?: Readonly<{ jobOrderID?: unknown }>;
  state?: readonly Readonly<{ stateNumber?: unknown }>[];
}>;

/** Job Control of ISA-95 (OPC 10031-4 v2) within a session. Nothing else is ever called. */
export function openJobs(session: ClientSession): JobPort {
  async function namespaces(): Promise<{ all: string[]; own: number }> {
    const all = await bounded(session.readNamespaceArray(), answerMs, 'jobs: namespaces');
    const own = all.indexOf(uri);
    if (own >= 0) return { all, own };
    throw new Fault('REFUSED', `jobs: the server has no namespace ${uri}`);
  }

  /** The receiver, and what of it has this name. */
  async function find(receiver: Address, name: string): Promise<[NodeId, NodeId]> {
    const { all, own } = await namespaces();
    const at = writtenOf(receiver, all);
    if ('why' in at) throw new Fault('REFUSED', `jobs: ${at.why}`);
    const start = 'id' in at ? at.id : 'i=85';
    const path = 'path' in at ? at.path : '';
    const paths = [
      ...(path ? [makeBrowsePath(start, path)] : []),
      makeBrowsePath(start, `${path}/${own}:${name}`),
    ];
    const found = await bounded(session.translateBrowsePath(paths), answerMs, 'jobs: receiver');
    const ids = found.map(({ targets }) => targets?.[0]?.targetId);
    const object = 'id' in at ? at.id : ids[0];
    const member = ids.at(-1);
    if (object && member) return [object, coerceNodeId(member)];
    throw new Fault('REFUSED', `jobs: the receiver has no ${name}`);
  }

  async function inputsOf(action: JobAction, { job, description }: JobOrder) {
    const comments = {
      dataType: DataType.LocalizedText,
      arrayType: VariantArrayType.Array,
      value: [],
    };
    if (action !== 'Store') return [{ dataType: DataType.String, value: job }, comments];
    const { own } = await namespaces();
    const type = coerceNodeId(`ns=${own};i=${orderType}`);
    const given = { jobOrderID: job, description: [{ text: description }], priority: 0 };
    const order = session.constructExtensionObject(type, given);
    const value = await bounded(order, answerMs, 'jobs: its types');
    return [{ dataType: DataType.ExtensionObject, value }, comments];
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
          const known = jobStateOf(Number(state?.[0]?.stateNumber));
          return known && typeof jobOrder?.jobOrderID === 'string'
            ? [[jobOrder.jobOrderID, known]]
            : [];
        }),
      );
    },

    async call(receiver, action, order) {
      const [objectId, methodId] = await find(receiver, action);
      const inputArguments = await inputsOf(action, order);
      const call = session.call({ objectId, methodId, inputArguments });
      const { statusCode, outputArguments } = await bounded(call, answerMs, `jobs: ${action}`);
      if (severityOf(statusCode.value) === 'bad') {
        throw new Fault('REFUSED', `jobs: ${action}: ${statusCode.name}`);
      }
      const status = outputArguments?.[0]?.value as unknown;
      if (Array.isArray(status)) {
        return (BigInt(Number(status[0]) >>> 0) << 32n) | BigInt(Number(status[1]) >>> 0);
      }
      return BigInt(Number(status ?? 0));
    },
  };
}
