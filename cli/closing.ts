import type { FloorLine, Reconciled } from './answers.ts';
import { againstErp } from './erpbooks.ts';

/** In the order of a fact's way; what is not there is not told. */
export const accounts = [
  ...(['posted', 'underway', 'waiting', 'held', 'parked', 'nothing', 'off', 'shadow'] as const),
  ...(['again', 'gap'] as const),
];
const counted = ['good', 'scrap', 'rework', 'held'] as const;

/** A line as its edge says, against the same line in the ledger. */
export type Floor = Readonly<{
  line: string;
  edge: Readonly<{ epoch: number; sequence: number; hash: string }>;
  ledger: Readonly<{ epoch: number; sequence: number; hash: string }> | null;
  away: number; // facts of the edge that are not at central yet
  against: readonly string[]; // what is not the same, and must be
}>;

/** Sets what the edges say beside the ledger: it must agree where both are as far. */
export function floorOf(
  lines: readonly FloorLine[],
  { chains }: Pick<Reconciled, 'chains'>,
): readonly Floor[] {
  return lines.map((row) => {
    const { line, epoch, head: sequence, hash } = row;
    const edge = { epoch, sequence, hash };
    const ledger = chains.find((chain) => chain.line === line) ?? null;
    const against: string[] = [];
    if (ledger && (ledger.epoch > epoch || (ledger.epoch === epoch && ledger.sequence > sequence)))
      against.push(
        `central is at ${ledger.epoch}/${ledger.sequence}, the edge at ${epoch}/${sequence}`,
      );
    const isSame = ledger?.epoch === epoch && ledger.sequence === sequence;
    if (isSame && ledger.hash !== hash) against.push(`the chains end differently at ${sequence}`);
    for (const name of isSame ? counted : []) {
      const own = `${row[name] ?? '0'}`;
      const central = ledger![name];
      if (own !== central) against.push(`${name}: ${own} at the edge, ${central} at central`);
    }
    const away = ledger?.epoch === epoch ? Math.max(0, sequence - ledger.sequence) : sequence;
    return { line, edge, ledger, away, against };
  });
}

/** Everything that keeps the books from closing, in words; nothing if they close. */
export function against(reconciled: Reconciled, floor: readonly Floor[]): readonly string[] {
  const { gaps, gapsFound, kept, facts, reasons, erp } = reconciled;
  const of = (account: string) =>
    reasons.filter((row) => row.account === account).reduce((sum, row) => sum + row.facts, 0);
  const apart = reasons
    .filter(({ account, why }) => account === 'parked' && why.startsWith('cannot be read'))
    .reduce((sum, row) => sum + row.facts, 0);
  const counts = kept ? kept.documents + kept.without : undefined;
  const own = facts - of('again') - apart;
  return [
    ...gaps.map(
      ({ eventId, line, epoch, sequence, type, why }) =>
        `${type} ${eventId}, ${line} ${epoch}/${sequence}: ${why}`,
    ),
    ...(gapsFound > gaps.length ? [`and ${gapsFound - gaps.length} more`] : []),
    ...(counts === undefined || counts === own
      ? []
      : [`central has counted ${counts} facts with and without a document, there are ${own}`]),
    ...floor.flatMap(({ line, against: words }) => words.map((word) => `${line}: ${word}`)),
    ...againstErp(erp),
  ];
}
