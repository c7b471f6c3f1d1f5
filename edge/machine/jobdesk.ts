import { Fault } from '../../shared/fault.ts';
import { choice, flag, id, readFields, text } from '../../shared/field.ts';
import { lineField } from '../../shared/subject.ts';
import { heldBy, keyOf, type Look } from '../../statecharts/tables.ts';
import type { Book } from '../line/book.ts';
import type { Intake } from '../line/intake.ts';
import { committing } from './commit.ts';
import { type Content, contentFields, contentOf, type Request } from './content.ts';
import { type Docket, isInPlay, type JobRow } from './docket.ts';
import { type Action, isBegin, isSending, jobActions, writeActions } from './job.ts';
import type { Machines } from './machines.ts';
import { mannerOf } from './manner.ts';
import { differencesOf, readOutcome } from './outcome.ts';
import type { Versions } from './release.ts';

const by = id('Who asks: "person:…".', 64);
export const askFields = {
  line: lineField,
  unit: text('Machine of the line.', 40),
  order: id('Order.'),
  operation: id('Operation.'),
  action: choice('What is asked.', [...jobActions, ...writeActions]),
  by,
  ...contentFields,
};
export const turnFields = { on: flag('False stops everything that is written to machines.'), by };
type Parts = Readonly<{
  machines: Machines;
  docket: Docket;
  book: Book;
  intake: Pick<Intake, 'state'>;
  versions: Versions;
  nowMs: () => number;
}>;
export type JobDesk = ReturnType<typeof openJobDesk>;
type Asked = Pick<JobRow, 'line' | 'unit' | 'job' | 'order' | 'operation'>;

/** Open holds on what a job makes. */
export const holdsOn = (
  look: Look,
  { line, order, operation }: Pick<JobRow, 'line' | 'order' | 'operation'>,
) => heldBy(look, keyOf('line', line), keyOf('order', order), keyOf('operation', order, operation));

const refused = (why: string): Fault => new Fault('REFUSED', `job: ${why}`);

/** What people ask of machines. Asked is written down; the machine is called after that. */
export function openJobDesk({ machines, docket, book, intake, versions, nowMs }: Parts) {
  const commit = committing(intake);

  /** The unit as it is mapped and connected; throws Fault REFUSED where nothing may be asked. */
  function unitOf({ line, unit }: Asked, action: Action) {
    const off = docket.off();
    if (off) throw refused(`all writing to machines is switched off by ${off.by}`);
    const hearing = machines.lines.find((one) => one.line === line);
    const manner = hearing && mannerOf(hearing, unit);
    if (!hearing || !manner) throw refused(`${unit} of ${line} is mapped for no jobs`);
    const bar = manner.bar(action);
    if (bar !== undefined) throw refused(bar);
    const port = hearing.jobPort();
    if (!port || !hearing.isBound(unit)) throw refused(`${unit} is not live`);
    const hindrance = manner.hindrance();
    if (hindrance !== undefined) throw refused(hindrance);
    return { mapped: hearing.mapping.units.get(unit)!, manner, server: port.epoch };
  }

  /** Throws Fault REFUSED with the reason, or FULL beyond the rate. */
  function check(row: Asked, action: Action, perMinute: number): void {
    const { line, unit, order } = row;
    const holds = holdsOn(book.look, row);
    if (holds.length > 0 && isBegin(action)) {
      throw refused(`${order} is held by ${holds.join(', ')}`);
    }
    const others = docket.all().filter((one) => one.line === line && one.unit === unit);
    const known = others.find((one) => one.job === row.job);
    if (known?.action) throw refused(`${known.action} is under way`);
    if (action === 'Store' && known?.state) throw refused(`the machine has it: ${known.state}`);
    const writing = others.find((one) => one.action === 'Prepare' || one.action === 'Empty');
    if (writing) throw refused(`${writing.action} of ${writing.job} is under way`);
    if (docket.askedSince(line, unit, nowMs() - 60_000) >= perMinute) {
      throw new Fault('FULL', `job: ${perMinute} a minute are the most for ${unit}`);
    }
  }

  return {
    /**
     * Throws Fault REFUSED with the reason, INVALID for contents that are not as the mapping asks,
     * FULL beyond the rate; else it is under way.
     */
    ask(given: unknown): { status: 'asked'; job: string } {
      const { action, by: person, ...rest } = readFields(askFields, given, 'job');
      const { line, unit, order: name, operation, ...request } = rest;
      const row: Asked = { line, unit, order: name, operation, job: `${name}/${operation}` };
      const { mapped, manner, server } = unitOf(row, action);
      const order = book.look('order', name);
      if (!order) throw refused(`order ${name} is unknown`);
      check(row, action, manner.perMinute);
      const whose = { job: row.job, order: name, operation };
      const content: Content | undefined = isSending(action)
        ? contentOf(mapped, { whose, order, versions: () => versions(name), request })
        : refuseContents(request, action);
      commit(() => docket.ask(row, action, person, nowMs(), { server, content }));
      return { status: 'asked', job: row.job };
    },

    /** Switches all writing to machines off or on; what is under way is called no more. */
    turn(given: unknown): { on: boolean } {
      const { on, by: person } = readFields(turnFields, given, 'writes');
      commit(() => docket.turn(on, person, nowMs()));
      return { on };
    },

    status: () => ({
      writes: docket.off() ? { on: false as const, ...docket.off() } : { on: true as const },
      jobs: docket.all().map((row) => ({ ...told(row), holds: holdsOn(book.look, row) })),
    }),
  };
}

/** Throws Fault INVALID where something is said of a job that is not sent with this action. */
function refuseContents({ parameters, materials, ...request }: Request, action: Action): undefined {
  const isSaid = parameters.size > 0 || materials.length > 0 || Object.keys(request).length > 0;
  if (!isSaid) return undefined;
  throw new Fault('INVALID', `job: contents go with Store and Prepare, not with ${action}`);
}

/** A job as a status tells it; of one that is over no more than what came of it. */
const told = (row: JobRow) => {
  const { content, server: _, result: __, bookedGood, bookedScrap, counting, ...rest } = row;
  return {
    ...rest,
    sent: content === null || !isInPlay(row) ? null : (JSON.parse(content) as Content),
    result: readOutcome(row), // what the machine told in the end
    // From counters, while it was worked on; more may come until it is `settled`.
    booked: bookedGood === null ? null : { good: bookedGood, scrap: bookedScrap ?? '0' },
    settled: counting === 0,
    differs: differencesOf(row),
  };
};
