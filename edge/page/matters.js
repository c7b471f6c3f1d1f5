// What of a line's machines is not as it should be, or waits for a person.
import { barrier } from './barred.js';
import { button, el } from './dom.js';
import { number } from './format.js';
import { joined, named, say } from './say.js';

const bad = ['refused'];
const linkTexts = ['connecting', 'resolving', 'stale', 'reconnecting', 'refused'];
const linkText = (link) => linkTexts.includes(link) && say(`machine.${link}`);

/** What is said of a unit beside the line's link. */
const unitTexts = ({ unit, unbound, counters, proposes, alarms = [] }) => [
  unbound.length > 0 && say('machine.unbound', { unit, why: unbound[0] }),
  ...counters
    .filter(({ notBelieved }) => notBelieved !== null)
    .map(({ counter, notBelieved }) =>
      say('machine.notBelieved', { unit, counter, value: number(notBelieved) }),
    ),
  alarmText(unit, alarms),
  proposes && say('machine.proposes', { unit, ...proposes.complete }),
];

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

/** Text and tone for a line's tile, from what the status tells of machines. */
export function machineOf(machines, line) {
  const own = machines?.lines.find((one) => one.line === line);
  if (!own) return { text: '', tone: 'warn' };
  const { link, detail, units } = own;
  const held = heldJobs(machines, line).map(heldText);
  const loose = looseOf(machines, line).map(looseText);
  const last = newest(jobsOf(machines, line));
  const about = [...held, ...units.flatMap(unitTexts), ...loose];
  const wrong = [linkText(link), link === 'refused' && detail, ...about].filter(Boolean);
  const isUnbound = units.some(({ unbound }) => unbound.length > 0);
  const isBad = bad.includes(link) || isUnbound || held.length > 0;
  const isOdd = last.some(({ differs = [], resultWhy = null }) => differs.length > 0 || resultWhy);
  const text = joined([...wrong, ...last.flatMap(resultTexts)]);
  const isWell = wrong.length === 0 && !isOdd && text !== '';
  return { text, tone: isBad ? 'bad' : isWell ? 'calm' : 'warn' };
}

const matter = (key, tone, text, ...acts) =>
  el(
    'li.matter',
    { 'data-key': key },
    el('p', { 'data-tone': tone }, el('b.shaped', {}, text)),
    acts.length > 0 ? el('div.acts', {}, ...acts) : null,
  );
const act = (text, arg, id) =>
  el('div.act', {}, button('second', { act: 'openMatter', arg, text, barred: barrier(), id }));

/** What waits for a person at this line, each with what may be said about it. */
export function drawMatters({ line, machine }) {
  if (!machine) return [];
  const { link, detail, units } = machine;
  const all = [];
  if (linkText(link)) {
    const tone = bad.includes(link) ? 'bad' : 'warn';
    all.push(matter('link', tone, joined([linkText(link), link === 'refused' && detail])));
  }
  for (const row of looseOf(machine, line)) {
    const needsLot = row.kind === 'consumed' && !row.lot;
    const arg = { kind: 'pieces', id: row.id, text: looseText(row), needsLot };
    all.push(
      matter(`pieces ${row.id}`, 'warn', arg.text, act(say('machine.decide'), arg, arg.text)),
    );
  }
  for (const unit of units) all.push(...ofUnit(line, unit));
  for (const row of heldJobs(machine, line)) {
    all.push(matter(`job ${row.job}`, 'bad', heldText(row)));
  }
  return [...all, ...drawJobs(machine, line)];
}

function ofUnit(line, { unit, unbound, counters, proposes, alarms = [] }) {
  const all = [];
  if (unbound.length > 0) {
    const text = say('machine.unbound', { unit, why: unbound[0] });
    all.push(matter(`unbound ${unit}`, 'bad', text));
  }
  for (const { counter, notBelieved } of counters) {
    if (notBelieved === null) continue;
    const text = say('machine.notBelieved', { unit, counter, value: number(notBelieved) });
    const arg = { kind: 'counter', line, unit, counter, text };
    all.push(
      matter(`counter ${unit} ${counter}`, 'warn', text, act(say('machine.accept'), arg, text)),
    );
  }
  const alarm = alarmText(unit, alarms);
  if (alarm) all.push(matter(`alarm ${unit}`, 'warn', alarm));
  if (proposes) {
    const text = say('machine.proposes', { unit, ...proposes.complete });
    all.push(matter(`proposes ${unit}`, 'warn', text));
  }
  return all;
}

/** Jobs that the machine was given, and the switch for all that is written to machines. */
function drawJobs({ jobs = [], writes }, line) {
  const own = jobs.filter((row) => row.line === line);
  if (own.length === 0 && writes?.on !== false) return [];
  const rows = own.map((row) => {
    const under = row.action && say('machine.underWay', { action: row.action });
    const state = [row.job, row.state, under, ...resultTexts(row)];
    const arg = { kind: 'job', ...pick(row), text: row.job };
    return matter(
      `row ${row.unit} ${row.job}`,
      'calm',
      joined(state),
      act(say('machine.ask'), arg, row.job),
    );
  });
  const on = writes?.on !== false;
  const text = say(on ? 'machine.writesOn' : 'machine.writesOff', { by: writes?.by ?? '' });
  const arg = { kind: 'writes', on: !on, text };
  const turn = act(say(on ? 'machine.turnOff' : 'machine.turnOn'), arg, 'writes');
  return [...rows, matter('writes', on ? 'calm' : 'warn', text, turn)];
}
const pick = ({ line, unit, order, operation }) => ({ line, unit, order, operation });
