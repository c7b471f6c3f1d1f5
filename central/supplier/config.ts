import {
  choice,
  fallback,
  flag,
  id,
  integer,
  invalid,
  list,
  optional,
  type Read,
  record,
  text,
} from '../../shared/field.ts';
import { materialClasses, ruleModes } from './plan.ts';

const wild = (doc: string) => id(`${doc}, or how it begins and a "*".`, 41);
const siteText = text('Beginning of the lines of this site, e.g. acme/lyon.', 200);
/** Never a line's own path: what follows a receipt is of no line. */
const site = {
  ...siteText,
  read(value: unknown, name: string): string {
    const given = siteText.read(value, name);
    if (/^[^/]+(\/[^/]+){0,2}$/.test(given)) return given;
    throw invalid(name, 'must be the beginning of a line, at most three names, e.g. acme/lyon');
  },
};

/** Most entries of each list. */
const entriesMax = 500;
export const inboundFields = {
  site,
  pollMs: fallback(integer('How often receipts are asked for, ms.', 100, 3_600_000), 30_000),
  pageMax: fallback(integer('Items of receipts in one reading.', 1, 1_000), 100),
  lookBack: fallback(
    integer('Documents that are read again: numbers may be given out of turn [K].', 0, 100_000),
    50,
  ),
  skipAfter: fallback(integer('Accepted in a row before one is skipped.', 1, 1_000), 10),
  skipOneOf: fallback(integer('Of so many one is inspected then.', 2, 1_000), 4),
  classes: fallback(
    list(
      record('The class of a material; the last that fits counts, else major.', {
        material: wild('A material'),
        class: choice('Its class.', materialClasses),
      }),
      entriesMax,
    ),
    [],
  ),
  rules: fallback(
    list(
      record('What is done with deliveries; the last that fits counts, else the table.', {
        supplier: optional(wild('A supplier')),
        material: optional(wild('A material')),
        inspect: fallback(choice('What is done.', ruleModes), 'table'),
        blocked: fallback(flag('True: blocked until its result is known.'), false),
      }),
      entriesMax,
    ),
    [],
  ),
};
export type InboundConfig = Read<typeof inboundFields>;
export const inboundField = optional(
  record('Quality of what suppliers deliver; without it none is read.', inboundFields),
);

const fits = (pattern: string | undefined, given: string): boolean =>
  pattern === undefined ||
  (pattern.endsWith('*') ? given.startsWith(pattern.slice(0, -1)) : given === pattern);

type Of = Readonly<{ supplier: string; material: string }>;
/** What the configuration says of a delivery. */
export function ruleFor({ classes, rules }: InboundConfig, { supplier, material }: Of) {
  const known = classes.findLast((one) => fits(one.material, material));
  const rule = rules.findLast(
    (one) => fits(one.supplier, supplier) && fits(one.material, material),
  );
  return {
    materialClass: known?.class ?? 'major',
    rule: rule?.inspect ?? 'table',
    isBlocked: rule?.blocked ?? false,
  } as const;
}
