import { equipmentStates } from '../../../shared/event.ts';
import { command } from '../shop.ts';
import type { Driver } from '../tour.ts';

export const driveLine: Driver = {
  lines: 2 * equipmentStates.length,
  rig(ride, n) {
    const line = ride.lines[n]!;
    const changes = equipmentStates.map((state) => [
      `EquipmentStateChanged ${state}`,
      () => command('ChangeEquipmentState', { line }, { state, reason: '' }),
    ]);
    return {
      name: line,
      state: () => ride.book.look('line', line)?.state,
      drives: Object.fromEntries(changes),
    };
  },
};
