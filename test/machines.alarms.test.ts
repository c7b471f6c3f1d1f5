// Goal: what a machine says is wrong is its reason, and is acted on only where that is said.
import { describe, expect, test } from 'vitest';
import { readMapping } from '../edge/machine/mapping.ts';
import { readMachines } from '../edge/machine/report.ts';
import { tagsOf } from '../edge/machine/tags.ts';
import { raisesMax } from '../edge/machine/troubles.ts';
import { testFolder } from './helpers/folder.ts';
import { mappingText } from './helpers/machine.ts';
import { type MachineBox, openMachineBox, running } from './helpers/machinebox.ts';

const packml = (alarms: string, profile = 'packml-tags') =>
  mappingText(`    alarms: ${alarms}`)
    .replace('profile: generic', `profile: ${profile}\n    root: "m;s=Line1."`)
    .replace(/ {4}state: .*\n/, '');
const film = '{ ids: ["205"], reason: film, hold: operation }';

const raised = (box: MachineBox): string[] =>
  box.facts().flatMap((fact) => (fact.type === 'NonconformanceRaised' ? [fact.body.reason] : []));
const states = (box: MachineBox) => box.states().map((text) => text.replace(' irregular', ''));
const unitOf = (box: MachineBox) => readMachines(box.machines, box.book).lines[0]!.units[0]!;

/** The press with two entries of Admin.Alarm, none standing. */
function alarmed(raise = film) {
  const box = running({ mapping: packml(`{ entries: 2, raise: [${raise}] }`) });
  const show = (index: number, id: bigint, message = '', trigger: boolean | null = null): void => {
    box.say(`alarm ${index} id`, id);
    box.say(`alarm ${index} message`, message);
    if (trigger !== null) box.say(`alarm ${index} trigger`, trigger);
  };
  show(0, 0n);
  show(1, 0n);
  box.pass(1_000);
  return { ...box, show };
}

describe('alarms of PackML', () => {
  test('are the reason of a stop, after its stop reason, in the words of the mapping', () => {
    const box = alarmed();
    box.show(0, 7n);
    box.show(1, 300n, 'door\nopen');
    box.say('state', 2n);
    box.pass(1_000);
    expect(states(box)).toEqual(['stopped film torn; door open']);
    expect(unitOf(box).alarms).toMatchObject([{ text: 'film torn' }, { text: 'door open' }]);
    box.say('stop reason', 12n);
    box.say('state', 9n);
    box.pass(1_000);
    expect(states(box).at(-1)).toBe('aborted stop reason 12; film torn; door open');
    box.say('state', 6n);
    box.pass(1_000);
    expect(states(box).at(-1)).toBe('execute');
    expect(raised(box)).toEqual([]);
  });

  test('the number 0 is no stop reason', () => {
    const box = alarmed();
    box.say('stop reason', 0n);
    box.say('state', 2n);
    box.pass(1_000);
    expect(states(box)).toEqual(['stopped']);
  });

  test('raise and hold what the mapping names, once for as long as they stand', () => {
    const box = alarmed();
    box.show(0, 205n, 'film torn');
    box.pass(1_000);
    box.show(0, 0n);
    box.show(1, 205n, 'film torn'); // it moved in the list
    box.pass(1_000);
    expect(raised(box)).toEqual(['film: film torn']);
    expect(box.status().holds).toMatchObject([{ scope: 'operation', order: 'WO-1' }]);
    box.show(1, 0n);
    box.pass(1_000);
    box.show(1, 205n, 'again');
    box.pass(1_000);
    expect(raised(box)).toEqual(['film: film torn', 'film: again']);
  });

  test('one whose trigger is false does not stand; without ids any is named', () => {
    const box = alarmed('{ reason: any }');
    box.show(0, 4n, 'old', false);
    box.pass(1_000);
    expect(raised(box)).toEqual([]);
    box.show(0, 4n, 'now', true);
    box.pass(1_000);
    expect(raised(box)).toEqual(['any: now']);
    expect(box.status().holdsOpen).toBe(0);
  });

  test('S1: what was raised is not raised again by an edge that is restarted', () => {
    const path = `${testFolder()}/edge.db`;
    const mapping = packml(`{ entries: 1, raise: [${film}] }`);
    const before = running({ path, mapping });
    before.say('alarm 0 id', 205n);
    before.pass(1_000);
    expect(raised(before)).toHaveLength(1);
    before.db.close();
    const box = openMachineBox({ path, mapping });
    box.time.nowMs = before.time.nowMs + 1_000;
    box.live();
    box.pass(1_000); // nothing is heard yet
    box.say('alarm 0 id', 205n);
    box.pass(1_000);
    expect(raised(box)).toHaveLength(1);
    box.say('alarm 0 id', 0n);
    box.pass(1_000);
    box.say('alarm 0 id', 205n);
    box.pass(1_000);
    expect(raised(box)).toHaveLength(2);
  });

  test('S1: what ended before a restart is raised again when it comes again', () => {
    const path = `${testFolder()}/edge.db`;
    const mapping = packml(`{ entries: 1, raise: [${film}] }`);
    const before = running({ path, mapping });
    for (const id of [205n, 0n]) {
      before.say('alarm 0 id', id);
      before.pass(1_000);
    }
    before.db.close();
    const box = openMachineBox({ path, mapping });
    box.time.nowMs = before.time.nowMs + 1_000;
    box.live();
    box.say('alarm 0 id', 205n);
    box.pass(1_000);
    expect(raised(box)).toHaveLength(2);
  });

  test('what is not known changes nothing', () => {
    const box = alarmed();
    box.show(0, 205n, 'film torn');
    box.pass(1_000);
    box.say('alarm 0 id', null, { status: 0x80310000 });
    box.pass(1_000);
    box.show(0, 205n, 'film torn');
    box.pass(1_000);
    expect(raised(box)).toHaveLength(1);
  });

  test('of OPC 30050 come as a list', () => {
    const list = (...ids: number[]) =>
      JSON.stringify(ids.map((id) => ({ id: `${id}`, value: '3', message: 'm', trigger: true })));
    const mapping = packml(`{ warnings: 2, raise: [${film}] }`, 'packml-opc30050');
    const box = running({ mapping });
    box.say('alarms', list(205, 0, 9));
    box.say('warnings', list(1));
    box.pass(1_000);
    expect(raised(box)).toEqual(['film: m (3)']);
    expect(unitOf(box).alarms.map(({ key }) => key)).toEqual(['alarm 205', 'alarm 9', 'warning 1']);
  });

  test('more than can be right in a minute is not raised, and is counted', () => {
    const box = alarmed('{ reason: any }');
    for (let id = 1; id <= raisesMax + 5; id++) {
      box.show(0, BigInt(id), 'x');
      box.pass(500);
    }
    expect(raised(box)).toHaveLength(raisesMax);
    expect(unitOf(box).eventCounts).toEqual({ beyond: 5 });
    box.pass(60_000);
    box.show(0, 999n, 'later');
    box.pass(1_000);
    expect(raised(box)).toHaveLength(raisesMax + 1);
  });
});

test('where alarms and events are', () => {
  const text = packml('{ entries: 1, warnings: 1 }');
  const tags = (given: string) => tagsOf(readMapping(given, 'm'), 'm').map(({ tag }) => tag);
  expect(tags(text)).toContain('alarm 0 trigger');
  expect(tags(text)).toContain('warning 0 id');
  expect(tags(text)).not.toContain('alarm 1 id');
  const list = text.replace('packml-tags', 'packml-opc30050').replace('m;s=Line1.', '/m:Line1');
  expect(tags(list)).toContain('warnings');
  const events = mappingText('    events: { plc: { at: "ua;i=2253", types: ["ua;i=2130"] } }');
  const [tag] = tagsOf(readMapping(events, 'm'), 'm').filter((one) => one.events);
  expect(tag).toMatchObject({
    ...{ tag: 'events plc', at: { uri: 'http://opcfoundation.org/UA/', id: 'i=2253' } },
    events: { severity: 1, sources: [], types: ['http://opcfoundation.org/UA/;i=2130'] },
  });
});

const wrong: [string, string][] = [
  [mappingText('    alarms: {}'), 'alarms: needs a PackML profile'],
  [mappingText('    events: { plc: { at: "ua;i=2253", hold: line } }'), 'plc.raise: must be given'],
  [mappingText('    events: { alarm: { at: "ua;i=2253" } }'), 'must not be alarm or warning'],
  [mappingText('    events: { plc: { at: "ua;i=2253", types: ["/m:X"] } }'), 'and no paths'],
  [mappingText('    events: { plc: { at: "ua;i=2253", severity: 0 } }'), 'severity: must be'],
];
test.each(wrong)('a mapping that says it wrong is refused in words', (text, words) => {
  expect(() => tagsOf(readMapping(text, 'm'), 'm')).toThrow(words);
});
