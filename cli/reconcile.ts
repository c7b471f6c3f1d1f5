import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { invalid } from '../shared/field.ts';
import type { FloorLine, Reconciled } from './answers.ts';
import { asking, whereOptions, whereUsage } from './asking.ts';
import { amountRows, type Certificate, factRows, floorRows, type Sort, sorts } from './bookrows.ts';
import { urlIn } from './central.ts';
import { certificatePage } from './certificate.ts';
import { against, floorOf } from './closing.ts';
import { read } from './drive.ts';
import { erpText, missingIn } from './erpbooks.ts';
import { grouped, table } from './progress.ts';

export const usage = `holdfast reconcile --central URL [options]

Closes the books against the floor: every fact of the ledger is looked at by itself, and must be
posted, underway, waiting, held, parked, or call for nothing; what is in none of these is a gap, and
is named. Given the edges, their chains and counts are set beside the ledger's; with --erp, the
ERP's own figures beside what central has posted, for each order and lot that the facts are about.

${whereUsage}
  --edge URL       an edge's address, as often as there are edges
  --erp            the ERP is asked for its own figures
  --line LINE      only this line
  --order ORDER    only this order
  --from INSTANT   only what came to central then or later, UTC, e.g. 2026-11-23T06:00Z
  --until INSTANT  only what came to central before
  --by SORT        what is listed: line, shift, order or material; line
  --page FILE      writes the certificate as a page
  --json           the certificate for programs

Exit code 0: the books close. 1: they do not, and what is against it is named. 2: it could not be
done.
`;

/** Closing the books of a large ledger takes minutes. */
const closingMaxMs = 3_600_000;

/** All of it in words, for a person. */
export function certificateText(certificate: Certificate, sort: Sort): string {
  const { central, floor, closes, against: words } = certificate;
  const groups = central.groups[sort];
  const amounts = amountRows(groups, sort, central.erp);
  const missing = missingIn(central.erp);
  const waits = central.reasons.filter(({ account }) => account !== 'posted');
  return [
    `${grouped(central.facts)} facts, up to position ${grouped(central.upTo)} of the ledger`,
    ...(groups.length > 0 ? ['', table(factRows(groups, sort))] : []),
    ...(amounts.length > 1 ? ['', table(amounts)] : []),
    ...(waits.length > 0 ? [''] : []),
    ...waits.map(({ account, why, facts }) => `${grouped(facts)} ${account}${why && `: ${why}`}`),
    ...(floor.length > 0 ? ['', table(floorRows(floor))] : []),
    ...['', ...erpText(central.erp), ''],
    ...(closes ? ['✓ the books close'] : ['✗ the books do not close', ...words]),
    ...(missing.length === 0
      ? []
      : ['', `to post again what is missing: holdfast desk missing ${missing.join(' ')}`]),
    '',
  ].join('\n');
}

const options = {
  ...whereOptions,
  edge: { type: 'string', multiple: true },
  erp: { type: 'boolean', default: false },
  line: { type: 'string' },
  order: { type: 'string' },
  from: { type: 'string' },
  until: { type: 'string' },
  by: { type: 'string', default: 'line' },
  page: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** What the edges say of their lines. Throws Fault UNREACHABLE for one that does not answer. */
async function linesAt(edges: readonly string[]): Promise<readonly FloorLine[]> {
  const all = edges.map((url) => read<{ lines: readonly FloorLine[] }>(url, '/v1/status'));
  return (await Promise.all(all)).flatMap(({ lines }) => lines);
}

/** Exit code where it could not be done. */
export const failed = 2;

/** The command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options });
  const { edge = [], erp, by, page, json, line, order, from, until } = values;
  const edges = edge.map((value) => urlIn(value, '--edge'));
  const sort = sorts.find((known) => known === by);
  if (!sort) throw invalid('--by', `must be one of ${sorts.join(', ')}`);
  const asked = { line, order, from, until, ...(erp ? { erp: 'ask' } : {}) };
  const told = await asking(values, ({ ask }) => ask<Reconciled>('reconcile', asked, closingMaxMs));
  if (!('answer' in told)) {
    process.stderr.write(`holdfast reconcile: ${told.message}\n`);
    return 2;
  }
  // After central: what an edge has stated meanwhile is away, and not missing there.
  const lines = (await linesAt(edges)).filter(({ line }) => line === (values.line ?? line));
  const floor = floorOf(lines, told.answer);
  const words = against(told.answer, floor);
  const certificate: Certificate = {
    ...{ madeMs: Date.now(), closes: words.length === 0, against: words },
    ...{ central: told.answer, floor },
  };
  if (page !== undefined) writeFileSync(page, certificatePage(certificate));
  process.stdout.write(
    json ? `${JSON.stringify(certificate)}\n` : certificateText(certificate, sort),
  );
  return certificate.closes ? 0 : 1;
}
