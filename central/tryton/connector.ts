import { type Clock, systemClock } from '../../shared/clock.ts';
import { readFields } from '../../shared/field.ts';
import type { Logger } from '../../shared/log.ts';
import type { Erp, Found, Outcome, Posting } from '../erp/erp.ts';
import { calendar } from '../erp/erpfields.ts';
import { objectOf } from '../erp/exchange.ts';
import { draftOf } from './draft.ts';
import { trytonFigures } from './figures.ts';
import type { Draft } from './forms.ts';
import { type Master, openMaster } from './master.ts';
import { trytonMasters } from './masters.ts';
import { misfit } from './misfit.ts';
import { type TrytonConfig, type TrytonOptions, trytonFields } from './options.ts';
import { findPlaces, type Places, type Row, readRows } from './places.ts';
import { previewOf } from './preview.ts';
import { type Failure, isFailure } from './reply.ts';
import { openSession, type Tryton } from './session.ts';
import { complaintsOf, standingFields } from './standing.ts';
import { numberOf } from './typed.ts';

export type TrytonParts = Readonly<{ clock?: Clock; log?: Logger }>;

/**
 * Tryton 7.0 by its JSON-RPC, with the module of `module/` installed in it. Throws Fault INVALID if
 * an option is bad.
 *
 * A posting is one call, and so one transaction of Tryton's: whatever is lost on the way, all of it
 * is there or nothing. The module holds that a key is posted once; a repeated call gives the first
 * one's document. What Tryton lacks is looked for at once, logged, and said by every call until it
 * is there.
 */
export function trytonErp(given: TrytonOptions, parts: TrytonParts = {}): Erp {
  const { clock = systemClock, log } = parts;
  const config = readFields(trytonFields, given, 'tryton');
  const { url, database, user, passwordPath, clientTimeoutMs: timeoutMs } = config;
  const tryton = openSession({ url, database, user, passwordPath, timeoutMs, clock });
  const dayAt = calendar(config.timeZone);
  const bench = openBench(tryton, config, clock);

  bench.ready().then((found) => {
    if (isFailure(found)) log?.error({ reason: found.reason }, 'Tryton cannot be posted to');
  });

  return {
    name: 'tryton',
    maxInFlightMs: config.maxInFlightMs,
    unfit: misfit,
    preview: (posting) => previewOf(posting, { config, day: dayAt(posting.atMs) }),
    figures: trytonFigures(tryton, config, bench.ready),
    masters: trytonMasters(tryton, config, bench.ready),

    async post(posting: Posting, isSafe?: () => boolean): Promise<Outcome> {
      const reason = misfit(posting);
      if (reason !== undefined) return { kind: 'refused', code: 'UNFIT', reason };
      const ready = await bench.ready();
      if (isFailure(ready)) return ready;
      const draft = await draftOf(posting, { ...ready, dayAt });
      if (isFailure(draft)) return draft;
      return bench.send(posting, draft, ready.places, isSafe);
    },

    async lookup(posting: Posting): Promise<Found> {
      if (misfit(posting) !== undefined) return [];
      const ready = await bench.ready();
      if (isFailure(ready)) return undefined;
      const found = await bench.find(posting, ready.places);
      return isReason(found) ? undefined : found;
    },
  };
}

const isReason = (found: Exclude<Found, undefined> | Failure): found is Failure =>
  'reason' in found && found.kind !== 'differs' && found.kind !== 'refused';

type Ready = Readonly<{ places: Places; master: Master }>;

/** Calls of one connector, and what it has found out about its ERP. */
function openBench(tryton: Tryton, config: TrytonConfig, clock: Clock) {
  let kept: Promise<Ready | Failure> | undefined;

  async function look(): Promise<Ready | Failure> {
    const places = await findPlaces(tryton, config);
    if (isFailure(places)) return places;
    return { places, master: openMaster({ tryton, config, places, clock }) };
  }

  /** Looked for until it is found; whoever asks meanwhile waits for the same answer. */
  async function ready(): Promise<Ready | Failure> {
    kept ??= look();
    const asked = kept;
    const found = await asked;
    if (isFailure(found) && kept === asked) kept = undefined;
    return found;
  }

  /** The documents that carry the posting's key; what else they say is a difference. */
  async function find(
    posting: Posting,
    { context, ...at }: Places,
  ): Promise<Exclude<Found, undefined> | Failure> {
    const domain = [['key', '=', posting.key]];
    const found = await readRows(tryton, ['holdfast.document', domain, standingFields], context);
    if (isFailure(found)) return { kind: 'unknown', reason: found.reason };
    const numbers = found.rows.map((row) => numberOf(row['id'] as number));
    const complaints = found.rows.flatMap((row) => complaintsOf(row, posting, { context, ...at }));
    if (complaints.length === 0) return numbers;
    return { kind: 'differs', document: numbers.join(', '), reason: complaints.join('; ') };
  }

  async function send(
    posting: Posting,
    draft: Draft,
    at: Places,
    isSafe?: () => boolean,
  ): Promise<Outcome> {
    const { values, moves, cycles } = draft;
    const complete = posting.final === true && config.completeProductions;
    const method = 'model.holdfast.document.post';
    const reply = await tryton.change(isSafe, method, values, moves, cycles, complete, at.context);
    if (reply.kind !== 'result') return reply;
    const found = await find(posting, at);
    if (!Array.isArray(found)) return found as Outcome;
    const [document, ...more] = found as string[];
    if (more.length > 0) return { kind: 'unknown', reason: `Tryton has ${found.join(', ')}` };
    if (document !== undefined) return { kind: 'posted', document };
    if (typeof reply.result === 'number') {
      return { kind: 'unknown', reason: `${numberOf(reply.result)} was posted and is not found` };
    }
    const action = objectOf(reply.result);
    if (!`${action?.['type']}`.startsWith('ir.action')) {
      return { kind: 'unknown', reason: 'the answer has no number, and nothing is found' };
    }
    return { kind: 'refused', code: 'DECISION', reason: decisionOf(action!) };
  }

  return { ready, find, send };
}

/** Instead of acting, Tryton may answer with what it wants a person to do first. */
function decisionOf(action: Row): string {
  const name = action['name'] ?? action['wiz_name'] ?? JSON.stringify(action);
  return `Tryton wants a decision first, and has posted nothing: ${name}`;
}
