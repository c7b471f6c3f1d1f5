import {
  AttributeIds,
  type ClientSession,
  coerceNodeId,
  DataType,
  type DataValue,
  type NodeId,
  Variant,
  VariantArrayType,
} from 'node-opcua-client';
import { Fault } from '../../shared/fault.ts';
import type { Sent } from '../machine/jobmap.ts';
import type { JobPort } from '../machine/port.ts';
import { type Plain, severityOf } from '../machine/sample.ts';
import type { Address } from '../machine/tags.ts';
import type { ReadBack, Target } from '../machine/targets.ts';
import { answerMs, bounded } from './bounded.ts';
import { memberOf, namespaceOf } from './node.ts';
import { nodesOf } from './resolve.ts';
import { plainOf } from './values.ts';

const packml = 'http://opcfoundation.org/UA/PackML/';
/** PackMLDescriptorDataType and PackMLProductDataType, in that namespace. */
const descriptorType = 16;
const productType = 18;

/** Least and greatest value of each type of whole numbers. */
const wholes: Partial<Record<DataType, readonly [number, number]>> = {
  [DataType.SByte]: [-128, 127],
  [DataType.Byte]: [0, 255],
  [DataType.Int16]: [-32_768, 32_767],
  [DataType.UInt16]: [0, 65_535],
  [DataType.Int32]: [-(2 ** 31), 2 ** 31 - 1],
  [DataType.UInt32]: [0, 2 ** 32 - 1],
};
const reals = [DataType.Float, DataType.Double];

/** A value as a variable of a type holds it; throws Fault REFUSED where it cannot, exactly. */
export function variantOf(dataType: DataType, value: Sent): Variant {
  const no = (): Fault => {
    const shown = JSON.stringify(value).slice(0, 60);
    return new Fault('REFUSED', `writes: ${shown} is no value of a ${DataType[dataType]}`);
  };
  if (dataType === DataType.String) return new Variant({ dataType, value: `${value}` });
  if (dataType === DataType.Boolean) {
    if (typeof value === 'boolean') return new Variant({ dataType, value });
    throw no();
  }
  const number = typeof value === 'boolean' ? Number.NaN : Number(value);
  // "007" is no number: what is read back would be another name.
  if (!Number.isFinite(number) || `${number}` !== `${value}`) throw no();
  const limits = wholes[dataType];
  const isWhole = limits && Number.isInteger(number) && number >= limits[0] && number <= limits[1];
  if (isWhole || reals.includes(dataType)) return new Variant({ dataType, value: number });
  throw no();
}

/** What may be written within a session: variables and the two methods that a mapping names. */
export function openWrites(session: ClientSession): Pick<JobPort, 'read' | 'write'> {
  /** The nodes of addresses; throws Fault REFUSED that names one which is not there. */
  async function foundAt(addresses: readonly Address[]): Promise<NodeId[]> {
    const all = await bounded(session.readNamespaceArray(), answerMs, 'writes: namespaces');
    const found = await bounded(nodesOf(session, addresses, all), answerMs, 'writes: nodes');
    return found.map((node) => {
      if (typeof node !== 'string') return node;
      throw new Fault('REFUSED', `writes: ${node}`);
    });
  }

  async function writeVariable(at: Address, value: Sent): Promise<void> {
    const [nodeId] = await foundAt([at]);
    const type = await bounded(session.getBuiltInDataType(nodeId!), answerMs, 'writes: its type');
    const node = { nodeId: nodeId!, attributeId: AttributeIds.Value };
    const work = session.write({ ...node, value: { value: variantOf(type, value) } });
    const status = await bounded(work, answerMs, 'writes: answer');
    if (severityOf(status.value) !== 'bad') return;
    throw new Fault('REFUSED', `writes: the machine refused: ${status.name}`);
  }

  async function setBy(
    { unit, ...target }: Exclude<Target, { way: 'variable' }>,
    value: Sent,
  ): Promise<void> {
    const isProduct = target.way === 'product';
    const variant = variantOf(isProduct ? DataType.Int32 : DataType.Float, value);
    const known = await namespaceOf(session, packml);
    const method = isProduct ? 'SetProduct' : 'SetParameter';
    const [objectId, methodId] = await memberOf(session, unit, known, method);
    const typeId = coerceNodeId(`ns=${known.own};i=${isProduct ? productType : descriptorType}`);
    const fields = isProduct
      ? { productID: variant.value }
      : { ID: target.id, name: target.name, value: variant.value };
    const made = session.constructExtensionObject(typeId, fields);
    const one = await bounded(made, answerMs, 'writes: its types');
    const input = { dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array };
    const call = session.call({ objectId, methodId, inputArguments: [{ ...input, value: [one] }] });
    const { statusCode } = await bounded(call, answerMs, `writes: ${method}`);
    if (severityOf(statusCode.value) !== 'bad') return;
    throw new Fault('REFUSED', `writes: the machine refused ${method}: ${statusCode.name}`);
  }

  return {
    async read(places) {
      const nodes = await foundAt(places.map(({ at }) => at));
      const work = session.read(
        nodes.map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value })),
        0,
      );
      const values = nodes.length === 0 ? [] : await bounded(work, answerMs, 'writes: read back');
      return values.map((value, index) => shownOf(value, places[index]!.pick));
    },

    write: (target, value) =>
      target.way === 'variable' ? writeVariable(target.at, value) : setBy(target, value),
  };
}

/** What stands there, or of a list what is picked: products by their place, parameters by ID. */
function shownOf(value: DataValue, pick: ReadBack['pick']): Plain {
  if (severityOf(value.statusCode.value) !== 'good') return null;
  if (!pick) return plainOf(value, undefined);
  const list = Array.isArray(value.value.value) ? (value.value.value as Fields[]) : [];
  const found =
    'product' in pick
      ? list[pick.product]?.['productID']
      : list.find((one) => one['ID'] === pick.parameter)?.['value'];
  return typeof found === 'number' ? found : null;
}

type Fields = Readonly<Record<string, unknown>>;
