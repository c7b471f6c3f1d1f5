import {
  type AddressSpace,
  type CallMethodResultOptions,
  DataType,
  type Namespace,
  StatusCodes,
  type UAObject,
  type UAVariable,
  Variant,
  VariantArrayType,
} from 'node-opcua';

const uri = 'http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/';
/** By which method a job goes from which state to which; 0 for a job that is not there. */
const ways: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  Store: { 0: 1 },
  Start: { 1: 2 },
  RevokeStart: { 2: 1 },
  Pause: { 3: 4 },
  Resume: { 4: 3 },
  Clear: { 5: 0, 6: 0 },
};
const unknownJob = 1n << 1n;
const wrongState = 1n << 3n;

type Given = Readonly<{ jobOrderID?: string }> | string | null | undefined;

/** A receiver of jobs by ISA-95 Job Control v2, in memory; it runs a job when it is told to. */
export function addJobs(
  space: AddressSpace,
  namespace: Namespace,
  objects: UAObject,
  name: string,
) {
  const index = space.getNamespaceIndex(uri);
  const receiver = space.findObjectType('ISA95JobOrderReceiverObjectType', index)!.instantiate({
    browseName: { name: `${name}.Jobs`, namespaceIndex: namespace.index },
    organizedBy: objects,
    optionals: Object.keys(ways),
    namespace,
  });
  const entryType = space.findDataType('ISA95JobOrderAndStateDataType', index)!;
  const list = receiver.getChildByName('JobOrderList') as UAVariable;
  const jobs = new Map<string, { order: object; state: number }>();
  const calls: string[] = [];

  function tell(): void {
    const value = [...jobs.values()].map(({ order: jobOrder, state: stateNumber }) =>
      space.constructExtensionObject(entryType, { jobOrder, state: [{ stateNumber }] }),
    );
    const arrayType = VariantArrayType.Array;
    list.setValueFromSource({ dataType: DataType.ExtensionObject, arrayType, value });
  }

  function move(method: string, given: Given): bigint {
    const id = (typeof given === 'string' ? given : given?.jobOrderID) ?? '';
    calls.push(`${method} ${id}`);
    const known = jobs.get(id);
    const to = ways[method]![known?.state ?? 0];
    if (to === undefined) return known ? wrongState : unknownJob;
    if (to === 0) jobs.delete(id);
    else jobs.set(id, { order: known?.order ?? (given as object), state: to });
    tell();
    return 1n;
  }

  for (const method of receiver.getMethods()) {
    const called = method.browseName.name ?? '';
    if (!(called in ways)) continue;
    method.bindMethod((inputs, _, answer) => {
      const status = move(called, inputs[0]?.value as Given);
      const value = [Number(status >> 32n), Number(status & 0xffffffffn)];
      const out = { dataType: DataType.UInt64, arrayType: VariantArrayType.Scalar, value };
      const outputArguments = [new Variant(out)];
      answer(null, { statusCode: StatusCodes.Good, outputArguments } as CallMethodResultOptions);
    });
  }
  tell();
  return {
    /** The machine itself lets a job run, or end. */
    set(job: string, state: number): void {
      const known = jobs.get(job);
      if (known) jobs.set(job, { ...known, state });
      tell();
    },
    /** Everything that was ever called. */
    calls: (): readonly string[] => calls,
  };
}
