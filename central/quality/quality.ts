import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { invalid } from '../../shared/field.ts';
import { checkSecond, type Saying } from '../posting/amendments.ts';
import type { Act, Acts } from './acts.ts';
import type { Dispatch } from './dispatch.ts';
import type { openLotsHeld } from './lotsheld.ts';
import type { Asked, Portions } from './portions.ts';
import type { Sent } from './sent.ts';
import { sendRelease } from './wardlines.ts';
import type { Wards } from './wards.ts';
import type { Ward } from './wardtables.ts';

type Together = <A extends unknown[], R>(work: (...args: A) => R) => (...args: A) => R;
type Parts = {
  db: Database;
  wards: Wards;
  acts: Acts;
  dispatch: Dispatch;
  portions: Portions;
  /** How a lot stands that a hold of central holds. */
  standing: ReturnType<typeof openLotsHeld>;
  /** Whether central has ever heard of the line. */
  isLine: (line: string) => boolean;
  /** Makes one transaction of it, in which something may be planned. */
  together: Together;
};
export type Quality = ReturnType<typeof openQuality>;

/** What becomes of some of a hold that has a quantity, or of a lot that a hold of central holds. */
type Disposing = Saying & Asked & Readonly<{ hold: string }>;
/** What is asked of one line, of an order or a lot there. */
export type Asking = Saying &
  Readonly<{
    line: string;
    about: Readonly<Record<string, string>>;
    body: Readonly<Record<string, unknown>>;
  }>;

/** A hold that a line has placed, as central knows it. */
type LineHold = Readonly<{ line: string; quantity: number | null; isOver: 0 | 1 }>;

/** The name that a hold of central is given, and what is known of its goods. */
type Own = Readonly<{ hold?: string | undefined; material?: string | undefined }>;

/** What becomes of some of a line's hold. Throws Fault INVALID for what is missing or too much. */
function partOf({ quantity: held }: LineHold, { disposition, quantity, unit, ...more }: Asked) {
  if (held === null) throw new Fault('REFUSED', 'hold: it has no quantity: release it instead');
  const [odd] = Object.entries(more).filter(([, value]) => value !== undefined);
  if (odd) throw invalid(`dispose.${odd[0]}`, 'is for a hold of central: this is one of a line');
  const given = { disposition, quantity, unit };
  const [lacks] = Object.entries(given).filter(([, value]) => value === undefined);
  if (lacks) throw invalid(`dispose.${lacks[0]}`, 'must be given');
  return given;
}

/** Most holds of central in one answer. */
export const wardsShownMax = 1_000;

/**
 * What quality says at central: holds, and what becomes of them, reworks, results of inspections.
 * Nothing is free by one person: who releases or disposes proposes, and another, who has not placed
 * the hold either, approves. Each act is kept with the name and the reason; what a line makes of it
 * is told by that line alone.
 *
 * Throws Fault UNKNOWN for a hold or a line that nobody knows, REFUSED for what a second person or
 * another state is needed for, and what `dispatch.send` and `wards.place` throw.
 */
export function openQuality(parts: Parts) {
  const { db, wards, acts, dispatch, portions, isLine, together } = parts;
  const lineHold = db.prepare<[string], LineHold>(
    `SELECT line, quantity, iif(is_open = 1, 0, 1) AS isOver FROM hold
     WHERE hold = ? AND placed = 1 AND line <> ''`,
  );
  const placerOf = db
    .prepare<[string], string>(
      `SELECT by FROM ward_line JOIN ward ON ward.hold = ward_line.hold WHERE line_hold = ?`,
    )
    .pluck();

  function known(hold: string): Ward | LineHold {
    const found = wards.one(hold) ?? lineHold.get(hold);
    if (!found) throw new Fault('UNKNOWN', `hold: ${hold} is unknown here`);
    const isOver = 'isOver' in found ? found.isOver === 1 : found.releasedMs !== null;
    if (isOver) throw new Fault('REFUSED', `hold: ${hold} is over`);
    return found;
  }

  function checkLine(line: string): void {
    if (!isLine(line)) throw new Fault('UNKNOWN', `line: ${line} is unknown here`);
  }

  function checkFree(hold: string): void {
    const open = acts.openOf(hold);
    if (!open) return;
    const words = `${open.by} has proposed to ${open.act} it: approve or reject that first`;
    throw new Fault('REFUSED', `hold: ${hold}: ${words}`);
  }

  function propose(act: 'release' | 'dispose', hold: string, said: Saying, content: object): void {
    const found = known(hold);
    checkFree(hold);
    const line = 'kind' in found ? null : found.line;
    acts.propose({ act, about: hold, line, ...said, content: content as Act['content'] });
  }

  /** Who placed a hold does not say yes to its end; lines have a rule of their own for theirs. */
  function approve(hold: string, said: Saying): Sent | undefined {
    const act = acts.openOf(hold);
    if (!act) throw new Fault('REFUSED', `hold: ${hold}: nobody has proposed anything`);
    checkSecond(act.by, said.by);
    const found = known(hold);
    const placer = 'kind' in found ? found.by : placerOf.get(hold);
    if (placer !== undefined && placer.toLowerCase() === said.by.toLowerCase()) {
      throw new Fault('REFUSED', `by: ${said.by} has placed it: another person must approve`);
    }
    acts.decide(act.id, 'approved', said.by, said.reason);
    if ('kind' in found) {
      if (act.act === 'dispose') portions.carryOut(found, act, said);
      else wards.release(hold, act.by, said);
      return undefined;
    }
    const { line, quantity } = found;
    const from = `${act.id}`;
    if (act.act === 'dispose') return dispose(line, hold, act, said);
    const reviewed = quantity === null;
    return sendRelease(dispatch, line, hold, { ...said, proposer: act.by, reviewed, from });
  }

  /** Proposed, approved and done at the line, by the two who have done so here. */
  function dispose(line: string, hold: string, act: Act, { by, reason }: Saying): Sent {
    const body = { hold, ...act.content, signature: 'decided' };
    const first = { line, by: act.by, reason: act.reason };
    const source = (what: string) => `${what}:${hold}#${act.id}`;
    const send = dispatch.send;
    send({ ...first, type: 'StartHoldReview', body: { hold }, source: source('review') });
    send({ ...first, type: 'ProposeDisposition', body, source: source('propose') });
    const approved = { hold, signature: 'approved' };
    const second = { line, by, reason };
    send({ ...second, type: 'ApproveDisposition', body: approved, source: source('approve') });
    return send({ ...second, type: 'DispositionHold', body, source: source('dispose') });
  }

  function one(type: 'AuthoriseRework' | 'RecordInspection', about: string, asking: Asking): Sent {
    const { line, by, reason, body } = asking;
    checkLine(line);
    const act = type === 'AuthoriseRework' ? 'rework' : 'inspection';
    acts.done({ act, about, line, by, reason, content: { ...asking.about, ...body } });
    const source = `${act}:${about}`;
    return dispatch.send({ line, type, about: asking.about, body, by, reason, source });
  }

  function shown(hold: string) {
    const ward = wards.one(hold);
    const atLine = ward ? undefined : lineHold.get(hold);
    if (!ward && !atLine) throw new Fault('UNKNOWN', `hold: ${hold} is unknown here`);
    const { isOver = 0, line = null } = atLine ?? {};
    const state = (ward ? ward.releasedMs !== null : isOver === 1) ? 'released' : 'held';
    const { kind = null, name = null, by = null, reason = null, atMs = null } = ward ?? {};
    return {
      ...{ hold, state, kind, name, line, by, reason, atMs },
      acts: acts.of(hold),
      lines: ward ? wards.lines(hold) : [],
      ...(ward ? parts.standing(ward) : { lots: [], lotsFound: 0 }),
    };
  }

  return {
    /** Everything of a lot with what is made of it, or of an order, from now on. */
    hold: together((kind: Ward['kind'], name: string, said: Saying, own: Own = {}) => {
      const ward = wards.place({ kind, name, ...said, ...own });
      acts.done({ act: 'hold', about: ward.hold, line: null, ...said, content: { kind, name } });
      return shown(ward.hold);
    }),
    /** Proposes its end. */
    release: together((hold: string, said: Saying) => {
      propose('release', hold, said, {});
      return shown(hold);
    }),
    /**
     * Proposes what becomes of some of a line's hold that has a quantity; or of all of a lot that a
     * hold of central holds.
     */
    dispose: together(({ hold, by, reason, ...asked }: Disposing) => {
      const found = known(hold);
      checkFree(hold);
      const content = 'kind' in found ? portions.contentOf(found, asked) : partOf(found, asked);
      propose('dispose', hold, { by, reason }, content);
      return shown(hold);
    }),
    approve: together((hold: string, said: Saying) => {
      const sent = approve(hold, said);
      return { ...shown(hold), ...(sent ? { sent } : {}) };
    }),
    reject: together((hold: string, said: Saying) => {
      const act = acts.openOf(hold);
      if (!act) throw new Fault('REFUSED', `hold: ${hold}: nobody has proposed anything`);
      acts.decide(act.id, 'rejected', said.by, said.reason);
      return shown(hold);
    }),
    rework: together((rework: string, asking: Asking) => one('AuthoriseRework', rework, asking)),
    inspection: together((inspection: string, asking: Asking) =>
      one('RecordInspection', inspection, asking),
    ),
    shown,
    /** Holds of central, the newest first, with how many lines stand how; and what waits. */
    all: (limit: number) => ({
      holds: wards.shown(limit).map((ward) => {
        const { hold, kind, name, atMs, by, reason, releasedMs } = ward;
        const states = Object.groupBy(wards.lines(hold), ({ state }) => state);
        const lines = Object.entries(states).map(([state, all]) => `${all!.length} ${state}`);
        const state = releasedMs === null ? 'held' : 'released';
        return { hold, state, kind, name, atMs, by, reason, lines: lines.join(', ') };
      }),
      waiting: acts.waiting(limit),
    }),
  };
}
