import { parseArgs } from 'node:util';
import { invalid } from '../shared/field.ts';
import type { DeskList, DeskPosting, Edit } from './answers.ts';
import { amountsOf, askCentral, type Told, urlIn } from './central.ts';

export const usage = `holdfast desk --central URL
holdfast desk show KEY --central URL
holdfast desk retry|settle|give-up KEY --central URL --by NAME --reason TEXT
holdfast desk edit KEY --set NAME=VALUE --central URL --by NAME --reason TEXT
holdfast desk approve|reject KEY --central URL --by NAME --reason TEXT

Looks after postings that could not be posted. Without more, lists those that wait for a person.

  show KEY          what it would post, every try, what was said of it, what would have to be undone
                    before, and what the gate says now
  retry KEY         once more, under its key: it is looked up first, and posted only if not there
  settle KEY        it is in the ERP already, under --document NUMBER
  give-up KEY       it shall not be posted; what waits behind it goes on
  edit KEY          it shall say something else: proposed, and nothing changes yet
  approve KEY       another person says yes: it says so from now on, and is still parked
  reject KEY        somebody says no
  --set NAME=VALUE  operation, unit, yield, scrap or rework of a confirmation; material, unit or
                    quantity of a goods movement; as often as needed
  --central URL     central's address, e.g. http://127.0.0.1:8090
  --by NAME         who says so, e.g. person:17; kept with the reason, and never changed
  --reason TEXT     why
  --document NUMBER the document's number in the ERP
  --json            for programs

Exit code 0: done, or told. 1: refused, in words. 2: central was not reached.
`;

const acts = {
  ...({ retry: 'retry', settle: 'settle', 'give-up': 'giveUp' } as const),
  ...({ edit: 'edit', approve: 'approve', reject: 'reject' } as const),
};
const time = (atMs: number): string => new Date(atMs).toISOString();

/** Those that wait, for a person. */
export function listText({ postings, kinds }: DeskList): string {
  const total = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  if (total === 0) return '✓ nothing is parked\n';
  const rows = postings.flatMap(({ key, kind, lane, lot, line, sequence, reason }) => [
    `${kind} ${key}`,
    `  ${lot === null ? `lane ${lane}` : `lane ${lane}, lot ${lot}`}, ${line} ${sequence}`,
    `  because: ${reason ?? 'nobody says'}`,
  ]);
  const more = total > postings.length ? [`and ${total - postings.length} more`] : [];
  return [`${total} parked`, ...rows, ...more, ''].join('\n');
}

/** What would have to be done before it can go, and then. */
function planText({ undo, instead }: NonNullable<DeskPosting['plan']>, own: string): string[] {
  const steps = undo.map(({ key, kind, document, lane, by, planned }, index) => {
    const what = `${index + 1}. ${kind} ${document ?? key} in lane ${lane}`;
    if (by === 'none') return `  ${what}: by hand, nothing takes it back`;
    if (!planned) return `  ${what}: by a ${by}, which nothing calls for yet`;
    return `  ${what}: by ${planned.key === own ? 'this' : `the ${planned.state}`} ${planned.kind}`;
  });
  const anew = instead.map((document) => {
    const amounts = amountsOf({ ...document, blocked: null, setupMs: null, machineMs: null });
    return `  ${document.kind} ${document.key}: ${document.state}, ${amounts.join(', ')}`;
  });
  return [
    ...['to be undone, last in, first out:', ...steps],
    ...(anew.length > 0 ? ['to be posted instead:', ...anew] : []),
  ];
}

/** What was proposed that it shall say instead, and what became of that. */
function editText({ atMs, by, reason, changes, before, ...decided }: Edit): string[] {
  const { decision, decidedMs, decidedBy, words } = decided;
  const all = Object.entries(changes).map(
    ([name, value]) => `${name} ${before[name] ?? 'nothing'} → ${value}`,
  );
  return [
    `  ${time(atMs)} edit by ${by}: ${all.join(', ')}: ${reason}`,
    decision === null
      ? '    waits for a second person: approve or reject'
      : `    ${time(decidedMs ?? 0)} ${decision} by ${decidedBy}: ${words}`,
  ];
}

/** `--set` as an object. Throws Fault INVALID for one without a name or a value. */
function changesOf(sets: readonly string[]): Record<string, string> {
  const pairs = sets.map((text) => {
    const at = text.indexOf('=');
    if (at < 1 || at === text.length - 1) throw invalid('--set', `must be NAME=VALUE, not ${text}`);
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  return Object.fromEntries(pairs);
}

/** One posting, for a person. */
export function showText(told: DeskPosting): string {
  const { posting, attempts, acts: said, edits, gate, plan } = told;
  const { key, kind, state, document, reason, order, operation, lot, eventId } = posting;
  const about = Object.entries({ order, operation, lot }).flatMap(([name, value]) =>
    value === null ? [] : [`${name} ${value}`],
  );
  return [
    `${kind} ${key}: ${state}${document === null ? '' : ` as ${document}`}`,
    `  ${[...about, ...amountsOf(posting)].join(', ')}`,
    `  of fact ${eventId}`,
    ...(reason === null ? [] : [`  because: ${reason}`]),
    ...attempts.map(({ atMs, outcome, detail }) => `  ${time(atMs)} ${outcome}: ${detail}`),
    ...said.map(({ atMs, act, by, reason: why, document: number, before }) =>
      [
        `  ${time(atMs)} ${act} by ${by}: ${why}`,
        ...(number === null ? [] : [`document ${number}`]),
        ...(before === null ? [] : [`it was parked because: ${before}`]),
      ].join('; '),
    ),
    ...edits.flatMap(editText),
    ...(plan === null ? [] : planText(plan, key)),
    ...(gate === null ? [] : [`now it would ${gate.do}${gate.reason ? `: ${gate.reason}` : ''}`]),
    '',
  ].join('\n');
}

/** Exit code where it could not be done. */
export const failed = 2;

function tell<T>(told: Told<T>, json: boolean, text: (answer: T) => string): number {
  if (!('answer' in told)) {
    process.stderr.write(`holdfast desk: ${told.message}\n`);
    return 1;
  }
  process.stdout.write(json ? `${JSON.stringify(told.answer)}\n` : text(told.answer));
  return 0;
}

/** The command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ central: text, by: text, reason: text, document: text },
      set: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
    },
  });
  const { central, by, reason, document, set, json } = values;
  const [what, key, ...more] = positionals;
  const url = urlIn(central, '--central');
  if (what === undefined) return tell(await askCentral<DeskList>(url, '/v1/desk'), json, listText);
  if (what !== 'show' && !Object.hasOwn(acts, what)) {
    throw invalid('desk', `must be show, ${Object.keys(acts).join(', ')}, not ${what}`);
  }
  if (key === undefined || more.length > 0) throw invalid('KEY', 'must be the key of one posting');
  const path = `/v1/desk/${encodeURIComponent(key)}`;
  if (what === 'show') return tell(await askCentral<DeskPosting>(url, path), json, showText);
  const name = acts[what as keyof typeof acts];
  const changes = name === 'edit' ? { changes: changesOf(set ?? []) } : {};
  const body = { by, reason, ...changes, ...(document === undefined ? {} : { document }) };
  return tell(await askCentral<DeskPosting>(url, `${path}/${name}`, body), json, showText);
}
