// What of a line's machines is not as it should be, or waits for a person; nothing while all is well.
import { grouped, joined } from './words.js';

const links = {
  connecting: 'machine: not connected yet',
  resolving: 'machine: not bound yet',
  stale: 'machine: silent, its state is not known',
  reconnecting: 'machine: no link, its state is not known',
  refused: 'machine: refused',
};
const whys = {
  noRun: 'made while no run was open',
  jobChanged: 'made behind a gap in which the job changed',
  mode: 'made outside production',
  restored: 'maybe counted before the store was restored',
  refused: 'refused as a report',
  implausible: 'more than the machine can make',
};

/** What is said of a unit beside the line's link. */
const unitTexts = ({ unit, unbound, counters, proposes }) => [
  unbound.length > 0 && `${unit} is not as its mapping says: ${unbound[0]}`,
  ...counters
    .filter(({ notBelieved }) => notBelieved !== null)
    .map(
      ({ counter, notBelieved }) =>
        `${unit}: ${counter} shows ${grouped(notBelieved)}, not believed`,
    ),
  proposes &&
    `${unit} is complete: is ${proposes.complete.order} / ${proposes.complete.operation}?`,
];

/** A job that runs although quality holds what it makes: the machine must be stopped by a person. */
const heldJobs = ({ jobs = [] }, line) =>
  jobs
    .filter((row) => row.line === line && row.state === 'Running' && row.holds.length > 0)
    .map(({ job, holds }) => `job ${job} runs, and is held by ${holds[0]}`);

/** Text and tone for a line's tile, from what the status tells of machines. */
export function machineOf(machines, line) {
  const own = machines?.lines.find((one) => one.line === line);
  if (!own) return { text: '', tone: 'warn' };
  const { link, detail, units } = own;
  const loose = machines.unattributed
    .filter((row) => row.line === line)
    .map(({ pieces, kind, why }) => `${grouped(pieces)} ${kind} of no job, ${whys[why]}`);
  const held = heldJobs(machines, line);
  const about = [...held, ...units.flatMap(unitTexts), ...loose];
  const said = [links[link], link === 'refused' && detail, ...about];
  const isUnbound = units.some(({ unbound }) => unbound.length > 0);
  const isBad = link === 'refused' || isUnbound || held.length > 0;
  return { text: joined(said), tone: isBad ? 'bad' : 'warn' };
}
