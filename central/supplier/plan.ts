import type { Quantity } from '../../shared/quantity.ts';
import type { Grade } from './rating.ts';
import { type Level, sampleOf } from './sampling.ts';
import type { Counter } from './switching.ts';

export const materialClasses = ['critical', 'major', 'minor'] as const;
type MaterialClass = (typeof materialClasses)[number];
const inspectionModes = ['skip', 'normal', 'tightened', 'always'] as const;
type InspectionMode = (typeof inspectionModes)[number];
/** A rule takes what the table says, or says it itself. */
export const ruleModes = ['table', ...inspectionModes] as const;
type RuleMode = (typeof ruleModes)[number];

/** What is done with a delivery, by the supplier's grade and the class of the material. */
const planTable: Readonly<Record<Grade, Readonly<Record<MaterialClass, InspectionMode>>>> = {
  A: { critical: 'normal', major: 'skip', minor: 'skip' },
  B: { critical: 'normal', major: 'normal', minor: 'skip' },
  C: { critical: 'tightened', major: 'tightened', minor: 'normal' },
  new: { critical: 'tightened', major: 'normal', minor: 'normal' },
};

/** After how many accepted in a row something is skipped, and of how many one is inspected then. */
type Skipping = Readonly<{ after: number; oneOf: number }>;
export type Asked = Readonly<{
  grade: Grade;
  materialClass: MaterialClass;
  rule: RuleMode;
  counter: Counter;
  skipping: Skipping;
  quantity: Quantity;
}>;
/** `sample` is how many units are looked at: 0 where none is inspected. */
export type Plan = Readonly<{ mode: InspectionMode; isInspected: boolean } & Sampled>;
type Sampled = { sample: number; why: string };

const levelOf: Readonly<Record<InspectionMode, Level>> = {
  ...{ skip: 'I', normal: 'II', tightened: 'III', always: 'II' },
};

/**
 * Whether a delivery is inspected, and how many units of it. Nothing is skipped before so many in a
 * row were accepted; what results have tightened is neither skipped nor inspected as usual.
 */
export function planOf(asked: Asked): Plan {
  const { grade, materialClass, rule, counter, skipping, quantity } = asked;
  const called = rule === 'table' ? planTable[grade][materialClass] : rule;
  const from = rule === 'table' ? `supplier ${grade}, material ${materialClass}` : 'by its rule';
  const inspected = (mode: InspectionMode, why: string): Plan => {
    const level = levelOf[mode];
    const words = `${why}: ${mode}, level ${level}`;
    return { mode, isInspected: true, sample: sampleOf(quantity, level), why: words };
  };
  if (called === 'always' || called === 'tightened') return inspected(called, from);
  if (counter.tightened === 1) return inspected('tightened', `${from}, after rejections`);
  if (called === 'normal') return inspected('normal', from);
  if (counter.run < skipping.after) {
    const words = `${from}, ${counter.run} of ${skipping.after} accepted in a row`;
    return inspected('normal', words);
  }
  if (counter.since + 1 >= skipping.oneOf) return inspected('skip', `${from}, its turn`);
  const why = `${from}: skipped, ${counter.since + 1} of ${skipping.oneOf}`;
  return { mode: 'skip', isInspected: false, sample: 0, why };
}
