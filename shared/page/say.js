// The page's words, in the one language that the plant has chosen.
import { number, pluralOf } from './format.js';
import { texts } from './texts.js';
import { thingOf } from './thing.js';

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
 * Why something is refused: in the plant's words if the rule is known, with the record that the
 * edge names where the rule is about one; else as the edge put it.
 */
export const refusal = ({ rule, reason, code }) =>
  (rule && Object.hasOwn(texts.rules, rule) && `${say(`rules.${rule}`)}${thingOf(rule, reason)}`) ||
  reason ||
  (code && named('codes', code)) ||
  '';
