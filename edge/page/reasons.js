// Why something was done: the plant's own codes where it has some, else the page's own lists.
import { locale } from './format.js';
import { say } from './say.js';

const reasonsMax = 12;
/** Usual reasons, as big buttons, where the plant has no codes of its own. */
const usual = (group) =>
  Array.from({ length: reasonsMax }, (_, at) => `${group}.r${at + 1}`)
    .map((name) => [name, say(name)])
    .filter(([name, text]) => name !== text && text !== '')
    .map(([, text]) => text);
/** Which codes of the plant are for which of our reasons. */
const codesOf = { badReasons: 'bad', stopReasons: 'stop', holdReasons: 'hold' };

/** A code with its text in this language, or else in English; without either, the code alone. */
const codeText = ({ code, texts }) => {
  const text = texts[locale] ?? texts.en ?? code;
  return text === code ? code : `${code} ${text}`;
};

/** What can be picked: words that are stored as they are, or pairs of a code and its text. */
export function picksOf({ reasons = [] }, group) {
  const own = reasons.filter((one) => one.group === codesOf[group]);
  return own.length > 0 ? own.map((one) => [one.code, codeText(one)]) : usual(group);
}

/** A stored reason as people read it: of a code of the plant its text, too. */
export function reasonText({ reasons = [] }, reason) {
  const known = reasons.find(({ code }) => code === reason);
  return known ? codeText(known) : reason;
}
