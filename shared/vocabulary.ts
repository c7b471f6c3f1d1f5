import { id, integer, optional, prose } from './field.ts';

/** Fields that facts of several kinds have, each in its one meaning. */
export const unit = id('Unit code as the ERP spells it (UCUM, UN Rec 20 or its own).', 6);
export const material = id('Material number.');
export const lot = id('Lot, batch or serial number.');
export const reason = prose('Why, in words or as a reason code.');
export const given = optional(
  prose('As it was stated, before it was told in the unit that is kept.'),
);

/** 2100-01-01, Unix ms: the last instant that anybody may state. */
export const instantMaxMs = 4_102_444_800_000;
/** An instant since 1970-01-01, Unix ms. */
export const instantMs = (doc: string) => integer(doc, 0, instantMaxMs);
