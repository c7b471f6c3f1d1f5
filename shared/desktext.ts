import type { Amounts, DeskList, DeskPosting, DryRun, Edit, Loss } from './parked.ts';

const time = (atMs: number): string => new Date(atMs).toISOString();

/** The amounts and times that a posting says, each in words, e.g. "yield 5 EA". */
export function amountsOf(posting: Amounts): string[] {
  const { unit, quantity, blocked, yield: good, scrap, rework, setupMs, machineMs } = posting;
  return [
    ...Object.entries({ quantity, blocked, yield: good, scrap, rework }).flatMap(([name, value]) =>
      value === null ? [] : [`${name} ${value} ${unit ?? ''}`.trimEnd()],
    ),
    ...Object.entries({ setup: setupMs, machine: machineMs }).flatMap(([name, ms]) =>
      ms === null ? [] : [`${name} time ${ms / 1_000} s`],
    ),
  ];
}

/** Those that wait, for a person. */
export function listText({ postings, next, kinds, missing }: DeskList): string {
  const total = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  const lost = missing.flatMap(({ key, kind, document, lane, by, reason }) => [
    `${kind} ${key}`,
    `  lane ${lane}, posted as ${document}, is missing in the ERP, says ${by}: ${reason}`,
    '  waits for a second person: approve or reject',
  ]);
  if (total === 0) return [...lost, '✓ nothing is parked', ''].join('\n');
  const rows = postings.flatMap(({ key, kind, lane, lot, line, sequence, reason }) => [
    `${kind} ${key}`,
    `  ${lot === null ? `lane ${lane}` : `lane ${lane}, lot ${lot}`}, ${line} ${sequence}`,
    `  because: ${reason ?? 'nobody says'}`,
  ]);
  const more = next === null ? [] : [`there are more: go on with --after ${next}`];
  return [...lost, `${total} parked`, ...rows, ...more, ''].join('\n');
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

type Decided = Pick<Edit, 'decision' | 'decidedMs' | 'decidedBy' | 'words'>;

/** What was proposed that it shall say instead, and what became of that. */
function editText({ atMs, by, reason, changes, before, ...decided }: Edit): string[] {
  const all = Object.entries(changes).map(
    ([name, value]) => `${name} ${before[name] ?? 'nothing'} → ${value}`,
  );
  return [`  ${time(atMs)} edit by ${by}: ${all.join(', ')}: ${reason}`, decidedText(decided)];
}

const decidedText = ({ decision, decidedMs, decidedBy, words }: Decided): string =>
  decision === null
    ? '    waits for a second person: approve or reject'
    : `    ${time(decidedMs ?? 0)} ${decision} by ${decidedBy}: ${words}`;

/** That the ERP lacks it, and what became of that. */
const lossText = ({ atMs, by, reason, document, ...decided }: Loss): string[] => [
  `  ${time(atMs)} missing by ${by}: ${document} is not in the ERP: ${reason}`,
  decidedText(decided),
];

/** One posting, for a person. */
export function showText(told: DeskPosting): string {
  const { dryRun, posting, attempts, acts: said, edits, losses, gate, plan } = told;
  const { key, kind, state, document, reason, order, operation, lot, eventId } = posting;
  const about = Object.entries({ order, operation, lot }).flatMap(([name, value]) =>
    value === null ? [] : [`${name} ${value}`],
  );
  return [
    ...(dryRun ? ['nothing was changed. It would be:'] : []),
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
    ...losses.flatMap(lossText),
    ...(plan === null ? [] : planText(plan, key)),
    ...(gate === null ? [] : [`now it would ${gate.do}${gate.reason ? `: ${gate.reason}` : ''}`]),
    '',
  ].join('\n');
}

/** What a look-up has found, and what a retry would make of it. */
function foundText(found: DryRun['found']): string {
  switch (found.kind) {
    case 'documents': {
      const [document, ...more] = found.documents;
      if (document === undefined) return 'nothing is there under its key: it would be sent';
      if (more.length === 0) return `it is there as ${document}: it would be taken as posted`;
      return `it is there ${found.documents.length} times, ${found.documents.join(', ')}: parked`;
    }
    case 'differs':
      return `it is there as ${found.document}, but differently: ${found.reason}: parked`;
    case 'refused':
      return `the ERP has refused it: ${found.reason}: parked`;
    case 'queued':
      return `the ERP has it in its queue: ${found.reason}: it would be asked on`;
    case 'undecided':
      return `the ERP cannot tell: ${found.reason}: it would be sent, as you say it is not there`;
    case 'silent':
      return 'no answer: it would be looked up again, until there is one';
    case 'notAsked':
      return `not looked up: ${found.reason}`;
  }
}

/** What a retry would do now, for a person. */
export function dryRunText(told: DryRun): string {
  const { key, kind, state, reason, gate, waitsFor, erp, unfit, sent, found } = told;
  const body = sent?.body ? JSON.stringify(sent.body, null, 2).split('\n') : [];
  return [
    `${kind} ${key}: ${state}`,
    ...(reason === null ? [] : [`  because: ${reason}`]),
    'nothing was changed, and nothing sent. Tried again now:',
    `  look-up: ${foundText(found)}`,
    ...(gate === null ? [] : [`  gate: ${gate.do}${gate.reason ? `: ${gate.reason}` : ''}`]),
    ...(waitsFor ? [`  behind the ${waitsFor.state} ${waitsFor.kind} ${waitsFor.key}`] : []),
    ...(unfit === null ? [] : [`  ${erp} cannot hold it: ${unfit}`]),
    ...(sent ? [`  ${erp} would be sent: ${sent.to}`, ...body.map((line) => `    ${line}`)] : []),
    '',
  ].join('\n');
}
