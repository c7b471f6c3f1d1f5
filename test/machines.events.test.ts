// Goal: each condition is one, however often, how late and by how many servers it is told.
import { expect, test } from 'vitest';
import { conditionsMax } from '../edge/machine/conditions.ts';
import { type Happening, isWanted } from '../edge/machine/happening.ts';
import { readMachines } from '../edge/machine/report.ts';
import { standsMs } from '../edge/machine/troubles.ts';
import { testFolder } from './helpers/folder.ts';
import { type MachineBox, openMachineBox, running } from './helpers/machinebox.ts';

const more = '    events: { plc: { at: "ua;i=2253", raise: fault, hold: operation } }';

let ids = 0;
const happening = (about: Partial<Happening>): Happening => ({
  ...{ kind: 'condition', eventId: `${++ids}`, type: 't', source: 'Filler', condition: 'ua;i=7' },
  ...{ stands: true, severity: 500, message: 'film torn' },
  ...about,
});
const tell = (box: MachineBox, about: Partial<Happening>, sourceMs = box.time.nowMs): void =>
  box.say('events plc', null, { sourceMs, event: happening(about) });
const raised = (box: MachineBox): string[] =>
  box.facts().flatMap((fact) => (fact.type === 'NonconformanceRaised' ? [fact.body.reason] : []));
const states = (box: MachineBox) => box.states().map((text) => text.replace(' irregular', ''));
const unitOf = (box: MachineBox) => readMachines(box.machines, box.book).lines[0]!.units[0]!;
const standing = (box: MachineBox) => unitOf(box).alarms.map(({ text }) => text);

test('a condition is raised once while it stands, and again when it has stood no more', () => {
  const box = running({ more });
  tell(box, {});
  box.pass(1_000);
  tell(box, { message: 'film torn, acknowledged' });
  box.pass(1_000);
  expect(raised(box)).toEqual(['fault: Filler: film torn']);
  expect(box.status().holds).toMatchObject([{ scope: 'operation' }]);
  expect(standing(box)).toEqual(['Filler: film torn, acknowledged']);
  tell(box, { stands: false });
  box.pass(1_000);
  expect(standing(box)).toEqual([]);
  tell(box, {});
  tell(box, { condition: 'ua;i=8', message: 'door open' });
  box.pass(1_000);
  expect(raised(box)).toHaveLength(3);
});

test('a repeat, and one that comes late, change nothing', () => {
  const box = running({ more });
  const startMs = box.time.nowMs;
  tell(box, { eventId: 'a' });
  box.pass(1_000);
  tell(box, { eventId: 'b', stands: false });
  box.pass(1_000);
  tell(box, { eventId: 'a' }, startMs);
  box.pass(1_000);
  expect(standing(box)).toEqual([]);
  expect(raised(box)).toHaveLength(1);
  expect(unitOf(box).eventCounts).toEqual({ taken: 2, repeat: 1 });
});

test('what is told again ends what is not in it, and raises nothing twice', () => {
  const box = running({ more });
  const { nowMs } = box.time;
  tell(box, { eventId: 'a' });
  tell(box, { eventId: 'b', condition: 'ua;i=8', message: 'door open' });
  box.pass(1_000);
  expect(unitOf(box).events).toEqual([{ event: 'plc', refreshes: null }]);
  tell(box, { eventId: 'a' }, nowMs);
  tell(box, { kind: 'refreshed', standing: ['ua;i=7', 'ua;i=9'] });
  box.pass(1_000);
  expect(standing(box)).toEqual(['Filler: film torn']);
  expect(unitOf(box).events).toEqual([{ event: 'plc', refreshes: true }]);
  expect(raised(box)).toHaveLength(2);
  tell(box, { condition: 'ua;i=8', message: 'door open' });
  box.pass(1_000);
  expect(raised(box)).toHaveLength(3);
});

test('a server that cannot tell again what stands: what is known stays, and that is said', () => {
  const box = running({ more });
  tell(box, {});
  tell(box, { kind: 'notRefreshed' });
  box.pass(1_000);
  expect(standing(box)).toEqual(['Filler: film torn']);
  expect(unitOf(box).events).toEqual([{ event: 'plc', refreshes: false }]);
});

test('S1: an edge that is restarted: what stood is not raised again, what ended may be', () => {
  const path = `${testFolder()}/edge.db`;
  const before = running({ path, more });
  tell(before, { eventId: 'a' });
  tell(before, { eventId: 'b', condition: 'ua;i=8' });
  before.pass(1_000);
  before.db.close();
  const box = openMachineBox({ path, more });
  box.time.nowMs = before.time.nowMs + 1_000;
  box.live();
  tell(box, { kind: 'refreshed', standing: ['ua;i=7'] });
  tell(box, { eventId: 'a' });
  box.pass(1_000);
  expect(raised(box)).toHaveLength(2);
  tell(box, { condition: 'ua;i=8' });
  box.pass(1_000);
  expect(raised(box)).toHaveLength(3);
});

test('an event is over at once: each is raised once, and is a reason for a while', () => {
  const box = running({ more });
  const event = { kind: 'event', condition: '', message: 'pressure' } as const;
  tell(box, { ...event, eventId: 'x' });
  box.pass(1_000);
  tell(box, { ...event, eventId: 'x' });
  box.pass(1_000);
  expect(raised(box)).toEqual(['fault: Filler: pressure']);
  expect(standing(box)).toEqual([]);
  box.say('state', 2n);
  box.pass(300);
  expect(states(box)).toEqual(['stopped Filler: pressure']);
  box.say('state', 1n);
  box.pass(standsMs);
  box.say('state', 2n);
  box.pass(300);
  expect(states(box).at(-1)).toBe('stopped');
});

test('a mapping that raises nothing makes a reason of it, and no more', () => {
  const box = running({ more: '    events: { plc: { at: "ua;i=2253" } }' });
  tell(box, { message: `a\u0000b\ud800${'x'.repeat(300)}` });
  box.say('state', 2n);
  box.pass(300);
  expect(states(box)[0]).toMatch(/^stopped Filler: a bx*/);
  expect(raised(box)).toEqual([]);
  expect(box.status().holdsOpen).toBe(0);
});

test('a queue that ran over is counted; of too many conditions the oldest is forgotten', () => {
  const box = running({ more: '    events: { plc: { at: "ua;i=2253" } }' });
  tell(box, { kind: 'overflow' });
  for (let n = 0; n <= conditionsMax; n++) tell(box, { condition: `${n}`, message: `${n}` });
  box.pass(1_000);
  expect(standing(box)).toHaveLength(conditionsMax);
  expect(standing(box)[0]).toBe('Filler: 1');
  expect(unitOf(box).eventCounts).toMatchObject({ overflow: 1 });
});

test('of too many conditions that were raised no more is kept than of those known', () => {
  const box = running({ more });
  for (let n = 0; n < conditionsMax + 5; n++) tell(box, { condition: `${n}` });
  box.pass(1_000);
  const { alarms } = box.machines.ledger.read(box.mapping.line).get('press')!;
  expect([alarms.size, alarms.has('plc 4'), alarms.has('plc 5')]).toEqual([
    ...[conditionsMax, false, true],
  ]);
});

test('S3: a commit that the disk does not take raises it the next time', () => {
  const box = running({ more });
  const { state } = box.intake;
  box.intake.state = () => false;
  tell(box, {});
  expect(box.pass(1_000)).toBe(false);
  box.intake.state = state;
  box.pass(1_000);
  expect(raised(box)).toHaveLength(1);
});

test('what is wanted: by severity, source and type; the end of a condition always', () => {
  const all = { severity: 400, sources: ['Filler'], types: ['t'] };
  const given = happening({});
  expect(isWanted(all, given)).toBe(true);
  expect(isWanted({ ...all, sources: [], types: [] }, given)).toBe(true);
  for (const about of [{ severity: 399 }, { source: 'Other' }, { type: 'u' }]) {
    expect(isWanted(all, { ...given, ...about })).toBe(false);
    expect(isWanted(all, { ...given, ...about, stands: false })).toBe(true);
    expect(isWanted(all, { ...given, ...about, kind: 'event', stands: false })).toBe(false);
    expect(isWanted(all, { ...given, ...about, kind: 'refreshed' })).toBe(true);
  }
});
