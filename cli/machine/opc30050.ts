import {
  coerceLocalizedText,
  coerceNodeId,
  DataType,
  StatusCodes,
  type UAMethod,
  type UAObject,
  type UAVariable,
  type Variant,
} from 'node-opcua';
import { Fault } from '../../shared/fault.ts';
import { type Command, numberOf, type State } from './packml.ts';
import { construct, listOf, scalar, type View } from './plain.ts';
import type { Changed } from './writable.ts';

const uri = 'http://opcfoundation.org/UA/PackML/';
const objectsId = 72;
const unitTypeName = 'PackMLBaseObjectType';

/** The state's node by the standard's number of the state; nodes of the type, on every server. */
const stateIds: Readonly<Record<number, number>> = {
  ...{ 15: 27, 4: 28, 3: 29, 13: 30, 5: 31, 14: 32, 10: 33, 11: 34, 12: 35, 6: 36, 16: 37 },
  ...{ 17: 38, 2: 53, 7: 54, 1: 55, 8: 61, 9: 62, 19: 71, 18: 75 },
};
const running = 18;
const cleared = 19;
const around: readonly State[] = ['aborting', 'aborted'];
const machine: readonly State[] = ['stopped', 'stopping', 'clearing'];

/** Where each command is, as a path of methods below the unit. */
const methods: Readonly<Partial<Record<Command, string>>> = {
  Abort: 'BaseStateMachine.Abort',
  Clear: 'BaseStateMachine.Clear',
  Stop: 'BaseStateMachine.MachineState.Stop',
  Reset: 'BaseStateMachine.MachineState.Reset',
  ...Object.fromEntries(
    ['Start', 'Hold', 'Unhold', 'Suspend', 'Unsuspend', 'ToComplete'].map((name) => [
      name === 'ToComplete' ? 'Complete' : name,
      `BaseStateMachine.MachineState.ExecuteState.${name}`,
    ]),
  ),
};
const optionals = [
  ...Object.values(methods),
  ...['ProdProcessedCount', 'ProdDefectiveCount', 'ProdConsumedCount'].map((n) => `Admin.${n}`),
  ...['Admin.StopReason', 'Admin.Alarm'],
  ...['Status.Parameter', 'Status.Product'],
];

/** A unit of OPC 30050 v1.01 in the folder PackMLObjects: three state machines, counts, methods. */
export function addOpc30050(view: View, changed: Changed): UAObject {
  const { space, own, name, unit } = view;
  const index = space.getNamespaceIndex(uri);
  const type = space.findObjectType(unitTypeName, index)!;
  const object = type.instantiate({
    browseName: { namespaceIndex: own.index, name },
    ...{
      namespace: own,
      nodeId: `s=${name}`,
      componentOf: coerceNodeId(`ns=${index};i=${objectsId}`),
    },
    optionals,
  });
  showStates(view, object, index);
  showCounts(view, object, index);
  showAlarms(view, object, index);
  showStatus(view, object, index);
  const serve = (path: string, act: (value: unknown) => void): void =>
    bind(at(object, path) as UAMethod, (value) => {
      unit.wrote(path, value);
      act(value);
      changed();
    });
  for (const [command, path] of Object.entries(methods) as [Command, string][]) {
    serve(path, () => unit.command(command));
  }
  serve('SetUnitMode', (mode) => unit.put({ mode: Number(mode) }));
  serve('SetMachSpeed', () => undefined);
  serve('SetProduct', (given) => unit.ask({ product: firstOf(given, 'productID') }));
  serve('SetParameter', (given) =>
    unit.ask({ parameters: { [firstOf(given, 'ID')]: firstOf(given, 'value') } }),
  );
  return object;
}

const at = (object: UAObject, path: string) =>
  path
    .split('.')
    .reduce<UAObject>((node, name) => node.getChildByName(name) as UAObject, object) as unknown;

type Level = Readonly<{
  path: string;
  within(state: State): boolean;
  number(state: State): number;
}>;
const levels: readonly Level[] = [
  {
    path: 'BaseStateMachine',
    within: () => true,
    number: (state) => (around.includes(state) ? numberOf(state) : cleared),
  },
  {
    path: 'BaseStateMachine.MachineState',
    within: (state) => !around.includes(state),
    number: (state) => (machine.includes(state) ? numberOf(state) : running),
  },
  {
    path: 'BaseStateMachine.MachineState.ExecuteState',
    within: (state) => !around.includes(state) && !machine.includes(state),
    number: numberOf,
  },
];

/** A state machine that the unit is not within stays at its last state, as on real ones. */
function showStates({ display, unit }: View, object: UAObject, index: number): void {
  const nodeOf = (number: number) => coerceNodeId(`ns=${index};i=${stateIds[number]}`);
  for (const { path, within, number } of levels) {
    const current = at(object, `${path}.CurrentState`) as UAVariable;
    let last: State = within(unit.now.state) ? unit.now.state : firstWithin(within);
    const present = (): number => {
      if (within(unit.now.state)) last = unit.now.state;
      return number(last);
    };
    const id = current.getChildByName('Id') as UAVariable;
    display.show(id, () => scalar(DataType.NodeId, nodeOf(present())), true);
    display.show(current, () => text(`state ${present()}`));
  }
}

const firstWithin = (within: Level['within']): State =>
  (['stopped', 'idle'] as const).find(within)!;

const text = (words: string): Variant => scalar(DataType.LocalizedText, coerceLocalizedText(words));

function showCounts({ space, display, unit, name }: View, object: UAObject, index: number): void {
  const { now } = unit;
  for (const [tag, register] of [
    ['ProdProcessedCount', 'processed'],
    ['ProdDefectiveCount', 'defective'],
    ['ProdConsumedCount', 'processed'],
  ] as const) {
    display.show(
      at(object, `Admin.${tag}`) as UAVariable,
      () =>
        listOf([
          construct(space, index, 'PackMLCountDataType', {
            ...{ ID: 0, name, count: unit.ofJob(register), accCount: now.shown[register] },
          }),
        ]),
      true,
    );
  }
}

function showAlarms({ space, display, unit }: View, object: UAObject, index: number): void {
  const { now } = unit;
  const alarm = (value: object) => construct(space, index, 'PackMLAlarmDataType', value);
  display.show(at(object, 'Admin.StopReason') as UAVariable, () =>
    scalar(
      DataType.ExtensionObject,
      alarm({
        ...{ ID: now.stopReason.code, value: 0, category: 0, trigger: now.stopReason.code !== 0 },
        message: now.stopReason.message,
      }),
    ),
  );
  display.show(at(object, 'Admin.Alarm') as UAVariable, () =>
    listOf(
      now.alarms.map(({ id, message }) =>
        alarm({ ID: id, value: 0, category: 0, trigger: true, message }),
      ),
    ),
  );
}

function showStatus({ space, display, unit }: View, object: UAObject, index: number): void {
  const { now } = unit;
  const status = (tag: string) => at(object, `Status.${tag}`) as UAVariable;
  const make = (type: string, value: object) => construct(space, index, type, value);
  display.show(status('Parameter'), () =>
    listOf(
      Object.entries(now.asked.parameters).map(([id, value]) =>
        make('PackMLDescriptorDataType', { ID: Number(id), value }),
      ),
    ),
  );
  display.show(status('Product'), () =>
    listOf([make('PackMLProductDataType', { productID: now.asked.product })]),
  );
  const executes = () => now.state === 'execute';
  display.show(status('UnitModeCurrent'), () => scalar(DataType.Int32, now.mode));
  display.show(status('CurMachSpeed'), () => scalar(DataType.Float, executes() ? 60 : 0));
  display.show(status('MachSpeed'), () => scalar(DataType.Float, 60));
  display.show(status('EquipmentStarved'), () =>
    scalar(DataType.Boolean, now.state === 'suspended'),
  );
  display.show(status('EquipmentBlocked'), () => scalar(DataType.Boolean, false));
}

/** A field of the first structure of a list; 0 for none. */
const firstOf = (list: unknown, field: string): number =>
  Number((list as Record<string, unknown>[] | null)?.[0]?.[field] ?? 0);

/** Bad_InvalidState where the machine refuses. */
function bind(method: UAMethod, act: (first: unknown) => void): void {
  method.bindMethod((inputs, _context, callback) => {
    try {
      act(inputs[0]?.value);
      callback(null, { statusCode: StatusCodes.Good, outputArguments: [] });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      callback(null, { statusCode: StatusCodes.BadInvalidState });
    }
  });
}
