import { parseArgs } from 'node:util';
import { invalid } from '../shared/field.ts';
import { isId } from '../shared/identity.ts';
import type { Document, Explained } from './answers.ts';
import { amountsOf, askCentral, tell, urlIn } from './central.ts';

export const usage = `holdfast explain EVENT_ID --central URL

Says what central makes of one fact: which document of the ERP its rule calls for, or why none, and
what became of each document: where it waits, what the ERP said to it, its number.

  --central URL   central's address, e.g. http://127.0.0.1:8090
  --json          for programs

Exit code 0: told. 1: the ledger has no such fact. 2: central was not reached.
`;

const time = (atMs: number): string => new Date(atMs).toISOString();
type Posting = Explained['postings'][number];

function factText({ fact }: Explained): string[] {
  const { eventId, type, line, epoch, sequence, position, atMs, receivedMs } = fact;
  const { order, operation, lot, actor, correlationId, causationId, commandId, flags } = fact;
  const about = Object.entries({ order, operation, lot }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value}`],
  );
  const ids = Object.entries({
    correlation: correlationId,
    cause: causationId,
    command: commandId,
  });
  return [
    `${type} ${eventId}`,
    `  ${line}, epoch ${epoch}, sequence ${sequence}; position ${position} of the ledger`,
    `  true at ${time(atMs)}, here since ${time(receivedMs)}, stated by ${actor}`,
    ...(about.length > 0 ? [`  ${about.join(', ')}`] : []),
    ...ids.flatMap(([name, id]) => (id === undefined ? [] : [`  ${name} ${id}`])),
    ...(flags === undefined ? [] : [`  flags: ${flags}`]),
  ];
}

function ruleText({ fact, rule }: Explained): string {
  const { phase, mode } = rule;
  const name = phase === undefined ? fact.type : `${fact.type} (${phase}, ${mode})`;
  if (rule.calls === 'inverse') return `rule of ${name}: calls for ${rule.why}`;
  if (rule.calls === 'nothing') return `rule of ${name}: calls for nothing: ${rule.why}`;
  if (rule.calls === 'document') return `rule of ${name}: calls for a ${rule.kind}`;
  return `rule of ${name}: calls for a person who decides on a ${rule.kind}: ${rule.why}`;
}

type What = Pick<Posting, 'kind' | 'final' | 'beside'> &
  Partial<Pick<Posting, 'inspection' | 'inspectionLot'>> &
  Parameters<typeof amountsOf>[0];
const whatText = (posting: What): string[] => {
  const { kind, final, beside, inspection, inspectionLot } = posting;
  const isMove = kind === 'blockStock' || kind === 'unblockStock';
  const what = [
    ...amountsOf(posting),
    ...(final ? ['final'] : []),
    ...(beside && isMove ? ['for a held lot'] : []),
    ...(inspection && kind !== 'usageDecision' ? ['quality inspection stock'] : []),
    ...(inspectionLot ? [`inspection lot ${inspectionLot}`] : []),
  ];
  return what.length > 0 ? [`  ${what.join(', ')}`] : [];
};

const shadowText = (shadow: Explained['shadows'][number]): string[] => [
  `${shadow.kind} ${shadow.key}: computed, and not posted: its rule was a shadow`,
  ...whatText({ ...shadow, blocked: null }),
  ...(shadow.reason === null ? [] : [`  would be parked: ${shadow.reason}`]),
];

const named = ({ kind, key, document, eventId }: Document): string =>
  `${kind} ${key}${document === null ? '' : `, document ${document},`} of fact ${eventId}`;

function postingText(posting: Posting): string[] {
  const { key, kind, state, document, reason, cancels, cancelledBy, waitsFor, attempts } = posting;
  return [
    `${kind} ${key}: ${state}${document === null ? '' : ` as ${document}`}`,
    ...whatText(posting),
    ...(cancels === null ? [] : [`  takes back ${named(cancels)}`]),
    ...(cancelledBy === null
      ? []
      : [`  is taken back by ${named(cancelledBy)}, which is ${cancelledBy.state}`]),
    ...(reason === null ? [] : [`  because: ${reason}`]),
    ...(waitsFor === null
      ? []
      : [`  that is ${waitsFor.kind} ${waitsFor.key} of fact ${waitsFor.eventId}`]),
    ...(waitsFor?.reason ? [`  parked because: ${waitsFor.reason}`] : []),
    ...attempts.map(({ atMs, outcome, detail }) => `  ${time(atMs)} ${outcome}: ${detail}`),
  ];
}

/** All of it in words, for a person. */
export function explainText(told: Explained): string {
  const planned = [...told.postings.flatMap(postingText), ...told.shadows.flatMap(shadowText)];
  const documents = planned.length > 0 ? planned : ['no document was planned'];
  return [...factText(told), ruleText(told), ...documents, ''].join('\n');
}

/** Exit code where it could not be done. */
export const failed = 2;

/** The command line; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { central: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const { central, json } = values;
  const [eventId, ...more] = positionals;
  const url = urlIn(central, '--central');
  if (!isId(eventId) || more.length > 0) throw invalid('EVENT_ID', 'must be one id of a fact');
  const told = await askCentral<Explained>(url, `/v1/facts/${eventId}`);
  return tell({ command: 'explain', json }, told, explainText);
}
