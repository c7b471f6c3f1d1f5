import {
  type AddressSpace,
  DataType,
  type Namespace,
  NodeId,
  StatusCodes,
  type UAAlarmConditionEx,
  type UAObject,
} from 'node-opcua';
import type { AlarmShown } from './unit.ts';

export type Herald = ReturnType<typeof addHerald>;
type Parts = Readonly<{ space: AddressSpace; own: Namespace; name: string }>;

/** Most alarms that have a condition of their own. */
const conditionsMax = 100;

/**
 * Makes an object tell events, and alarms as conditions: each alarm is one condition, for as long
 * as the server runs. A client may have it told again which of them stand.
 */
export function addHerald(
  { space, own, name }: Parts,
  object: UAObject,
  standing: readonly AlarmShown[],
) {
  const { server } = space.rootFolder.objects;
  object.setEventNotifier(1);
  server.addReference({ referenceType: 'HasEventSource', nodeId: object.nodeId });
  space.installAlarmsAndConditionsService();
  const conditions = new Map<number, UAAlarmConditionEx>();

  function conditionOf(id: number): UAAlarmConditionEx | undefined {
    const known = conditions.get(id);
    if (known || conditions.size >= conditionsMax) return known;
    const condition = own.instantiateAlarmCondition('AlarmConditionType', {
      ...{
        browseName: `Alarm ${id}`,
        conditionName: `Alarm ${id}`,
        nodeId: `s=${name}.Alarm${id}`,
      },
      ...{ conditionSource: object, inputNode: NodeId.nullNodeId },
    } as Parameters<Namespace['instantiateAlarmCondition']>[1]);
    condition.sourceName.setValueFromSource({ dataType: DataType.String, value: name });
    conditions.set(id, condition);
    return condition;
  }

  function alarm({ id, message, severity }: AlarmShown, stands: boolean): void {
    const condition = conditionOf(id);
    if (!condition) return;
    if (stands) condition.activateAlarm();
    else condition.deactivateAlarm(false);
    const quality = StatusCodes.Good;
    condition.raiseNewCondition({ message, severity, quality, retain: stands });
  }
  for (const one of standing) alarm(one, true);

  return {
    alarm,

    event(message: string, severity: number, source: string): void {
      object.raiseEvent('BaseEventType', {
        sourceName: { dataType: DataType.String, value: source || name },
        message: { dataType: DataType.LocalizedText, value: { text: message } },
        severity: { dataType: DataType.UInt16, value: severity },
      });
    },
  };
}
