// Goal: a dry run says before an upgrade what would become of the state.
// Method: the same stores that the upgrade is tried on, and stores that an upgrade has taken over.
import { expect, test } from 'vitest';
import { rehearsalTable } from '../cli/dryrun.ts';
import { writeMemory } from '../edge/store/memory.ts';
import { rehearseFile } from '../edge/store/rehearsal.ts';
import { upgrade } from '../edge/store/upgrade.ts';
import { openReplica } from '../shared/replica.ts';
import { edition } from '../statecharts/edition.ts';
import { openBox } from './helpers/box.ts';
import { storeOf, storeThatDiffers } from './helpers/oldstores.ts';
import { shop } from './helpers/shop.ts';

/** Why the upgrade itself refuses the store. */
function refusalOf(path: string): string {
  const box = openBox(path);
  try {
    upgrade(box);
    return '';
  } catch (error) {
    return (error as Error).message;
  } finally {
    box.db.close();
  }
}

const told = async (path: string) => {
  const found = await rehearseFile(path);
  return { ...found, text: rehearsalTable(found, 'nobody') };
};

test('the same charts: nothing to do', async () => {
  const path = storeOf('v2');
  const box = openBox(path);
  box.db.prepare('UPDATE edition SET charts = ?').run(edition);
  box.db.close();
  const { way, text } = await told(path);
  expect(way).toBe('same');
  expect(text).toContain('these charts judge the store already');
});

test('other charts that come to the same state: it is stated as it is read', async () => {
  const { way, text, counts } = await told(storeOf('v2'));
  expect(way).toBe('read');
  expect(counts).toMatchObject({ changed: 0, stopped: 0 });
  expect(text).toContain('the old ones came to the same');
});

test('other charts that do not: the state that the old ones left is carried', async () => {
  const { way, text, counts } = await told(storeThatDiffers({ left: true }));
  expect(way).toBe('carried');
  expect(counts).toMatchObject({ changed: 1 });
  expect(text).toContain('the state that the old charts left');
  expect(text).toContain('✗ acme/lyon/turning/M01 differs first at epoch 1, sequence 5');
});

test('no such state: the upgrade is refused, and what to do is said', async () => {
  const path = storeThatDiffers({ left: false });
  const { way, refusal, text } = await told(path);
  expect(way).toBe('refused');
  expect(text).toContain('start the release that wrote the store, stop it in good order');
  expect(refusal).toBe(refusalOf(path));
});

test('a damaged row: the upgrade is refused, whatever the old charts left', async () => {
  const path = storeThatDiffers({ left: true });
  const db = openReplica(path);
  db.exec('DROP TRIGGER event_is_history');
  db.exec("UPDATE event SET bytes = CAST(x'00' || substr(bytes, 2) AS BLOB) WHERE sequence = 4");
  db.close();
  const { way, refusal, text } = await told(path);
  expect(way).toBe('refused');
  expect(text).toMatch(/the upgrade is refused: .*M01 stopped at epoch 1, sequence 4: /);
  expect(text).toContain('; mend the store first');
  expect(refusal).toBe(refusalOf(path));
});

test('a state that these charts do not know: the upgrade is refused, and names it', async () => {
  const path = storeThatDiffers({ left: true });
  const box = openBox(path);
  const contents = box.book.contents();
  const order = contents.tables.order[0]![1] as { state: string };
  order.state = 'dreaming';
  box.store.snapshots.write('lot 0', writeMemory(contents));
  box.db.close();
  const { way, refusal, text } = await told(path);
  expect(way).toBe('refused');
  expect(text).toContain('order WO-1 is dreaming: the charts know no such state');
  expect(refusal).toBe(refusalOf(path));
});

test('what earlier charts have judged for good is not judged again', async () => {
  const path = storeThatDiffers({ left: true });
  const box = openBox(path);
  upgrade(box);
  box.decide(shop.consume('L1', { material: 'BOLT', quantity: '4' }));
  box.decide(shop.close('WO-9'));
  box.db.close();
  const { way, settled, facts, refusals, counts, text } = await told(path);
  expect({ way, settled, facts, refusals }).toEqual({
    ...{ way: 'same', settled: 5, facts: 8, refusals: 1 },
  });
  expect(counts).toMatchObject({ changed: 0, stopped: 0, accepted: 0, otherwise: 0 });
  expect(text).toContain('judged by earlier charts for good: 5');
});
