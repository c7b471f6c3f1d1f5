import {
  type AddressSpace,
  DataType,
  type ExtensionObject,
  type Namespace,
  type UAObject,
  type UAVariable,
  Variant,
  VariantArrayType,
} from 'node-opcua';
import type { Display } from './display.ts';
import { numberOf } from './packml.ts';
import type { Width } from './register.ts';
import type { Kept, Registers, Unit } from './unit.ts';

/** What a view of a machine is made of. */
export type View = Readonly<{
  space: AddressSpace;
  own: Namespace;
  name: string;
  unit: Unit;
  width: Width;
  decimals: number; // of what the counters show
  display: Display;
}>;

export const scalar = (dataType: DataType, value: unknown): Variant =>
  new Variant({ dataType, arrayType: VariantArrayType.Scalar, value });

/** A structure of a type that the namespace of that index has. */
export const construct = (
  space: AddressSpace,
  index: number,
  type: string,
  value: object,
): ExtensionObject =>
  space.constructExtensionObject(space.findDataType(type, index)!, value as never);

export const listOf = (value: ExtensionObject[]): Variant =>
  new Variant({
    ...{ dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array, value },
  });

type Place = Readonly<{ own: Namespace; id: string; name: string; parent: UAObject }>;

/** A variable whose changes are told at once; clients may only read it, unless `writable`. */
export function addVariable(
  { own, id, name, parent }: Place,
  dataType: DataType,
  writable = false,
): UAVariable {
  const accessLevel = writable ? 'CurrentRead | CurrentWrite' : 'CurrentRead';
  return own.addVariable({
    ...{ organizedBy: parent, browseName: name, nodeId: `s=${id}`, dataType },
    ...{ accessLevel, userAccessLevel: accessLevel, minimumSamplingInterval: 0 },
  });
}

/** The smallest type that holds a counter of that width. */
const counterType = ({ bits, signed }: Width): DataType => {
  if (bits <= 16) return signed ? DataType.Int16 : DataType.UInt16;
  return signed ? DataType.Int32 : DataType.UInt32;
};

type Row = readonly [name: string, dataType: DataType, read: () => unknown, repeats?: boolean];

const addRows = ({ own, display }: View, parent: UAObject, before: string, flat: boolean) => {
  return (rows: readonly Row[]): void => {
    for (const [name, dataType, read, repeats] of rows) {
      const id = `${before}.${name}`;
      const variable = addVariable({ own, id, name: flat ? id : name, parent }, dataType);
      display.show(variable, () => scalar(dataType, read()), repeats);
    }
  };
};

/** Codes of a machine that knows no PackML: 0 off, 1 runs, 2 waits, 3 is disturbed. */
function plainState({ state }: Pick<Kept, 'state'>): number {
  if (state === 'execute') return 1;
  if (/suspend|complet|idle|start|reset/.test(state)) return 2;
  return /hold|held|abort/.test(state) ? 3 : 0;
}

const { Boolean: truth, Double: double, Int32: int, String: words, UInt32: unsigned } = DataType;

/** Counters with decimals are totalisers: a register of grams shows kilograms. */
const shownBy = ({ decimals, unit, width }: View): ((register: keyof Registers) => Row) => {
  const type = decimals > 0 ? double : counterType(width);
  const names = { processed: 'Total', good: 'Good', defective: 'Scrap' } as const;
  return (register) => {
    const show = () => unit.now.shown[register] / 10 ** decimals;
    return [names[register], type, show, true];
  };
};

/** Variables below an object of the machine's name: what an own program of a controller has. */
export function addGeneric(view: View): UAObject {
  const { space, own, name, unit } = view;
  const { now } = unit;
  const parent = own.addObject({
    ...{ organizedBy: space.rootFolder.objects, browseName: name, nodeId: `s=${name}` },
  });
  const counter = shownBy(view);
  addRows(
    view,
    parent,
    name,
    false,
  )([
    counter('processed'),
    counter('good'),
    counter('defective'),
    ['State', int, () => plainState(now), true],
    ['Mode', int, () => now.mode],
    ['Level', double, () => now.level],
    ['GuardOpen', truth, () => /stop|abort|clear/.test(now.state)],
    ['Pulse', truth, () => now.pulse],
    ['Lot', words, () => now.lot],
    ['JobInHand', words, () => now.asked.job],
    ['StopReason', int, () => now.stopReason.code],
    ['Result', words, () => (now.result.passed ? 'OK' : 'NOK')],
    ['ResultLot', words, () => now.result.lot],
    ['ResultSequence', unsigned, () => now.result.sequence],
  ]);
  return parent;
}

/** Entries of PackML's list of alarms that are shown. */
const alarmsShown = 4;

const alarmRows = (now: Readonly<Kept>): Row[] =>
  Array.from({ length: alarmsShown }, (_, index): Row[] => [
    [`Admin.Alarm[${index}].ID`, int, () => now.alarms[index]?.id ?? 0],
    [`Admin.Alarm[${index}].Value`, int, () => 0],
    [`Admin.Alarm[${index}].Message`, words, () => now.alarms[index]?.message ?? ''],
    [`Admin.Alarm[${index}].Trigger`, truth, () => now.alarms[index] !== undefined],
  ]).flat();

/** PackTags as OMAC names them, and counters of its own, side by side in the Objects folder. */
export function addPackTags(view: View): void {
  const { space, name, unit, width } = view;
  const { now } = unit;
  const counter = counterType(width);
  const { objects } = space.rootFolder;
  addRows(
    view,
    objects,
    name,
    true,
  )([
    ['Status.StateCurrent', int, () => numberOf(now.state), true],
    ['Status.UnitModeCurrent', int, () => now.mode],
    ['Status.CurMachSpeed', DataType.Float, () => (now.state === 'execute' ? 60 : 0)],
    ['Status.MachSpeed', DataType.Float, () => 60],
    ['Status.EquipmentInterlock.Starved', truth, () => now.state === 'suspended'],
    ['Status.EquipmentInterlock.Blocked', truth, () => false],
    ['Status.Lot', words, () => now.lot],
    ['Status.Parameter[0].Value', DataType.Float, () => now.asked.parameters['0'] ?? 0],
    ['Status.Parameter[1].Value', DataType.Float, () => now.asked.parameters['1'] ?? 0],
    ['Status.Product[0].ProductID', int, () => now.asked.product],
    ['Admin.ProdProcessedCount[0].AccCount', counter, () => now.shown.processed, true],
    ['Admin.ProdProcessedCount[0].Count', int, () => unit.ofJob('processed')],
    ['Admin.ProdDefectiveCount[0].AccCount', counter, () => now.shown.defective, true],
    ['Admin.ProdDefectiveCount[0].Count', int, () => unit.ofJob('defective')],
    ['Admin.ProdConsumedCount[0].AccCount', counter, () => now.shown.processed, true],
    ['Admin.ProdConsumedCount[0].Count', int, () => unit.ofJob('processed')],
    ...alarmRows(now),
    ['Admin.StopReason.ID', int, () => now.stopReason.code],
    ['Admin.StopReason.Message', words, () => now.stopReason.message],
    ['Total', counter, () => now.shown.processed, true],
    ['Good', counter, () => now.shown.good, true],
    ['Scrap', counter, () => now.shown.defective, true],
    ['Quality.Result', truth, () => now.result.passed],
    ['Quality.Lot', words, () => now.result.lot],
    ['Quality.Sequence', unsigned, () => now.result.sequence],
  ]);
}
