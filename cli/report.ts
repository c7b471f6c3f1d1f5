import { quantity, quantityText } from '../shared/quantity.ts';
import {
  type CentralStatus,
  type CentralTotals,
  type EdgeStatus,
  type ErpSummary,
  inStates,
  movingStates,
  type OpenPosting,
  unposted,
} from './answers.ts';
import { audit, type Books, type Check, type More } from './audit.ts';
import { read } from './drive.ts';
import { grouped, table } from './progress.ts';
import type { Shop } from './shop.ts';

const openStates = ['held', 'deferred', 'parked', ...movingStates] as const;

/** Reads edge, central and ERP, when nothing moves any more. */
export async function closeBooks(urls: {
  edgeUrl: string;
  centralUrl: string;
  erpUrl: string;
}): Promise<Books> {
  const { edgeUrl, centralUrl, erpUrl } = urls;
  const open = openStates.map((state) => read<OpenPosting[]>(centralUrl, `/v1/postings/${state}`));
  return {
    edge: await read<EdgeStatus>(edgeUrl, '/v1/status'),
    central: await read<CentralStatus>(centralUrl, '/v1/status'),
    totals: await read<CentralTotals>(centralUrl, '/v1/totals'),
    erp: await read<ErpSummary>(erpUrl, '/sandbox/summary'),
    open: (await Promise.all(open)).flat(),
  };
}

/** Facts that were stated beside the shop, and what else must be so. */
type Beside = Readonly<{ facts: More; checks: readonly Check[] }>;

/** The closed books for people, and whether everything adds up. */
export function report(books: Books, shop: Shop, surprises: number, beside?: Beside) {
  const checks = [...audit(books, shop, beside?.facts), ...(beside?.checks ?? [])];
  if (surprises > 0) {
    const says = 'every command was answered as the shop expects';
    checks.unshift({ says, against: [`${surprises} answers were not`] });
  }
  const verdicts = checks.flatMap(({ says, against }) => [
    `${against.length === 0 ? '✓' : '✗'} ${says}`,
    ...against.map((line) => `    ${line}`),
  ]);
  const text = [factTable(books), stockTable(books, shop), verdicts.join('\n')].join('\n\n');
  return { text, good: checks.every(({ against }) => against.length === 0) };
}

function factTable({ edge, central, open }: Books): string {
  const recorded = edge.lines.reduce((sum, { head }) => sum + head, 0);
  const because = (start: string) =>
    open.filter(({ state, reason }) => state === 'deferred' && reason?.startsWith(start)).length;
  const behind = because('behind the parked');
  const closing = because('waits for the order to be closed');
  const rows: [string, number][] = [
    ['✓   recorded at the edge', recorded],
    ['✓✓  at central', central.facts],
    ['✓✓✓ posted in the ERP', inStates(central, 'posted')],
    ['    call for no document', unposted(central)],
    ['    nothing left to post', inStates(central, 'void')],
    ['    wait for their order to be closed', closing],
    ['    wait for something else', inStates(central, 'deferred') - behind - closing],
    ['    held by quality', inStates(central, 'held')],
    ['    parked for a person', inStates(central, 'parked')],
    ['    behind a parked one', behind],
    ['    still on the way', inStates(central, ...movingStates)],
  ];
  return table([['facts', 'count'], ...rows.map(([what, count]) => [what, grouped(count)])]);
}

/** Per product: what the floor made, and where the ERP has it. */
function stockTable({ erp, open }: Books, shop: Shop): string {
  const micros = (text: string | null) => (text === null ? 0n : quantity(text, 'quantity'));
  const sum = (texts: (string | null)[]) =>
    quantityText(texts.reduce((total, text) => total + micros(text), 0n));
  const lots = Object.values(shop.expected().lots);
  const rows = shop.materials.map(({ material, unit }) => {
    const stock = erp.stock.filter((row) => row.material === material);
    const made = lots.filter((lot) => lot.material === material);
    const receipts = open.filter((row) => row.material === material && row.kind === 'goodsReceipt');
    const cost = erp.materials.find((row) => row.material === material)?.orderCost ?? '0';
    return [
      ...[material, unit, sum(made.map(({ produced }) => produced))],
      ...[sum(stock.map((row) => row.unrestricted)), sum(stock.map((row) => row.blocked))],
      ...[
        sum(made.map(({ scrapped }) => scrapped)),
        sum(receipts.map((row) => row.quantity)),
        cost,
      ],
    ];
  });
  const head = [
    'material',
    'unit',
    'made',
    'available',
    'blocked',
    'scrapped',
    'not received',
    'cost',
  ];
  return table([head, ...rows]);
}
