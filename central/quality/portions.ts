import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { invalid } from '../../shared/field.ts';
import { dispositions } from '../../shared/quality.ts';
import { amountOf, type Quantity, quantity, quantityText, zero } from '../../shared/quantity.ts';
import type { Saying } from '../posting/amendments.ts';
import { flies } from '../posting/docket.ts';
import type { PostingRow } from '../posting/queue.ts';
import { openSums } from '../posting/sums.ts';
import type { Act } from './acts.ts';
import type { Holds } from './holds.ts';
import { openPortionTables, type Portion } from './portiontables.ts';
import type { openStockCalls } from './stockcalls.ts';
import type { Wards } from './wards.ts';
import type { Ward } from './wardtables.ts';
import type { Warehouse } from './warehouse.ts';

type Disposition = (typeof dispositions)[number];
type Amounts = Readonly<Record<Disposition, Quantity>>;
/** What is proposed of a lot: one disposition for all of it, or how much goes each way. */
export type Asked = Readonly<
  Partial<Record<'lot' | 'line' | 'disposition' | 'quantity' | 'unit' | Disposition, string>>
>;
/** The same, as it is kept with the act; decimal texts. */
type Content = Readonly<Record<Disposition, string>> &
  Readonly<{ lot: string; unit: string | null; line: string | null; frees: boolean }>;

type Parts = {
  db: Database;
  holds: Pick<Holds, 'toBlock'>;
  wards: Pick<Wards, 'reaches' | 'holding' | 'letGo' | 'freeLines'>;
  warehouse: Warehouse;
  calls: ReturnType<typeof openStockCalls>;
  nowMs: () => number;
};
export type Portions = ReturnType<typeof openPortions>;

const total = (all: readonly Quantity[]): Quantity => all.reduce((sum, one) => sum + one, zero);
const texts = (all: readonly (string | null)[]): Quantity => total(all.map(amountOf));
const refused = (hold: string, words: string) => new Fault('REFUSED', `hold: ${hold} ${words}`);

function prepare(db: Database) {
  const quantities = (where: string) =>
    db.prepare<[string], string | null>(`SELECT quantity FROM posting WHERE lot = ? AND ${where}`);
  const waits = "(state = 'intended' OR state = 'held' OR state = 'deferred')";
  return {
    arriving: quantities(
      `${waits} AND (kind = 'goodsReceipt' AND inspection = 0 OR kind = 'usageDecision')`,
    ).pluck(),
    drawing: quantities(`(${waits} OR state = 'parked') AND kind = 'goodsIssue'`).pluck(),
    moving: db.prepare<[string], Pick<PostingRow, 'kind' | 'state'>>(
      `SELECT kind, state FROM posting WHERE lot = ? AND kind <> 'supplierClaim'
         AND kind <> 'accrual' AND kind <> 'cancelAccrual'
         AND (${flies} OR kind <> 'goodsIssue' AND state = 'parked') ORDER BY id LIMIT 1`,
    ),
    blocking: db
      .prepare<[string], 1>(
        `SELECT 1 FROM posting WHERE lot = ? AND kind = 'blockStock'
           AND (state = 'intended' OR state = 'held' OR state = 'deferred') LIMIT 1`,
      )
      .pluck(),
  };
}

/**
 * What becomes of a lot that a hold of central holds: all of it at once, in parts that add up.
 *
 * How much there is to be decided is known from our own documents: what was or will be received, or
 * what was blocked because the ERP told of it, without what was issued, drawn and decided before,
 * and without what other holds hold by quantity. The hold lets the lot go; what is not used as it
 * is stands from then on in a row of its own in the table of all holds, by which the gate keeps it
 * blocked, and scraps it. So no document is written twice, and the parts are of what there is.
 */
export function openPortions({ db, holds, wards, warehouse, calls, nowMs }: Parts) {
  const read = prepare(db);
  const tables = openPortionTables(db);
  const sums = openSums(db);

  /** Throws Fault REFUSED while documents of the lot move: the sums would be of yesterday. */
  function checkStill(hold: string, lot: string): void {
    const moving = read.moving.get(lot);
    if (moving) {
      const words = moving.state === 'parked' ? 'is parked' : 'is at the ERP, or may be';
      throw refused(hold, `waits: a ${moving.kind} of lot ${lot} ${words}: decide it after that`);
    }
    if (warehouse.isMade(lot) || read.blocking.get(lot) === undefined) return;
    throw refused(hold, `waits: a blockStock of lot ${lot} is on its way: decide it after that`);
  }

  /** How much of the lot nobody has decided, by what our documents know. */
  function undecided(hold: string, lot: string): Quantity {
    const again = tables.pending(hold, lot);
    if (!wards.reaches(hold, lot)) return again;
    sums.undone();
    const { allReceived, blocked } = sums.of(lot);
    const others = holds.toBlock(lot) - again;
    const drawn = texts(read.drawing.all(lot));
    const all = warehouse.isMade(lot)
      ? allReceived + texts(read.arriving.all(lot)) - sums.issued(lot) - others
      : blocked + warehouse.kept(lot) - others;
    return all > drawn ? all - drawn : zero;
  }

  /** Whether the hold holds it, or there is something of it that is to be decided anew. */
  const isOpen = (hold: string, lot: string): boolean =>
    wards.reaches(hold, lot) || tables.pending(hold, lot) > zero;

  const lotOf = ({ hold, kind, name }: Ward, { lot }: Asked): string => {
    const found = lot ?? (kind === 'lot' ? name : undefined);
    if (found === undefined) {
      throw invalid('dispose.lot', `must be given: ${hold} holds the lots of order ${name}`);
    }
    if (isOpen(hold, found)) return found;
    throw refused(hold, `does not hold lot ${found}, or has let it go`);
  };

  /** How much goes each way. Throws Fault INVALID or REFUSED for what is not all there is. */
  function amountsOf(hold: string, lot: string, asked: Asked): Amounts {
    const all = undecided(hold, lot);
    const { unit } = warehouse.aboutOf(lot);
    const there = `${quantityText(all)} ${unit ?? ''}`.trim();
    const parts = dispositions.filter((name) => asked[name] !== undefined);
    const { disposition } = asked;
    if ((parts.length === 0) === (disposition === undefined)) {
      const names = ['disposition', ...dispositions].map((one) => `dispose.${one}`);
      throw invalid(
        names.join(', '),
        'either what becomes of all of it, or how much goes each way',
      );
    }
    const isSaid = parts.length > 0 || asked.quantity !== undefined;
    if (isSaid && asked.unit !== (unit ?? undefined)) {
      throw invalid('dispose.unit', unit === null ? 'is not known here' : `must be ${unit}`);
    }
    const given = (name: Disposition): Quantity =>
      name === disposition
        ? quantity(asked.quantity ?? quantityText(all), 'dispose.quantity')
        : quantity(asked[name] ?? '0', `dispose.${name}`);
    const amounts = Object.fromEntries(dispositions.map((name) => [name, given(name)]));
    const sum = total(Object.values(amounts));
    if (sum === all) return amounts as Amounts;
    const words = `of lot ${lot} there are ${there} to be decided by our documents`;
    throw refused(hold, `is decided as a whole: ${words}, and ${quantityText(sum)} were said`);
  }

  /** At which line what is not used as it is lies: the only one that holds it, or as it is said. */
  function lineOf(hold: string, lot: string, { line }: Asked): string | null {
    const known = wards.holding(hold, lot).map((member) => member.line);
    if (line !== undefined) {
      if (known.includes(line)) return line;
      throw invalid('dispose.line', `${line} does not hold lot ${lot} by this hold`);
    }
    if (known.length <= 1) return known[0] ?? null;
    const words = `where what is not used as it is lies: ${known.slice(0, 5).join(', ')}`;
    throw invalid('dispose.line', `must be given, ${words}`);
  }

  /** What is kept of a proposal. Throws what `lotOf`, `amountsOf` and `lineOf` throw. */
  function contentOf(ward: Ward, asked: Asked): Content {
    const { hold } = ward;
    const lot = lotOf(ward, asked);
    checkStill(hold, lot);
    const amounts = amountsOf(hold, lot, asked);
    const { unit } = warehouse.aboutOf(lot);
    const rest = amounts.rework + amounts.scrap + amounts.return;
    // Of what none is in our books it is said in words alone.
    const frees = amounts.useAsIs > zero || asked.disposition === 'useAsIs';
    const line = frees && rest > zero ? lineOf(hold, lot, asked) : null;
    const said = Object.fromEntries(
      dispositions.map((name) => [name, quantityText(amounts[name])]),
    ) as Record<Disposition, string>;
    return { lot, unit, line, frees, ...said };
  }

  /** Is it still as it was proposed? Throws Fault REFUSED where it is not. */
  function check({ hold }: Ward, { lot, unit, ...said }: Content): void {
    if (!isOpen(hold, lot)) throw refused(hold, `holds lot ${lot} no more`);
    checkStill(hold, lot);
    const [all, then] = [undecided(hold, lot), texts(dispositions.map((name) => said[name]))];
    if (all === then) return;
    const words = `${quantityText(then)} ${unit ?? ''} of lot ${lot} were proposed`;
    throw refused(hold, `: ${words}, and there are ${quantityText(all)} now: propose it anew`);
  }

  return {
    contentOf,

    /** Decides it, by the one who has proposed and the one who has approved it. */
    carryOut(ward: Ward, act: Act, { by, reason }: Saying): void {
      const content = act.content as unknown as Content;
      const { lot, unit, line, frees } = content;
      const { hold, place } = ward;
      check(ward, content);
      const { material } = warehouse.aboutOf(lot);
      const rest = texts([content.rework, content.scrap, content.return]);
      const before = warehouse.kept(lot) + tables.pending(hold, lot);
      tables.settle(hold, lot);
      tables.add({ ...content, act: act.id, hold, atMs: nowMs() });
      const isLeft = wards.letGo(ward, lot, `decided ${act.id}`);
      const kept = isLeft && before > rest ? before - rest : zero;
      if (!warehouse.isMade(lot)) warehouse.keep(lot, kept);
      const asked = { rule: 'HoldDispositioned', what: `decided ${act.id}`, place, lot } as const;
      const about = { material, unit };
      if (amountOf(content.scrap) > zero) {
        calls.plan(asked, 'scrapStock', { ...about, quantity: content.scrap });
      }
      // How much of it may go is weighed when it goes: whoever holds some of it still, keeps that.
      if (amountOf(content.useAsIs) > zero) calls.plan(asked, 'unblockStock', about);
      if (!frees) return;
      const parting = line === null || rest === zero ? undefined : { line, unit, rest };
      wards.freeLines(hold, lot, { act: act.id, proposer: act.by, by, reason, parting });
    },

    undecided,
    of: (hold: string): readonly Portion[] => tables.ofHold(hold),
    ofLot: (lot: string): readonly Portion[] => tables.ofLot(lot),
  };
}
