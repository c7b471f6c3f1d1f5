// The record that a refusal is about: what is data in the edge's own English words.

/** Where the edge's words of a rule name the thing that it is about: the parts that are no words. */
const thingIn = {
  versionLacking: /^version (?<version>.+) of \w+ (?<record>.+) is lacking here$/,
  recordBlocked: /^version (?<version>.*) of \w+ (?<record>.+) is blocked$/,
  itemRevision: /revision (?<version>.+) of (?<record>.+), and .+ is in force$/,
  component: /^(?<record>.+) is no component in /,
  lotNumber: / must (?:begin with|have) (?<record>.+?)(?: characters)?$/,
};
const lengths = /^(\d+) to (\d+)$/;

/** "(R-7, 2)" for "version 2 of routing R-7 is lacking here"; '' where nothing is named. */
export function thingOf(rule, reason) {
  const { record, version } = thingIn[rule]?.exec(reason ?? '')?.groups ?? {};
  if (record === undefined) return '';
  return ` (${[record.replace(lengths, '$1–$2'), version].filter(Boolean).join(', ')})`;
}
