import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Erp, Found, Outcome, Posting } from '../../central/erp/erp.ts';
import { quantity, quantityText } from '../../shared/quantity.ts';
import type { Ability, Bench, Booked, Connector } from './bench.ts';

/** On top of all time-outs: what a busy machine may take, ms. */
const slackMs = 20_000;

/** The connector, and what holds of every call: it ends in time, never rejects, tells no secret. */
export function watched(erp: Erp, { timeoutMs, requestsMax, secrets }: Connector): Erp {
  const limitMs = timeoutMs * requestsMax + slackMs;
  async function watch<T>(what: string, call: Promise<T>): Promise<T> {
    const ended = new AbortController();
    const tooLong = delay(limitMs, undefined, { signal: ended.signal }).then(
      () => Promise.reject(new Error(`${what} has not ended in ${limitMs} ms`)),
      () => new Promise<never>(() => {}),
    );
    try {
      const said = await Promise.race([call, tooLong]);
      const words = JSON.stringify(said) ?? '';
      for (const secret of secrets) expect(words).not.toContain(secret);
      return said;
    } finally {
      ended.abort();
    }
  }
  return {
    ...erp,
    post: (posting, isSafe) => watch('post', erp.post(posting, isSafe)),
    lookup: (posting) => watch('lookup', erp.lookup(posting)),
  };
}

/** Does something once the test has ended. */
export type AtEnd = (close: () => Promise<void>) => void;

/** A bench for this test, closed after it; its connector and those elsewhere are watched. */
export async function openBench(connector: Connector, atEnd: AtEnd): Promise<Bench> {
  const bench = await connector.open();
  atEnd(() => bench.close());
  const erp = watched(bench.erp, connector);
  return { ...bench, erp, elsewhere: (origin) => watched(bench.elsewhere(origin), connector) };
}

/** Posts, and waits for the last word where the ERP queues. */
export async function send(bench: Bench, posting: Posting): Promise<Outcome> {
  const outcome = await bench.erp.post(posting);
  return bench.conclude ? bench.conclude(posting, outcome) : outcome;
}

/** Posts what must be posted; its document number. */
export async function sent(bench: Bench, posting: Posting): Promise<string> {
  const outcome = await send(bench, posting);
  if (outcome.kind !== 'posted') throw new Error(JSON.stringify(outcome));
  return outcome.document;
}

/** Waits as the poster does after an outcome that is unknown, and looks it up. */
export async function lookedUp({ erp }: Bench, posting: Posting): Promise<Found> {
  await delay(erp.maxInFlightMs);
  return erp.lookup(posting);
}

const texts = [
  ...(['order', 'operation', 'material', 'lot', 'unit', 'cancels'] as const),
  ...(['supplier', 'purchaseOrder', 'currency'] as const),
];
const amounts = ['quantity', 'blocked', 'yield', 'scrap', 'rework', 'amount'] as const;
const times = ['setupMs', 'machineMs'] as const;

/** What is compared: the texts that the posting has, and every amount, nothing being zero. */
function said(of: Omit<Booked, 'document'>, posting: Posting): Record<string, unknown> {
  return {
    kind: of.kind,
    ...Object.fromEntries(texts.flatMap((name) => (posting[name] ? [[name, of[name]]] : []))),
    ...Object.fromEntries(
      amounts.map((name) => [name, quantityText(quantity(of[name] ?? '0', name))]),
    ),
    final: of.final === true,
  };
}

/** The books have one document more than before: this one, saying exactly what was posted. */
export async function expectBooked(
  { books }: Bench,
  before: readonly Booked[],
  posting: Posting,
  { document, timeStepMs }: { document: string; timeStepMs: number },
): Promise<void> {
  const known = new Set(before.map((entry) => entry.document));
  const more = (await books()).filter((entry) => !known.has(entry.document));
  expect(more.map((entry) => entry.document)).toEqual([document]);
  expect(said(more[0]!, posting)).toEqual(said(posting, posting));
  for (const name of times) {
    const offMs = Math.abs((more[0]![name] ?? 0) - (posting[name] ?? 0));
    expect(offMs, name).toBeLessThanOrEqual(timeStepMs / 2);
  }
}

/** Declares tests, some of which run side by side: they mostly wait. What needs something
 * that the connector cannot is shown with the reason. */
export const declare =
  (connector: Connector) =>
  (
    name: string,
    needs: readonly Ability[],
    run: (bench: Bench, atEnd: AtEnd) => Promise<void>,
  ): void => {
    const lacking = needs.find((ability) => connector.cannot[ability] !== undefined);
    if (lacking === undefined) {
      test.concurrent(name, async ({ onTestFinished: atEnd }) => {
        await run(await openBench(connector, atEnd), atEnd);
      });
      return;
    }
    const reason = `cannot ${lacking}: ${connector.cannot[lacking]}`;
    test(`${name} [${reason}]`, ({ skip }) => skip());
  };
