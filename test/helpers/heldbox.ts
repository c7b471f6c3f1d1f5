import assert, { AssertionError } from 'node:assert/strict';
import type { Posting } from '../../central/erp/erp.ts';
import type { StockFigures, Unread } from '../../central/erp/figures.ts';
import { quantity, zero } from '../../shared/quantity.ts';
import { book, type Depot, shelfOf } from './depot.ts';
import { content } from './facts.ts';
import { openPlant } from './wardbox.ts';

export const units = (text: string | number): bigint => quantity(`${text}`, 'quantity');

type Body = Readonly<Record<string, unknown>>;
type Asked = Readonly<{ type: string; body: Body; lot?: string; order?: string }>;
const factOf: Readonly<Record<string, string>> = {
  ...{ PlaceHold: 'HoldPlaced', ReduceHold: 'HoldReduced', SplitLot: 'LotSplit' },
  ...{ StartHoldReview: 'HoldReviewStarted', ReleaseHold: 'HoldReleased' },
};

/**
 * Central with lines that do at once whatever central asks of them, and an ERP whose stock fails
 * below nothing: it refuses a document for which there is not enough.
 */
export function openHeldBox(unit = 'EA') {
  const plant = openPlant();
  const { dispatch, postings, wards, warehouse, time } = plant;
  const erp = { depot: {} as Depot, materials: new Map<string, string>(), count: 0 };
  const lotsOf = new Map<string, string[]>(); // of each line's hold
  const lineOf = new Map<string, string>(); // that has placed it

  /** What a line states is true when it is heard. */
  function hear(line: string, ...facts: Parameters<typeof plant.hear>[1][]): void {
    const stamped = facts.map((fact) => {
      time.nowMs += 1;
      return { ...fact, atMs: time.nowMs, recordedMs: time.nowMs };
    });
    plant.hear(line, ...stamped);
  }

  /** A lot comes into unrestricted stock, or leaves it, by people in the ERP. */
  function bring(lot: string, amount: string | number, material = 'STEEL'): void {
    erp.materials.set(lot, material);
    const shelf = shelfOf(erp.depot, lot);
    const unrestricted = shelf.unrestricted + units(amount);
    assert(unrestricted >= zero);
    erp.depot = { ...erp.depot, [lot]: { ...shelf, unrestricted } };
  }

  function figures(material: string, lot: string): StockFigures | Unread | undefined {
    if (erp.materials.get(lot) !== material) return undefined;
    const { unrestricted, blocked } = shelfOf(erp.depot, lot);
    return { unit, unrestricted, blocked };
  }

  /** Central asks what there is, as its loop does. */
  function ask(): void {
    for (const question of warehouse.due(100)) {
      warehouse.take(question, figures(question.material, question.lot));
    }
  }

  function settle(posting: Posting): void {
    if (!posting.material || !posting.unit) throw new Error(`${posting.kind} of nothing known`);
    try {
      erp.depot = book(erp.depot, posting);
      if (posting.kind === 'goodsReceipt') erp.materials.set(posting.lot!, posting.material!);
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      const reason = `only so much is there: ${error.message}`;
      postings.settle(posting.key, { kind: 'refused', code: 'M7/021', reason });
      return;
    }
    postings.settle(posting.key, { kind: 'posted', document: `D${++erp.count}` });
  }

  /** Posts at most so many documents, until nothing is due soon. */
  function post(limit = 1_000): void {
    for (let [done, idle] = [0, 0]; done < limit && idle < 3; ) {
      const tasks = postings.next(new Set(), 5);
      for (const { posting } of tasks) settle(posting);
      done += tasks.length;
      idle = tasks.length === 0 ? idle + 1 : 0;
      time.nowMs += 1_000;
    }
  }

  /** What the line states when it does what it was asked; undefined where its charts refuse it. */
  function doneBy(line: string, number: number) {
    const [sent] = dispatch.behind(line, number - 1).commands;
    const { type, body, lot, order } = sent!.command as Asked;
    const hold = `${body['hold'] ?? ''}`;
    const known = lotsOf.get(hold);
    if (type === 'PlaceHold') {
      lotsOf.set(hold, lot === undefined ? [] : [lot]);
      lineOf.set(hold, line);
    }
    if (type === 'SplitLot') {
      const [child] = body['children'] as { lot: string }[];
      for (const lots of lotsOf.values()) if (lots.includes(lot!)) lots.push(child!.lot);
    }
    if (type === 'ReduceHold') {
      const [gone] = body['lots'] as string[];
      if (!known?.includes(gone!) || known.length === 1) return { ...sent!, type, fact: undefined };
      known.splice(known.indexOf(gone!), 1);
    }
    if (type === 'ReleaseHold') lotsOf.delete(hold);
    const { signature: _, ...said } = body;
    const about = { ...(lot === undefined ? {} : { lot }), ...(order ? { order } : {}) };
    const name = `${line} did ${sent!.commandId}`;
    const fact = content(name, factOf[type] as never, said as never, about);
    return { ...sent!, type, fact };
  }

  /** The line takes the first of what waits for it; false if nothing does. */
  function obey(line: string): boolean {
    const waiting = dispatch.ofLine(line, 1e9, 500).filter(({ state }) => state === 'pending');
    const next = waiting.at(-1);
    if (!next) return false;
    const { number, commandId, type, fact } = doneBy(line, next.number);
    const refused = { outcome: 'refused', rule: 'reached', reason: 'not the last one' };
    const body = { number, commandId, command: type, ...(fact ? { outcome: 'applied' } : refused) };
    const told = content(`${line} ${commandId}`, 'CommandReceived', body as never);
    hear(line, ...(fact ? [fact as typeof told] : []), told);
    wards.pass();
    return true;
  }

  /** All lines have done all that they were asked. */
  function obeyAll(...lines: string[]): void {
    wards.pass();
    for (let at = 0; at < 1_000; at++) if (!lines.some(obey)) return;
    throw new Error('the lines are asked for ever');
  }

  /** Whether a line holds the lot, as far as it was told. */
  const isHeldAt = (line: string, lot: string): boolean =>
    [...lotsOf].some(([hold, lots]) => lots.includes(lot) && lineOf.get(hold) === line);
  const documents = (): string[] =>
    plant.db
      .prepare<[], { kind: string; state: string; lot: string; quantity: string }>(
        "SELECT kind, state, lot, quantity FROM posting WHERE state <> 'void' ORDER BY id",
      )
      .all()
      .map(({ kind, state, lot, quantity: all }) => `${kind} ${lot} ${all ?? ''} ${state}`);
  const shelf = (lot: string): string => {
    const { unrestricted, blocked, scrapped } = shelfOf(erp.depot, lot);
    return [unrestricted, blocked, scrapped].map((one) => one / units(1)).join('/');
  };
  /** Two people: one proposes, another approves. */
  async function decide(hold: string, body: object) {
    const proposed = await plant.say(`holds/${hold}/dispose`, {
      ...{ by: 'person:a', reason: 'looked at', ...body },
    });
    if (proposed.http !== 200) return proposed;
    return plant.say(`holds/${hold}/approve`, { by: 'person:b', reason: 'seen' });
  }
  async function release(hold: string) {
    await plant.say(`holds/${hold}/release`, { by: 'person:a', reason: 'tested' });
    return plant.say(`holds/${hold}/approve`, { by: 'person:b', reason: 'tested' });
  }
  const lines = { obey, obeyAll, isHeldAt };
  return { ...plant, ...lines, hear, erp, bring, ask, post, documents, shelf, decide, release };
}
