import { amountsOf } from './desktext.ts';
import type { Amounts, Attempt, Document } from './parked.ts';

type Subject = { order?: string; operation?: string; lot?: string };
/** What central makes of one fact. */
export type Explained = {
  fact: Subject & {
    eventId: string;
    type: string;
    line: string;
    epoch: number;
    sequence: number;
    position: number;
    atMs: number;
    receivedMs: number;
    actor: string;
    correlationId: string;
    causationId?: string;
    commandId?: string;
    flags?: string;
  };
  act?: {
    act: string;
    about: readonly { kind: string; name: string }[];
    outcome: string;
    reason?: string;
    proved: boolean;
    way: string;
    first?: string;
    firstProved?: boolean;
  };
  rule: (
    | { calls: 'document'; kind: string }
    | { calls: 'person'; kind: string; why: string }
    | { calls: 'nothing'; why: string }
    | { calls: 'inverse'; why: string }
  ) & { phase?: string; mode?: string };
  shadows: (Omit<Amounts, 'blocked'> & {
    key: string;
    kind: string;
    reason: string | null;
    final: 0 | 1;
    beside: 0 | 1;
  })[];
  postings: (Amounts & {
    key: string;
    kind: string;
    state: string;
    reason: string | null;
    document: string | null;
    final: 0 | 1;
    beside: 0 | 1;
    inspection: 0 | 1;
    inspectionLot: string | null;
    cancels: Document | null;
    cancelledBy: Document | null;
    waitsFor: { key: string; kind: string; eventId: string; reason: string | null } | null;
    attempts: Attempt[];
  })[];
};

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

const provedText = (isProved: boolean): string => (isProved ? 'proved' : 'not proved');

/** What was done at the desk. */
function actText({ fact, act }: Explained): string[] {
  if (!act) return [];
  const { first, firstProved = false, reason } = act;
  const about = act.about.map(({ kind, name }) => `${kind} ${name}`);
  return [
    `  ${act.act} of ${about.join(', ')}: ${act.outcome}`,
    `  by ${fact.actor} (${provedText(act.proved)}), over ${act.way}`,
    ...(first === undefined ? [] : [`  proposed by ${first} (${provedText(firstProved)})`]),
    ...(reason ? [`  because: ${reason}`] : []),
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
  if (told.act) return [...factText(told), ...actText(told), ''].join('\n');
  return [...factText(told), ruleText(told), ...documents, ''].join('\n');
}
