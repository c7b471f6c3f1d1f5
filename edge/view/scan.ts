import { invalid } from '../../shared/field.ts';
import { readGs1 } from '../../shared/gs1.ts';
import { quantity, quantityText } from '../../shared/quantity.ts';
import { keyOf } from '../../statecharts/tables.ts';
import type { Book } from '../line/book.ts';

/** Longest code that is read; no symbol that a hand scanner reads on a floor carries more. */
export const codeMax = 300;
/** What GS1 measures in kilograms, metres, square metres, litres and cubic metres (UN Rec 20). */
const units: Readonly<Record<string, string>> = {
  ...{ '310': 'KGM', '311': 'MTR', '314': 'MTK', '315': 'LTR', '316': 'MTQ' },
};

type Elements = Readonly<Record<string, string>>;

/** How much the label says is in it: a count, or a measure with the unit that GS1 gives it. */
function amountIn(elements: Elements): { quantity?: string; unit?: string } {
  const count = elements['37'] ?? elements['30'];
  if (count !== undefined) return { quantity: quantityText(quantity(count, 'count')) };
  for (const [ai, value] of Object.entries(elements)) {
    const unit = units[ai.slice(0, 3)];
    if (ai.length !== 4 || unit === undefined) continue;
    const digits = value.length - Number(ai[3]);
    const text = `${value.slice(0, digits)}.${value.slice(digits).padEnd(1, '0')}`;
    return { quantity: quantityText(quantity(text, ai)), unit };
  }
  return {};
}

/** The order and operation that a router's label names: "WO-1/0010", "WO-1 0010" and the like. */
function operationIn(book: Book, code: string) {
  for (const match of code.matchAll(/[\s/|;:_-]+/g)) {
    const order = code.slice(0, match.index);
    const operation = code.slice(match.index + match[0].length);
    const known = book.look('order', order);
    if (!known) continue;
    if (known.routing.includes(operation) || book.look('operation', keyOf(order, operation))) {
      return { order, operation };
    }
  }
  return undefined;
}

const makes = (book: Book, material: string): boolean =>
  [...book.rows('order').values()].some((row) => row.material === material) ||
  [...book.rows('lot').values()].some((row) => row.material === material);

/** What of this edge bears exactly this name, the most particular first. */
function named(book: Book, name: string) {
  const about = operationIn(book, name);
  if (about) return { is: 'operation' as const, ...about };
  if (book.look('order', name)) return { is: 'order' as const, order: name };
  const lot = book.look('lot', name);
  if (lot) return { is: 'lot' as const, lot: name, material: lot.material };
  if (/^person:./.test(name)) return { is: 'person' as const, person: name };
  return makes(book, name) ? { is: 'material' as const, material: name } : undefined;
}

/** What a label says of a piece that no order or lot here is named for. */
function labelled(book: Book, elements: Elements) {
  const { '10': lot, '21': serial, '01': gtin, '240': item } = elements;
  const material = [item, gtin].find((name) => name !== undefined && makes(book, name));
  const of = material ?? item ?? gtin;
  const about = { ...(lot ? { lot } : {}), ...(serial ? { serial } : {}) };
  const is = serial ? 'serial' : lot ? 'lot' : of ? 'material' : 'unknown';
  return { is, ...about, ...(of ? { material: of } : {}) } as const;
}

/**
 * What a scanned code is at this edge: by its own name first, then by the element strings in it.
 * `known` is true only for what this edge knows by name. Nothing is stated, and nothing guessed: a
 * label that breaks GS1's rules is unknown, and says why. Throws Fault INVALID beyond `codeMax`.
 */
export function readScan(book: Book, given: unknown) {
  if (typeof given !== 'string' || given === '' || given.length > codeMax) {
    throw invalid('code', `must be a text of 1 to ${codeMax} characters`);
  }
  const raw = given;
  const code = given.normalize('NFC');
  const own = named(book, code.trim());
  if (own) return { raw, gs1: null, problem: null, known: true, ...own };
  const gs1 = readGs1(code);
  if (!gs1) return { raw, gs1: null, problem: null, known: false, is: 'unknown' as const };
  const { elements, problem } = gs1;
  if (!elements) return { raw, gs1: null, problem, known: false, is: 'unknown' as const };
  const amount = amountIn(elements);
  for (const ai of ['21', '10', ...Object.keys(elements)]) {
    const found = elements[ai] === undefined ? undefined : named(book, elements[ai]);
    if (!found || (ai === '01' && found.is === 'material')) continue;
    const serial = ai === '21' && found.is === 'lot' ? { is: 'serial', serial: found.lot } : {};
    const label = labelled(book, elements);
    return {
      raw,
      gs1: elements,
      problem: null,
      known: true,
      ...label,
      ...found,
      ...serial,
      ...amount,
    };
  }
  const label = labelled(book, elements);
  const known = label.is === 'material' && makes(book, label.material ?? '');
  return { raw, gs1: elements, problem: null, known, ...label, ...amount };
}
