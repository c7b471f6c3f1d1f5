// Goal: whenever central dies, what is delivered again has one effect (N4). Method: its files as
// they lie on the disk at each step of a commit and behind it, before anything else happens.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from './helpers/folder.ts';
import { inOrder, openCentral } from './helpers/late.ts';
import { m01, m02 } from './helpers/shop.ts';

test('N4: killed before the commit or behind it, central takes what comes again once', () => {
  const { edge, should } = inOrder();
  const path = join(testFolder(), 'central.db');
  const central = openCentral(path);
  const cursor = (streamSequence: number) => ({
    streamSequence,
    digest: Buffer.of(streamSequence),
  });
  central.hear(edge(m01, 1, 5), cursor(1));
  const copies: string[] = [];
  const copy = () => {
    const to = join(testFolder(), 'killed.db');
    copyFileSync(path, to);
    copyFileSync(`${path}-wal`, `${to}-wal`);
    copies.push(to);
    return 0;
  };
  central.db.function('killed', { directOnly: false }, copy);
  for (const moment of ['INSERT ON fact', 'UPDATE ON cursor', 'INSERT ON posting']) {
    const name = moment.replaceAll(' ', '_');
    central.db.exec(`CREATE TEMP TRIGGER at_${name} AFTER ${moment} BEGIN SELECT killed(); END`);
  }
  central.ledger.accept([{ segment: edge(m01, 6, 14) }], cursor(2));
  const before = copies.length;
  expect(before).toBeGreaterThan(10);
  copy();
  copies.forEach((killed, index) => {
    const again = openCentral(killed);
    const [sequence, read] = index < before ? [5, 1] : [14, 2];
    expect(again.ledger.head(m01).sequence).toBe(sequence);
    expect(again.ledger.cursor()).toEqual(cursor(read));
    again.hear(edge(m01, 6, 14), cursor(2));
    again.hear(edge(m02, 1, 6), cursor(3));
    expect(again.memory()).toEqual(should);
  });
});
