import { type Member, openFleet } from './fleet.ts';
import { m01, m02, shop } from './shop.ts';

export const on2 = { line: m02 };
export const op = { order: 'WO-1', operation: '0010' };
export const bothKept = async (box: Member) => {
  await box.kept(m01);
  await box.kept(m02);
};
export const report = (good: string) => shop.report('R1', { good }, { ...op, ...on2 });
export const good = (box: Member) => box.book.tally('order', 'WO-1').good / 1_000_000n;
export const all = (box: Member) =>
  [m01, m02].flatMap((line) =>
    box
      .recent(line)
      .map(({ epoch, sequence, type }) => `${line.at(-1)} ${epoch}/${sequence} ${type}`),
  );

/** A box that has released an order on M01 and works on it at M02; a backup of it is "backup". */
export async function backedUp() {
  const fleet = openFleet();
  const box = fleet.box('a');
  await box.ask(shop.release());
  await box.ask(shop.start({ ...op, ...on2 }));
  await box.ask(shop.phase('R1', {}, { ...op, ...on2 }));
  await box.ask(report('1'));
  await bothKept(box);
  box.copy('backup');
  const sumOf = () => fleet.totals.all('order').find(([order]) => order === 'WO-1')?.[1].good;
  return { fleet, box, counted: () => (sumOf() ?? 0n) / 1_000_000n };
}
