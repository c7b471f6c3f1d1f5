// What of a line's machines is not as it should be, or waits for a person, and what came of the job
// that they had last; nothing else while all is well.
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
  otherJob: 'made while the machine named another job',
  mode: 'made outside production',
  restored: 'maybe counted before the store was restored',
  refused: 'refused as a report',
  implausible: 'more than the machine can make',
  lotUnknown: 'of which lot is not known',
};

const andMore = (count) => (count > 0 ? `, and ${count} more` : '');

/** What is said of a unit beside the line's link. */
const unitTexts = ({ unit, unbound, counters, proposes, alarms = [] }) => [
  unbound.length > 0 && `${unit} is not as its mapping says: ${unbound[0]}`,
  ...counters
    .filter(({ notBelieved }) => notBelieved !== null)
    .map(
      ({ counter, notBelieved }) =>
        `${unit}: ${counter} shows ${grouped(notBelieved)}, not believed`,
    ),
  alarms.length > 0 && `${unit} says: ${alarms[0].text}${andMore(alarms.length - 1)}`,
  proposes &&
    `${unit} is complete: is ${proposes.complete.order} / ${proposes.complete.operation}?`,
];

const begun = { Running: 'runs', AllowedToStart: 'may start', Prepared: 'is prepared' };

/** A job that quality holds and that was not taken back: a person must see to it at the machine. */
const heldJobs = (jobs) =>
  jobs
    .filter(
      ({ state, action = null, holds }) => begun[state] && action === null && holds.length > 0,
    )
    .map(({ job, state, holds }) => `job ${job} ${begun[state]}, and is held by ${holds[0]}`);

/** What became of a job, and where the machine says something else than was booked. */
function resultTexts({ job, result = null, resultWhy = null, differs = [] }) {
  if (result === null) return resultWhy === null ? [] : [`job ${job}: no result, ${resultWhy}`];
  const pieces = ['good', 'scrap'].filter((kind) => result[kind] !== null);
  const said = pieces.map((kind) => `${grouped(result[kind])} ${kind}`).join(', ');
  const how = result.state === 'Aborted' ? 'was aborted' : 'is done';
  return [`job ${job} ${how}${said && `: ${said}`}`, ...differs];
}

/** The job of each unit that was asked for last. */
function newest(jobs) {
  const byUnit = new Map();
  for (const row of jobs) {
    const known = byUnit.get(row.unit);
    if (!known || (row.askedMs ?? 0) >= (known.askedMs ?? 0)) byUnit.set(row.unit, row);
  }
  return [...byUnit.values()];
}

/** "4 good", or "12.5 kg of STEEL consumed". */
const amountOf = ({ pieces, kind, material, measure }) =>
  kind === 'consumed'
    ? `${grouped(pieces)} ${measure} of ${material} consumed`
    : `${grouped(pieces)} ${kind}`;

const whyOf = ({ why, job }) => (why === 'otherJob' ? `${whys[why]}: ${job}` : whys[why]);

/** Text and tone for a line's tile, from what the status tells of machines. */
export function machineOf(machines, line) {
  const own = machines?.lines.find((one) => one.line === line);
  if (!own) return { text: '', tone: 'warn' };
  const { link, detail, units } = own;
  const loose = machines.unattributed
    .filter((row) => row.line === line)
    .map((row) => `${amountOf(row)} of no job, ${whyOf(row)}`);
  const jobs = (machines.jobs ?? []).filter((row) => row.line === line);
  const held = heldJobs(jobs);
  const last = newest(jobs);
  const about = [...held, ...units.flatMap(unitTexts), ...loose];
  const wrong = [links[link], link === 'refused' && detail, ...about].filter(Boolean);
  const isUnbound = units.some(({ unbound }) => unbound.length > 0);
  const isBad = link === 'refused' || isUnbound || held.length > 0;
  const isOdd = last.some(({ differs = [], resultWhy = null }) => differs.length > 0 || resultWhy);
  const isWell = wrong.length === 0 && !isOdd;
  const text = joined([...wrong, ...last.flatMap(resultTexts)]);
  return { text, tone: isBad ? 'bad' : isWell && text !== '' ? 'calm' : 'warn' };
}
