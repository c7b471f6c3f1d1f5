import sax from 'sax';
import { invalid } from '../../shared/field.ts';

/** Deepest element that is read. */
const depthMax = 30;

/** An element: its name without a prefix, the text in it that is no element's, and its elements. */
export type Element = { name: string; text: string; children: Element[]; parent?: Element };

/**
 * The elements of a document under a root without a name; namespaces are not looked at.
 *
 * Throws Fault INVALID for what is no XML, has a DOCTYPE, or is deeper than 30 elements.
 */
export function readXml(text: string): Element {
  const root: Element = { name: '', text: '', children: [] };
  let [at, depth] = [root, 0];
  const parser = sax.parser(true, { xmlns: false, trim: true });
  parser.onerror = (error) => {
    throw invalid('file', `is no XML: ${error.message.split('\n')[0]}`);
  };
  parser.ondoctype = () => {
    throw invalid('file', 'must have no DOCTYPE');
  };
  parser.onopentag = ({ name }) => {
    if (++depth > depthMax) throw invalid('file', `must be at most ${depthMax} elements deep`);
    const own = name.slice(name.indexOf(':') + 1);
    const element = { name: own, text: '', children: [], parent: at };
    at.children.push(element);
    at = element;
  };
  const note = (more: string) => {
    at.text += more;
  };
  parser.ontext = note;
  parser.oncdata = note;
  parser.onclosetag = () => {
    at.text = at.text.trim();
    at = at.parent!;
    depth--;
  };
  parser.write(text).close();
  return root;
}

/** It and all in it, as they stand in the document. */
export function* all(element: Element): Generator<Element> {
  yield element;
  for (const child of element.children) yield* all(child);
}

/** The first element of this name right in it that says something; undefined if none does. */
export const said = (element: Element | undefined, name: string): string | undefined =>
  element?.children.find((child) => child.name === name && child.text !== '')?.text;

/** The nearest element around it that has one of these names. */
export function around(element: Element, ...names: string[]): Element | undefined {
  for (let one = element.parent; one; one = one.parent) if (names.includes(one.name)) return one;
  return undefined;
}
