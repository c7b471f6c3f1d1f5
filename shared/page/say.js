// The page's words, in the one language that the plant has chosen.
import { number, pluralOf } from './format.js';
import { texts } from './texts.js';

/** The text of that name with each {name} replaced; `count` chooses between one and many. */
export function say(name, given = {}) {
  const [group, key] = name.split('.');
  const found = texts[group]?.[key];
  if (found === undefined) return name;
  const text = typeof found === 'string' ? found : (found[pluralOf(given.count)] ?? found.other);
  return text.replace(/\{(\w+)\}/g, (_, part) =>
    part === 'count' ? number(given.count) : `${given[part] ?? ''}`,
  );
}

/** What a code of the edge is called; a code that nobody has named yet is told as words. */
export const named = (group, code) =>
  Object.hasOwn(texts[group] ?? {}, code) ? say(`${group}.${code}`) : words(code);

/** "QuantityReported" as "Quantity reported". */
const words = (name) => `${name}`.replace(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

export const joined = (all) => all.filter(Boolean).join(' · ');

/**
 * Why something is refused: in the plant's words if the rule is known, else as the edge put it. What
 * the edge says names the thing, so that it stands behind the rule's words where they differ.
 */
export const refusal = ({ rule, reason, code }) =>
  (rule && Object.hasOwn(texts.rules, rule) && say(`rules.${rule}`)) ||
  reason ||
  (code && named('codes', code)) ||
  '';
