// What of a line's machines is not as it should be, or waits for a person.
import { barrier } from './barred.js';
import { button, el } from './dom.js';
import { number } from './format.js';
import { joined, named, say } from './say.js';

const linkTexts = ['connecting', 'resolving', 'stale', 'reconnecting', 'refused'];
const linkText = (link) => linkTexts.includes(link) && say(`machine.${link}`);

/** What the machine itself says is wrong: the first of it, and how much more. */
const alarmText = (unit, [first, ...more]) =>
  first &&
  [
    say('machine.alarm', { unit, text: first.text }),
    more.length > 0 && say('machine.alarmsMore', { count: more.length }),
  ]
    .filter(Boolean)
    .join(', ');

const begun = { Running: 'runs', AllowedToStart: 'mayStart', Prepared: 'prepared' };
const isHeldJob = ({ state, action = null, holds }) =>
  Object.hasOwn(begun, state) && action === null && holds.length > 0;
const jobsOf = ({ jobs = [] }, line) => jobs.filter((row) => row.line === line);

/** A job that quality holds and that was not taken back: a person must see to it at the machine. */
const heldJobs = (machines, line) => jobsOf(machines, line).filter(isHeldJob);
const heldText = ({ job, state, holds }) =>
  say('machine.heldJob', { job, is: say(`machine.${begun[state]}`), hold: holds[0] });

/** What became of a job, and where the machine says something else than was booked. */
function resultTexts({ job, result = null, resultWhy = null, differs = [] }) {
  if (result === null) {
    return resultWhy === null ? [] : [say('machine.noResult', { job, why: resultWhy })];
  }
  const kinds = ['good', 'scrap'].filter((kind) => (result[kind] ?? null) !== null);
  const said = kinds.map((kind) => `${number(result[kind])} ${say(`counts.${kind}`)}`);
  const how = say(result.state === 'Aborted' ? 'machine.aborted' : 'machine.done', { job });
  return [[how, said.join(', ')].filter(Boolean).join(': '), ...differs];
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

const looseOf = ({ unattributed = [] }, line) => unattributed.filter((row) => row.line === line);
/** "4 good", or "12.5 kg of STEEL consumed". */
const amountOf = ({ pieces, kind, material, measure: unit }) =>
  kind === 'consumed'
    ? say('machine.consumed', { quantity: number(pieces), unit, material })
    : `${number(pieces)} ${say(`counts.${kind}`)}`;
const looseText = (row) => {
  const why = named('looseWhy', row.why);
  const whose = row.why === 'otherJob' ? `${why}: ${row.job}` : why;
  return say('machine.loose', { amount: amountOf(row), why: whose });
};

/** What of a unit is not as it should be, as rows. */
const unitRows = (line, { unit, unbound, counters, proposes, alarms = [] }) => [
  unbound.length > 0 && {
    ...{ key: `unbound ${unit}`, tone: 'bad' },
    text: say('machine.unbound', { unit, why: unbound[0] }),
  },
  ...counters
    .filter(({ notBelieved }) => notBelieved !== null)
    .map(({ counter, notBelieved }) => ({
      key: `counter ${unit} ${counter}`,
      text: say('machine.notBelieved', { unit, counter, value: number(notBelieved) }),
      asks: [say('machine.accept'), { kind: 'counter', line, unit, counter }],
    })),
  alarms.length > 0 && { key: `alarm ${unit}`, text: alarmText(unit, alarms) },
  proposes && {
    key: `proposes ${unit}`,
    text: say('machine.proposes', { unit, ...proposes.complete }),
  },
];

/** All that is not well or waits for a person: { key, tone, text, asks }, a warning without tone. */
function rowsOf(machines, { line, link, detail, units }) {
  const held = heldJobs(machines, line).map((row) => ({
    ...{ key: `job ${row.job}`, tone: 'bad', text: heldText(row) },
  }));
  const loose = looseOf(machines, line).map((row) => {
    const needsLot = row.kind === 'consumed' && !row.lot;
    const asks = [say('machine.decide'), { kind: 'pieces', id: row.id, needsLot }];
    return { key: `pieces ${row.id}`, text: looseText(row), asks };
  });
  const isRefused = link === 'refused';
  const way = linkText(link) && {
    ...{ key: 'link', tone: isRefused ? 'bad' : 'warn' },
    text: joined([linkText(link), isRefused && detail]),
  };
  const ofUnits = units.flatMap((unit) => unitRows(line, unit));
  return [way, ...held, ...loose, ...ofUnits].filter(Boolean);
}

/** Text and tone for a line's tile, from what the status tells of machines. */
export function machineOf(machines, line) {
  const own = machines?.lines.find((one) => one.line === line);
  if (!own) return { text: '', tone: 'warn' };
  const wrong = rowsOf(machines, own);
  const last = newest(jobsOf(machines, line));
  const isOdd = last.some(({ differs = [], resultWhy = null }) => differs.length > 0 || resultWhy);
  const text = joined([...wrong.map((row) => row.text), ...last.flatMap(resultTexts)]);
  const isWell = wrong.length === 0 && !isOdd && text !== '';
  const isBad = wrong.some(({ tone }) => tone === 'bad');
  return { text, tone: isBad ? 'bad' : isWell ? 'calm' : 'warn' };
}

const matter = ({ key, tone = 'warn', text, asks }) =>
  el(
    'li.matter',
    { 'data-key': key },
    el('p', { 'data-tone': tone }, el('b.shaped', {}, text)),
    asks && el('div.acts', {}, el('div.act', {}, opener(key, text, ...asks))),
  );
/** The button that opens what may be said about it, below `text`. */
const opener = (id, text, name, arg) =>
  button('second', {
    ...{ act: 'openMatter', arg: { ...arg, text }, text: name },
    ...{ barred: barrier(), id },
  });

/** What waits for a person at this line, each with what may be said about it. */
export function drawMatters({ line, machine }) {
  if (!machine) return [];
  return [...rowsOf(machine, { ...machine, line }), ...jobRows(machine, line)].map(matter);
}

/** Jobs that the machine was given, and the switch for all that is written to machines. */
function jobRows(machine, line) {
  const { writes } = machine;
  const own = jobsOf(machine, line);
  const on = writes?.on !== false;
  if (own.length === 0 && on) return [];
  const rows = own.map((row) => {
    const { unit, order, operation, job } = row;
    const under = row.action && say('machine.underWay', { action: row.action });
    const text = joined([job, row.state, under, ...resultTexts(row)]);
    const asks = [say('machine.ask'), { kind: 'job', line, unit, order, operation }];
    return { key: `row ${unit} ${job}`, tone: 'calm', text, asks };
  });
  const text = say(on ? 'machine.writesOn' : 'machine.writesOff', { by: writes?.by ?? '' });
  const asks = [say(on ? 'machine.turnOff' : 'machine.turnOn'), { kind: 'writes', on: !on }];
  return [...rows, { key: 'writes', tone: on ? 'calm' : 'warn', text, asks }];
}
