import type { CommandType } from '../shared/command.ts';
import { type Account, type Misuse, openAccount } from './account.ts';
import { nextShiftMs, shiftAt } from './calendar.ts';
import type { Place } from './catalogue.ts';
import type { Random } from './random.ts';
import type { Plan, Step } from './routing.ts';
import { type Gate, newGate, type Timeline } from './timeline.ts';

/** A command as it is sent to an edge. */
export type CommandJson = Readonly<{
  commandId: string;
  line: string;
  type: CommandType;
  actor: string;
  atMs: number;
  shift: string;
  correlationId?: string;
  order?: string;
  operation?: string;
  lot?: string;
  body: Readonly<Record<string, unknown>>;
}>;

/** A command, and whether a line that keeps its rules must refuse it. */
export type Asked = Readonly<{ command: CommandJson; expectRefused?: true }>;

export type Subject = { order?: string; operation?: string; lot?: string };

/** A line while the shop works. */
export type Station = Place & {
  index: number;
  runs: (Run | undefined)[]; // by lane, from 0
  gate: Gate; // opens when a lane or the line itself becomes free
  held: number; // open holds of scope line
  state: string;
};

/** An order while it is under way. */
export type Dossier = {
  plan: Plan;
  random: Random;
  gate: Gate; // opens whenever something about the order changes
  held: number; // open holds of scope order
  openHolds: number; // of any scope
  leftOpen: number; // of them, those that nobody will ever decide
  pending: number; // completions, rework loops and the like that are not over
  heldLots: Set<string>; // lots it made that were ever held
  returned: number; // came back from holds and waits for the next operation, thousandths
};

/** An operation while it is under way. */
export type Job = {
  dossier: Dossier;
  step: Step;
  station: Station;
  paused: boolean;
  held: number; // open holds of scope operation
  completed: boolean;
  openRuns: number;
  pending: number; // runs side by side and rework loops that are not over
  passed: number; // good, thousandths
};

export type Run = {
  run: string;
  job: Job;
  station: Station;
  lane: number;
  phase: 'setup' | 'run' | 'breakdown';
  rework: boolean;
  startedMs: number;
  person: string;
};

export type Floor = ReturnType<typeof openFloor>;

export const aboutJob = ({ dossier, step }: Job): Subject => ({
  order: dossier.plan.order,
  operation: step.operation,
});

const peoplePerShift = 3;
const padded = (number: number, digits: number): string => `${number}`.padStart(digits, '0');

/** The lines with their people; whatever happens at them becomes a command and is counted here. */
export function openFloor(seed: number, places: readonly Place[], timeline: Timeline) {
  const account: Account = openAccount();
  const stations = new Map<string, Station>(
    places.map((place, index) => {
      const state = { runs: Array(place.lanes).fill(undefined), gate: newGate(), held: 0 };
      return [place.path, { ...place, ...state, index, state: 'idle' }];
    }),
  );
  let asked: Asked[] = [];
  let shift = { name: '', number: 0, endsMs: -Infinity };
  let runs = 0;
  let holds = 0;

  function currentShift() {
    const nowMs = timeline.nowMs();
    if (nowMs >= shift.endsMs) shift = { ...shiftAt(nowMs), endsMs: nextShiftMs(nowMs) };
    return shift;
  }

  /** Who works in this lane now. */
  function person(station: Station, lane: number): string {
    const turn = (currentShift().number % 3) * peoplePerShift + ((lane - 1) % peoplePerShift);
    return padded(4_001 + station.index * 3 * peoplePerShift + turn, 4);
  }

  function ask(
    station: Station,
    type: CommandType,
    actor: string,
    subject: Subject,
    body: CommandJson['body'],
    misuse?: Misuse,
  ): void {
    const command: CommandJson = {
      commandId: `shop-${seed}-${padded(account.command(type, misuse), 8)}`,
      line: station.path,
      ...{ type, actor },
      atMs: timeline.nowMs(),
      shift: currentShift().name,
      ...(subject.order === undefined ? {} : { correlationId: subject.order }),
      ...subject,
      body,
    };
    if (!misuse) account.add(station.path, subject.order, subject.operation, { facts: 1 });
    asked.push(misuse ? { command, expectRefused: true } : { command });
  }

  function equip(station: Station, state: string, reason: string): void {
    if (station.state === state) return;
    station.state = state;
    const machine = `machine:${station.path.split('/')[3]}`;
    ask(station, 'ChangeEquipmentState', machine, {}, { state, reason });
  }

  return {
    ...{ timeline, account, stations, ask, equip, person },
    station: (path: string): Station => stations.get(path)!,
    operator: (station: Station, lane = 1): string => `person:${person(station, lane)}`,
    newHold: (): string => `H-${padded(++holds, 6)}`,
    newRun: (): string => `R-${padded(++runs, 7)}`,

    /** The commands made since the last call. */
    take(): Asked[] {
      const taken = asked;
      asked = [];
      return taken;
    },

    startShift(station: Station): void {
      if (station.runs.every((run) => !run) && station.state === 'execute') {
        equip(station, 'idle', 'Nothing in work');
      }
      const lanes = Array.from({ length: peoplePerShift }, (_, index) => index + 1);
      const people = lanes.map((lane) => person(station, lane));
      ask(station, 'StartShift', 'system:shift-plan', {}, { people });
    },
  };
}
