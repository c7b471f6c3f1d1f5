import { flag, id, integer, list, optional, type Read, readFields } from '../shared/field.ts';

const may = (doc: string) => optional(flag(doc));
const delayMs = (doc: string) => optional(integer(doc, 1_000, 31_536_000_000));

/** What a plant may say otherwise than its template. Nothing else differs between plants. */
export const policyFields = {
  fourEyes: may('Who places a hold does not decide or release it.'),
  review: may('Every disposition is proposed by one person and approved by another.'),
  signatures: may('Decisions of quality carry the meaning of a signature (21 CFR 11.50).'),
  inspectOperations: may('An operation is completed only after a passed inspection.'),
  inspectLots: may('A produced lot is in process until quality releases it.'),
  holdOnFailure: may('A failed inspection places a hold on what was inspected.'),
  authoriseRework: may('Rework starts only after it was authorised.'),
  deciders: optional(list(id('Who may decide and release holds, e.g. "person:17".', 64), 500)),
  people: optional(list(id('Who is known here, e.g. "person:17"; others are flagged.', 64), 2_000)),
  escalateHoldMs: delayMs('A hold without a decision is escalated after this, ms.'),
  remindHoldMs: delayMs('An open hold is reminded of every so many ms.'),
};
type Said = Read<typeof policyFields>;
type Switch = { [K in keyof Said]-?: Exclude<Said[K], undefined> extends boolean ? K : never };
export type Policy = Readonly<Record<Switch[keyof Said], boolean>> &
  Pick<Said, 'deciders' | 'people' | 'escalateHoldMs' | 'remindHoldMs'>;

const hourMs = 3_600_000;
const nothing: Policy = {
  ...{ fourEyes: false, review: false, signatures: false, inspectOperations: false },
  ...{ inspectLots: false, holdOnFailure: false, authoriseRework: false },
};

/** A worked example of each is in docs/templates.md, and runs as a test. */
export const templates = {
  /** Piece goods: quality decides, and never the person who placed the hold. */
  discrete: { ...nothing, fourEyes: true },
  /** Process industries: a batch is released by quality, and a failure holds it by itself. */
  batch: { ...nothing, fourEyes: true, inspectLots: true, holdOnFailure: true },
  /** Medicine, food, aerospace: everything is inspected, reviewed by two, signed and chased. */
  regulated: {
    ...{ fourEyes: true, review: true, signatures: true, inspectOperations: true },
    ...{ inspectLots: true, holdOnFailure: true, authoriseRework: true },
    ...{ escalateHoldMs: 24 * hourMs, remindHoldMs: 8 * hourMs },
  },
} as const satisfies Record<string, Policy>;
export type Template = keyof typeof templates;
export const templateNames = Object.keys(templates) as [Template, ...Template[]];

/**
 * The template's policy, with what the plant says otherwise. Throws Fault INVALID that names every
 * bad and every unknown field.
 */
export const readPolicy = (template: Template, given: unknown, name: string): Policy =>
  Object.freeze({ ...templates[template], ...readFields(policyFields, given ?? {}, name) });

/** By what a line decides. What was stated once is not judged by it again. */
export type Terms = Readonly<{
  lanesMax: number;
  policy: Policy;
  /** Everything was stated already: a use of held material is taken as it was. */
  stated?: boolean;
}>;

/** To replay what was stated: whatever a policy forbids today was allowed then. */
export const asStated: Terms = {
  ...{ lanesMax: Number.POSITIVE_INFINITY, policy: nothing, stated: true },
};
