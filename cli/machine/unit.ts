import { Fault } from '../../shared/fault.ts';
import { type Command, commanded, completed, type State } from './packml.ts';
import { advance, lastOf, type Width } from './register.ts';

export const registers = ['processed', 'defective', 'good'] as const;
export type Registers = Record<(typeof registers)[number], number>;
/** An alarm that stands. */
export type AlarmShown = Readonly<{ id: number; message: string; severity: number }>;
/** What a machine got with a job, as it stands in its memory. */
export type JobGiven = Readonly<Record<string, unknown>>;
export type Job = {
  id: string;
  state: number;
  /** Pieces of it, and what the machine says they were; both once it is over. */
  good: number;
  scrap: number;
  said: Readonly<{ good: number; scrap: number }>;
  /** Unix ms; 0 before. */
  beganMs: number;
  endedMs: number;
  given: JobGiven;
};

/** What the machine keeps without power. */
export type Kept = {
  state: State;
  mode: number;
  /** What a client can read: of the counters' width, and zeroed at times. */
  shown: Registers;
  /** Pieces ever made, whatever the counters show; and those of them in mode 1. */
  made: Registers;
  inProduction: Registers;
  /** `made` when the job in hand began. */
  jobFrom: Registers;
  result: { sequence: number; passed: boolean; lot: string };
  results: { passed: number; failed: number };
  level: number;
  lot: string;
  stopReason: { code: number; message: string };
  alarms: AlarmShown[];
  pulse: boolean;
  jobs: Job[];
  /** What clients asked for, beside jobs; 0 and empty for nothing. */
  asked: { product: number; parameters: Record<string, number>; job: string };
  /** It takes what is written, and shows what it had before. */
  deaf: boolean;
  /** It tells the results of its jobs. */
  tellsResults: boolean;
  /** Everything that clients wrote or called: how often, and the last of it. */
  written: { count: number; last: { name: string; value: unknown }[] };
};

export type Unit = ReturnType<typeof makeUnit>;
const none: Registers = { processed: 0, defective: 0, good: 0 };
const produce = 1;
/** Parameters that it has room for. */
const parametersMax = 20;
/** Writes that are remembered, beside how many they were. */
const writtenMax = 20;
/** Alarms that may stand at once. */
const alarmsMax = 20;
/** Most pieces that a counter may be short of its end for a restart to be let wrap it. */
const wrapMax = 10_000;

const freshly = (counterFrom: number): Kept => ({
  state: 'execute',
  mode: produce,
  shown: { processed: counterFrom, defective: 0, good: counterFrom },
  made: { ...none },
  inProduction: { ...none },
  jobFrom: { ...none },
  result: { sequence: 0, passed: true, lot: '' },
  results: { passed: 0, failed: 0 },
  level: 20,
  lot: 'LOT-1',
  stopReason: { code: 0, message: '' },
  alarms: [],
  pulse: false,
  jobs: [],
  asked: { product: 0, parameters: { '0': 0 }, job: '' },
  deaf: false,
  tellsResults: true,
  written: { count: 0, last: [] },
});

type Changing =
  | 'state'
  | 'mode'
  | 'level'
  | 'lot'
  | 'stopReason'
  | 'pulse'
  | 'deaf'
  | 'tellsResults';
type Parts = Readonly<{ width: Width; counterFrom: number; kept: Kept | undefined }>;

/** A machine without its server: what it does and counts. Its counters begin at `counterFrom`. */
export function makeUnit({ width, counterFrom, kept }: Parts) {
  const fresh = freshly(counterFrom);
  const now: Kept = { ...fresh, ...kept, asked: { ...fresh.asked, ...kept?.asked } };
  return {
    now: now as Readonly<Kept>,

    /** What is to be worked again is processed, and neither good nor defective. */
    make(good: number, bad: number, rework = 0): void {
      const made: Registers = { processed: good + bad + rework, defective: bad, good };
      for (const register of registers) {
        now.shown[register] = advance(now.shown[register], made[register], width);
        now.made[register] += made[register];
        if (now.mode === produce) now.inProduction[register] += made[register];
      }
    },

    /** Pieces of the job in hand. */
    ofJob: (register: keyof Registers): number => now.made[register] - now.jobFrom[register],

    /** Throws Fault REFUSED where PackML knows no such way. */
    command(command: Command): void {
      now.state = commanded(now.state, command);
      if (command === 'Reset') now.jobFrom = { ...now.made };
      if (command === 'Clear') now.stopReason = { code: 0, message: '' };
    },
    /** Ends what an acting state does; false if it is in no such state. */
    complete(): boolean {
      const next = completed(now.state);
      now.state = next ?? now.state;
      return next !== undefined;
    },
    put(changes: Partial<Pick<Kept, Changing>>): void {
      Object.assign(now, changes);
    },
    result(passed: boolean, lot: string): void {
      now.result = { sequence: (now.result.sequence + 1) % 2 ** 32, passed, lot };
      now.results[passed ? 'passed' : 'failed'] += 1;
    },
    ask(asked: Partial<Kept['asked']>): void {
      if (now.deaf) return;
      const parameters = { ...now.asked.parameters, ...asked.parameters };
      if (Object.keys(parameters).length > parametersMax) return;
      Object.assign(now.asked, asked, { parameters });
    },
    wrote(name: string, value: unknown): void {
      const last = [...now.written.last, { name, value }].slice(-writtenMax);
      now.written = { count: now.written.count + 1, last };
    },
    /** It stands, in the place that it had; or no more. */
    alarm(alarm: AlarmShown, stands: boolean): void {
      const at = now.alarms.findIndex(({ id }) => id === alarm.id);
      if (!stands) now.alarms = now.alarms.filter(({ id }) => id !== alarm.id);
      else if (at < 0) now.alarms = [...now.alarms, alarm].slice(-alarmsMax);
      else now.alarms = now.alarms.with(at, alarm);
    },
    jobs(jobs: Job[]): void {
      now.jobs = jobs;
    },

    /** Counts of the job in hand begin at 0. */
    beginJob(): void {
      now.jobFrom = { ...now.made };
    },

    /** The counters begin again at 0; what was made stays made. */
    zero(): void {
      now.shown = { ...none };
    },
    /**
     * Makes good pieces until the count of all has passed its greatest value, by 3; gives how many.
     * Throws Fault REFUSED if it would take more than 10,000.
     */
    wrap(): number {
      const pieces = lastOf(width) - now.shown.processed + 1 + 3;
      if (pieces > wrapMax) {
        throw new Fault('REFUSED', `counterFrom: is too far, ${pieces} pieces, from a wrap`);
      }
      this.make(pieces, 0);
      return pieces;
    },
  };
}
