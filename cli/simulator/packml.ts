import {
  type AddressSpace,
  DataType,
  type Namespace,
  StatusCodes,
  type UAObject,
  type UAVariable,
  VariantArrayType,
} from 'node-opcua';
import type { Press, Shown } from './press.ts';

const uri = 'http://opcfoundation.org/UA/PackML/';
const running = 75;
const cleared = 71;
/** The nodes of the type's states, by their number in PackML; each level has its own. */
const within = {
  15: 27,
  4: 28,
  3: 29,
  13: 30,
  5: 31,
  14: 32,
  10: 33,
  11: 34,
  12: 35,
  6: 36,
  16: 37,
  17: 38,
};
const around = { 2: 53, 7: 54, 1: 55 };
const outside = { 8: 61, 9: 62 };

/** A machine as OPC 30050 has it: three state machines, and counts in arrays of structures. */
export function addPackml(space: AddressSpace, namespace: Namespace, name: string, press: Press) {
  const index = space.getNamespaceIndex(uri);
  const type = space.findObjectType('PackMLBaseObjectType', index)!;
  const counts = ['ProdProcessedCount', 'ProdDefectiveCount'];
  const unit = type.instantiate({
    browseName: { name, namespaceIndex: namespace.index },
    componentOf: space.findNode(`ns=${index};i=72`) as UAObject,
    optionals: [...counts.map((count) => `Admin.${count}`), 'Admin.StopReason'],
    namespace,
  });
  const at = (...names: string[]): UAVariable => {
    const found = names.reduce<UAObject | UAVariable | null>(
      (node, step) => (node?.getChildByName(step) as UAObject | null) ?? null,
      unit,
    );
    if (!found) throw new Error(`the nodeset has no ${names.join('/')}`);
    return found as UAVariable;
  };
  const base = ['BaseStateMachine'];
  const machine = [...base, 'MachineState'];
  const levels = [base, machine, [...machine, 'ExecuteState']].map((path) =>
    at(...path, 'CurrentState', 'Id'),
  );
  const countType = space.findDataType('PackMLCountDataType', index)!;

  function putCount(variable: UAVariable, count: number, now: Date): void {
    const accCount = count | 0; // Int32, as the standard has it
    const item = { iD: 1, name: 'pieces', count: accCount, accCount };
    const value = [space.constructExtensionObject(countType, item)];
    const variant = {
      dataType: DataType.ExtensionObject,
      arrayType: VariantArrayType.Array,
      value,
    };
    variable.setValueFromSource(variant, StatusCodes.Good, now);
  }

  function putState(state: number, now: Date): void {
    statesOf(state).forEach((id, level) => {
      const value = space.findNode(`ns=${index};i=${id}`)!.nodeId;
      const variable = levels[level]!;
      const variant = { dataType: DataType.NodeId, value };
      variable.setValueFromSource(variant, StatusCodes.Good, now);
    });
  }

  let known: Partial<Shown> = {};
  function tell(): void {
    const shown = press.shown();
    const now = new Date();
    if (shown.good + shown.scrap !== (known.good ?? -1) + (known.scrap ?? -1)) {
      putCount(at('Admin', 'ProdProcessedCount'), shown.good + shown.scrap, now);
    }
    if (shown.scrap !== known.scrap) putCount(at('Admin', 'ProdDefectiveCount'), shown.scrap, now);
    if (shown.state !== known.state) putState(shown.state, now);
    if (shown.mode !== known.mode) {
      const mode = { dataType: DataType.Int32, value: shown.mode };
      at('Status', 'UnitModeCurrent').setValueFromSource(mode, StatusCodes.Good, now);
    }
    known = shown;
  }
  tell();
  press.onChange(tell);
}

/** The state's node on each level, as far as what is around it says that there is one within. */
function statesOf(state: number): number[] {
  const is = (level: Record<number, number>) => level[state];
  if (is(outside) !== undefined) return [is(outside)!];
  if (is(around) !== undefined) return [cleared, is(around)!];
  return [cleared, running, is(within) ?? within[6]];
}
