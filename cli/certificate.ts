import { xml } from '../shared/xml.ts';
import { amountRows, type Certificate, factRows, floorRows, type Sort, sorts } from './bookrows.ts';
import { erpRows, erpText } from './erpbooks.ts';

const isNumber = (text: string): boolean => /^-?[\d,.]+$/.test(text);
const classOf = (text: string): string =>
  isNumber(text) ? ' class="n"' : /^[0-9a-f]{64}$/.test(text) ? ' class="h"' : '';
const cell = (text: string): string => `<td${classOf(text)}>${xml(text)}</td>`;

function htmlTable(title: string, [head = [], ...rows]: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const heads = head.map((text) => `<th scope="col">${xml(text)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  return `<h2>${xml(title)}</h2>
<table><thead><tr>${heads}</tr></thead><tbody>
${body}
</tbody></table>`;
}

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --ground: #fff; --edge: #b9bec5; --bad: #b3141f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaec; --ground: #131518; --edge: #444b53; --bad: #ff8a92; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground);
  margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid var(--edge); padding: .25rem .75rem; text-align: left; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
.verdict { font-size: 1.4rem; font-weight: 600; }
.open { color: var(--bad); }
td.h { font: .8rem/1.3 ui-monospace, monospace; word-break: break-all; min-width: 18rem; }
.signed { display: flex; gap: 3rem; margin-top: 3rem; }
.signed p { flex: 1; border-top: 1px solid var(--ink); }
@media print { body { margin: 0; max-width: none; } table { display: table; } }
`;

/** What the books were closed over, in words. */
function scopeText({ central: { scope, upTo } }: Certificate): string {
  const { line, order, fromMs, untilMs } = scope;
  const iso = (ms: number) => new Date(ms).toISOString();
  const parts = [
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(order === undefined ? [] : [`order ${order}`]),
    ...(fromMs === undefined ? [] : [`from ${iso(fromMs)}`]),
    ...(untilMs === undefined ? [] : [`until ${iso(untilMs)}`]),
  ];
  return `${parts.length > 0 ? parts.join(', ') : 'all facts'}, up to position ${upTo}`;
}

/** The certificate as one page, that needs nothing else: to be printed, signed and kept. */
export function certificatePage(certificate: Certificate): string {
  const { central, floor, closes, against, madeMs } = certificate;
  const { groups, chains, reasons, erp } = central;
  const chainRows = chains.map((chain) => {
    const { line, epoch, sequence, hash, good, scrap, rework, held } = chain;
    return [line, `${epoch}/${sequence}`, good, scrap, rework, held, hash];
  });
  const open = reasons.filter(({ account }) => account !== 'posted');
  const verdict = closes
    ? '<p class="verdict">✓ the books close</p>'
    : '<p class="verdict open">✗ the books do not close</p>';
  const amounts = (sort: Sort) => amountRows(groups[sort], sort, erp);
  const differences = against.map((text) => `<li>${xml(text)}</li>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Holdfast: reconciliation</title>
<meta name="viewport" content="width=device-width"><style>${style}</style></head><body>
<h1>Reconciliation</h1>
${verdict}
<p>${xml(scopeText(certificate))}; made ${new Date(madeMs).toISOString()}.
${central.facts} facts were looked at, one by one.</p>
<ul>${erpText(erp)
    .map((text) => `<li>${xml(text)}</li>`)
    .join('')}</ul>
${differences.length > 0 ? `<ul>${differences.join('')}</ul>` : ''}
${htmlTable('Chains of the ledger', [
  ['line', 'epoch/sequence', 'good', 'scrap', 'rework', 'held', 'chain ends with'],
  ...chainRows,
])}
${floor.length > 0 ? htmlTable('Edges', floorRows(floor)) : ''}
${erp ? htmlTable("The ERP's own figures", erpRows(erp)) : ''}
${sorts.map((sort) => htmlTable(`Facts by ${sort}`, factRows(groups[sort], sort))).join('\n')}
${sorts.map((sort) => htmlTable(`Amounts by ${sort}`, amounts(sort))).join('\n')}
${htmlTable('Not posted, and why', [
  ['account', 'why', 'facts'],
  ...open.map(({ account, why, facts }) => [account, why, `${facts}`]),
])}
<div class="signed"><p>For the plant: name, date</p><p>For finance: name, date</p></div>
</body></html>
`;
}
