import { Fault } from '../../shared/fault.ts';
import { amount, choice, optional, type Read, text } from '../../shared/field.ts';
import { qualityBodies } from '../../shared/quality.ts';
import { amountOf, quantityText, zero } from '../../shared/quantity.ts';
import { inspection } from '../../statecharts/inspection.ts';
import { checkSecond, type Saying } from '../posting/amendments.ts';
import type { Postings } from '../posting/postings.ts';
import type { Acts, OpenAct } from './acts.ts';
import type { Calls, Doing } from './calls.ts';
import type { Carrying } from './carrying.ts';
import type { openDisposing } from './disposing.ts';
import { dispositionNames } from './disposing.ts';
import { worthOf } from './money.ts';
import { answers, type ReceiptRow, type Shelf } from './shelf.ts';
import { decided } from './switching.ts';

/** A result as a person or a laboratory states it. */
export const resultFields = {
  accepted: amount('How much is accepted; with rejected all of the receipt.'),
  rejected: amount('How much is rejected.'),
  characteristics: qualityBodies.InspectionRecorded.characteristics,
};
export const answerFields = {
  answer: choice('What came of the claim.', answers),
  creditMemo: optional(text('Number of the credit memo; with accepted alone.', 40)),
  disposition: optional(choice('What becomes of what is blocked.', dispositionNames)),
};
export const dispositionFields = {
  disposition: choice('What becomes of what is blocked, or was used.', dispositionNames),
};
type Result = Read<typeof resultFields>;
type Answered = Read<typeof answerFields>;
type Disposed = Read<typeof dispositionFields>;

type Parts = {
  shelf: Shelf;
  acts: Acts;
  calls: Calls;
  disposing: ReturnType<typeof openDisposing>;
  carrying: Pick<Carrying, 'down'>;
  postings: Pick<Postings['inbound'], 'rouse' | 'follows'>;
  nowMs: () => number;
};
const refused = (receipt: string, words: string) =>
  new Fault('REFUSED', `receipt: ${receipt} ${words}`);

/**
 * Results of inspections, answers of suppliers and what becomes of rejected goods: said by one
 * person, and done when a second one approves. Only a result by which nothing moves is done at
 * once. Within a transaction. Throws Fault UNKNOWN for no receipt, INVALID for amounts that are not
 * those of the receipt, REFUSED for what was decided before, and for one's own approval.
 */
export function openResults(parts: Parts) {
  const { shelf, acts, calls, disposing, carrying, postings, nowMs } = parts;
  function known(receipt: string): ReceiptRow {
    const row = shelf.one(receipt);
    if (row) return row;
    throw new Fault('UNKNOWN', `receipt: ${receipt} is unknown`);
  }

  function checkResult(row: ReceiptRow, { accepted, rejected }: Result): void {
    const { receipt, state, quantity, unit } = row;
    if (state !== 'requested') {
      throw refused(receipt, state === 'unknown' ? 'was not to be inspected' : `is ${state}`);
    }
    if (amountOf(accepted) + amountOf(rejected) === amountOf(quantity)) return;
    const sum = quantityText(amountOf(accepted) + amountOf(rejected));
    const words = `accepted and rejected must be ${quantity} ${unit} together, not ${sum}`;
    throw new Fault('INVALID', `accepted: ${words}`);
  }

  /** Of goods that are free, and stay so, one person may say it. */
  const isHarmless = ({ stock, blocks }: ReceiptRow, { rejected }: Result): boolean =>
    stock === 'unrestricted' && blocks === 0 && amountOf(rejected) === zero;

  function moveStock(by: Doing, { accepted, rejected }: Result): void {
    const { blocks, stock } = by.receipt;
    const isBad = amountOf(rejected) > zero;
    if (blocks === 1) {
      if (amountOf(accepted) === zero) return;
      calls.say(by, { type: 'HoldDispositioned', disposition: 'useAsIs', quantity: accepted });
      calls.plan(by, 'unblockStock', { quantity: accepted });
      return;
    }
    if (isBad) calls.say(by, { type: 'HoldPlaced', quantity: rejected, reason: 'rejected' });
    if (isBad && stock === 'unrestricted') calls.plan(by, 'blockStock', { quantity: rejected });
  }

  function result(row: ReceiptRow, given: Result, by: Doing): void {
    checkResult(row, given);
    const { receipt, supplier, material, currency } = row;
    const { accepted, rejected } = given;
    const isGood = amountOf(rejected) === zero;
    const said = { type: 'InspectionRecorded', inspection: receipt, signed: true };
    const outcome = isGood ? 'passed' : 'failed';
    const state = inspection.step(row.state, { ...said, result: outcome }, receipt);
    const claimed = isGood ? null : worthOf(row, rejected);
    const { atMs } = by;
    shelf.decide({
      ...{ receipt, state: state as ReceiptRow['state'], accepted, rejected, claimed, atMs },
    });
    const key = { supplier, material };
    shelf.setCounter(key, decided(shelf.counter(key), isGood));
    moveStock(by, given);
    postings.rouse(receipt);
    if (isGood) return;
    if (amountOf(accepted) === zero) carrying.down(row, by.first);
    calls.plan(by, 'supplierClaim', { quantity: rejected });
    if (claimed === null || amountOf(claimed) === zero) return;
    calls.plan(by, 'accrual', { quantity: null, amount: claimed, currency });
  }

  function checkAnswer(row: ReceiptRow, { answer, creditMemo, disposition }: Answered): void {
    const { receipt } = row;
    if (row.state !== 'failed') throw refused(receipt, 'has no claim: nothing of it is rejected');
    if (row.answer !== null) throw refused(receipt, `is answered: its claim is ${row.answer}`);
    if (creditMemo !== undefined && answer !== 'accepted') {
      throw new Fault('INVALID', `creditMemo: only of a claim that is accepted, not ${answer}`);
    }
    if (disposition !== undefined) disposing.check(row, disposition);
  }

  function answered(row: ReceiptRow, given: Answered, by: Doing): void {
    checkAnswer(row, given);
    const { receipt, currency } = row;
    const { answer, creditMemo = null, disposition } = given;
    shelf.answer({ receipt, answer, creditMemo, atMs: by.atMs });
    const accrual = postings.follows(receipt).find(({ kind }) => kind === 'accrual');
    if (accrual && accrual.state !== 'void') {
      const { key: cancels, amount: sum } = accrual;
      calls.plan(by, 'cancelAccrual', { quantity: null, amount: sum, currency, cancels });
    }
    if (disposition !== undefined) disposing.dispose(row, disposition, by);
    postings.rouse(receipt);
  }

  function check(row: ReceiptRow, { act, body }: Pick<OpenAct, 'act' | 'body'>): void {
    if (act === 'result') checkResult(row, body as Result);
    else if (act === 'answer') checkAnswer(row, body as Answered);
    else disposing.check(row, (body as Disposed).disposition);
  }

  function carryOut(row: ReceiptRow, { id, act, body, ...said }: OpenAct, second: Saying): void {
    const first = { by: said.by, reason: said.reason };
    const by = { receipt: row, what: `act ${id}`, atMs: nowMs(), first, second };
    if (act === 'result') result(row, body as Result, by);
    else if (act === 'answer') answered(row, body as Answered, by);
    else disposing.dispose(row, (body as Disposed).disposition, by);
  }

  return {
    known,
    /** Says it; it is done at once only where nothing moves by it. */
    propose(receipt: string, act: OpenAct['act'], body: object, said: Saying): void {
      const row = known(receipt);
      check(row, { act, body });
      const id = acts.propose(receipt, act, body, said, nowMs());
      if (act !== 'result' || !isHarmless(row, body as Result)) return;
      carryOut(row, { id, act, body, ...said }, said);
      acts.decide(id, 'alone', said, nowMs());
    },
    /** Another person says yes: it is done. */
    approve(receipt: string, said: Saying): void {
      const row = known(receipt);
      const proposed = acts.proposed(receipt);
      checkSecond(proposed.by, said.by);
      carryOut(row, proposed, said);
      acts.decide(proposed.id, 'approved', said, nowMs());
    },
    /** Somebody says no, maybe the one who has proposed it: nothing is done. */
    reject(receipt: string, said: Saying): void {
      known(receipt);
      acts.decide(acts.proposed(receipt).id, 'rejected', said, nowMs());
    },
  };
}
