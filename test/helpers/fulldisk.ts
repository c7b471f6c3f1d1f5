// A plant on a small file system that is filled to the last byte, as a process of its own.
// Usage: node test/helpers/fulldisk.ts FOLDER FREE_KB [HOLDS]; prints what came of it as JSON.
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openBook } from '../../edge/line/book.ts';
import { openIntake } from '../../edge/line/intake.ts';
import { openRoster } from '../../edge/line/roster.ts';
import { openDisk } from '../../edge/store/disk.ts';
import { migrations } from '../../edge/store/schema.ts';
import { openStore } from '../../edge/store/store.ts';
import { readCommand } from '../../shared/command.ts';
import { openDatabase } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { eventIds, systemRandom } from '../../shared/identity.ts';
import { m01, shop } from './shop.ts';

const [folder = '.', freeKb = '0', holdsMax = 100] = process.argv.slice(2);
const clock = { nowMs: Date.now, monotonicMs: () => time.ms };
const time = { ms: 0 };
const db = openDatabase(join(folder, 'edge.sqlite'), migrations);
const store = openStore(db);
const book = openBook();
const eventId = eventIds(clock.nowMs, systemRandom);
const parts = { store, book, nowMs: clock.nowMs, eventId, stated: () => undefined };
const roster = openRoster([{ line: m01, lanes: 2 }], parts);
let rebuilds = 0;
const counted = {
  ...roster,
  rebuild() {
    rebuilds += 1;
    roster.rebuild();
  },
};
const disk = openDisk({ db, budgetMb: 64, clock });
const intake = openIntake({ store, roster: counted, disk, committed: () => undefined });

const freeBytes = (): number => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};
async function ask(given: object): Promise<string> {
  try {
    const answer = await intake.ask(readCommand(given));
    return answer.status === 'accepted' ? 'accepted' : answer.code;
  } catch (error) {
    if (error instanceof Fault) return `thrown ${error.code}`;
    throw error;
  }
}
/** Memory and disk say the same: as many facts, and as many pieces as facts tell of. */
function isTrue(): boolean {
  const onDisk = [...store.history()].length;
  const { sequence } = roster.actor(m01).head();
  return onDisk === sequence && book.tally('line', m01).facts === onDisk;
}

for (const given of [shop.release(), shop.start(), shop.phase('R1')]) await ask(given);
const others = join(folder, 'others');
writeFileSync(others, Buffer.alloc(Math.max(0, freeBytes() - Number(freeKb) * 1024)));
const operations = Array.from({ length: 60 }, (_, index) => ({
  ...{ operation: `${index}`, name: 'x'.repeat(200) },
}));
let orders = 0;
/** A fact of about 13 KB. */
const large = () => shop.release({ operations }, `WO-${++orders + 1}`);
const seen = new Set<string>();
let taken = 0;
for (let round = 0; round < 500 && !seen.has('thrown FULL'); round++) {
  const batch = Array.from({ length: 20 }, large);
  for (const answer of await Promise.all(batch.map(ask))) {
    seen.add(answer);
    if (answer === 'accepted') taken += 1;
  }
}
const rebuildsAtWall = rebuilds;
const trueAtWall = isTrue();
const storm = new Set<string>();
for (let round = 0; round < 50; round++) storm.add(await ask(large()));
const rebuildsInStorm = rebuilds - rebuildsAtWall;
let holds = 0;
while (holds < Number(holdsMax) && (await ask(shop.hold(`H${holds}`, 'line'))) === 'accepted')
  holds += 1;
const trueAfterHolds = isTrue();

rmSync(others);
time.ms += 10_000_000;
disk.look();
const later = await ask(shop.report('R1'));
await delay(1);
disk.look();
const result = { taken, holds, later, level: disk.level(), trueAtEnd: isTrue() };
const storms = { storm: [...storm], rebuildsAtWall, rebuildsInStorm };
process.stdout.write(JSON.stringify({ ...result, ...storms, trueAtWall, trueAfterHolds }));
db.close();
