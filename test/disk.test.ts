// Goal: a disk that fills up is announced, costs the least important first, and never costs the
// word that something is held or stopped; with room again the edge goes on by itself.
// Method: measurements that are made up, and a real file system of a few megabytes.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openIntake } from '../edge/line/intake.ts';
import { openDisk, watchDisk } from '../edge/store/disk.ts';
import { levelOf, mega } from '../edge/store/gauge.ts';
import { reserveBytes } from '../edge/store/reserve.ts';
import { needOf, refusalAt } from '../edge/store/shedding.ts';
import { commandTypes, readCommand } from '../shared/command.ts';
import { plantPace } from '../shared/pace.ts';
import { least } from './helpers/asking.ts';
import { contentsOf, openBox, outcome } from './helpers/box.ts';
import { fakeClock } from './helpers/clock.ts';
import { storeOfShop } from './helpers/disk.ts';
import { testFolder } from './helpers/folder.ts';
import { command, m01, shop } from './helpers/shop.ts';

test('levels come with the room that is left, and go only with a little more', () => {
  const at = (room: number, before: Parameters<typeof levelOf>[2] = 'ok') =>
    levelOf(room * mega, 1_000 * mega, before);
  expect([200, 199, 99, 49, 19].map((room) => at(room))).toEqual([
    ...['ok', 'warn', 'shed', 'qualityOnly', 'full'],
  ]);
  expect([at(249, 'warn'), at(250, 'warn')]).toEqual(['warn', 'ok']);
  expect([at(24, 'full'), at(25, 'full')]).toEqual(['full', 'qualityOnly']);
  expect(levelOf(600 * mega, 100_000 * mega, 'ok')).toBe('ok');
});

const asked = (type: (typeof commandTypes)[number], body: object = {}) =>
  readCommand({
    ...{ commandId: type, line: m01, type, actor: 'person:1', ...least[type].about },
    body: { ...least[type].body, ...body },
  });
const takenAt = (level: Parameters<typeof refusalAt>[0]) =>
  commandTypes.filter((type) => refusalAt(level, asked(type)) === undefined);

test('what is needed least is refused first, and a hold and a stop never are', () => {
  expect(takenAt('warn')).toEqual(commandTypes);
  expect(commandTypes.filter((type) => !takenAt('shed').includes(type))).toEqual([
    'ChangeEquipmentState',
  ]);
  const nearly = takenAt('qualityOnly');
  expect(nearly).not.toContain('ReportQuantity');
  expect(nearly).toEqual(expect.arrayContaining(['ReleaseOrder', 'ReleaseHold', 'StartOperation']));
  expect(takenAt('full')).toEqual(['EndPhase', 'PauseOperation', 'PlaceHold']);
  for (const state of ['stopped', 'aborted', 'held']) {
    expect(needOf(asked('ChangeEquipmentState', { state }))).toBe('reserved');
  }
  expect(refusalAt('qualityOnly', asked('ReportQuantity'))).toBe(
    'disk: is nearly full (level qualityOnly): no ReportQuantity until there is room; ' +
      'what still works: orders, operations, holds and inspections, the end of a run',
  );
});

/** A box behind an intake, on a disk that has as much room as it is told. */
function onDisk(roomMb: number) {
  const box = openBox();
  const room = { mb: roomMb };
  const clock = fakeClock();
  const measure = () => ({
    ...{ storeBytes: mega, walBytes: 0, freeBytes: reserveBytes + room.mb * mega },
  });
  const disk = openDisk({ db: box.db, budgetMb: 1_000, clock, measure });
  const intake = openIntake({ ...box, disk, committed: () => undefined });
  const ask = async (given: object) => outcome(await intake.ask(readCommand(given)));
  return { box, room, clock, disk, intake, ask };
}

test('S3: at each level the edge takes what it can, and says what it cannot', async () => {
  const { room, disk, ask } = onDisk(500);
  const state = (name: string) => command('ChangeEquipmentState', {}, { state: name, reason: '' });
  for (const given of [shop.release(), shop.start(), shop.phase('R1')]) {
    expect(await ask(given)).toBe('accepted');
  }
  const known = shop.report('R1');
  expect(await ask(known)).toBe('accepted');
  room.mb = 60;
  disk.look();
  expect(await ask(state('execute'))).toMatch(/^FULL disk: is nearly full \(level shed\)/);
  expect(await ask(state('held'))).toBe('accepted');
  expect(await ask(shop.report('R1'))).toBe('accepted');
  room.mb = 10;
  disk.look();
  expect(await ask(shop.report('R1'))).toMatch(/^FULL disk: is full .*placing a hold, ending/);
  expect(await ask(known)).toBe('accepted');
  expect(await ask(shop.release({}, 'WO-2'))).toMatch(/^FULL/);
  expect(await ask(shop.hold('H1', 'line'))).toBe('accepted');
  expect(await ask(shop.end('R1'))).toBe('accepted');
  const refused = shop.start({ operation: '0020' });
  expect(await ask(refused)).toMatch(/^FULL/);
  room.mb = 500;
  disk.look();
  expect(await ask(refused)).toMatch(/^REFUSED/); // judged now: the line is held
});

test('a change of level is a fact, stated once, also after a restart', async () => {
  const { box, room, disk, intake } = onDisk(150);
  const speaker = box.roster.actor(m01);
  const stop = new AbortController();
  const rooms = [150, 150, 20, 20, 500];
  const clock = {
    ...fakeClock(),
    async sleep(ms: number) {
      expect(ms).toBe(plantPace.measureMs);
      const next = rooms.shift();
      if (next === undefined) stop.abort();
      else room.mb = next;
    },
  };
  const state: Parameters<typeof watchDisk>[0]['state'] = (change) =>
    intake.state(() => void speaker.observe('DiskLevelChanged', change));
  const often = { everyMs: plantPace.measureMs, clock, signal: stop.signal };
  await watchDisk({ disk, state, changed: () => undefined, ...often });
  const facts = box.recent.list().map(({ body }) => body);
  expect(facts).toMatchObject([
    { level: 'warn', before: 'ok', roomBytes: 158 * mega, budgetBytes: 1_000 * mega },
    { level: 'qualityOnly', before: 'warn', roomBytes: 28 * mega },
    { level: 'ok', before: 'qualityOnly' },
  ]);
  const measure = () => ({ storeBytes: mega, walBytes: 0, freeBytes: 500 * mega });
  const again = openDisk({ db: box.db, budgetMb: 1_000, clock, told: 'full', measure });
  expect(again.change()).toMatchObject({ level: 'ok', before: 'full' });
});

test('the days that are left follow from the growth of the last day', () => {
  const { box } = storeOfShop();
  const time = { ms: 0, bytes: 100 * mega };
  const clock = { nowMs: () => time.ms, monotonicMs: () => time.ms };
  const measure = () => ({ storeBytes: time.bytes, walBytes: 0, freeBytes: 9_000 * mega });
  const disk = openDisk({ db: box.db, budgetMb: 1_008, clock, measure });
  expect(disk.status().daysLeft).toBeNull();
  for (let hour = 1; hour <= 48; hour++) {
    time.ms += 3_600_000;
    time.bytes += mega;
    disk.look();
  }
  expect(disk.status()).toMatchObject({ level: 'ok', roomBytes: 852 * mega });
  expect(disk.status().daysLeft).toBeCloseTo(852 / 24, 0);
});

function reserveOf({ box, path }: ReturnType<typeof storeOfShop>) {
  const clock = fakeClock();
  const disk = openDisk({ db: box.db, budgetMb: 64, clock });
  return { disk, clock, file: `${path}.reserve`, pages: () => pagesOf(box) };
}
const pagesOf = ({ db }: { db: { pragma: (sql: string, options: object) => unknown } }) =>
  db.pragma('max_page_count', { simple: true });

test('room is reserved in the budget and on the disk, given once, and kept again', () => {
  const store = storeOfShop();
  const { disk, file, pages } = reserveOf(store);
  expect(statSync(file).size).toBe(reserveBytes);
  expect(pages()).toBe((64 * mega - reserveBytes) / 4_096);
  expect([disk.release(), disk.release()]).toEqual([true, false]);
  expect(existsSync(file)).toBe(false);
  expect(pages()).toBe((64 * mega) / 4_096);
  disk.look();
  expect(statSync(file).size).toBe(reserveBytes);
  expect(pages()).toBe((64 * mega - reserveBytes) / 4_096);
});

test('S3: a store at the end of its budget still takes a hold, and nothing else', async () => {
  const box = openBox(`${testFolder()}/edge.sqlite`);
  const free = { storeBytes: 0, walBytes: 0, freeBytes: 9_000 * mega }; // nobody sees it coming
  const disk = openDisk({ db: box.db, budgetMb: 64, clock: fakeClock(), measure: () => free });
  let rebuilds = 0;
  const rebuild = () => {
    rebuilds += 1;
    box.roster.rebuild();
  };
  const roster = { ...box.roster, rebuild };
  const intake = openIntake({ ...box, roster, disk, committed: () => undefined });
  const ask = (given: object) => intake.ask(readCommand(given));
  await Promise.all([shop.release(), shop.start(), shop.phase('R1')].map(ask));
  box.db.pragma(`max_page_count = ${box.db.pragma('page_count', { simple: true })}`);
  const before = contentsOf(box);
  const many = Array.from({ length: 300 }, () => shop.report('R1', { reason: 'x'.repeat(200) }));
  const answers = await Promise.allSettled([...many, shop.hold('H1', 'line')].map(ask));
  expect(answers.slice(0, -1).every(({ status }) => status === 'rejected')).toBe(true);
  expect(answers.at(-1)).toMatchObject({ value: { status: 'accepted' } });
  expect(box.book.tally('line', m01).good).toBe(0n);
  expect({ ...contentsOf(box), hold: 0, held: 0, tallies: 0 }).toEqual({
    ...{ ...before, hold: 0, held: 0, tallies: 0 },
  });
  expect(rebuilds).toBe(1);
  for (const given of many.slice(0, 20)) expect(outcome(await ask(given))).toMatch(/^FULL disk/);
  expect(rebuilds).toBe(1);
});

test('S3: a hold is refused once the reserve is used up, and is told so', async () => {
  const box = openBox(`${testFolder()}/edge.sqlite`);
  const disk = openDisk({ db: box.db, budgetMb: 64, clock: fakeClock() });
  const intake = openIntake({ ...box, disk, committed: () => undefined });
  disk.release();
  box.db.pragma(`max_page_count = ${box.db.pragma('page_count', { simple: true })}`);
  const hold = (id: string) => intake.ask(readCommand(shop.hold(id, 'line')));
  const words = 'disk: is full to the last byte, the reserve too: make room';
  const first = Promise.all(Array.from({ length: 300 }, (_, index) => hold(`H${index}`)));
  await expect(first).rejects.toMatchObject({ code: 'FULL', message: words });
  expect(outcome(await hold('H-1'))).toBe(`FULL ${words}`);
});

const canMount = spawnSync('unshare', ['-Urm', 'true']).status === 0;
/** Runs a command on a file system of 40 MB that is gone with it. */
const onTmpfs = (folder: string, run: string) =>
  spawnSync(
    'unshare',
    ['-Urm', 'sh', '-c', `mount -t tmpfs -o size=40m none ${folder} && exec ${run}`],
    { encoding: 'utf8', timeout: 80_000 },
  );

const walls: [string, number][] = [
  ['on the write-ahead log', 6_000],
  ['at a checkpoint', 24_000],
  ['with hardly a page left', 40],
];
test.skipIf(!canMount).each(walls)(
  'S3: a full disk, %s: nothing is lost, and it recovers',
  (_name, freeKb) => {
    const folder = testFolder();
    const script = `${process.execPath} test/helpers/fulldisk.ts ${folder} ${freeKb}`;
    const { status, stdout, stderr } = onTmpfs(folder, script);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({
      ...{ trueAtWall: true, trueAfterHolds: true, trueAtEnd: true },
      ...{ holds: 100, rebuildsInStorm: 0, storm: ['FULL'], later: 'accepted' },
    });
    expect(found.rebuildsAtWall).toBeLessThanOrEqual(1);
  },
);
