import type { Database } from '../../shared/database.ts';
import { nextTurn } from '../../shared/loop.ts';
import type { Standing } from '../erp/breaker.ts';
import type { Erp, Posting } from '../erp/erp.ts';
import type { Booked } from '../erp/figures.ts';
import { isFlying } from '../posting/docket.ts';
import type { PostingRow } from '../posting/queue.ts';
import { besideOrder, besideStock, type Contrast } from './contrast.ts';
import { documentsMax, isOfOrder, openPosted, orderSums, standing, stockSums } from './posted.ts';
import { type Trace, trace } from './tracing.ts';

/** Questions to the ERP at once, beside the documents that are being posted. */
export const askedAtOnce = 2;
/** Orders and lots in a row that were not answered, before no more are asked. */
const silentMax = 5;
/** Most of a sort that are told one by one; all are counted. */
const sumsMax = 20_000;
const differencesMax = 2_000;
const othersMax = 200;

/** Orders and lots that facts are about; `leftOut` are those beyond the first ones of a sort. */
export type Touched = Readonly<{
  orders: readonly string[];
  lots: readonly string[];
  leftOut: number;
}>;

export type ErpSum = Contrast & Readonly<{ order: string | null; lot: string | null }>;
export type Difference = Readonly<{ order: string | null; lot: string | null }> &
  (Trace | Readonly<{ sort: 'amount'; why: string; document: null }>);
type Named = Readonly<{ order: string | null; lot: string | null; why: string }>;

/** The ERP's own figures beside central's. */
export type ErpTold = Readonly<{
  erp: string; // its connector
  askedMs: number | null; // null where it was not asked
  endedMs: number | null;
  why: string | null; // why it was not asked, or not to the end
  orders: number; // asked, and answered
  lots: number;
  leftOut: number; // orders and lots that were not asked: too many
  sums: readonly ErpSum[];
  sumsFound: number;
  differences: readonly Difference[];
  differencesFound: number;
  moving: readonly Named[]; // something was in flight while it was read: not compared
  movingFound: number;
  unread: readonly Named[]; // no answer, or none that could be read
  unreadFound: number;
  elsewhere: readonly Named[]; // available stock that others have moved: no difference
  elsewhereFound: number;
}>;

type Subject = Readonly<{ order: string | null; lot: string | null }>;
type Answer = Readonly<{
  sums?: readonly Contrast[];
  traces?: readonly Trace[];
  amounts?: string;
  moving?: string;
  unread?: string;
  elsewhere?: string;
}>;
type Parts = Readonly<{
  db: Database;
  erp: Erp;
  standing: () => Standing;
  handed: (row: PostingRow) => Posting;
  nowMs: () => number;
}>;
export type Inquire = ReturnType<typeof openInquiry>;

const stamp = (rows: readonly PostingRow[]): string =>
  rows.map(({ id, state, document }) => `${id} ${state} ${document}`).join('\n');
const sumText = ({ of, measure, unit, central, erp }: Contrast): string =>
  `${of}: ${measure} ${central} ${unit} posted, ${erp} in the ERP`.replace('  ', ' ');

function movingIn(before: readonly PostingRow[], after: readonly PostingRow[]): Answer | undefined {
  const all = [...before, ...after];
  const flying = all.find(({ state }) => isFlying(state));
  if (flying) return { moving: `its ${flying.kind} ${flying.key} is at the ERP, or may be` };
  if (stamp(before) === stamp(after)) return undefined;
  return { moving: 'something was posted while it was read' };
}

/** Whether the ERP lists other documents than those that must stand. */
function isListedOtherwise(rows: readonly PostingRow[], booked: readonly Booked[] | undefined) {
  if (!booked) return false;
  const listed = new Set(booked.map(({ document }) => document));
  const must = standing(rows).filter(isOfOrder);
  return listed.size !== must.length || must.some(({ document }) => !listed.has(document!));
}

/** Asks for one order, or for one lot, and finds what stands behind a difference. */
function openQuestions({ db, erp, handed }: Parts) {
  const posted = openPosted(db);
  const { figures, lookup } = erp;
  const tools = { lookup, handed, isByHand: posted.isByHand };
  const tooMany = { unread: `more than ${documentsMax} documents` };
  const traced = async (rows: readonly PostingRow[], booked?: readonly Booked[]) =>
    trace(rows, booked, tools);

  async function order(number: string): Promise<Answer> {
    const before = posted.ofOrder(number);
    if (before.length > documentsMax) return tooMany;
    const told = await figures!.order(number);
    if ('unread' in told) return told;
    const rows = posted.ofOrder(number);
    const moving = movingIn(before, rows);
    if (moving) return moving;
    const sums = besideOrder(orderSums(rows), told);
    const differing = sums.filter(({ same }) => !same);
    if (differing.length === 0 && !isListedOtherwise(rows, told.documents)) return { sums };
    const traces = await traced(rows, told.documents);
    if ('unread' in traces) return traces;
    if (stamp(posted.ofOrder(number)) !== stamp(rows)) {
      return { moving: 'something was posted while it was read' };
    }
    return { sums, traces, ...(differing.length > 0 ? { amounts: wordsOf(differing) } : {}) };
  }

  /** Only of a lot that came into being here: what else there is, nobody has told central. */
  async function lot(name: string): Promise<Answer | undefined> {
    const before = posted.ofLot(name);
    const made = before.find(({ kind, state }) => kind === 'goodsReceipt' && state === 'posted');
    if (!made?.material || !made.unit) return undefined;
    if (before.length > documentsMax) return tooMany;
    const told = await figures!.stock(made.material, name);
    if (told && 'unread' in told) return told;
    const rows = posted.ofLot(name);
    const moving = movingIn(before, rows);
    if (moving) return moving;
    const sums = besideStock(name, made.unit, stockSums(name, made.unit, rows), told);
    const differing = sums.filter(({ same }) => !same);
    if (differing.length === 0) return { sums };
    const traces = await traced(rows);
    if ('unread' in traces) return traces;
    const amounts = wordsOf(differing);
    const isHeld = differing.some(({ measure }) => measure !== 'unrestricted');
    if (traces.length === 0 && !isHeld) return { sums, elsewhere: amounts };
    return { sums, traces, amounts };
  }
  return { order, lot };
}

const wordsOf = (differing: readonly Contrast[]): string =>
  differing.slice(0, 10).map(sumText).join('; ');

/** A list of which all are counted, and the first ones kept. */
function openTop<T>(max: number) {
  const kept: T[] = [];
  let found = 0;
  return {
    add(...more: readonly T[]): void {
      found += more.length;
      kept.push(...more.slice(0, Math.max(0, max - kept.length)));
    },
    all: (): readonly T[] => kept,
    found: (): number => found,
  };
}

function openFindings() {
  const sums = openTop<ErpSum>(sumsMax);
  const differences = openTop<Difference>(differencesMax);
  const [moving, unread] = [openTop<Named>(othersMax), openTop<Named>(othersMax)];
  const elsewhere = openTop<Named>(othersMax);
  const told = new Set<string>(); // keys: a document of an order may be one of a lot, too
  let [orders, lots] = [0, 0];

  return {
    take(subject: Subject, answer: Answer): void {
      if (answer.unread !== undefined) unread.add({ ...subject, why: answer.unread });
      else if (subject.order !== null) orders += 1;
      else lots += 1;
      if (answer.moving !== undefined) moving.add({ ...subject, why: answer.moving });
      if (answer.elsewhere !== undefined) elsewhere.add({ ...subject, why: answer.elsewhere });
      if (answer.amounts !== undefined) {
        differences.add({ ...subject, sort: 'amount', why: answer.amounts, document: null });
      }
      for (const one of answer.traces ?? []) {
        if (one.key === undefined || !told.has(one.key)) differences.add({ ...subject, ...one });
        if (one.key !== undefined) told.add(one.key);
      }
      sums.add(...(answer.sums ?? []).map((sum) => ({ ...subject, ...sum })));
    },
    told: () => ({
      ...{ orders, lots, sums: sums.all(), sumsFound: sums.found() },
      ...{ differences: differences.all(), differencesFound: differences.found() },
      ...{ moving: moving.all(), movingFound: moving.found() },
      ...{ unread: unread.all(), unreadFound: unread.found() },
      ...{ elsewhere: elsewhere.all(), elsewhereFound: elsewhere.found() },
    }),
  };
}

/**
 * Sets what central has posted beside what the ERP says, order by order and lot by lot, at most
 * two questions at a time, beside the posting of documents. While the ERP is down, or once five in
 * a row were not answered, no more is asked; what was not is told. Reads only.
 */
export function openInquiry(parts: Parts) {
  const { erp, standing: now, nowMs } = parts;

  function down(): string | undefined {
    const { state, reason } = now();
    return state === 'down' ? `the ERP is down: ${reason ?? 'it does not answer'}` : undefined;
  }

  return async ({ orders, lots, leftOut }: Touched): Promise<ErpTold> => {
    const findings = openFindings();
    const never = erp.figures ? down() : `the connector ${erp.name} cannot ask for figures`;
    if (never !== undefined) {
      const none = { askedMs: null, endedMs: null, why: never };
      return { erp: erp.name, ...none, leftOut, ...findings.told() };
    }
    const askedMs = nowMs();
    const ask = openQuestions(parts);
    const subjects: Subject[] = [
      ...orders.map((order) => ({ order, lot: null })),
      ...lots.map((lot) => ({ order: null, lot })),
    ];
    let [at, silent] = [0, 0];
    let why: string | undefined;
    async function work(): Promise<void> {
      while (at < subjects.length) {
        why ??= down() ?? (silent < silentMax ? undefined : 'the ERP does not answer');
        if (why !== undefined) return;
        const subject = subjects[at++]!;
        const { order, lot } = subject;
        const answer = order === null ? await ask.lot(lot!) : await ask.order(order);
        silent = answer?.unread === undefined ? 0 : silent + 1;
        if (answer) findings.take(subject, answer);
        await nextTurn();
      }
    }
    await Promise.all(Array.from({ length: askedAtOnce }, work));
    for (const subject of subjects.slice(at)) findings.take(subject, { unread: 'was not asked' });
    const times = { askedMs, endedMs: nowMs(), why: why ?? null };
    return { erp: erp.name, ...times, leftOut, ...findings.told() };
  };
}
