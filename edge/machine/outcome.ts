import { Fault } from '../../shared/fault.ts';
import { amountOf, quantity, quantityText } from '../../shared/quantity.ts';
import type { JobRow } from './docket.ts';
import type { JobMap } from './jobmap.ts';
import type { JobResponse } from './port.ts';

/** What a machine told of a job, and which of it are pieces; null where it does not say. */
export type Outcome = JobResponse & Readonly<{ good: string | null; scrap: string | null }>;

/** A quantity in its one spelling; null for what is none. */
function amount(text: string | undefined): string | null {
  try {
    return text === undefined ? null : quantityText(quantity(text, 'result'));
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

/** Finds the pieces in a response: in its data by the mapping, else among the materials. */
export function outcomeOf(
  response: JobResponse,
  { actuals }: Pick<JobMap, 'actuals'>,
  material: string | undefined,
): Outcome {
  const named = (id: string | undefined) =>
    id === undefined ? undefined : response.data.find((one) => one.id === id)?.value;
  const made = response.materials.filter(
    (one) => one.use === 'Produced' && (material === undefined || one.material === material),
  );
  const amounts = made.map((one) => amount(one.quantity));
  const isKnown = amounts.length > 0 && !amounts.includes(null);
  const sum = amounts.reduce((all, one) => all + amountOf(one), 0n);
  const good = isKnown ? quantityText(sum) : null;
  return {
    ...response,
    good: actuals.good === undefined ? good : amount(named(actuals.good)),
    scrap: amount(named(actuals.scrap)),
  };
}

export const readOutcome = ({ result }: Pick<JobRow, 'result'>): Outcome | null =>
  result === null ? null : (JSON.parse(result) as Outcome);

/**
 * Where what the machine says and what was booked from its counters are not the same; nothing
 * before all of it is booked, and nothing where one of the two is not known.
 */
export function differencesOf(row: JobRow): string[] {
  const told = readOutcome(row);
  if (!told || row.counting === 1 || row.bookedGood === null) return [];
  const booked = { good: row.bookedGood, scrap: row.bookedScrap };
  return (['good', 'scrap'] as const).flatMap((kind) => {
    const says = told[kind];
    if (says === null || amountOf(says) === amountOf(booked[kind])) return [];
    return [`${kind}: the machine says ${says}, booked ${booked[kind] ?? '0'}`];
  });
}
